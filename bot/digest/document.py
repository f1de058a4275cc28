"""The machine-readable digest, ``nutgraf/1``: docs/digest-json.md, nutgraf-1.schema.json. Pure.

Offsets are code points of ``article.text``; an ``..._at`` says where a printed phrase stands, with
``aside`` naming an entry of ``article.asides`` where it is not in the body.
"""

from __future__ import annotations

import json
from datetime import datetime

from bot.digest.proof import Digest
from bot.digest.restore import restored
from bot.digest.sayings import (
    citation,
    paragraph_number,
    passage_of,
    quote_text,
    sentence_of,
    whole,
)
from bot.messages import notice_text
from bot.types import Actor, Article, Figure, Phrase, Quote, Score, Span, Speaker, Stamp

SCHEMA = "nutgraf/1"

Json = dict[str, object]


class BadDocument(ValueError):
    """Not a ``nutgraf/1`` digest, or one whose findings are not printed in its text."""


def to_json(digest: Digest, *, indent: int | None = None) -> str:
    """The document as JSON text, UTF-8 safe; the same digest gives the same bytes."""
    made = document(digest)
    text = json.dumps(made, ensure_ascii=False, indent=indent, allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate on the page
        return json.dumps(made, ensure_ascii=True, indent=indent, allow_nan=False)
    return text


def from_json(text: str) -> Digest:
    """The digest that ``to_json`` was given. Raises BadDocument."""
    try:
        return restored(_checked(json.loads(text)))
    except BadDocument:
        raise
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise BadDocument(f"not a {SCHEMA} digest: {type(error).__name__}") from error


def _checked(loaded: Json) -> Json:
    if loaded["schema"] != SCHEMA:
        raise BadDocument(f"its schema is not {SCHEMA}")
    return loaded


def document(digest: Digest) -> Json:
    """The digest as JSON values."""
    article, found = digest.article, digest.findings
    return {
        "schema": SCHEMA,
        "article": _article(article),
        "nutgraf": _words(article, found.nutgraf) if found.nutgraf else None,
        "quotes": [_quote(digest, number, quote) for number, quote in enumerate(found.quotes)],
        "figures": [_figure(digest, number, figure) for number, figure in enumerate(found.figures)],
        "actors": [_actor(digest, number, actor) for number, actor in enumerate(found.actors)],
        "notices": [
            {"code": notice.code, "text": notice_text(notice), "fields": dict(notice.fields)}
            for notice in digest.notices
        ],
        "hosts_contacted": list(digest.hosts),
        "key": {
            "quotes": list(digest.key_quotes),
            "figures": list(digest.key_figures),
            "actors": list(digest.key_actors),
        },
        "sentences": [[span.start, span.end] for span in found.sentences],
    }


def _article(article: Article) -> Json:
    return {
        "url": article.url,
        "canonical_url": article.canonical_url,
        "title": article.title,
        "site": article.site,
        "byline": list(article.byline),
        "dateline": article.dateline,
        "published": _date(article.published),
        "modified": _date(article.modified),
        "language": article.language,
        "kind": str(article.kind),
        "text": article.text,
        "coverage": {
            "read_words": article.coverage.read_words,
            "expected_words": article.coverage.expected_words,
            "reason": article.coverage.reason,
        },
        "fetched_at": article.fetched_at.isoformat(),
        "published_stamp": _stamp(article.published),
        "modified_stamp": _stamp(article.modified),
        "paragraphs": [{**_at(row.span), "kind": str(row.kind)} for row in article.paragraphs],
        "asides": [{"kind": str(aside.kind), "text": aside.text} for aside in article.asides],
    }


def _quote(digest: Digest, number: int, quote: Quote) -> Json:
    article = digest.article
    return {
        "parts": [_words(article, part) for part in quote.parts],
        "text": quote_text(article, quote),
        "speaker": _speaker(quote.speaker) if quote.speaker else None,
        "cue": quote.cue.of(article.text) if quote.cue else None,
        "key": number in digest.key_quotes,
        "score": round(quote.score.total, 4),
        "passage_url": passage_of(article, whole(quote)),
        "kind": str(quote.kind),
        "paragraph": paragraph_number(article, quote.parts[0].start),
        "citation": citation(digest, number),
        "confidence": quote.confidence,
        "cue_at": _at(quote.cue) if quote.cue else None,
        "score_parts": _score(quote.score),
    }


def _speaker(speaker: Speaker) -> Json:
    return {
        "name": speaker.name.text,
        "kind": str(speaker.kind),
        "role": speaker.role.text if speaker.role else None,
        "certain": speaker.certain,
        "name_at": _where(speaker.name),
        "role_at": _where(speaker.role),
        "mention_at": _at(speaker.mention) if speaker.mention else None,
    }


def _figure(digest: Digest, number: int, figure: Figure) -> Json:
    article = digest.article
    low = _number(figure.value)
    return {
        **_words(article, figure.span),
        "value": low if figure.high is None else [low, _number(figure.high)],
        "unit": figure.unit,
        "counts": figure.counts.text if figure.counts else None,
        "approximate": figure.approximate.text if figure.approximate else None,
        "said_by": figure.said_by.text if figure.said_by else None,
        "key": number in digest.key_figures,
        "score": round(figure.score.total, 4),
        "passage_url": passage_of(article, figure.span),
        "kind": str(figure.kind),
        "paragraph": paragraph_number(article, figure.span.start),
        "sentence": _words(article, sentence_of(digest, figure.span)),
        "superseded": figure.superseded,
        "counts_at": _where(figure.counts),
        "approximate_at": _where(figure.approximate),
        "said_by_at": _where(figure.said_by),
        "score_parts": _score(figure.score),
    }


def _actor(digest: Digest, number: int, actor: Actor) -> Json:
    return {
        "name": actor.name.text,
        "kind": str(actor.kind),
        "role": actor.role.text if actor.role else None,
        "aliases": list(actor.aliases),
        "mentions": len(actor.mentions),
        "key": number in digest.key_actors,
        "score": round(actor.score.total, 4),
        "age_years": actor.age_years,
        "name_at": _where(actor.name),
        "role_at": _where(actor.role),
        "mentions_at": [_at(span) for span in actor.mentions],
        "score_parts": _score(actor.score),
    }


def _words(article: Article, span: Span) -> Json:
    return {**_at(span), "text": span.of(article.text)}


def _at(span: Span) -> dict[str, int]:
    return {"start": span.start, "end": span.end}


def _where(phrase: Phrase | None) -> Json | None:
    return {**_at(phrase.span), "aside": phrase.aside} if phrase else None


def _score(score: Score) -> list[list[object]]:
    return [[name, value] for name, value in score.parts]


def _number(value: float | None) -> float | int | None:
    """5200, not 5200.0."""
    return int(value) if value is not None and value == int(value) and abs(value) < 2**53 else value


def _date(stamp: Stamp | None) -> str | None:
    if stamp is None:
        return None
    moment: datetime = stamp.at
    return moment.date().isoformat() if stamp.day_only else moment.isoformat()


def _stamp(stamp: Stamp | None) -> Json | None:
    if stamp is None:
        return None
    return {"at": stamp.at.isoformat(), "day_only": stamp.day_only, "inferred": stamp.inferred}
