"""Statements of the own corpus against those found: spans, speakers, roles, repeats, junk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.digest import Digest
from bot.evaluate.gold import GoldQuote, Printed, Story, spare_places
from bot.evaluate.naming import Verdict, judge, says_one_of
from bot.evaluate.row import Row, f1, share
from bot.text import count_words, letters
from bot.types import Quote, SpeakerKind

_SAME = 0.8  # share of characters in common from which two statements are the same
_TOUCHES = 0.5
_MIN_WORDS = 5  # shorter statements are neither asked for nor punished unless key
_SHOWN_MAX = 5


@dataclass(slots=True)
class QuoteTally:
    counts: Counter[str] = field(default_factory=Counter)
    cases: list[str] = field(default_factory=list)

    def add(self, story: Story, digest: Digest) -> None:
        """Count one story in."""
        printed = Printed(digest.article.text)
        found = digest.findings.quotes
        places = [_letters_at(digest, quote) for quote in found]
        golds = [_gold_at(printed, gold) for gold in story.quotes]
        pairs = _paired(places, golds)
        self._spans(story, digest, places, golds, pairs)
        for number, at in pairs.items():
            self._speaker(story, digest, found[number], story.quotes[at])
        self._keys(story, digest, pairs)
        self.counts["repeats"] += _repeats(digest)

    def _spans(
        self,
        story: Story,
        digest: Digest,
        places: Sequence[frozenset[int]],
        golds: Sequence[frozenset[int]],
        pairs: dict[int, int],
    ) -> None:
        asked = [at for at, gold in enumerate(story.quotes) if _asked(gold)]
        lines = spare_places(Printed(digest.article.text), story)
        spare = frozenset(at for line in lines for at in range(line.start, line.end))
        met = set(pairs.values())
        self.counts["gold"] += len(asked)
        self.counts["hit"] += sum(at in met for at in asked)
        self.cases += [
            f"{story.id}: lost statement: {story.quotes[at].parts[0][:70]}" for at in asked if at not in met
        ]
        self.counts["shown_right"] += sum(_asked(story.quotes[at]) for at in pairs.values())
        for number, place in enumerate(places):
            if number in pairs or _tolerated(place, story, golds) or place <= spare:
                continue
            words = _words(digest, digest.findings.quotes[number])
            junk = any(_overlaps(words, bad) for bad in story.must_not_quote)
            self.counts["junk"] += junk
            if junk or count_words(words) >= _MIN_WORDS:
                self.counts["false"] += 1
                self.cases.append(f"{story.id}: {'junk' if junk else 'no statement'}: {words[:70]}")

    def _speaker(self, story: Story, digest: Digest, quote: Quote, gold: GoldQuote) -> None:
        verdict = speaker_verdict(quote, gold)
        self.counts["judged"] += 1
        self.counts[f"speaker_{verdict}"] += 1
        if verdict is not Verdict.RIGHT:
            shown = quote.speaker.name.text if quote.speaker else "unattributed"
            self.cases.append(
                f"{story.id}: speaker {verdict}: {gold.parts[0][:50]} | {gold.speaker} | {shown}"
            )
            return
        if gold.role_any and gold.speaker_kind != "unnamed":
            role = quote.speaker.role.text if quote.speaker and quote.speaker.role else None
            right = says_one_of(role, gold.role_any)
            self.counts["role_asked"] += 1
            self.counts["role_right"] += right
            if not right:
                self.cases.append(f"{story.id}: role of {gold.speaker}: {role} | {gold.role_any}")

    def _keys(self, story: Story, digest: Digest, pairs: dict[int, int]) -> None:
        shown = digest.key_quotes
        keys = [at for at, gold in enumerate(story.quotes) if gold.key]
        chosen = [pairs.get(number) for number in shown]
        self.counts["key_shown"] += len(shown)
        self.counts["key_hit"] += sum(at in keys for at in chosen)
        self.counts["key_wanted"] += min(len(keys), _SHOWN_MAX)

    def rows(self) -> list[Row]:
        c = self.counts
        found = c["shown_right"] + c["false"]
        judged = c["judged"]
        return [
            share("quotes", "precision", c["shown_right"], found),
            share("quotes", "recall", c["hit"], c["gold"]),
            Row("quotes", "own", "f1", f1(c["hit"], found, c["gold"]), c["gold"]),
            share("speakers", "right", c["speaker_right"], judged),
            share("speakers", "wrong_name", c["speaker_wrong"], judged, "down"),
            share("speakers", "unattributed", c["speaker_absent"], judged, "down"),
            share("speakers", "role_right", c["role_right"], c["role_asked"]),
            share("quotes", "key_precision", c["key_hit"], c["key_shown"]),
            share("quotes", "key_recall", c["key_hit"], c["key_wanted"]),
            Row("quotes", "own", "repeats", c["repeats"], found, better="down"),
            Row("quotes", "own", "junk", c["junk"], found, better="down"),
        ]


def speaker_verdict(quote: Quote, gold: GoldQuote) -> Verdict:
    """Who is shown against who spoke; a guess where nobody can be named is wrong."""
    speaker = quote.speaker
    if speaker is None:
        return Verdict.RIGHT if gold.none_ok or gold.speaker is None else Verdict.ABSENT
    if gold.speaker is None:
        return Verdict.WRONG
    if gold.speaker_kind == "unnamed":
        wanted = gold.speaker_any or (gold.speaker.split()[-1],)
        named = speaker.kind is not SpeakerKind.UNNAMED
        fits = says_one_of(speaker.name.text, wanted)
        return Verdict.RIGHT if fits else Verdict.WRONG if named else Verdict.PART
    if speaker.kind is SpeakerKind.UNNAMED:
        return Verdict.PART  # a description where a name was to be had: thin, but nobody else's name
    if says_one_of(speaker.name.text, gold.speaker_any):
        return Verdict.RIGHT
    return judge(speaker.name.text, gold.speaker)


def _asked(gold: GoldQuote) -> bool:
    return not gold.optional and (gold.key or count_words(" ".join(gold.parts)) >= _MIN_WORDS)


def _tolerated(place: frozenset[int], story: Story, golds: Sequence[frozenset[int]]) -> bool:
    """Lies in a statement that may or may not be listed."""
    return any(
        not _asked(gold) and len(place & golds[at]) >= _TOUCHES * len(place)
        for at, gold in enumerate(story.quotes)
    )


def _letters_at(digest: Digest, quote: Quote) -> frozenset[int]:
    """Offsets of the statement's letters and digits: marks and closing commas do not count."""
    text = digest.article.text
    return frozenset(at for part in quote.parts for at in range(part.start, part.end) if text[at].isalnum())


