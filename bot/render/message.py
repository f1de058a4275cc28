"""A digest as neutral blocks, most important first: what every chat shows. Pure.

Quotes are never cut: a key quote is shown whole. The words around a figure are cut at words, marked
"[…]". Every run is safe to print (``bot.display``); a chat's own escaping is its adapter's business.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.choices import DIGEST_CHOICES
from bot.digest import (
    Digest,
    described,
    paragraph_number,
    passage_of,
    said_words,
    sentence_of,
    speaker_words,
    titled,
    voices,
    web_address,
    whole,
)
from bot.display import TYPED, plain, shortened
from bot.messages import notice_text
from bot.render.source import source_line
from bot.types import Block, BlockKind, Figure, Message, Quote, Run, Span

_TITLE_LIMIT = 180
_WHOLE = 240  # code points: a sentence up to here is shown whole beside its figure
_AROUND = 110  # of a longer one, on each side of the figure
_CLAUSE = re.compile(r"[,;:\u2014] ")
_Labelled = tuple[Figure, Span]  # a figure and what it is called


def digest_message(digest: Digest, digest_id: str | None = None) -> Message:
    """Title, source, nut graf, notices, key quotes, figures and actors, footer; empty parts vanish.

    With an id it offers ``DIGEST_CHOICES``, "more" only where there is more.
    """
    found = digest.findings
    left = len(found.quotes) + len(found.figures) + len(found.actors)
    left -= len(digest.key_quotes) + len(digest.key_figures) + len(digest.key_actors)
    blocks = [
        *_head(digest),
        *_quotes(digest, digest.key_quotes),
        *_figures(digest, digest.key_figures),
        *_actors(digest, digest.key_actors),
        _footer(digest, len(digest.key_quotes), len(digest.key_figures), len(digest.key_actors)),
    ]
    choices = tuple(one for one in DIGEST_CHOICES if digest_id and (left or one != "more"))
    return Message(tuple(blocks), plain_of(blocks), digest_id, choices, left)


def full_message(digest: Digest, digest_id: str | None = None) -> Message:
    """Everything found: quotes and figures in order of print, the key actors before the others."""
    found = digest.findings
    actors = (*digest.key_actors, *sorted(set(range(len(found.actors))) - set(digest.key_actors)))
    blocks = [
        *_head(digest),
        *_quotes(digest, range(len(found.quotes))),
        *_figures(digest, range(len(found.figures))),
        *_actors(digest, actors),
        _footer(digest, len(found.quotes), len(found.figures), len(found.actors)),
    ]
    return Message(tuple(blocks), plain_of(blocks), digest_id)


def text_message(text: str) -> Message:
    """``text`` as it is, one block a line. The blanks of a column stay; TYPED stays in the blocks alone."""
    rows = [TYPED.join(map(_line, row.split(TYPED))) for row in text.split("\n")]
    blocks = tuple(Block(BlockKind.TEXT, (Run(row),)) for row in rows)
    return Message(blocks, "\n".join(rows).replace(TYPED, ""))


def _head(digest: Digest) -> list[Block]:
    article = digest.article
    title = shortened(article.title, _TITLE_LIMIT) or "Untitled"
    blocks = [
        Block(BlockKind.TITLE, (Run(title, bold=True, link=web_address(article)),)),
        Block(BlockKind.SOURCE, (Run(source_line(digest)),)),
    ]
    if digest.findings.nutgraf is not None:
        blocks.append(Block(BlockKind.NUTGRAF, (Run(plain(digest.findings.nutgraf.of(article.text))),)))
    blocks += [Block(BlockKind.NOTICE, (Run(notice_text(notice)),)) for notice in digest.notices]
    return blocks


def _quotes(digest: Digest, numbers: Sequence[int]) -> list[Block]:
    if not numbers:
        return []
    blocks = [Block(BlockKind.HEADING, (Run("Quotes", bold=True),))]
    introduced: set[str] = set()
    for number in numbers:
        quote = digest.findings.quotes[number]
        blocks.append(Block(BlockKind.QUOTE, (Run(said_words(digest.article, quote)),)))
        blocks.append(Block(BlockKind.SPEAKER, _speaker(digest, quote, introduced)))
    heard = [voice for voice in voices(digest) if voice.name is not None]
    if len(heard) > 1:
        shares = " · ".join(f"{plain(voice.name or '')} {voice.words}" for voice in heard[:6])
        blocks.append(Block(BlockKind.TEXT, (Run(f"Words quoted: {shares}", italic=True),)))
    return blocks


def _speaker(digest: Digest, quote: Quote, introduced: set[str]) -> tuple[Run, ...]:
    """The role stands with a speaker's first quote only."""
    speaker = quote.speaker
    runs = [Run("— "), Run(speaker_words(quote, role=False), bold=speaker is not None)]
    if speaker is not None and (role := described(speaker.role)) and speaker.name.text not in introduced:
        introduced.add(speaker.name.text)
        runs.append(Run(f", {role}"))
    return (*runs, *pilcrow(digest, whole(quote)))


