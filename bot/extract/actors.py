"""Who acts in a story: the people and organisations of the cast, ranked.

The paper itself, its byline and lone guesses are no actors; a news agency comes last.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from bot.extract.cast import Cast, Entity, EntityKind
from bot.extract.gazetteer import given_names, is_org_word, known_orgs
from bot.extract.lexicon import words
from bot.extract.names import key_of, last_of
from bot.text import fold
from bot.types import Actor, ActorKind, Article, Quote, Score

KEY_ACTORS = 6

# An organisation is believed with a cue word, two mentions or this certainty (facts: a third of all
# errors are organisations).
_SURE_ORG = 0.8
_SURE_PERSON = 0.5
_SURE_ALONE = 0.85  # one word that no list of names holds: a company as often as a person
_PUBLISHER = "publisher"
_WORD = re.compile(r"[\w-]+")
_DIGITS = re.compile(r"\d{1,3}")


def find_actors(article: Article, cast: Cast, quotes: tuple[Quote, ...]) -> tuple[Actor, ...]:
    """People and organisations in order of first mention, aliases merged, each with its score.

    ``mentions`` are spans of the body. Places, the byline's people and doubtful names are left out.
    """
    spoken = Counter(key_of(quote.speaker.name.text) for quote in quotes if quote.speaker is not None)
    bylines = {key_of(name) for name in article.byline}
    shared = _shared_surnames(cast)
    actors = []
    for entity in cast.entities:
        forms = {key_of(form.text) for form in (entity.name, *entity.aliases)}
        if forms <= shared or not _believed(entity) or (entity.kind is EntityKind.PERSON and forms & bylines):
            continue
        actors.append(_actor(article, entity, forms, sum(spoken[form] for form in forms)))
    return tuple(sorted(actors, key=lambda actor: actor.mentions[0]))


def _shared_surnames(cast: Cast) -> set[tuple[str, ...]]:
    """Bare surnames that two people of the story bear: whose they are is not known."""
    full = [key_of(entity.name.text) for entity in cast.entities if entity.kind is EntityKind.PERSON]
    often = Counter(last_of(key) for key in full if len(key) > 1)
    return {(word,) for word, times in often.items() if times > 1}


def key_actors(article: Article, actors: Sequence[Actor]) -> tuple[int, ...]:
    """Indexes into ``actors`` of the few to show, best first; never the paper itself."""
    shown = [index for index, actor in enumerate(actors) if _PUBLISHER not in dict(actor.score.parts)]
    shown.sort(key=lambda index: (-actors[index].score.total, actors[index].mentions[0]))
    return tuple(shown[:KEY_ACTORS])


def _believed(entity: Entity) -> bool:
    if entity.kind is EntityKind.PLACE or not entity.mentions:
        return False
    name = entity.name.text
    if entity.kind is EntityKind.PERSON:
        borne = " " in name or name in given_names() or name in words("surnames.txt")
        return entity.confidence >= (_SURE_PERSON if borne or entity.roles else _SURE_ALONE) and len(name) > 2
    parts = name.split()
    cue = any(is_org_word(part) for part in parts) or name in known_orgs()
    if parts[-1].lower() in words("thing_words.txt") and not (cue and "of" in parts):
        return False
    return cue or len(entity.mentions) > 1 or bool(entity.aliases) or entity.confidence >= _SURE_ORG


def _actor(article: Article, entity: Entity, forms: set[tuple[str, ...]], quotes: int) -> Actor:
    return Actor(
        name=entity.name,
        kind=ActorKind.PERSON if entity.kind is EntityKind.PERSON else ActorKind.ORG,
        role=entity.roles[0] if entity.roles else None,
        aliases=tuple(dict.fromkeys(form.text for form in entity.aliases)),
        mentions=entity.mentions,
        age_years=_years(entity.age.text) if entity.age is not None else None,
        score=_score(article, entity, forms, quotes),
    )


def _score(article: Article, entity: Entity, forms: set[tuple[str, ...]], quotes: int) -> Score:
    """Weights set by hand on the GUM news articles of the development split and the seed."""
    person = entity.kind is EntityKind.PERSON
    size = max(1, len(article.text))
    title = " " + " ".join(_WORD.findall(fold(article.title))) + " "
    parts = [
        ("mentions", round(0.6 * min(len(entity.mentions), 10), 2)),
        ("early", round(2 * (1 - entity.mentions[0].start / size), 2)),
    ]
    if quotes:
        parts.append(("speaks", 1.0 + 0.3 * min(quotes, 5)))
    if entity.roles:
        parts.append(("role", 1.0 if person else 0.5))
    if any(f" {' '.join(form)} " in title or (person and f" {form[-1]} " in title) for form in forms if form):
        parts.append(("title", 1.5))
    if person:
        parts.append(("person", 0.5))
    if entity.confidence < _SURE_ORG:
        parts.append(("doubt", round(2 * (entity.confidence - 1), 2)))
    names = {entity.name.text, *(form.text for form in entity.aliases)}
    own = {key_of(name) for name in (article.site, *article.byline) if name}
    if forms & own:
        parts.append((_PUBLISHER, -10.0))
    elif names & words("agencies.txt"):
        parts.append(("agency", -3.0))
    return Score(tuple(parts))


def _years(printed: str) -> int | None:
    match = _DIGITS.match(printed)
    return int(match[0]) if match else None
