"""A digest as one self-contained HTML page: the digest, then the story with its findings marked. Pure.

Nothing is loaded from anywhere: no script, no picture, no font; a content security policy that allows
only the page's own style (by hash) says so to the browser. Every word of the page is escaped.
"""

from __future__ import annotations

import base64
import hashlib
from bisect import bisect_left, bisect_right
from html import escape
from itertools import pairwise
from typing import NamedTuple

from bot.digest import Digest, citation
from bot.display import plain
from bot.render.message import digest_message
from bot.types import Block, BlockKind, Paragraph, ParagraphKind, Run, Span

_STYLE = """
:root{color-scheme:light dark;--ink:#1b1b1b;--paper:#fdfcfa;--soft:#63605a;--line:#ddd8cf;--quote:#fff0c2;
--figure:#d9ecff;--actor:#7a4b8a;--note:#b3261e;--link:#0b57a4}
@media(prefers-color-scheme:dark){:root{--ink:#e9e6e0;--paper:#17181a;--soft:#a5a19a;--line:#3a3b3e;
--quote:#4c3f14;--figure:#173a5c;--actor:#d3a8e2;--note:#ff8a80;--link:#8ec5ff}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:44rem;padding:2rem 1rem 4rem;background:var(--paper);color:var(--ink);
font:1.0625rem/1.55 Georgia,"Times New Roman",serif;overflow-wrap:anywhere}
h1{font-size:1.7rem;line-height:1.2;margin:0 0 .4rem}
h2{font:600 .85rem/1.2 system-ui,sans-serif;letter-spacing:.06em;text-transform:uppercase;
color:var(--soft);border-top:1px solid var(--line);padding-top:1rem;margin:2rem 0 .8rem}
a{color:var(--link)}h1 a{color:inherit;text-decoration:none}
.source,.footer,.text{color:var(--soft);font:.875rem/1.5 system-ui,sans-serif;margin:.2rem 0}
.nutgraf{font-size:1.15rem;margin:1rem 0}
.notice{border-left:4px solid var(--note);padding:.2rem .8rem;margin:.5rem 0;
font:.9rem/1.5 system-ui,sans-serif}
blockquote{margin:1rem 0 0;padding:0 0 0 1rem;border-left:4px solid var(--quote);font-size:1.1rem}
.speaker{margin:.2rem 0 1rem;padding-left:1.25rem;font:.9rem/1.5 system-ui,sans-serif}
ul,ol{padding-left:1.2rem}li{margin:.35rem 0}
mark{color:inherit;background:var(--quote);padding:.05em 0}
mark.figure{background:var(--figure)}mark.quote.figure{background:var(--figure)}
.actor{color:var(--actor)}a:target+mark{outline:2px solid var(--link)}
details{margin-top:1rem}.story h3{font-size:1.05rem}
@media print{body{max-width:none}}
""".strip()
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'"

_ELEMENT = {
    BlockKind.TITLE: "h1",
    BlockKind.HEADING: "h2",
    BlockKind.QUOTE: "blockquote",
    BlockKind.FIGURE: "li",
    BlockKind.ACTOR: "li",
}
_LISTED = {BlockKind.FIGURE, BlockKind.ACTOR}


def html(digest: Digest) -> str:
    """The whole document, ending in a line break."""
    article = digest.article
    language = escape(article.language if article.language != "und" else "", quote=True)
    return (
        f'<!doctype html>\n<html lang="{language}" dir="auto">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY, quote=True)}">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(article.title) or 'Digest'}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<main>\n{_blocks(digest)}\n{_citations(digest)}\n</main>\n"
        f'<section class="story">\n<h2>The story as read</h2>\n{_story(digest)}\n</section>\n'
        "</body>\n</html>\n"
    )


def _text(words: str) -> str:
    return escape(plain(words), quote=True)


def _blocks(digest: Digest) -> str:
    rows: list[str] = []
    before: BlockKind | None = None
    quotes = iter(digest.key_quotes)
    for block in (*digest_message(digest).blocks, None):
        here = block.kind if block else None
        if before in _LISTED and here is not before:
            rows.append("</ul>")
        if block is None:
            break
        if here in _LISTED and here is not before:
            rows.append("<ul>")
        inside = f' <a href="#q{next(quotes)}">in the story</a>' if here is BlockKind.SPEAKER else ""
        rows.append(_block(block, inside))
        before = here
    return "\n".join(rows)


