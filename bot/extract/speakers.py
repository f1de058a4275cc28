"""The quotes of a story with their speakers. "Unattributed" is an answer; a wrong name is not.

``attributed`` joins the steps: marks (where), links (which words name the source), resolve (who
that is), quotes (which of it is a statement, and of how many parts), turns and interview (words
without marks).
"""

from __future__ import annotations

import re

from bot.extract.cast import Cast, EntityKind
from bot.extract.interview import answers_of
from bot.extract.links import How, Link
from bot.extract.marks import pair
from bot.extract.quotes import is_statement, kind_of, same_statement, without_repeats
from bot.extract.rank_quotes import scored
from bot.extract.resolve import Who, resolve_links
from bot.extract.running import links_of
from bot.extract.scene import Scene, scene_of
from bot.extract.turns import Turn, readable, turns_of
from bot.types import Article, Phrase, Quote, QuoteKind, Span, Speaker, SpeakerKind

# How often each construction named the right mention (PolNeAR train, quotations of 5 words or more:
# python -m bot.evaluate.quotes --constructions --part train); label, credit and according by the dev part
# and the own corpus, where they are less rare.
TRUST = {
    How.LABEL: 0.97, How.AFTER: 0.97, How.INVERTED: 0.99, How.ACCORDING: 0.95, How.CREDIT: 0.95,
    How.BEFORE: 0.87, How.SAME: 0.97, How.LATE: 0.96, How.COLON: 0.76, How.FAR: 0.9, How.PRIOR: 0.87,
    How.CARRIED: 0.76, How.SUBJECT: 0.61,
}  # fmt: skip
_AGED = re.compile(r"[Tt]he (\d{1,3}-year-old [a-z][\w-]*(?: [a-z][\w-]*)?)")
LIMIT_QUOTES = 1_000  # quoted stretches, and unmarked turns, looked at: a hostile page costs no more
# Below SHOWN nobody is named; below CERTAIN the digest says that it is not sure. Tuned on PolNeAR dev.
SHOWN = 0.5
CERTAIN = 0.65


def attributed(article: Article, sentences: tuple[Span, ...], cast: Cast) -> tuple[Quote, ...]:
    """Statements in order of print, parts inside the marks. Pure; never raises on odd text.

    ``sentences`` are spans of ``article.text``. ``Quote.score`` says why a quote ranks where it does
    (``bot.extract.rank_quotes``).
    """
    marks = pair(article.text, article.paragraphs)[:LIMIT_QUOTES]
    scene = scene_of(article, sentences, cast, marks)
    unmarked = turns_of(scene)
    unmarked = sorted([*unmarked, *answers_of(scene, unmarked)], key=lambda turn: turn.parts[0])[
        :LIMIT_QUOTES
    ]
    turns = [piece for turn in unmarked for piece in readable(article.text, turn, sentences)]
    links = links_of(scene)
    who = resolve_links(scene, [*links, *(turn.link for turn in turns)])
    kept = [
        index
        for index in sorted(scene.place)
        if is_statement(scene, index, links[index]) and not _within(marks[index].inner, turns)
    ]
    quotes = [_quote(scene, group, links, who) for group in _grouped(scene, kept, links, who)]
    quotes.extend(_turn(scene, turn, person) for turn, person in zip(turns, who[len(links) :], strict=True))
    told_once = without_repeats(article.text, sorted(quotes, key=lambda quote: quote.parts[0]))
    return scored(article, tuple(told_once), cast)


def _within(inner: Span, turns: list[Turn]) -> bool:
    return any(part.overlaps(inner) for turn in turns for part in turn.parts)


def _turn(scene: Scene, turn: Turn, person: Who | None) -> Quote:
    confidence = _confidence(turn.link, person)
    return Quote(
        parts=turn.parts,
        kind=QuoteKind.BLOCK,
        speaker=_speaker(scene, turn.link, person, confidence),
        cue=turn.link.cue if turn.link else None,
        confidence=round(confidence, 3),
    )


def _grouped(
    scene: Scene, kept: list[int], links: list[Link | None], who: list[Who | None]
) -> list[list[int]]:
    groups: list[list[int]] = []
    for index in kept:
        if groups and groups[-1][-1] == index - 1 and same_statement(scene, index - 1, index, links, who):
            groups[-1].append(index)
        else:
            groups.append([index])
    return groups


def _quote(scene: Scene, group: list[int], links: list[Link | None], who: list[Who | None]) -> Quote:
    best = max(group, key=lambda index: _confidence(links[index], who[index]))
    link, person = links[best], who[best]
    confidence = _confidence(link, person)
    kinds = {kind_of(scene, index, links[index]) for index in group}
    return Quote(
        parts=tuple(scene.marks[index].inner for index in group),
        kind=QuoteKind.DIRECT if QuoteKind.DIRECT in kinds else QuoteKind.PARTIAL,
        speaker=_speaker(scene, link, person, confidence),
        cue=next((found.cue for index in group if (found := links[index]) and found.cue), None),
        confidence=round(confidence, 3),
    )


def _confidence(link: Link | None, person: Who | None) -> float:
    return TRUST[link.how] * person.sure if link and person else 0.0


def _speaker(scene: Scene, link: Link | None, person: Who | None, confidence: float) -> Speaker | None:
    if link is None or person is None or confidence < SHOWN:
        return None
    certain = confidence >= CERTAIN
    if person.entity is None:
        if person.words is None:
            return None
        kind = SpeakerKind.PERSON if person.named else SpeakerKind.UNNAMED
        return Speaker(person.words, kind, None, certain, link.unit.span)
    entity = scene.cast.entities[person.entity]
    kind = SpeakerKind.PERSON if entity.kind is EntityKind.PERSON else SpeakerKind.ORG
    role = entity.roles[0] if entity.roles else _described(scene.article, link.unit.span)
    return Speaker(entity.name, kind, role, certain, link.unit.span)


def _described(article: Article, mention: Span) -> Phrase | None:
    """ "the 23-year-old forward" beside the words tells a role where the story prints no other."""
    match = _AGED.fullmatch(article.text, mention.start, mention.end)
    return article.phrase(*match.span(1)) if match else None
