"""Words on the wire and words on the screen.

What a person types is stored escaped, with links and people in angle brackets; what is shown is read back
out of text and blocks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.fakes.slack.world import Json

TYPED = re.compile(
    r"\[(?P<label>[^\]]+)\]\((?P<hidden>https?://[^)\s]+)\)"
    r"|(?P<mail>[\w.+-]+@(?:[a-z0-9-]+\.)+[a-z]{2,})"
    r"|(?P<url>https?://[^\s<>|]+)"
    r"|(?<![\w@/.])(?P<bare>(?:[a-z0-9-]+\.)+(?:com|org|net|example|test|uk)(?:/[^\s<>|]*)?)"
    r"|(?<!\w)@(?P<name>[\w.-]+)"
)
ANGLE = re.compile(r"<(?P<head>[^<>|]+)(?:\|(?P<label>[^<>]*))?>")
MENTION = re.compile(r"<(?:@|!(?!date\^))")


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _trimmed(url: str) -> str:
    """Without the marks that end the sentence or the bracket around the link."""
    url = url.rstrip(".,;!?")
    return url[:-1].rstrip(".,;!?") if url.endswith(")") and "(" not in url else url


def typed(text: str, person: Callable[[str], str | None]) -> tuple[str, list[Json]]:
    """``(text, blocks)`` as Slack stores what somebody typed: ``https://a.example/?x=1&y=2`` becomes
    ``<https://a.example/?x=1&amp;y=2>``, ``a.example/x`` ``<http://a.example/x|a.example/x>``,
    ``[here](url)`` a link with a label, ``@name`` ``<@U…>`` when ``person(name)`` knows an id."""
    wire: list[str] = []
    elements: list[Json] = []

    def say(words: str) -> None:
        if words:
            wire.append(escaped(words))
            elements.append({"type": "text", "text": words})

    def link(url: str, label: str | None = None) -> None:
        wire.append(f"<{escaped(url)}|{escaped(label)}>" if label else f"<{escaped(url)}>")
        elements.append({"type": "link", "url": url, **({"text": label} if label else {})})

    at = 0
    for match in TYPED.finditer(text):
        who = person(match["name"]) if match["name"] else None
        if match["name"] and who is None:
            continue
        say(text[at : match.start()])
        at = match.end()
        if who is not None:
            wire.append(f"<@{who}>")
            elements.append({"type": "user", "user_id": who})
        elif match["mail"]:
            link(f"mailto:{match['mail']}", match["mail"])
        elif match["hidden"]:
            link(match["hidden"], match["label"])
        elif match["url"]:
            url = _trimmed(match["url"])
            link(url)
            at = match.start() + len(url)
        else:
            bare = _trimmed(match["bare"])
            link(f"http://{bare}", bare)
            at = match.start() + len(bare)
    say(text[at:])
    section = {"type": "rich_text_section", "elements": elements}
    return "".join(wire), [{"type": "rich_text", "block_id": "typed", "elements": [section]}]


def read_markup(text: str) -> str:
    """mrkdwn as it is read: labels for links, the fallback of dates, no escapes."""

    def shown(match: re.Match[str]) -> str:
        if match["label"] is not None:
            return match["label"]
        return match["head"]

    return unescaped(ANGLE.sub(shown, text))


def mentions(text: str) -> bool:
    """Whether mrkdwn would call somebody or a whole channel (dates are no mention)."""
    return MENTION.search(text) is not None


def walk(tree: Any) -> Iterator[Json]:
    """Every object of a tree, outermost first."""
    if isinstance(tree, dict):
        yield tree
        for value in tree.values():
            yield from walk(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from walk(value)


def as_told(tree: Any) -> Any:
    """Blocks as Slack reports them: it fills in what the app left out (``emoji``, ``verbatim``)."""
    if isinstance(tree, list):
        return [as_told(part) for part in tree]
    if not isinstance(tree, dict):
        return tree
    filled = {key: as_told(value) for key, value in tree.items()}
    if tree.get("type") == "plain_text":
        filled.setdefault("emoji", True)
    elif tree.get("type") == "mrkdwn":
        filled.setdefault("verbatim", False)
    return filled


# the keys under which words may stand, in the order in which they are seen
SHOWN_KEYS = (
    "title", "label", "text", "description", "fields", "elements", "rows", "accessory", "element", "options",
    "positive_button", "negative_button", "blocks", "hint", "submit", "close",
)  # fmt: skip
INLINE = frozenset({"rich_text_section", "rich_text_quote", "rich_text_preformatted"})


def words_of(tree: Any) -> str:
    """All words that a block, a view or a list of them shows, one line a block or element."""
    if isinstance(tree, list):
        return "\n".join(filter(None, (words_of(part) for part in tree)))
    if not isinstance(tree, dict):
        return ""
    kind = tree.get("type")
    text = tree.get("text")
    if kind == "mrkdwn":
        return read_markup(str(text))
    if kind == "markdown" or (kind in {"plain_text", "text", "raw_text"} and isinstance(text, str)):
        return str(text)
    if kind == "link":
        return str(text or tree.get("url"))
    if kind == "date":
        return str(tree.get("fallback", ""))
    if kind in INLINE:
        return "".join(words_of(part) for part in tree.get("elements", []))
    parts = (words_of(tree[key]) for key in SHOWN_KEYS if key in tree)
    return "\n".join(filter(None, parts))


def text_of(shown: Any) -> str:
    """All words of a post, whisper or view (or its JSON): its blocks, else its text."""
    body = getattr(shown, "body", None)
    if body is not None:
        return words_of(body)
    blocks = shown.get("blocks") if isinstance(shown, dict) else shown.blocks
    text = shown.get("text", "") if isinstance(shown, dict) else shown.text
    return words_of(blocks) if blocks else read_markup(text or "")
