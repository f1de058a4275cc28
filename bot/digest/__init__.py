"""An article and its findings -> a digest in which every shown word was printed. Pure.

``Digest`` (proof) refuses what is not verbatim, ``compose`` chooses what is key, ``document`` turns
it into the machine-readable digest and back, ``sayings`` puts its statements into words.
"""

from bot.digest.compose import compose
from bot.digest.document import BadDocument, document, from_json, to_json
from bot.digest.proof import Digest, NotVerbatim
from bot.digest.sayings import (
    Voice,
    citation,
    day,
    described,
    paragraph_number,
    passage_of,
    quote_runs,
    quote_text,
    reading_minutes,
    said_words,
    sentence_of,
    speaker_words,
    titled,
    voices,
    web_address,
    whole,
)

__all__ = [
    "BadDocument",
    "Digest",
    "NotVerbatim",
    "Voice",
    "citation",
    "compose",
    "day",
    "described",
    "document",
    "from_json",
    "paragraph_number",
    "passage_of",
    "quote_runs",
    "quote_text",
    "reading_minutes",
    "said_words",
    "sentence_of",
    "speaker_words",
    "titled",
    "to_json",
    "voices",
    "web_address",
    "whole",
]
