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


def same_quotes(before: Digest, after: Digest) -> tuple[list[Pair], list[int], list[int]]:
    """Pairs of the same words, those of one speaker first, and what is left of each."""
    left, right = _by(before, _words_said), _by(after, _words_said)
    pairs: list[Pair] = []
    for said in left.keys() & right.keys():
        was, now = left[said], right[said]
        alike = paired(was, now, lambda one, two: _named_alike(before, one, after, two))
        rest = zip(
            without(was, {one for one, _ in alike}), without(now, {two for _, two in alike}), strict=False
        )
        pairs += [*alike, *rest]
    seen_before, seen_after = {one for one, _ in pairs}, {two for _, two in pairs}
    return (
        sorted(pairs),
        without(range(len(before.findings.quotes)), seen_before),
        without(range(len(after.findings.quotes)), seen_after),
    )


def _by(digest: Digest, key: Callable[[Digest, int], str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number in range(len(digest.findings.quotes)):
        found.setdefault(key(digest, number), []).append(number)
    return found


def _words_said(digest: Digest, number: int) -> str:
    return letters(quote_text(digest.article, digest.findings.quotes[number]))


def _named_alike(before: Digest, one: int, after: Digest, two: int) -> float:
    return 1.0 if _speaker(before, one) == _speaker(after, two) else 0.0


def _speaker(digest: Digest, number: int) -> str | None:
    speaker = digest.findings.quotes[number].speaker
    return letters(speaker.name.text) if speaker else None


def likeness_of_quotes(before: Digest, after: Digest) -> Callable[[int, int], float]:
    """0 for two statements that are not one that was altered."""
    was = [_folded_words(before, quote) for quote in before.findings.quotes]
    now = [_folded_words(after, quote) for quote in after.findings.quotes]

    def likeness(one: int, two: int) -> float:
        left, right = was[one], now[two]
        if not left or not right:
            return 0.0
        speaker = _speaker(before, one)
        known = speaker is not None and not other_speaker(before, after, (one, two))
        least = _SAME_SPEAKER if known else _ANY_SPEAKER
        common, shorter = sum((Counter(left) & Counter(right)).values()), min(len(left), len(right))
        grown = known and shorter >= _GROWN_FROM and common >= _GROWN * shorter
        if not grown and 2 * common < least * (len(left) + len(right)):
            return 0.0  # the order of words cannot make it better
        common = _longest_common(left, right)
        share = 2 * common / (len(left) + len(right))
        if share >= least:
            return share
        return share if grown and common >= _GROWN * shorter else 0.0

    return likeness


def _folded_words(digest: Digest, quote: Quote) -> list[str]:
    return [letters(span.of(digest.article.text)) for span in _word_spans(digest, quote)]


def _word_spans(digest: Digest, quote: Quote) -> list[Span]:
    """Of the statement's words, in the story."""
    text = digest.article.text
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


def places(before: Digest, after: Digest, pair: Pair) -> tuple[Place, ...]:
    """Where the words of two statements differ. Words that the other story quotes elsewhere were moved
    into a statement of their own: that is no difference."""
    was, now = before.findings.quotes[pair[0]], after.findings.quotes[pair[1]]
    left, right = _word_spans(before, was), _word_spans(after, now)
    spoken_before, spoken_after = _spoken(before), _spoken(after)
    found: list[Place] = []
    for here, there in _differences(_folded_words(before, was), _folded_words(after, now)):
        one, two = _stretch(left[here], was), _stretch(right[there], now)
        moved = (two is None and one is not None and spoken_after(one.of(before.article.text))) or (
            one is None and two is not None and spoken_before(two.of(after.article.text))
        )
        if not moved:
            found.append((one, two))
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


def other_speaker(before: Digest, after: Digest, pair: Pair) -> bool:
    """ "Holt" and "Maren Holt" are one; somebody and nobody are not. Who is only likely to have said it is
    a guess of ours: that it changed is no news."""
    was, now = before.findings.quotes[pair[0]].speaker, after.findings.quotes[pair[1]].speaker
    if not all(one is None or one.certain for one in (was, now)):
        return False
    if was is None or now is None:
        return was is not now
    left, right = set(name_words(was.name.text)), set(name_words(now.name.text))
    return not (left <= right or right <= left)


def other_roles(before: Digest, after: Digest, pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    """One pair for each speaker whose role both stories print, in other words. Not one that is printed
    in one of them alone: which of a person's roles is kept may depend on what else was printed."""
    found: dict[tuple[str, str, str], Pair] = {}
    for pair in pairs:
        was, now = before.findings.quotes[pair[0]].speaker, after.findings.quotes[pair[1]].speaker
        if was is None or now is None or was.role is None or now.role is None:
            continue
        told = (letters(was.role.text), letters(now.role.text))
        if told[0] != told[1] and not other_speaker(before, after, pair):
            found.setdefault((min(letters(was.name.text), letters(now.name.text)), *told), pair)
    return tuple(found.values())


def printed_nowhere(here: Digest, numbers: Iterable[int], there: Digest) -> tuple[int, ...]:
    """Those of ``numbers`` that hold words which the other story does not print. A statement that is now
    printed as two, or that our finders no longer take for a quote, is not gone."""
    spoken, text = _spoken(there), here.article.text
    printed = letters(there.article.text)

    def known(part: str) -> bool:
        return spoken(part) or (len(letters(part)) >= _SHORT and letters(part) in printed)

    return tuple(
        number
        for number in numbers
        if not all(known(part.of(text)) for part in here.findings.quotes[number].parts)
    )


def _spoken(digest: Digest) -> Callable[[str], bool]:
    """Whether words stand in a quote of the story, in whichever."""
    text = digest.article.text
    parts = [letters(part.of(text)) for quote in digest.findings.quotes for part in quote.parts]
    whole, known = "".join(parts), set(parts)

    def spoken(said: str) -> bool:
        bare = letters(said)
        return bare in known or (len(bare) >= _SHORT and bare in whole)

    return spoken
