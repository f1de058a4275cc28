"""A ``nutgraf/1`` document back into a digest, through the same verbatim gate. Pure.

Reads what ``bot.digest.document`` wrote; what can be counted again (texts, links, citations) is not
read. Any lack shows as KeyError, TypeError or ValueError, which the caller names.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.digest.proof import Digest
from bot.types import (
    Actor,
    ActorKind,
    Article,
    ArticleKind,
    Aside,
    AsideKind,
    Coverage,
    Figure,
    FigureKind,
    Findings,
    Notice,
    Paragraph,
    ParagraphKind,
    Phrase,
    Quote,
    QuoteKind,
    Score,
    Span,
    Speaker,
    SpeakerKind,
    Stamp,
)

Json = Mapping[str, Any]


def restored(made: Json) -> Digest:
    """The digest of a loaded document. Raises NotVerbatim when its findings are not in its text."""
    article = _article(made["article"])
    keys = made["key"]
    return Digest(
        article,
        Findings(
            quotes=tuple(_quote(row) for row in made["quotes"]),
            figures=tuple(_figure(row) for row in made["figures"]),
            actors=tuple(_actor(row) for row in made["actors"]),
            nutgraf=_span(made["nutgraf"]) if made["nutgraf"] else None,
            sentences=tuple(Span(start, end) for start, end in made["sentences"]),
        ),
        key_quotes=tuple(keys["quotes"]),
        key_figures=tuple(keys["figures"]),
        key_actors=tuple(keys["actors"]),
        notices=tuple(Notice(row["code"], dict(row["fields"])) for row in made["notices"]),
        hosts=tuple(made["hosts_contacted"]),
    )


def _article(row: Json) -> Article:
    coverage = row["coverage"]
    return Article(
        url=row["url"],
        canonical_url=row["canonical_url"],
        title=row["title"],
        text=row["text"],
        paragraphs=tuple(Paragraph(_span(one), ParagraphKind(one["kind"])) for one in row["paragraphs"]),
        fetched_at=datetime.fromisoformat(row["fetched_at"]),
        site=row["site"],
        byline=tuple(row["byline"]),
        dateline=row["dateline"],
        published=_stamp(row["published_stamp"]),
        modified=_stamp(row["modified_stamp"]),
        language=row["language"],
        kind=ArticleKind(row["kind"]),
        asides=tuple(Aside(AsideKind(one["kind"]), one["text"]) for one in row["asides"]),
        coverage=Coverage(coverage["read_words"], coverage["expected_words"], coverage["reason"]),
    )


def _quote(row: Json) -> Quote:
    speaker = row["speaker"]
    return Quote(
        parts=tuple(_span(part) for part in row["parts"]),
        kind=QuoteKind(row["kind"]),
        speaker=_speaker(speaker) if speaker else None,
        cue=_span(row["cue_at"]) if row["cue_at"] else None,
        confidence=row["confidence"],
        score=_score(row),
    )


def _speaker(row: Json) -> Speaker:
    return Speaker(
        name=_known(row, "name"),
        kind=SpeakerKind(row["kind"]),
        role=_phrase(row, "role"),
        certain=row["certain"],
        mention=_span(row["mention_at"]) if row["mention_at"] else None,
    )


def _figure(row: Json) -> Figure:
    value = row["value"]
    low, high = value if isinstance(value, list) else (value, None)
    return Figure(
        span=_span(row),
        kind=FigureKind(row["kind"]),
        value=low,
        unit=row["unit"],
        high=high,
        counts=_phrase(row, "counts"),
        approximate=_phrase(row, "approximate"),
        said_by=_phrase(row, "said_by"),
        superseded=row["superseded"],
        score=_score(row),
    )


def _actor(row: Json) -> Actor:
    return Actor(
        name=_known(row, "name"),
        kind=ActorKind(row["kind"]),
        role=_phrase(row, "role"),
        aliases=tuple(row["aliases"]),
        mentions=tuple(_span(one) for one in row["mentions_at"]),
        age_years=row["age_years"],
        score=_score(row),
    )


def _span(row: Json) -> Span:
    return Span(row["start"], row["end"])


def _phrase(row: Json, name: str) -> Phrase | None:
    return _known(row, name) if row[f"{name}_at"] else None


def _known(row: Json, name: str) -> Phrase:
    where = row[f"{name}_at"]
    return Phrase(row[name], _span(where), where["aside"])


def _score(row: Json) -> Score:
    return Score(tuple((name, value) for name, value in row["score_parts"]))


def _stamp(row: Json | None) -> Stamp | None:
    if row is None:
        return None
    return Stamp(datetime.fromisoformat(row["at"]), row["day_only"], row["inferred"])
