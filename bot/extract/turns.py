"""Statements printed without marks: block quotations, and the turns of a transcript."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

from bot.extract.cast import Entity, EntityKind
from bot.extract.links import How, Link
from bot.extract.phrases import SPEAKING, Unit, UnitKind
from bot.extract.running import subject_before
from bot.extract.scene import Row, Scene
from bot.text import count_words, fold
from bot.text import words as word_spans
from bot.types import ParagraphKind, Span


@dataclass(frozen=True, slots=True)
class Turn:
    """``parts`` are whole paragraphs, without a label or a credit line, or whole sentences of one."""

    parts: tuple[Span, ...]
    link: Link | None
    spoken: bool = False  # a turn of a conversation, no block quotation


# a label in capitals, a name of up to three words, or Q and A, then a colon
_LABEL = re.compile(
    r"([A-Z][A-Z.'’\- ]{1,30}|[A-Z][\w'’\-]+(?: [A-Z][\w'’\-]+){0,2}|[QA])\s?[:.](?=\s)\s+(?=\S)"
)
_CREDIT = re.compile(r"[—–―-]{1,2}\s*(?=[A-Z])")
_POST = re.compile(r"[—–-] [^\n]{1,60}\(@\w+\)")  # an embedded post with its handle
_LEAST_TURNS = 3  # fewer labelled lines are a list, not a conversation
LIMIT_WORDS = 60  # of a turn that can be read at a glance (``rank_quotes``)
_CLOSERS = " \t\"'’”)»"
_ASKING = frozenset({"q", "question", "interviewer", "host", "moderator", "reporter"})
_TALK = re.compile(
    r"\b(?:interview(?:ed)?|transcripts?|full text|remarks|in conversation|conversation with"
    r"|(?:spoke|speaks?|talk(?:s|ed)?|sat down|chat(?:s|ted)?) (?:to|with)|q ?& ?a|answers? (?:our|your)"
    r"|we (?:asked|spoke|talked|met))\b",
    re.IGNORECASE,
)


def turns_of(scene: Scene) -> list[Turn]:
    """Blocks and turns in order of print."""
    return sorted([*_blocks(scene), *_conversation(scene)], key=lambda turn: turn.parts[0])


# ----------------------------------------------------------------------------- blocks


def _blocks(scene: Scene) -> list[Turn]:
    found: list[Turn] = []
    number = 0
    while number < len(scene.rows):
        last = number
        while last < len(scene.rows) and scene.rows[last].kind is ParagraphKind.BLOCKQUOTE:
            last += 1
        if last > number:
            turn = _block(scene, number, last)
            if turn is not None:
                found.append(turn)
        number = max(last, number + 1)
    return found


def _block(scene: Scene, first: int, end: int) -> Turn | None:
    """Rows [first, end) of a block quotation; None when marks inside already say what is quoted."""
    text = scene.article.text
    credit = _credit_of(scene, end - 1) if end - first > 1 else None
    rows = scene.rows[first : end - 1 if credit else end]
    marked = sum(mark.outer.end - mark.outer.start for mark in scene.marks if _inside(mark.outer, rows))
    if marked * 2 > sum(row.span.end - row.span.start for row in rows):
        return None
    parts = tuple(row.span for row in rows if row.span.of(text).strip())
    if any(_POST.search(part.of(text)) for part in parts):
        return None
    return Turn(parts, credit or subject_before(scene, first)) if parts else None


def _inside(span: Span, rows: list[Row]) -> bool:
    return any(row.span.contains(span) for row in rows)


def _credit_of(scene: Scene, number: int) -> Link | None:
    """``— Jane Roe, harbour master`` as the last line."""
    row = scene.rows[number]
    if not _CREDIT.match(scene.article.text, row.span.start, row.span.end):
        return None
    for at, unit in enumerate(row.units[:6]):
        if unit.kind in SPEAKING and unit.kind is not UnitKind.PRONOUN:
            return Link(number, at, unit, How.CREDIT)
    return None


# ----------------------------------------------------------------------------- conversations


def _conversation(scene: Scene) -> list[Turn]:
    labelled = {number: match for number, row in enumerate(scene.rows) if (match := label_of(scene, row))}
    labels = Counter(match.group(1) for match in labelled.values())
    if len(labelled) < _LEAST_TURNS or len(labels) == len(labelled):
        return []
    believed = {label for label, times in labels.items() if _is_speaker(scene, label, times)}
    if sum(labels[label] for label in believed) < _LEAST_TURNS:
        return []
    rows = [number for number, match in labelled.items() if match.group(1) in believed]
    if len(believed) == 1 and all(asks(scene, scene.rows[number]) for number in rows):
        return []  # the outlet's questions: the answers have no label
    introduced = _named_in(scene, range(rows[0]))
    answering = interviewee(scene, rows[0])
    goes_on = _is_transcript(scene, rows)
    found: list[Turn] = []
    for number, following in zip(rows, [*rows[1:], rows[-1]], strict=True):
        match = labelled[number]
        label = match.group(1)
        span = scene.rows[number].span
        if is_asking(scene, label) or scene.article.text[match.end() : span.end].isupper():
            continue  # "Harbour Day: BEST OFFERS" is no speech
        link = answering if label == "A" else _labelled(scene, introduced, number, match)
        rest = _continued(scene, number, following) if goes_on else []
        found.append(Turn((Span(match.end(), span.end), *rest), link, spoken=True))
    return found


def label_of(scene: Scene, row: Row) -> re.Match[str] | None:
    """``ROE: ``, ``Jane Roe: `` or ``Q. `` at the head of a paragraph; group 1 without the point."""
    if row.kind in {ParagraphKind.HEADING, ParagraphKind.TABLE, ParagraphKind.BLOCKQUOTE}:
        return None
    match = _LABEL.match(scene.article.text, row.span.start, row.span.end)
    if match is not None and match.end() >= row.span.end:
        return None
    dotted = match is not None and ":" not in match.group()
    return None if dotted and match is not None and match.group(1) not in {"Q", "A"} else match


def _is_speaker(scene: Scene, label: str, times: int) -> bool:
    """Capitals or Q and A, said twice; else a person of the cast."""
    if label in {"Q", "A"} or (label.isupper() and times > 1):
        return not label.startswith("DEAR ")  # a letter to the one who is named
    last = fold(label).split()[-1]
    return any(last in fold(entity.name.text).split() for entity in _people(scene))


def _people(scene: Scene) -> list[Entity]:
    return [entity for entity in scene.cast.entities if entity.kind is EntityKind.PERSON]


def is_asking(scene: Scene, label: str) -> bool:
    """The outlet or its reporter: ``Q``, ``INTERVIEWER``, the name of the site."""
    folded = fold(label)
    reporters = {fold(name) for name in scene.article.byline}
    return label == "Q" or folded in {*_ASKING, fold(scene.article.site or ""), *reporters}


def asks(scene: Scene, row: Row) -> bool:
    """The paragraph ends with a question outside all marks."""
    words = row.span.of(scene.article.text).rstrip(_CLOSERS)
    return words.endswith("?") and bool(row.units) and row.units[-1].kind is not UnitKind.QUOTE


def _labelled(scene: Scene, introduced: dict[int, Link], number: int, match: re.Match[str]) -> Link:
    """The label is the source; initials are the one person introduced who bears them."""
    label = match.group(1).replace(".", "")
    if label.isupper() and 2 <= len(label) <= 3:
        bearers = [
            link for entity, link in introduced.items() if _initials(scene.cast.entities[entity]) == label
        ]
        if len(bearers) == 1:
            return replace(bearers[0], how=How.LABEL)
    unit = Unit(UnitKind.NAME, Span(*match.span(1)), match.group(1).lower(), capital=True)
    return Link(number, 0, unit, How.LABEL)


def _initials(entity: Entity) -> str:
    return "".join(word[0] for word in entity.name.text.split())


def _named_in(scene: Scene, rows: range) -> dict[int, Link]:
    """People of the cast by the first place in ``rows`` that names them."""
    people: dict[int, Link] = {}
    for number in rows:
        for at, unit in enumerate(scene.rows[number].units):
            if unit.kind is UnitKind.NAME and unit.ref >= 0:
                entity = scene.cast.mentions[unit.ref].entity
                if scene.cast.entities[entity].kind is EntityKind.PERSON:
                    people.setdefault(entity, Link(number, at, unit, How.COLON))
    return people


def interviewee(scene: Scene, first: int, asking: Sequence[str] = ()) -> Link | None:
    """The one person whom the headline names, or else the lines before row ``first``.

    Reporters, the outlet and who stands as a label in ``asking`` are left out.
    """
    asked_by = [fold(name) for name in (*scene.article.byline, *asking, scene.article.site) if name]
    people = {
        entity: link
        for entity, link in _named_in(scene, range(first)).items()
        if not any(fold(scene.cast.entities[entity].name.text) in name for name in asked_by)
    }
    title = scene.article.title
    headline = {fold(span.of(title)).removesuffix("'s") for span in word_spans(title)}
    titled = [
        link
        for entity, link in people.items()
        if fold(scene.cast.entities[entity].name.text).split()[-1] in headline
    ]
    chosen = titled or list(people.values())
    return chosen[0] if len(chosen) == 1 else None


def _is_transcript(scene: Scene, labelled: list[int]) -> bool:
    """The page says what it is, and most of its lines from the first label on are labelled."""
    extent = labelled[-1] - labelled[0] + 1
    return len(labelled) * 2 >= extent and says_talk(scene, labelled[0])


def says_talk(scene: Scene, first: int) -> bool:
    """``Transcript``, ``interview``, ``spoke to`` in the headline, before row ``first``, or beside."""
    text = scene.article.text
    before = text[: scene.rows[first].span.start] if first else ""
    after = text[scene.rows[-1].span.start :]
    told = (scene.article.title, before, after, *(aside.text for aside in scene.article.asides))
    return any(_TALK.search(words) for words in told)


def _continued(scene: Scene, number: int, following: int) -> list[Span]:
    """Paragraphs without a label between two labelled ones; what stands in brackets is nobody's.

    Behind a question they may be its answer, and are left out.
    """
    rest: list[Span] = []
    if asks(scene, scene.rows[number]):
        return rest
    for row in scene.rows[number + 1 : following]:
        words = row.span.of(scene.article.text)
        named = any(unit.kind is UnitKind.NAME and unit.ref >= 0 for unit in row.units[:2])
        if row.kind is not ParagraphKind.BODY or words[0] in "([*—–-" or words.isupper() or named:
            break
        rest.append(row.span)
    return rest


# ----------------------------------------------------------------------------- length


def readable(text: str, turn: Turn, sentences: Sequence[Span]) -> list[Turn]:
    """A long turn as several, each of whole sentences in a row and, where these allow, 60 words at most."""
    size = sum(count_words(part.of(text)) for part in turn.parts)
    if not turn.spoken or size <= LIMIT_WORDS:
        return [turn]
    aim = size / ceil(size / LIMIT_WORDS)
    out: list[list[Span]] = []
    filled = 0.0
    for part in turn.parts:
        for number, sentence in enumerate(_sentences(part, sentences)):
            length = count_words(sentence.of(text))
            if not out or filled >= aim or filled + length > LIMIT_WORDS:
                out.append([sentence])
                filled = 0.0
            elif number:
                out[-1][-1] = Span(out[-1][-1].start, sentence.end)
            else:
                out[-1].append(sentence)
            filled += length
    return [Turn(tuple(parts), turn.link, spoken=True) for parts in out]


def _sentences(part: Span, sentences: Sequence[Span]) -> list[Span]:
    """The sentences of ``part``, the first without the label before it."""
    at = bisect_left(sentences, part.start, key=lambda sentence: sentence.end - 1)
    found: list[Span] = []
    while at < len(sentences) and sentences[at].start < part.end:
        start, end = max(part.start, sentences[at].start), min(part.end, sentences[at].end)
        if start < end:
            found.append(Span(start, end))
        at += 1
    return found or [part]
