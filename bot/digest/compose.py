"""What is key, and what the reader must know beside it. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from bot.digest.proof import Digest
from bot.extract.actors import key_actors
from bot.extract.rank_figures import key_figures
from bot.extract.rank_quotes import key_quotes
from bot.text import count_words
from bot.types import Article, ArticleKind, AsideKind, Findings, Notice, SpeakerKind

# Pages count words their own way (captions, bylines): only a clear lack is one.
_WHOLE_FROM = 0.8
_LABEL_WORDS = 6
# The finders know English. "und" is a page that states no language: they were run, nothing is claimed.
_KNOWN_LANGUAGES = frozenset({"en", "und", ""})


def compose(
    article: Article,
    findings: Findings,
    hosts: Iterable[str] = (),
    notices: Iterable[Notice] = (),
) -> Digest:
    """The digest of ``article``: keys chosen, the notices it calls for added before ``notices``.

    Raises NotVerbatim when a finding was not printed.
    """
    return Digest(
        article,
        findings,
        key_quotes=key_quotes(article, findings.quotes),
        key_figures=key_figures(article, findings.figures),
        key_actors=key_actors(article, findings.actors),
        notices=(*_of_the_reading(article), *_of_the_findings(article, findings), *notices),
        hosts=tuple(hosts),
    )


def _of_the_reading(article: Article) -> list[Notice]:
    """How far the article can be trusted to be the story."""
    found = []
    coverage = article.coverage
    short = coverage.expected_words and coverage.read_words < _WHOLE_FROM * coverage.expected_words
    if article.kind is ArticleKind.TEASER or coverage.reason or short:
        fields: dict[str, str | int] = {"read_words": coverage.read_words}
        if coverage.expected_words:
            fields["expected_words"] = coverage.expected_words
        if coverage.reason:
            fields["reason"] = coverage.reason
        found.append(Notice("partial", fields))
    if article.kind is ArticleKind.LIVEBLOG:
        found.append(Notice("liveblog"))
    found += [Notice("correction", {"text": text}) for text in _corrections(article)]
    if article.published is not None and article.published.inferred:
        found.append(Notice("inferred-date"))
    if article.language.lower().split("-")[0] not in _KNOWN_LANGUAGES:
        found.append(Notice("language", {"language": article.language}))
    return found


def _corrections(article: Article) -> list[str]:
    """Each once; a bare label ("Correction: June 3") only where nothing says more."""
    printed = dict.fromkeys(row.text for row in article.asides if row.kind is AsideKind.CORRECTION)
    known = [text for text in printed if text.strip()]
    return [text for text in known if count_words(text) >= _LABEL_WORDS] or known


def _of_the_findings(article: Article, findings: Findings) -> list[Notice]:
    """What an editor asks first: who stands behind the statements."""
    speakers = [quote.speaker for quote in findings.quotes]
    total = len(speakers)
    if not total:
        return [Notice("no-quotes")]
    counts = {
        "unattributed": sum(speaker is None for speaker in speakers),
        "unnamed-sources": sum(s is not None and s.kind is SpeakerKind.UNNAMED for s in speakers),
        "uncertain-speaker": sum(s is not None and not s.certain for s in speakers),
    }
    found = [Notice(code, {"count": count, "total": total}) for code, count in counts.items() if count]
    earlier = [figure.span.of(article.text) for figure in findings.figures if figure.superseded]
    distinct = list(dict.fromkeys(earlier))
    if distinct:
        more: dict[str, str | int] = {"more": len(distinct) - 1} if len(distinct) > 1 else {}
        found.append(Notice("superseded-figure", {"text": distinct[0], **more}))
    return found