def pilcrow(digest: Digest, span: Span) -> tuple[Run, ...]:
    """`` ¶7``, linked to the passage; nothing outside the numbered paragraphs."""
    number = paragraph_number(digest.article, span.start)
    return () if number is None else (Run("  "), Run(f"¶{number}", link=passage_of(digest.article, span)))


def _figures(digest: Digest, numbers: Sequence[int]) -> list[Block]:
    if not numbers:
        return []
    blocks = [Block(BlockKind.HEADING, (Run("Figures", bold=True),))]
    blocks += [_figure_line(digest, together) for together in _by_sentence(digest, numbers)]
    return blocks


def _by_sentence(digest: Digest, numbers: Sequence[int]) -> list[list[_Labelled]]:
    """Figures that stand in one sentence are one line, in order of print, where the first of them is due."""
    lines: list[list[_Labelled]] = []
    for number in numbers:
        figure = digest.findings.figures[number]
        label = figure_label(digest, figure)
        line = next((line for line in lines if _shares(digest, line, label)), None)
        if line is None:
            lines.append([(figure, label)])
        else:
            line.append((figure, label))
            line.sort(key=lambda one: one[1].start)
    return lines


def _shares(digest: Digest, line: Sequence[_Labelled], label: Span) -> bool:
    """Whether the words around these figures show the label, too, beside them and not across them."""
    sentence = sentence_of(digest, label)
    if sentence_of(digest, line[0][1]) != sentence:
        return False
    gap = min(max(one.start - label.end, label.start - one.end) for _, one in line)
    return 0 <= gap <= (_WHOLE if sentence.end - sentence.start <= _WHOLE else _AROUND)


def _figure_line(digest: Digest, together: Sequence[_Labelled]) -> Block:
    """The labels, the words around them, and what is to be said of them: of each where it differs."""
    text, labels = digest.article.text, [label for _, label in together]
    remarks = [_remarks(figure) for figure, _ in together]
    alike = len(set(remarks)) == 1
    runs = _around(digest, labels)
    if len(labels) > 1 or runs[0].text:  # one alone on which the sentence opens is its own label
        named: list[Run] = []
        for label, said in zip(labels, remarks, strict=True):
            named += [*([Run(" · ")] if named else []), Run(plain(label.of(text)), bold=True)]
            named += () if alike else said
        runs = [*named, Run(" — "), *runs]
    runs += remarks[0] if alike else ()
    source = pilcrow(digest, Span(labels[0].start, labels[-1].end))
    return Block(BlockKind.FIGURE, (*runs, *source), findings=len(together))


def _remarks(figure: Figure) -> tuple[Run, ...]:
    runs = [Run(" (a later figure is given)", italic=True)] if figure.superseded else []
    runs += [Run(f" ({plain(figure.said_by.text)})", italic=True)] if figure.said_by is not None else []
    return tuple(runs)


def figure_label(digest: Digest, figure: Figure) -> Span:
    """The figure with its "about" and what it counts, as one slice where they stand together."""
    sentence = sentence_of(digest, figure.span)
    start, end = figure.span.start, figure.span.end
    about, counted = figure.approximate, figure.counts
    if about and about.aside is None and about.span.end <= start <= about.span.end + 2:
        start = about.span.start
    if counted and counted.aside is None and end <= counted.span.end and counted.span.start <= end + 4:
        end = counted.span.end
    label = Span(max(start, sentence.start), min(end, sentence.end))
    return label if len(label.of(digest.article.text)) <= 80 else figure.span


