"""Interviews printed as questions and answers without marks: the answers are the interviewee's words.

A page counts only when it is plainly one: it says so or labels who speaks, one person is named as
answering, three questions at least have answers, the questions say "you" and the answers "I". Who is
never guessed: a paragraph that could be the reporter's is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.extract.cast import EntityKind
from bot.extract.links import How, Link
from bot.extract.phrases import UnitKind
from bot.extract.scene import Row, Scene
from bot.extract.turns import Turn, asks, interviewee, is_asking, label_of, says_talk
from bot.text import count_words, fold
from bot.types import ParagraphKind, Span

_LEAST_PAIRS = 3
_LIMIT_QUESTION_WORDS = 90
_ASKED_YOU = 1 / 3  # of the questions say "you"
_ANSWERED_I = 1 / 2  # of the answers say "I" or "we"
_STRAY = 1 / 5  # of the lines between may be neither
_YOU = re.compile(r"\b(?:you|your|yours|yourself)\b", re.IGNORECASE)
_I = re.compile(r"\b(?:I|[Mm]e|[Mm]y|[Mm]yself|[Ww]e|[Oo]ur|[Uu]s)\b")
_PROMPT = re.compile(r"(?:Tell|Talk|Walk|Take|Give) (?:me|us)\b")
_NOTE = re.compile(
    r"\b(?:interview|conversation|transcript|q ?& ?a|answers|responses|exchange)\b.{0,40}"
    r"\b(?:edited|condensed|abridged|shortened)\b|\bedited for (?:length|clarity)\b|\bAs told to\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Pair:
    """A question's row and the paragraphs that answer it; ``sure``: the row ends with "?"."""

    question: int
    sure: bool
    answer: list[Span] = field(default_factory=list)
    open: bool = True


def answers_of(scene: Scene, turns: list[Turn]) -> list[Turn]:
    """The answers of an interview, in order; none where ``turns`` hold labelled ones already."""
    if any(turn.spoken for turn in turns) or any(row.kind is ParagraphKind.POST for row in scene.rows):
        return []
    first = next((number for number, row in enumerate(scene.rows) if _is_question(scene, row)), None)
    if first is None:
        return []
    who = _answering(scene, first)
    if who is None:
        return []
    pairs, strays = _walk(scene, first, scene.cast.mentions[who.unit.ref].entity)
    if not _is_interview(scene, pairs, strays) or not (who.how is How.LABEL or says_talk(scene, first)):
        return []
    return [Turn(tuple(pair.answer), who, spoken=True) for pair in pairs if pair.answer]


# ----------------------------------------------------------------------------- who answers


def _answering(scene: Scene, first: int) -> Link | None:
    """The one person whose name stands as a label before an answer, else who was introduced."""
    named: dict[int, Link] = {}
    asking: set[str] = set()
    for number, row in enumerate(scene.rows[first:], first):
        match = label_of(scene, row)
        if match is None:
            continue
        if _is_question(scene, row):
            asking.add(match.group(1))
            continue
        for at, unit in enumerate(row.units[:1]):
            if unit.kind is UnitKind.NAME and unit.ref >= 0 and unit.span.end <= match.end(1):
                entity = scene.cast.mentions[unit.ref].entity
                if scene.cast.entities[entity].kind is EntityKind.PERSON:
                    named.setdefault(entity, Link(number, at, unit, How.LABEL))
    if named:
        return next(iter(named.values())) if len(named) == 1 else None
    return interviewee(scene, first, sorted(asking))


# ----------------------------------------------------------------------------- who asks


def _is_question(scene: Scene, row: Row) -> bool:
    """A short paragraph of the reporter's that ends with a question, outside all marks."""
    if row.kind not in {ParagraphKind.BODY, ParagraphKind.HEADING} or not row.units:
        return False
    words = row.span.of(scene.article.text)
    match = label_of(scene, row)
    if match is not None and match.group(1) == "Q":
        return True
    if match is not None and match.group(1) == "A":
        return False
    return asks(scene, row) and count_words(words) <= _LIMIT_QUESTION_WORDS


def _is_prompt(scene: Scene, row: Row) -> bool:
    """A question without its sign: "You once said so.", "Tell us about the sea."."""
    words = _outside_marks(scene, row)
    match = label_of(scene, row)
    if match is not None and is_asking(scene, match.group(1)):
        return True
    return bool(_PROMPT.match(words)) or (bool(_YOU.search(words)) and not _I.search(words))


def _outside_marks(scene: Scene, row: Row) -> str:
    text, at, out = scene.article.text, row.span.start, []
    for unit in row.units:
        if unit.kind is UnitKind.QUOTE:
            out.append(text[at : unit.span.start])
            at = unit.span.end
    return " ".join([*out, text[at : row.span.end]]).strip()


# ----------------------------------------------------------------------------- the walk


def _walk(scene: Scene, first: int, entity: int) -> tuple[list[_Pair], int]:
    """Pairs in order and how many lines before the last question are neither question nor answer."""
    pairs: list[_Pair] = []
    strays: list[int] = []
    for number, row in enumerate(scene.rows[first:], first):
        if _is_question(scene, row):
            pairs.append(_Pair(number, sure=True))
            continue
        pair = pairs[-1]
        answer = _answer(scene, row, pair, entity)
        if answer is not None:
            pair.answer.append(answer)
        elif _is_prompt(scene, row):
            pairs.append(_Pair(number, sure=False))
        else:
            pair.open = False
            strays.append(number)
    last = max((pair.question for pair in pairs if pair.answer), default=first)
    return pairs, sum(number < last for number in strays)


def _answer(scene: Scene, row: Row, pair: _Pair, entity: int) -> Span | None:
    """``row`` without its label when it answers ``pair`` or goes on doing so; else None."""
    text = scene.article.text
    words = row.span.of(text)
    if row.kind is not ParagraphKind.BODY or not pair.open or words[0] in "([*" or _NOTE.search(words):
        return None
    start = _after_label(scene, row, entity)
    if any(mention.entity == entity for mention in scene.cast.within(start, row.span.end)):
        return None  # told about, not told by
    outside = _outside_marks(scene, row)
    if count_words(outside) * 2 < count_words(words):
        return None  # quoted in marks
    labelled = start > row.span.start
    first_answer = not pair.answer
    if not labelled and not (first_answer and pair.sure) and not _I.search(outside):
        return None
    if not labelled and _PROMPT.match(outside):
        return None
    return Span(start, row.span.end)


def _after_label(scene: Scene, row: Row, entity: int) -> int:
    match = label_of(scene, row)
    if match is None:
        return row.span.start
    label, name = fold(match.group(1)), fold(scene.cast.entities[entity].name.text)
    ours = label == "a" or all(word in name.split() for word in label.split())
    return match.end() if ours and match.end() < row.span.end else row.span.start


def _is_interview(scene: Scene, pairs: list[_Pair], strays: int) -> bool:
    text = scene.article.text
    sure = [pair for pair in pairs if pair.sure]
    answered = [pair for pair in pairs if pair.answer]
    if sum(pair.sure for pair in answered) < _LEAST_PAIRS:
        return False
    you = sum(bool(_YOU.search(scene.rows[pair.question].span.of(text))) for pair in sure)
    said_i = sum(any(_I.search(part.of(text)) for part in pair.answer) for pair in answered)
    lines = sum(1 + len(pair.answer) for pair in pairs)
    return (
        you >= max(2, _ASKED_YOU * len(sure))
        and said_i >= _ANSWERED_I * len(answered)
        and strays <= _STRAY * lines
    )
