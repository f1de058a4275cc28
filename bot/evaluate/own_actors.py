"""People and organisations of the own corpus against those found: names, aliases, roles, junk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.digest import Digest
from bot.evaluate.gold import GoldActor, Story
from bot.evaluate.naming import Verdict, judge, says_one_of, tokens
from bot.evaluate.row import Row, f1, share
from bot.types import Actor

_SHOWN_MAX = 6


@dataclass(slots=True)
class ActorTally:
    counts: Counter[str] = field(default_factory=Counter)
    cases: list[str] = field(default_factory=list)

    def add(self, story: Story, digest: Digest) -> None:
        """Count one story in."""
        found = digest.findings.actors
        pairs = _paired(found, story.actors)
        met = set(pairs.values())
        for at, gold in enumerate(story.actors):
            if not gold.optional:
                self.counts[f"gold_{gold.kind}"] += 1
                self.counts[f"hit_{gold.kind}"] += at in met
                if at not in met:
                    self.cases.append(f"{story.id}: lost {gold.kind}: {gold.name}")
        for number, actor in enumerate(found):
            if number in pairs:
                self._matched(story, actor, story.actors[pairs[number]])
            elif not any(_same(actor, gold) for gold in story.actors if gold.optional):
                self._false(story, actor)
        self._keys(story, digest, pairs)

    def _matched(self, story: Story, actor: Actor, gold: GoldActor) -> None:
        self.counts["kind_asked"] += 1
        self.counts["kind_right"] += actor.kind.value == gold.kind
        if gold.optional:
            return
        self.counts[f"right_{gold.kind}"] += 1
        full = any(judge(actor.name.text, name) is Verdict.RIGHT for name in (gold.name, *gold.name_any))
        self.counts["full_name"] += full
        if not full:
            self.cases.append(f"{story.id}: name {actor.name.text} for {gold.name}")
        have = {tokens(alias) for alias in actor.aliases} - {tokens(actor.name.text)}
        want = {tokens(alias) for alias in gold.aliases} - {tokens(gold.name)}
        self.counts["alias_hit"] += len(have & want)
        self.counts["alias_found"] += len(have)
        self.counts["alias_gold"] += len(want)
        if gold.role_any:
            right = says_one_of(actor.role.text if actor.role else None, gold.role_any)
            self.counts["role_asked"] += 1
            self.counts["role_right"] += right
            if not right:
                role = actor.role.text if actor.role else None
                self.cases.append(f"{story.id}: role of {gold.name}: {role} | {gold.role_any}")

    def _false(self, story: Story, actor: Actor) -> None:
        junk = any(tokens(bad) == tokens(actor.name.text) for bad in story.must_not_actor)
        self.counts[f"false_{actor.kind.value}"] += 1
        self.counts["junk"] += junk
        self.cases.append(f"{story.id}: {'junk' if junk else 'no'} {actor.kind.value}: {actor.name.text}")

    def _keys(self, story: Story, digest: Digest, pairs: dict[int, int]) -> None:
        shown = digest.key_actors
        chosen = [story.actors[pairs[number]] for number in shown if number in pairs]
        self.counts["key_shown"] += len(shown)
        self.counts["key_hit"] += sum(gold.key for gold in chosen)
        self.counts["key_wanted"] += min(sum(gold.key for gold in story.actors), _SHOWN_MAX)

    def rows(self) -> list[Row]:
        c = self.counts
        rows: list[Row] = []
        for kind in ("person", "org"):
            right, found = c[f"right_{kind}"], c[f"right_{kind}"] + c[f"false_{kind}"]
            rows += [
                share("actors", f"{kind}_precision", right, found),
                share("actors", f"{kind}_recall", c[f"hit_{kind}"], c[f"gold_{kind}"]),
                Row("actors", "own", f"{kind}_f1", f1(right, found, c[f"gold_{kind}"]), c[f"gold_{kind}"]),
            ]
        alias = f1(c["alias_hit"], c["alias_found"], c["alias_gold"])
        named = c["right_person"] + c["right_org"]
        return [
            *rows,
            share("actors", "kind_right", c["kind_right"], c["kind_asked"]),
            share("actors", "full_name", c["full_name"], named),
            Row("actors", "own", "alias_f1", alias, c["alias_gold"]),
            share("actors", "role_right", c["role_right"], c["role_asked"]),
            share("actors", "key_precision", c["key_hit"], c["key_shown"]),
            share("actors", "key_recall", c["key_hit"], c["key_wanted"]),
            Row("actors", "own", "junk", c["junk"], named, better="down"),
        ]


def _paired(found: Sequence[Actor], golds: Sequence[GoldActor]) -> dict[int, int]:
    """found -> gold, one to one: the whole name first, then a short form."""
    scored = sorted(
        (not any(judge(actor.name.text, name) is Verdict.RIGHT for name in _names(gold)[:1]), number, at)
        for number, actor in enumerate(found)
        for at, gold in enumerate(golds)
        if _same(actor, gold)
    )
    pairs: dict[int, int] = {}
    for _, number, at in scored:
        if number not in pairs and at not in pairs.values():
            pairs[number] = at
    return pairs


def _same(actor: Actor, gold: GoldActor) -> bool:
    return tokens(actor.name.text) in {tokens(name) for name in _names(gold)}


def _names(gold: GoldActor) -> tuple[str, ...]:
    return (gold.name, *gold.name_any, *gold.aliases)
