"""The finders. Empty on purpose: the bot's main process imports the rankers from here, and only an
extraction process imports ``bot.extract.find`` with the taggers behind it."""
