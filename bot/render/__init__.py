"""A digest in each shape that people read. Pure.

``message`` makes the neutral blocks that every chat shows; ``marked`` writes those as Markdown;
``page`` is a self-contained HTML page with the findings marked in the story.
"""

from bot.render.marked import markdown
from bot.render.message import digest_message, full_message, text_message
from bot.render.page import html

__all__ = ["digest_message", "full_message", "html", "markdown", "text_message"]