def _block(block: Block, inside: str) -> str:
    element = _ELEMENT.get(block.kind, "p")
    name = "" if element != "p" else f' class="{block.kind}"'
    return f'<{element}{name} dir="auto">{"".join(map(_run, block.runs))}{inside}</{element}>'


def _run(run: Run) -> str:
    shown = escape(run.text, quote=True)
    if run.bold:
        shown = f"<strong>{shown}</strong>"
    if run.italic:
        shown = f"<em>{shown}</em>"
    if run.link and run.link.lower().startswith(("http://", "https://")):
        shown = f'<a href="{escape(run.link, quote=True)}" rel="noopener noreferrer">{shown}</a>'
    return shown


def _citations(digest: Digest) -> str:
    if not digest.key_quotes:
        return ""
    rows = "\n".join(f"<li>{_text(citation(digest, number))}</li>" for number in digest.key_quotes)
    return f"<details>\n<summary>Citations, ready to copy</summary>\n<ol>\n{rows}\n</ol>\n</details>"


# ------------------------------------------------------------------------------ story


def _story(digest: Digest) -> str:
    rows = digest.article.paragraphs
    starts = [row.span.start for row in rows]
    marks: list[list[_Mark]] = [[] for _ in rows]
    for mark in _marks(digest):
        first = max(bisect_right(starts, mark.span.start) - 1, 0)
        for at in range(first, bisect_left(starts, mark.span.end)):
            marks[at].append(mark)
    return "\n".join(_paragraph(digest, *both) for both in zip(rows, marks, strict=True))


class _Mark(NamedTuple):
    """Where a finding stands; ``name`` is its anchor, at its first place only."""

    span: Span
    kind: str
    name: str


def _marks(digest: Digest) -> list[_Mark]:
    """Everything found, by start."""
    found = digest.findings
    rows = [
        _Mark(part, "quote", f"q{number}" if place == 0 else "")
        for number, quote in enumerate(found.quotes)
        for place, part in enumerate(quote.parts)
    ]
    rows += [_Mark(figure.span, "figure", f"f{number}") for number, figure in enumerate(found.figures)]
    rows += [
        _Mark(span, "actor", f"a{number}" if place == 0 else "")
        for number, actor in enumerate(found.actors)
        for place, span in enumerate(actor.mentions)
    ]
    return sorted(rows, key=lambda row: row.span)


def _paragraph(digest: Digest, row: Paragraph, marks: list[_Mark]) -> str:
    """The paragraph cut wherever a finding begins or ends, so that marks may overlap freely."""
    here = [mark for mark in marks if mark.span.overlaps(row.span)]
    rims = {row.span.start, row.span.end}
    for span, _, _ in here:
        rims |= {max(span.start, row.span.start), min(span.end, row.span.end)}
    cuts = sorted(rims)
    pieces = [_piece(digest, Span(*cut), here) for cut in pairwise(cuts)]
    element = "h3" if row.kind in {ParagraphKind.HEADING, ParagraphKind.POST} else "p"
    return f'<{element} dir="auto">{"".join(pieces)}</{element}>'


def _piece(digest: Digest, cut: Span, marks: list[_Mark]) -> str:
    """One stretch under the same findings; ids open where a finding begins."""
    text = cut.of(digest.article.text)
    shown = _text(text)
    if text[:1].isspace():
        shown = " " + shown
    if shown.strip() and text[-1:].isspace():
        shown += " "
    over = [mark for mark in marks if mark.span.contains(cut)]
    if not over:
        return shown
    anchors = "".join(f'<a id="{name}"></a>' for span, _, name in over if name and span.start == cut.start)
    classes = " ".join(dict.fromkeys(kind for _, kind, _ in over))
    element = "span" if classes == "actor" else "mark"
    return f'{anchors}<{element} class="{classes}">{shown}</{element}>'
