"""Who is in a story: names found, merged into people, organisations and places, with roles as printed.

One table for speakers, figures and actors. Pure: the same article gives the same cast. What is looked
at is capped (``bot.extract.tokens``), so that a hostile page costs no more than a long read.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import replace

from bot.extract import gazetteer as known
from bot.extract.cast import Cast, Entity, EntityKind, NameMention
from bot.extract.cues import aliases
from bot.extract.evidence import settled
from bot.extract.gender import gender_of
from bot.extract.lexicon import words as listed
from bot.extract.names import Found, Group, fullest, grouped, key_of
from bot.extract.roles import Role, age_beside, best, redescribed, roles_beside
from bot.extract.spotting import Spot, after_titles, is_headline, spot
from bot.extract.tagger import tagged
from bot.extract.tokens import PageWords, Token, is_name_like, tokenised
from bot.types import Article, Phrase, Span

_LEAST_SURE = 0.4  # a lone guess below this is nobody unless the page says more
_FAINT = 0.35  # a rule that is not sure: a name only when the page says more
_TITLED = 0.95
_DOUBTFUL = 0.5  # of the tagger: a sure rule that crosses such a name replaces it
_HEADS = r"(?:leader|head|chief|chair|chairman|chairwoman|president|director|founder|chief executive)"
_LEADS = re.compile(rf"(?:[\w-]+ ){{0,2}}{_HEADS}\b")
_AGED_HEAD = re.compile(rf"\b[Tt]he (\d{{1,3}}-year-old) {_HEADS} of (?:the )?$")
_SURE_RULE = 0.85  # a rule this sure adds a name that the tagger missed
_ROLES_LIMIT = 12  # mentions of one entity whose surroundings are read for a role


def cast_of(article: Article, sentences: tuple[Span, ...]) -> Cast:
    """The cast of ``article``. ``sentences`` are spans of ``article.text`` in order.

    Mentions are slices of the body, sorted and never overlapping; names, aliases, roles and ages are
    phrases of the body, roles also of an aside. Never raises on odd text.
    """
    text = article.text
    tokens = tokenised(text, sentences)
    sentence_words = [[token.text for token in sentence] for sentence in tokens]
    page = PageWords(sentence_words)
    found: list[Found] = []
    for sentence, its_words in zip(tokens, sentence_words, strict=True):
        found.extend(_found(text, sentence, one) for one in _spots(its_words, page))
    found = _apart(settled(text, found))
    groups = [
        group
        for group in grouped(text, found, aliases(text, found), article.title)
        if group.sure >= _LEAST_SURE
    ]
    return _assembled(article, groups)


def _spots(its_words: list[str], page: PageWords) -> list[Spot]:
    """The tagger's names; the rules' where they are sure, and as a faint hint where they are not."""
    if is_headline(its_words):
        return []
    out = [spot for spot in (_trimmed(its_words, one) for one in tagged(its_words, page)) if spot]
    out = _rejoined(its_words, out)
    for one in spot(its_words, page):
        crossed = [other for other in out if one.first < other.last and other.first < one.last]
        if not crossed:
            out.append(one if one.sure >= _SURE_RULE else one._replace(sure=min(one.sure, _FAINT)))
        elif crossed[0][:3] == one[:3]:
            out[out.index(crossed[0])] = one._replace(sure=1 - (1 - one.sure) * (1 - crossed[0].sure))
        elif _overrules(one, crossed, its_words):
            out = [other for other in out if other not in crossed]
            out.append(one)
    return sorted(out)


def _overrules(rule: Spot, crossed: list[Spot], its_words: list[str]) -> bool:
    """A title makes a person, and a cue word an organisation that holds what the tagger cut up."""
    holds = all(rule.first <= other.first and other.last <= rule.last for other in crossed)
    if rule.kind is EntityKind.PERSON:
        within = set(its_words[rule.first : rule.last]) & listed("name_particles.txt")
        people = [other for other in crossed if other.kind is EntityKind.PERSON]
        ends_alike = len(crossed) == 1 and crossed[0].last == rule.last
        titled = rule.sure >= _TITLED and not people and (holds or ends_alike)
        doubted = rule.sure >= _SURE_RULE and all(other.sure < _DOUBTFUL for other in crossed)
        return titled or (holds and (doubted or (bool(within) and len(people) == len(crossed))))
    if rule.kind is not EntityKind.ORG or rule.sure < _SURE_RULE:
        return False
    if not holds:
        return all(other.sure < _DOUBTFUL for other in crossed)
    same = len(crossed) == 1 and crossed[0][:2] == rule[:2]
    wider = len(crossed) > 1 or crossed[0].first > rule.first or crossed[-1].last < rule.last
    return (
        wider
        if not same
        else crossed[0].kind is not EntityKind.ORG
        and not known.is_place(" ".join(its_words[rule.first : rule.last]))
    )


def _rejoined(its_words: list[str], spots: list[Spot]) -> list[Spot]:
    """ "Lotte" + "van der" + "Meulen": one person where only particles stand between."""
    out: list[Spot] = []
    for one in spots:
        between = its_words[out[-1].last : one.first] if out else []
        people = out and out[-1].kind is one.kind is EntityKind.PERSON
        if people and between and all(word in listed("name_particles.txt") for word in between):
            out[-1] = Spot(out[-1].first, one.last, one.kind, max(out[-1].sure, one.sure))
        else:
            out.append(one)
    return out


def _trimmed(its_words: list[str], one: Spot) -> Spot | None:
    """Without titles, "the" and adjectives of nation at its head; None when nothing is left."""
    first, last = one.first, one.last
    if one.kind is EntityKind.PERSON:
        first = after_titles(its_words, first, last)
        if "of" in its_words[first + 1 : last]:
            last = its_words.index("of", first + 1)
        while (
            first < last
            and known.is_demonym(its_words[first])
            and its_words[first] not in known.given_names()
        ):
            first += 1
    while first < last and its_words[first].lower() == "the":
        first += 1
    name = " ".join(its_words[first:last])
    if first >= last or _is_thing(its_words, first, last, one.kind):
        return None
    if known.is_nothing(name) or known.is_demonym(name) or known.is_calendar(name):
        return None
    if not any(is_name_like(word) for word in its_words[first:last]):
        return None
    return one._replace(first=first, last=last)


def _is_thing(its_words: list[str], first: int, last: int, kind: EntityKind) -> bool:
    """ "Storm Odette", "Route 9", "Chair": no person, whatever the tagger says."""
    head = known.bare(its_words[first])
    alone = last - first == 1 and (known.is_title(head) or _is_common(its_words[first]))
    return kind is EntityKind.PERSON and (head in listed("thing_heads.txt") or (alone and head != "king"))


def _is_common(word: str) -> bool:
    """A role noun, a single letter or a word printed small as a rule, which nobody is called."""
    borne = word in known.given_names() or word in listed("surnames.txt")
    if word.lower() in listed("role_nouns.txt"):
        return True
    return len(word) < 2 or (known.smallness(word) >= 2 and not borne)


def _found(text: str, sentence: list[Token], one: Spot) -> Found:
    span = Span(sentence[one.first].start, sentence[one.last - 1].end)
    if text[span.start : span.end].endswith(("'s", "\u2019s")):
        span = Span(span.start, span.end - 2)
    return Found(span, one.kind, one.sure, _title_of(sentence, one.first))


def _title_of(sentence: list[Token], first: int) -> str:
    """The folded title right before the name, of two words where the list has it so."""
    if not first:
        return ""
    last = known.bare(sentence[first - 1].text)
    if first > 1:
        both = f"{known.bare(sentence[first - 2].text)} {last}"
        if both in known.titles():
            return both
    if last == "," and first > 1:  # "her daughter, X": tells a gender, and that X is a person
        kin = known.titles().get(known.bare(sentence[first - 2].text))
        return known.bare(sentence[first - 2].text) if kin is not None and kin.gender else ""
    word = sentence[first - 1].text
    return last if last in known.titles() and word[0].isupper() else ""


def _apart(found: list[Found]) -> list[Found]:
    """Sorted; of two that overlap the longer stays."""
    out: list[Found] = []
    for one in sorted(found, key=lambda each: (each.span.start, -each.span.end)):
        if out and one.span.start < out[-1].span.end:
            continue
        out.append(one)
    return out


def _assembled(article: Article, groups: list[Group]) -> Cast:
    people = sorted(
        one.span.start for group in groups if group.kind is EntityKind.PERSON for one in group.found
    )
    bounds = [paragraph.span for paragraph in article.paragraphs]
    starts = [span.start for span in bounds]
    entities: list[Entity] = []
    mentions: list[NameMention] = []
    for index, group in enumerate(groups):
        entities.append(_entity(article, group, people, bounds, starts))
        mentions.extend(NameMention(one.span, index) for one in group.found)
    mentions.sort(key=lambda mention: mention.span)
    entities = _with_descriptions(article, entities, mentions)
    return Cast(_with_redescribed(article, entities), tuple(mentions))


def _with_descriptions(article: Article, entities: list[Entity], mentions: list[NameMention]) -> list[Entity]:
    """Roles of "The 61-year-old oceanographer ...", for the one person that is named before it.

    Named earlier in the paragraph; where it opens the paragraph, in the one before.
    """
    out = list(entities)
    starts = [mention.span.start for mention in mentions]
    previous = 0
    for paragraph in article.paragraphs:
        low = paragraph.span.start
        for role in redescribed(article.text, low, paragraph.span.end):
            begin = previous if role.start - low <= len("The ") else low
            named = {
                mention.entity
                for mention in mentions[bisect_left(starts, begin) : bisect_left(starts, role.start)]
                if out[mention.entity].kind is EntityKind.PERSON
            }
            if len(named) != 1 or out[(at := named.pop())].roles:
                continue
            phrase = article.phrase(role.start, role.end)
            aged = article.phrase(role.start, role.start + phrase.text.index(" "))
            out[at] = replace(out[at], roles=(phrase,), age=out[at].age or aged)
        previous = low
    return out


def _with_redescribed(article: Article, entities: list[Entity]) -> tuple[Entity, ...]:
    """Ages of "the 45-year-old head of X", given to the one person who is printed as leading X."""
    out = list(entities)
    for org in entities:
        aged = _aged_head(article, org) if org.kind is EntityKind.ORG else None
        if aged is None:
            continue
        forms = (org.name.text, *(alias.text for alias in org.aliases))
        led = [at for at, person in enumerate(entities) if _leads(person, forms)]
        if len(led) == 1 and out[led[0]].age is None:
            out[led[0]] = replace(out[led[0]], age=aged)
    return tuple(out)


def _aged_head(article: Article, org: Entity) -> Phrase | None:
    for mention in org.mentions[:_ROLES_LIMIT]:
        match = _AGED_HEAD.search(article.text, max(0, mention.start - 60), mention.start)
        if match:
            return article.phrase(*match.span(1))
    return None


def _leads(person: Entity, forms: tuple[str, ...]) -> bool:
    return person.kind is EntityKind.PERSON and any(
        _LEADS.match(role.text) and any(form in role.text for form in forms) for role in person.roles
    )


def _entity(
    article: Article, group: Group, people: list[int], bounds: list[Span], starts: list[int]
) -> Entity:
    text = article.text
    name = fullest(text, group)
    phrases = {span.of(text): article.phrase(span.start, span.end) for span in _first_printings(text, group)}
    phrases.pop(name.of(text), None)
    roles, age = _roles_and_age(article, group, bounds, starts)
    gender = None
    if group.kind is EntityKind.PERSON:
        gender = gender_of(text, group.found, [role.text for role in roles[:3]], people)
    return Entity(
        kind=group.kind,
        name=article.phrase(name.start, name.end),
        aliases=tuple(phrases.values()),
        mentions=tuple(one.span for one in group.found),
        roles=roles,
        gender=gender,
        age=age,
        confidence=min(1.0, group.sure),
    )


def _first_printings(text: str, group: Group) -> list[Span]:
    seen: dict[str, Span] = {}
    for one in group.found:
        seen.setdefault(one.span.of(text), one.span)
    return list(seen.values())


def _roles_and_age(
    article: Article, group: Group, bounds: list[Span], starts: list[int]
) -> tuple[tuple[Phrase, ...], Phrase | None]:
    """Roles best first, those of the body and of asides together; the first age printed."""
    if group.kind is EntityKind.PLACE:
        return (), None
    ranked: list[tuple[Role, int | None]] = []
    age: Phrase | None = None
    for one in group.found[:_ROLES_LIMIT]:
        low, high = _paragraph(one.span, bounds, starts, len(article.text))
        beside = roles_beside(article.text, one.span.start, one.span.end, group.kind, low, high)
        ranked.extend((role, None) for role in beside)
        if age is None and group.kind is EntityKind.PERSON:
            years = age_beside(article.text, one.span.start, one.span.end, low, high)
            age = article.phrase(years.start, years.end) if years else None
    full = fullest(article.text, group).of(article.text)
    for number, aside in enumerate(article.asides):
        match = re.search(rf"(?<![\w-]){re.escape(full)}(?!\w)", aside.text[:4000])
        if match:
            size = len(aside.text)
            beside = roles_beside(aside.text, match.start(), match.end(), group.kind, 0, size)
            ranked.extend((role, number) for role in beside)
    order = {id(role): where for role, where in ranked}
    phrases: dict[tuple[str, ...], Phrase] = {}
    for role in best([role for role, _ in ranked]):
        phrase = article.phrase(role.start, role.end, order[id(role)])
        phrases.setdefault(key_of(phrase.text), phrase)
    return _of_what_first(tuple(phrases.values())), age


def _of_what_first(roles: tuple[Phrase, ...]) -> tuple[Phrase, ...]:
    """ "former director of the Print Museum" before "former director", wherever each is printed."""
    said = roles[0].text.lower() if roles else ""
    fuller = [role for role in roles[1:] if role.text.lower().startswith((f"{said} of ", f"{said} at "))]
    return (fuller[0], *(role for role in roles if role is not fuller[0])) if fuller else roles


def _paragraph(span: Span, bounds: list[Span], starts: list[int], size: int) -> tuple[int, int]:
    at = bisect_right(starts, span.start) - 1
    if at >= 0 and bounds[at].contains(span):
        return bounds[at].start, bounds[at].end
    return max(0, span.start - 200), min(size, span.end + 200)
