"""Statements of two stories: which are the same, which were altered, who is said to have made them."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from bot.compare.changes import Place
from bot.compare.pairing import Pair, paired, without
from bot.digest import Digest, quote_text
from bot.text import letters, name_words, words
from bot.types import Quote, Span

# Shares of common words from which two statements are one that was altered. By choice, on made-up pairs
# (tests/unit/test_compare.py): of one speaker half is enough, two strangers must say nearly the same.
_SAME_SPEAKER, _ANY_SPEAKER = 0.5, 0.75
_GROWN = 0.9  # of the shorter one's words that stand in the longer one: it was lengthened, or cut
_GROWN_FROM = 5  # words
_SHORT = 12  # letters: what is shorter may stand inside another statement by chance


class Told:
    """A story's statements, looked at once: there may be hundreds, each compared with hundreds."""

    def __init__(self, digest: Digest) -> None:
        article = digest.article
        self.quotes, self.text = digest.findings.quotes, article.text
        self.said = [letters(quote_text(article, quote)) for quote in self.quotes]
        self.spans = [_word_spans(self.text, quote) for quote in self.quotes]
        self.words = [[letters(span.of(self.text)) for span in spans] for spans in self.spans]
        self.counts = [Counter(said) for said in self.words]
        parts = [letters(part.of(self.text)) for quote in self.quotes for part in quote.parts]
        self._parts, self._quoted, self._printed = set(parts), "".join(parts), letters(self.text)

    def speaks(self, said: str) -> bool:
        """Whether the words stand in a quote, in whichever."""
        bare = letters(said)
        return bare in self._parts or (len(bare) >= _SHORT and bare in self._quoted)

    def prints(self, said: str) -> bool:
        """Whether the words stand in a quote, or anywhere if they are not too few to tell."""
        bare = letters(said)
        return self.speaks(said) or (len(bare) >= _SHORT and bare in self._printed)


def same_quotes(was: Told, now: Told) -> tuple[list[Pair], list[int], list[int]]:
    """Pairs of the same words, those of one speaker first, and what is left of each."""
    left, right = _by_words(was), _by_words(now)
    pairs: list[Pair] = []
    for said in left.keys() & right.keys():
        alike = paired(left[said], right[said], lambda one, two: float(_named_alike(was, now, (one, two))))
        rest = zip(
            without(left[said], {one for one, _ in alike}),
            without(right[said], {two for _, two in alike}),
            strict=False,
        )
        pairs += [*alike, *rest]
    return (
        sorted(pairs),
        without(range(len(was.quotes)), {one for one, _ in pairs}),
        without(range(len(now.quotes)), {two for _, two in pairs}),
    )


def _by_words(told: Told) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number, said in enumerate(told.said):
        found.setdefault(said, []).append(number)
    return found


def _named_alike(was: Told, now: Told, pair: Pair) -> bool:
    left, right = was.quotes[pair[0]].speaker, now.quotes[pair[1]].speaker
    if left is None or right is None:
        return left is right
    return letters(left.name.text) == letters(right.name.text)


def likeness(was: Told, now: Told) -> Callable[[int, int], float]:
    """0 for two statements that are not one that was altered."""

    def alike(one: int, two: int) -> float:
        left, right = was.words[one], now.words[two]
        both, shorter = len(left) + len(right), min(len(left), len(right))
        if not shorter:
            return 0.0
        # how many words they share in whatever order: their order cannot make it better
        common = (was.counts[one] & now.counts[two]).total()
        if 2 * common < _SAME_SPEAKER * both and common < _GROWN * shorter:
            return 0.0
        known = None not in {was.quotes[one].speaker, now.quotes[two].speaker}
        known = known and not other_speaker(was, now, (one, two))
        least = _SAME_SPEAKER if known else _ANY_SPEAKER
        grown = known and shorter >= _GROWN_FROM
        if 2 * common < least * both and not (grown and common >= _GROWN * shorter):
            return 0.0
        common = _longest_common(left, right)
        enough = 2 * common >= least * both or (grown and common >= _GROWN * shorter)
        return 2 * common / both if enough else 0.0

    return alike


def _word_spans(text: str, quote: Quote) -> list[Span]:
    """Of the statement's words, in the story."""
    return [
        Span(part.start + word.start, part.start + word.end)
        for part in quote.parts
        for word in words(part.of(text))
    ]


def _longest_common(left: Sequence[str], right: Sequence[str]) -> int:
    """The length of the longest common subsequence, the same both ways round."""
    row = [0] * (len(right) + 1)
    for one in left:
        diagonal = 0
        for at, two in enumerate(right, 1):
            kept = row[at]
            row[at] = diagonal + 1 if one == two else max(row[at], row[at - 1])
            diagonal = kept
    return row[-1]


def places(was: Told, now: Told, pair: Pair) -> tuple[Place, ...]:
    """Where the words of two statements differ. Words that the other story quotes elsewhere were moved
    into a statement of their own: that is no difference."""
    one, two = pair
    found: list[Place] = []
    for here, there in _differences(was.words[one], now.words[two]):
        old = _stretch(was.spans[one][here], was.quotes[one])
        new = _stretch(now.spans[two][there], now.quotes[two])
        moved = (new is None and old is not None and now.speaks(old.of(was.text))) or (
            old is None and new is not None and was.speaks(new.of(now.text))
        )
        if not moved:
            found.append((old, new))
    return tuple(found)


def _differences(left: list[str], right: list[str]) -> list[tuple[slice, slice]]:
    """The stretches that differ; the same ones both ways round, which difflib alone does not promise."""
    if left > right:
        return [(here, there) for there, here in _differences(right, left)]
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    return [(slice(a, b), slice(c, d)) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"]


def _stretch(spans: Sequence[Span], quote: Quote) -> Span | None:
    """From the first word to the last that stands in the same part: what is between two parts nobody said."""
    if not spans:
        return None
    part = next(part for part in quote.parts if part.contains(spans[0]))
    return Span(spans[0].start, max(span.end for span in spans if part.contains(span)))


def other_speaker(was: Told, now: Told, pair: Pair) -> bool:
    """ "Holt" and "Maren Holt" are one; somebody and nobody are not. Who is only likely to have said it is
    a guess of ours: that it changed is no news."""
    left, right = was.quotes[pair[0]].speaker, now.quotes[pair[1]].speaker
    if not all(one is None or one.certain for one in (left, right)):
        return False
    if left is None or right is None:
        return left is not right
    old, new = set(name_words(left.name.text)), set(name_words(right.name.text))
    return not (old <= new or new <= old)


def other_roles(was: Told, now: Told, pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    """One pair for each speaker whose role both stories print, in other words. Not one that is printed
    in one of them alone: which of a person's roles is kept may depend on what else was printed."""
    found: dict[tuple[str, str, str], Pair] = {}
    for pair in pairs:
        left, right = was.quotes[pair[0]].speaker, now.quotes[pair[1]].speaker
        if left is None or right is None or left.role is None or right.role is None:
            continue
        told = (letters(left.role.text), letters(right.role.text))
        if told[0] != told[1] and not other_speaker(was, now, pair):
            found.setdefault((min(letters(left.name.text), letters(right.name.text)), *told), pair)
    return tuple(found.values())


def printed_nowhere(here: Told, numbers: Iterable[int], there: Told) -> tuple[int, ...]:
    """Those of ``numbers`` that hold words which the other story does not print. A statement that is now
    printed as two, or that our finders no longer take for a quote, is not gone."""
    return tuple(
        number
        for number in numbers
        if not all(there.prints(part.of(here.text)) for part in here.quotes[number].parts)
    )
