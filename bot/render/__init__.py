"""A digest in each shape that people read. Pure.

``message`` makes the neutral blocks that every chat shows; ``changed`` says what a later reading found;
``marked`` writes a digest as Markdown; ``page`` is a self-contained HTML page with the findings marked in
the story; ``parts`` cuts a long answer into several messages.
"""

from bot.render.changed import changes_message, moment
from bot.render.marked import markdown
from bot.render.message import digest_message, full_message, text_message
from bot.render.page import html
from bot.render.parts import in_parts

__all__ = [
    "changes_message",
    "digest_message",
    "full_message",
    "html",
    "in_parts",
    "markdown",
    "moment",
    "text_message",
]
