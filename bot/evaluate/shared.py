"""The published corpora, each by its own evaluator, as rows of one shape."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bot.evaluate.row import Row

_SAMPLE_PAGES = 25


def body_rows(corpora: Path, quick: bool) -> list[Row]:
    """Body and metadata on the page sets, the libraries beside us."""
    from bot.evaluate.body import evaluate_body  # noqa: PLC0415 - loads every reader

    rows: list[Row] = []
    for one in evaluate_body(corpora, limit=_SAMPLE_PAGES if quick else None):
        shares = {
            "f1": one.f1, "precision": one.precision, "recall": one.recall, "exact": one.exact,
            "title": one.title, "byline": one.author, "published": one.date,
        }  # fmt: skip
        rows += [
            Row("body", one.corpus, name, value, one.pages, one.reader)
            for name, value in shares.items()
            if value is not None
        ]
        rows += [
            Row("body", one.corpus, "doubled", one.doubled, one.pages, one.reader, "down"),
            Row("body", one.corpus, "cpu_ms_p50", one.cpu_ms_p50, one.pages, one.reader, "down"),
            Row("body", one.corpus, "cpu_ms_p95", one.cpu_ms_p95, one.pages, one.reader, "down"),
        ]
    return rows


def figure_rows(corpora: Path, quick: bool) -> list[Row]:
    """Figures on NewsQuant; the corpus is small, a sample is the whole."""
    from bot.evaluate.figures import evaluate_figures  # noqa: PLC0415 - loads the finder

    return list(evaluate_figures(corpora))


def quote_rows(corpora: Path, quick: bool) -> list[Row]:
    """Quotes and speakers on PolNeAR and GUM news."""
    from bot.evaluate.quotes import evaluate_quotes  # noqa: PLC0415 - loads the finders

    return list(evaluate_quotes(corpora, quick))


def actor_rows(corpora: Path, quick: bool) -> list[Row]:
    """Names and lists of actors. Minutes of work, so a quick run leaves it out."""
    from bot.evaluate.actors import evaluate_actors  # noqa: PLC0415 - loads the tagger

    return [] if quick else evaluate_actors(corpora)


SHARED: dict[str, Callable[[Path, bool], list[Row]]] = {
    "body": body_rows,
    "quotes": quote_rows,
    "figures": figure_rows,
    "actors": actor_rows,
}