def _gold_at(printed: Printed, gold: GoldQuote) -> frozenset[int]:
    offsets: set[int] = set()
    after = 0
    for part in gold.parts:
        span = printed.find(part, after)
        if span:
            offsets.update(at for at in range(span.start, span.end) if printed.text[at].isalnum())
            after = span.end
    return frozenset(offsets)


def _paired(places: Sequence[frozenset[int]], golds: Sequence[frozenset[int]]) -> dict[int, int]:
    """found -> gold, one to one, best overlap first."""
    scored = sorted(
        (
            (len(place & gold) / len(place | gold), number, at)
            for number, place in enumerate(places)
            for at, gold in enumerate(golds)
            if place & gold
        ),
        key=lambda row: (-row[0], row[1], row[2]),
    )
    pairs: dict[int, int] = {}
    for common, number, at in scored:
        if common >= _SAME and number not in pairs and at not in pairs.values():
            pairs[number] = at
    return pairs


def _words(digest: Digest, quote: Quote) -> str:
    return " ".join(part.of(digest.article.text) for part in quote.parts)


def _overlaps(words: str, bad: str) -> bool:
    return bool(letters(words)) and (letters(bad) in letters(words) or letters(words) in letters(bad))


def _repeats(digest: Digest) -> int:
    """Statements whose words stand in another statement that is listed as well."""
    said = [letters(_words(digest, quote)) for quote in digest.findings.quotes]
    return sum(
        any(one in other for number, other in enumerate(said) if number != at and len(other) >= len(one))
        for at, one in enumerate(said)
        if len(one) >= 20
    )
