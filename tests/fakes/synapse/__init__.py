"""A real Matrix homeserver on loopback and people on it. Synapse is only run, never imported (AGPL).

    async def test_a_reply(homeserver, people):        # fixtures of tests/conftest.py
        ada = await people.new("ada")
        bot = await people.new("nutgraf")              # bot.user_id, bot.password, homeserver.url
        room = await ada.create("desk", invite=[bot.user_id])
        await bot.join(room)
        link = await ada.say(room, "https://paper.example/story")
        reply = await ada.wait_for(room, lambda event: event["sender"] == bot.user_id)

What stands where: config and server (the process), people (who speaks by plain HTTP), heard (what a
person has seen), journalist (who has end-to-end encryption), proxy and faults (what goes wrong between bot
and server). By hand: ``make demo-matrix``.
"""

from tests.fakes.synapse.people import People, Person, Refused
from tests.fakes.synapse.proxy import FaultProxy
from tests.fakes.synapse.server import SERVER_NAME, Synapse

__all__ = ["SERVER_NAME", "FaultProxy", "People", "Person", "Refused", "Synapse"]
