"""Who said a figure that stands in a reported clause: "Lindt said 40 people", "40 people, police said".

Only what the sentence itself shows: a name or a printed noun phrase right beside the verb of saying, or
behind "according to". A pronoun is followed to the last speaker of the same paragraph, never further.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from bot.extract.cast import Cast, EntityKind, NameMention
from bot.extract.counted import is_stop
from bot.extract.figure_tokens import HYPHENS, MARK, WORD, Token, glued, low_at
from bot.extract.figure_words import word_set
from bot.extract.lexicon import words
from bot.types import Article, Phrase

_OPENING = 6  # tokens within which a sentence's own name stands: "Its director, Mara Lindt, ..."
_FURTHEST = 24  # tokens between a name and its verb over an apposition


class Source(NamedTuple):
    """``name`` says what stands in tokens [first, end)."""

    name: Phrase
    first: int
    end: int
    pronoun: bool = False


@cache
def _source_nouns() -> frozenset[str]:
    return words("unnamed.txt") | words("role_nouns.txt")


def sources(
    article: Article,
    cast: Cast,
    tokens: list[Token],
    mentions: tuple[NameMention, ...],
    known: Callable[[str], Phrase | None],
) -> list[Source]:
    """The reported clauses of one sentence, in order of their verbs.

    ``known("she")`` says who that would be: the last speaker of the paragraph, or None.
    """
    reader = _Reader(article, cast, tokens, mentions, known)
    found: list[Source] = []
    for at, token in enumerate(tokens):
        if token.low == "to" and low_at(tokens, at - 1) == "according":
            found.extend(reader.according(at))
        elif token.kind == WORD and token.low in word_set("report_verbs"):
            found.extend(reader.said(at))
    return found


def source_of(found: list[Source], at: int) -> Phrase | None:
    """Who said the figure that begins at token ``at``: the nearest clause that holds it."""
    holding = [source for source in found if source.first <= at < source.end]
    return max(holding, key=lambda source: source.first).name if holding else None


class _Reader:
    """One sentence and the names in it."""

    def __init__(
        self,
        article: Article,
        cast: Cast,
        tokens: list[Token],
        mentions: tuple[NameMention, ...],
        known: Callable[[str], Phrase | None],
    ) -> None:
        self._article, self._cast, self._tokens, self._known = article, cast, tokens, known
        self._ends = {mention.span.end: mention for mention in mentions}
        self._starts = {mention.span.start: mention for mention in mentions}

    def said(self, verb: int) -> list[Source]:
        """The clause of the verb at token ``verb``: behind it, or before it when it closes the sentence."""
        speaker, first = self._subject(verb)
        if speaker is not None:
            if low_at(self._tokens, verb + 1) == "," and low_at(self._tokens, first - 1) == ",":
                return [Source(speaker, 0, len(self._tokens))]  # "The fund, he said, and the council ..."
            if self._closes(verb + 1) and low_at(self._tokens, first - 1) in {",", "”", '"', "’", "—", "–"}:
                return [Source(speaker, 0, first)]
            return [Source(speaker, verb + 1, self._clause_end(verb + 1))]
        inverted = self._starting_near(verb + 1)
        if inverted is not None and low_at(self._tokens, verb - 1) in {",", "”", '"', "’"}:
            return [Source(inverted, 0, verb)]
        return []

    def according(self, to: int) -> list[Source]:
        """ "according to X": the whole sentence is X's, but never beyond a semicolon."""
        name = self._starting_near(to + 1)
        if name is None:
            end = to + 1
            while end < len(self._tokens) and end - to < 8 and self._plain(end, first=end == to + 1):
                end += 1
            if low_at(self._tokens, end) == "." and glued(self._tokens, end) and end + 1 < len(self._tokens):
                return []  # an abbreviation before a name that is not in the cast
            if end == to + 1 or (end == to + 2 and is_stop(self._tokens[to + 1].low)):
                return []
            if end > to + 3 and self._tokens[end - 1].low.endswith("ed"):
                end -= 1  # "a budget report published" in February
            name = self._article.phrase(self._tokens[to + 1].start, self._tokens[end - 1].end)
        cuts = [at for at, token in enumerate(self._tokens) if token.text == ";"]
        first = max((cut + 1 for cut in cuts if cut < to), default=0)
        return [Source(name, first, min((cut for cut in cuts if cut > to), default=len(self._tokens)))]

    def _subject(self, verb: int) -> tuple[Phrase | None, int]:
        """Who stands before the verb, and the token where the subject begins."""
        last = verb - 1
        while last >= 0 and self._tokens[last].low in word_set("between_subject"):
            last -= 1
        if last < 0:
            return None, 0
        token = self._tokens[last]
        if (mention := self._ends.get(token.end)) is not None:
            return self._named(mention, self._index_of(mention.span.start, last))
        if token.low in {"he", "she"}:
            return self._known(token.low), last
        if token.text == ",":
            return self._over_apposition(last)
        if token.low == "and":
            return self._opening_name(), 0
        if token.kind != WORD or token.low in word_set("pronouns") or is_stop(token.low):
            return None, 0
        return self._nominal(last)

    def _named(self, mention: NameMention, first: int) -> tuple[Phrase | None, int]:
        """The name before the verb; in "Lindt of Orvale Steel said" the one before the preposition."""
        if low_at(self._tokens, first - 1) not in word_set("subject_prepositions"):
            return self._name(mention), first
        owner = self._ends.get(self._tokens[first - 2].end) if first > 1 else None
        if owner is None:
            return None, 0  # "75 percent of Democrats said", "a spokesman for Orvale Steel said"
        return self._name(owner), self._index_of(owner.span.start, first - 2)

    def _over_apposition(self, comma: int) -> tuple[Phrase | None, int]:
        """ "Mara Lindt, the mayor, said": a name before the comma that opens the apposition."""
        named = self._ends.get(self._tokens[comma - 1].end) if comma > 0 else None
        if named is not None:  # "The mayor, Mara Lindt, said"
            return self._name(named), self._index_of(named.span.start, comma - 1)
        for step in range(comma - 1, max(0, comma - _FURTHEST), -1):
            if self._tokens[step].text in ";:—“”":
                return None, 0
            mention = self._ends.get(self._tokens[step - 1].end)
            if self._tokens[step].text == "," and mention is not None:
                return self._name(mention), self._index_of(mention.span.start, step - 1)
        return None, 0

    def _opening_name(self) -> Phrase | None:
        """ "Orvale Steel kept its dividend and said ...": the name that opens the sentence."""
        for at, token in enumerate(self._tokens[:_OPENING]):
            if (mention := self._starts.get(token.start)) is not None:
                return self._name(mention)
            if at and is_stop(token.low):
                return None
        return None

    def _nominal(self, last: int) -> tuple[Phrase | None, int]:
        """ "police", "health officials", "the ministry": up to the clause's beginning."""
        head = self._tokens[last]
        if not (head.low in _source_nouns() or (last > 0 and head.text[:1].isupper())):
            return None, 0  # "the move said much"
        first = last
        while first > 0 and last - first < 6 and self._plain(first - 1, first=False):
            first -= 1
        if first > 0 and self._tokens[first - 1].low in {"the", "a", "an", "its", "his", "her", "their"}:
            first -= 1
        before = low_at(self._tokens, first - 1)
        if before == "of" and first > 1 and (owner := self._ends.get(self._tokens[first - 2].end)):
            return self._name(owner), self._index_of(owner.span.start, first - 2)  # "Lindt of Orvale"
        if first > 0 and before not in word_set("clause_starts"):
            return None, 0
        return self._article.phrase(self._tokens[first].start, self._tokens[last].end), first

    def _plain(self, at: int, *, first: bool) -> bool:
        """A word that can stand inside a noun phrase; a determiner only as the first one."""
        token = self._tokens[at]
        if token.text in HYPHENS:
            return glued(self._tokens, at)
        if first and token.low in {"the", "a", "an", "its", "his", "her", "their"}:
            return True
        return token.kind == WORD and not is_stop(token.low) and token.low not in word_set("report_verbs")

    def _starting_near(self, at: int) -> Phrase | None:
        """The name that begins at ``at`` or behind a title of up to five words."""
        for step in range(at, min(at + 6, len(self._tokens))):
            if (mention := self._starts.get(self._tokens[step].start)) is not None:
                return self._name(mention)
            if self._tokens[step].text == "." and glued(self._tokens, step) and step > at:
                continue  # "Capt. Mara Lindt"
            if self._tokens[step].kind == MARK or (is_stop(self._tokens[step].low) and step > at):
                return None
        return None

    def _name(self, mention: NameMention) -> Phrase:
        entity = self._cast.of(mention)
        if entity.kind is EntityKind.PLACE:
            return self._article.phrase(mention.span.start, mention.span.end)
        return entity.name

    def _index_of(self, start: int, last: int) -> int:
        while last > 0 and self._tokens[last].start > start:
            last -= 1
        return last

    def _closes(self, at: int) -> bool:
        """After the verb the sentence ends, or goes on with a day or a comma."""
        following = self._tokens[at] if at < len(self._tokens) else None
        return (
            following is None
            or following.text in ".,;!?)"
            or following.low in {"on", "in", "late", "early", *word_set("days")}
        )

    def _clause_end(self, at: int) -> int:
        """Index of the ";" that ends the clause; the sentence's end otherwise."""
        return next(
            (step for step in range(at, len(self._tokens)) if self._tokens[step].text == ";"),
            len(self._tokens),
        )
