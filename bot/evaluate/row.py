"""One measured figure: what every evaluation hands back and every table, floor and JSON prints."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """``value`` is a share of 1 for "f1", "precision" and the like, a plain number otherwise.

    finding: "body", "quotes", "speakers", "figures", "actors" or "digest"
    corpus:  where it was measured: "own", "scrapinghub", "polnear" ...
    measure: stable snake_case name: "f1", "wrong_name", "repeats" ...
    n:       how many gold findings, pages or texts the figure rests on
    system:  "nutgraf", or the peer that was run on the very same input
    better:  "up" when a higher value is better, "down" when a lower one is, "" for a plain fact
    """

    finding: str
    corpus: str
    measure: str
    value: float
    n: int
    system: str = "nutgraf"
    better: str = "up"

    @property
    def key(self) -> str:
        """Stable name in the floor file: "own/quotes/f1", with "@peer" behind it for a peer."""
        peer = "" if self.system == "nutgraf" else f"@{self.system}"
        return f"{self.corpus}/{self.finding}/{self.measure}{peer}"


def ratio(hits: float, total: float) -> float:
    """``hits / total``; 0.0 when nothing was there to be hit."""
    return hits / total if total else 0.0


def f1(hits: float, predicted: float, gold: float) -> float:
    """Harmonic mean of precision and recall from counts; 0.0 when both sides are empty."""
    return 2 * hits / (predicted + gold) if predicted + gold else 0.0


def share(
    finding: str, measure: str, hits: float, total: int, better: str = "up", corpus: str = "own"
) -> Row:
    """``hits`` of ``total`` as a row."""
    return Row(finding, corpus, measure, ratio(hits, total), total, better=better)