def _around(digest: Digest, labels: Sequence[Span]) -> list[Run]:
    """The sentence of these figures, cut to what stands near them, the figures themselves in bold."""
    text, sentence = digest.article.text, sentence_of(digest, labels[0])
    before, after = text[sentence.start : labels[0].start], text[labels[-1].end : sentence.end]
    if sentence.end - sentence.start > _WHOLE:
        before, after = _tail(before), _head_of(after)
    runs = [Run(_edged(before))]
    for label, following in zip(labels, [*labels[1:], None], strict=True):
        runs.append(Run(plain(label.of(text)), bold=True))
        runs.append(Run(_edged(text[label.end : following.start] if following else after)))
    return runs


def _tail(text: str) -> str:
    """The end of ``text``, from a clause or at least from a word on."""
    if len(text) <= _AROUND:
        return text
    kept = text[-_AROUND:]
    clause = _CLAUSE.search(kept[: _AROUND // 2])
    return "[…] " + (kept[clause.end() :] if clause else kept.split(" ", 1)[-1])


def _head_of(text: str) -> str:
    """The beginning of ``text``, up to a clause or at least to a word."""
    if len(text) <= _AROUND:
        return text
    kept = text[:_AROUND]
    clauses = [match.start() for match in _CLAUSE.finditer(kept) if match.start() > _AROUND // 2]
    cut = kept[: clauses[-1]] if clauses else kept.rsplit(" ", 1)[0]
    return cut.rstrip(",;: ") + " […]"


def _edged(text: str) -> str:
    """Safe to show, with a blank kept at each rim that had one."""
    shown = plain(text)
    if not shown:
        return " " if text else ""
    return (" " if text[0].isspace() else "") + shown + (" " if text[-1].isspace() else "")


def _actors(digest: Digest, numbers: Sequence[int]) -> list[Block]:
    if not numbers:
        return []
    blocks = [Block(BlockKind.HEADING, (Run("Who is named", bold=True),))]
    for number in numbers:
        actor = digest.findings.actors[number]
        runs = [Run(titled(actor.name, actor.role), bold=True)]
        role = described(actor.role)
        if role:
            runs.append(Run(f" — {role}"))
        if actor.age_years is not None and str(actor.age_years) not in role:
            runs.append(Run(f", aged {actor.age_years}"))
        if len(actor.mentions) > 1:
            runs.append(Run(f" (×{len(actor.mentions)})"))
        blocks.append(Block(BlockKind.ACTOR, tuple(runs)))
    return blocks


def _footer(digest: Digest, quotes: int, figures: int, actors: int) -> Block:
    """How many of each are shown, and the hosts contacted."""
    found = digest.findings
    said = _counted(quotes, len(found.quotes), "quote")
    parts = [
        said and f"{said}, all verbatim",
        _counted(figures, len(found.figures), "figure"),
        _counted(actors, len(found.actors), "name"),
        "contacted: " + ", ".join(map(plain, dict.fromkeys(digest.hosts)))
        if digest.hosts
        else "no host contacted",
    ]
    return Block(BlockKind.FOOTER, (Run(" · ".join(part for part in parts if part)),))


def _counted(shown: int, found: int, noun: str) -> str:
    """``5 of 7 quotes``, ``1 quote``, "" for none."""
    if not found:
        return ""
    return f"{shown} of {found} {noun}s" if shown < found else f"{found} {noun}{'s' * (found != 1)}"


def plain_of(blocks: Sequence[Block]) -> str:
    """The same words without styles: headings set apart, quotes and lists marked at the margin."""
    rows: list[str] = []
    for block in blocks:
        shown = "".join(run.text for run in block.runs)
        if block.kind in {BlockKind.HEADING, BlockKind.FOOTER, BlockKind.NUTGRAF}:
            rows.append("")
        rows.append(_MARGIN.get(block.kind, "") + shown)
    return "\n".join(rows).replace(TYPED, "")


_MARGIN = {
    BlockKind.NOTICE: "! ",
    BlockKind.QUOTE: "> ",
    BlockKind.SPEAKER: "  ",
    BlockKind.FIGURE: "- ",
    BlockKind.ACTOR: "- ",
}


def _line(row: str) -> str:
    return "".join(part if part.isspace() else plain(part) for part in re.split(r"( +)", row))
