"""A digest as Markdown (CommonMark). Pure."""

from __future__ import annotations

import re

from bot.digest import Digest, citation, passage_of, whole
from bot.render.message import digest_message
from bot.types import Block, BlockKind, Run

_SPECIAL = re.compile(r"[\\`*_\[\]<>&|~#$]")
_LINE_START = re.compile(r"^(\s*\d*)([+\-=.)])")  # would begin a list, a rule or a heading
_BEFORE = {
    BlockKind.TITLE: "# ",
    BlockKind.SOURCE: "",
    BlockKind.NOTICE: "> **Note:** ",
    BlockKind.HEADING: "## ",
    BlockKind.QUOTE: "> ",
    BlockKind.SPEAKER: "> ",
    BlockKind.FIGURE: "- ",
    BlockKind.ACTOR: "- ",
}
_TIGHT = {(BlockKind.FIGURE, BlockKind.FIGURE), (BlockKind.ACTOR, BlockKind.ACTOR)}


def markdown(digest: Digest) -> str:
    """The chat digest as Markdown, with a copy-ready citation for each key quote at the end."""
    out = ""
    before: BlockKind | None = None
    for block in digest_message(digest).blocks:
        if before is not None:
            out += _between(before, block.kind)
        out += _BEFORE.get(block.kind, "") + _inline(block)
        before = block.kind
    if digest.key_quotes:
        cited = (f"{place}. {_citation(digest, key)}" for place, key in enumerate(digest.key_quotes, 1))
        out += "\n\n## Citations\n\n" + "\n".join(cited)
    return out + "\n"


def escaped(text: str) -> str:
    """``text`` so that Markdown shows it as it is."""
    return _LINE_START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\g<0>", text))


def _citation(digest: Digest, number: int) -> str:
    """Its link stays as it is, between angle brackets: an escaped one would lead nowhere."""
    told = citation(digest, number)
    link = passage_of(digest.article, whole(digest.findings.quotes[number]))
    if link is None or link not in told:
        return escaped(told)
    before, _, after = told.rpartition(link)
    return f"{escaped(before)}<{_href(link)}>{escaped(after)}"


def _between(before: BlockKind, here: BlockKind) -> str:
    if (before, here) in _TIGHT:
        return "\n"
    if (before, here) == (BlockKind.QUOTE, BlockKind.SPEAKER):
        return "\n>\n"
    return "\n\n"


def _inline(block: Block) -> str:
    """Styled runs; in a heading the style is the heading's."""
    heading = block.kind in {BlockKind.TITLE, BlockKind.HEADING}
    return "".join(_run(run, heading) for run in block.runs)


def _run(run: Run, heading: bool) -> str:
    text = escaped(run.text)
    core = text.strip()
    if not core:
        return text
    left, right = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    if run.bold and not heading:
        core = f"**{core}**"
    if run.italic:
        core = f"*{core}*"
    if run.link:
        core = f"[{core}](<{_href(run.link)}>)"
    return left + core + right


def _href(link: str) -> str:
    """``~`` stays raw: a text fragment dies of ``%7E`` (facts: seen on Stack Exchange)."""
    return re.sub(r"[<>\s\\]", lambda match: f"%{ord(match.group()):02X}", link)
