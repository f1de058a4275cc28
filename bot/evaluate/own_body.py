"""Reading of the own corpus: body, metadata, refusals; and that every found word was printed."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from statistics import mean

from bot.digest import Digest
from bot.evaluate.body import page_score
from bot.evaluate.gold import Story, same_line
from bot.evaluate.naming import tokens
from bot.evaluate.row import Row, ratio, share
from bot.text import letters
from bot.types import Article

_TAG = re.compile(r"<[^>]*>")
_CITED = ("title", "site", "byline", "published", "dateline", "kind")


@dataclass(slots=True)
class BodyTally:
    precisions: list[float] = field(default_factory=list)
    recalls: list[float] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    cases: list[str] = field(default_factory=list)

    def add(self, story: Story, digest: Digest) -> None:
        """Count one story in."""
        article = digest.article
        lines = [same_line(row.span.of(article.text)) for row in article.paragraphs]
        self._lines(story, lines)
        for name in _CITED:
            if name in story.about:
                right = _metadata_right(name, story, article)
                self.counts[f"{name}_asked"] += 1
                self.counts[f"{name}_right"] += right
                if not right:
                    self.cases.append(f"{story.id}: {name}: {_stated(article)[name]} | {story.about[name]}")
        self._verbatim(story, digest)

    def refused(self, story: Story, code: str | None) -> None:
        """``code`` of the error a page was refused with, None when it was read."""
        self.counts["refusable"] += story.expect is not None
        self.counts["refused"] += story.expect is not None and code is not None
        self.counts["refused_right"] += story.expect is not None and code == story.expect
        if story.expect is None and code is not None:
            self.counts["wrongly_refused"] += 1
            self.precisions.append(0.0)
            self.recalls.append(0.0)
        if code != story.expect:
            self.cases.append(f"{story.id}: refused as {code} | {story.expect}")

    def _lines(self, story: Story, lines: list[str]) -> None:
        spare = {same_line(line) for line in story.body_optional}
        want = [same_line(line) for line in story.body]
        have = [line for line in lines if line not in spare or line in want]
        precision, recall = page_quality("\n".join(want), "\n".join(have))
        self.precisions.append(precision)
        self.recalls.append(recall)
        self.counts["exact"] += have == want
        self.cases += [f"{story.id}: line too many: {line[:70]}" for line in have if line not in want]
        self.cases += [f"{story.id}: line lost: {line[:70]}" for line in want if line not in have]

    def _verbatim(self, story: Story, digest: Digest) -> None:
        source = printed_letters(story)
        for words in shown_words(digest):
            self.counts["shown"] += 1
            self.counts["printed"] += letters(words) in source
            if letters(words) not in source:
                self.cases.append(f"{story.id}: not printed: {words[:70]}")

    def rows(self) -> list[Row]:
        pages = len(self.precisions)
        precision, recall = (mean(values) if values else 0.0 for values in (self.precisions, self.recalls))
        c = self.counts
        return [
            Row("body", "own", "precision", precision, pages),
            Row("body", "own", "recall", recall, pages),
            Row("body", "own", "f1", _harmonic(precision, recall), pages),
            share("body", "exact", c["exact"], pages),
            *(share("body", name, c[f"{name}_right"], c[f"{name}_asked"]) for name in _CITED),
            share("body", "refused", c["refused_right"], c["refusable"]),
            Row("body", "own", "wrongly_refused", c["wrongly_refused"], pages, better="down"),
            share("digest", "verbatim", c["printed"], c["shown"]),
        ]


def peer_row(name: str, peer: Callable[[bytes], str], stories: list[Story]) -> Row:
    """Body F1 of a library on the HTML pages of the corpus, optional lines taken out likewise."""
    scores = []
    for story in stories:
        if story.expect is None and story.page.media_type == "text/html":
            spare = {same_line(line) for line in story.body_optional}
            lines = [same_line(line) for line in peer(story.page.body).splitlines()]
            scores.append(page_quality("\n".join(story.body), "\n".join(x for x in lines if x not in spare)))
    value = _harmonic(mean(p for p, _ in scores), mean(r for _, r in scores)) if scores else 0.0
    return Row("body", "own", "f1_html", value, len(scores), system=name)


def page_quality(want: str, have: str) -> tuple[float, float]:
    """Precision and recall of one page's word shingles."""
    hit, extra, lost = page_score(same_line(want), same_line(have))
    return ratio(hit, hit + extra), ratio(hit, hit + lost)


def _harmonic(precision: float, recall: float) -> float:
    return ratio(2 * precision * recall, precision + recall)


def _stated(article: Article) -> dict[str, object]:
    return {
        "title": article.title,
        "site": article.site,
        "byline": list(article.byline),
        "published": article.published.at.isoformat() if article.published else None,
        "dateline": article.dateline,
        "kind": article.kind.value,
    }


def _metadata_right(name: str, story: Story, article: Article) -> bool:
    want, have = story.about[name], _stated(article)[name]
    if name == "byline":
        return {tokens(one) for one in want} == {tokens(one) for one in article.byline}
    if name == "published":
        return _same_time(want, article)
    if name == "site" and want is None:
        return True  # a text file names no outlet; the host is as good an answer as none
    accepted = [want, *story.about.get(f"{name}_any", ())]
    return any(same_line(str(have or "")) == same_line(str(one or "")) for one in accepted)


def _same_time(want: str | None, article: Article) -> bool:
    if want is None or article.published is None:
        return want is None and article.published is None
    at = article.published.at
    if len(want) == len("2024-01-31"):
        return at.date().isoformat() == want
    return at == datetime.fromisoformat(want)


def shown_words(digest: Digest) -> list[str]:
    """Everything a digest shows as printed words, from the spans and phrases it holds."""
    text = digest.article.text
    words = [part.of(text) for quote in digest.findings.quotes for part in quote.parts]
    words += [figure.span.of(text) for figure in digest.findings.figures]
    words += [actor.name.text for actor in digest.findings.actors]
    words += [actor.role.text for actor in digest.findings.actors if actor.role]
    speakers = [quote.speaker for quote in digest.findings.quotes if quote.speaker]
    words += [speaker.name.text for speaker in speakers]
    words += [speaker.role.text for speaker in speakers if speaker.role]
    if digest.findings.nutgraf:
        words.append(digest.findings.nutgraf.of(text))
    return words


def printed_letters(story: Story) -> str:
    """Letters of the page's source, tags out and entities resolved: a view that no reader of ours made."""
    return letters(html.unescape(_TAG.sub("", _decoded(story.page.body))))


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode("cp1252")
