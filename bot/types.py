"""The words of the house as frozen types. Layer 0: standard library only.

Offsets are code points of ``Article.text``, zero-based and half-open, everywhere. A ``Phrase`` is the only
way to carry printed words: it names the text it was cut from, so that it can be proved (``bot.digest``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.rhythm import Rhythm
from bot.standing import Standing


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open range of code points, ``0 <= start < end``. Raises ValueError for any other."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"not a span: [{self.start}, {self.end})")

    def of(self, text: str) -> str:
        """The slice of ``text``; the caller has checked that the span lies inside it."""
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Phrase:
    """Printed words: ``text`` stands at ``span`` of the body, or of ``asides[aside]``."""

    text: str
    span: Span
    aside: int | None = None


class ArticleKind(StrEnum):
    ARTICLE = "article"
    TEASER = "teaser"  # only the opening of a longer story was printed (paywall, feed)
    LIVEBLOG = "liveblog"


class ParagraphKind(StrEnum):
    BODY = "body"
    HEADING = "heading"
    LISTED = "listed"  # one line of a bulleted or numbered list
    BLOCKQUOTE = "blockquote"
    TABLE = "table"  # one row of a table
    POST = "post"  # first line of a live blog's post (its time or headline)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One block of ``Article.text``; blocks are in order and never overlap."""

    span: Span
    kind: ParagraphKind = ParagraphKind.BODY


class AsideKind(StrEnum):
    PULL_QUOTE = "pull_quote"  # repeats the body in large type; kept for its credit line
    CAPTION = "caption"
    CORRECTION = "correction"  # "This article was amended on ..."
    STANDFIRST = "standfirst"  # the deck under the headline, where it is not in the body


@dataclass(frozen=True, slots=True)
class Aside:
    """Words printed beside the story and kept out of ``Article.text``."""

    kind: AsideKind
    text: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """A printed time. ``at`` is aware and keeps the zone it was printed with."""

    at: datetime
    day_only: bool = False  # the page gave a date without a time of day
    inferred: bool = False  # guessed by a library, not stated by the page

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("a stamp needs a zone")


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the story was read. ``expected_words`` is None when the page does not say."""

    read_words: int
    expected_words: int | None = None
    reason: str | None = None  # "paywall" | "teaser" | None


@dataclass(frozen=True, slots=True)
class Article:
    """A story as read. ``paragraphs`` cover every non-blank line of ``text``."""

    url: str
    canonical_url: str
    title: str
    text: str
    paragraphs: tuple[Paragraph, ...]
    fetched_at: datetime
    site: str | None = None
    byline: tuple[str, ...] = ()
    dateline: str | None = None  # place as printed at the head of the story: "BAGHDAD"
    published: Stamp | None = None
    modified: Stamp | None = None
    language: str = "und"  # BCP 47 primary tag, "und" when not known
    kind: ArticleKind = ArticleKind.ARTICLE
    asides: tuple[Aside, ...] = ()
    coverage: Coverage = Coverage(0)

    def cut(self, phrase: Phrase) -> str:
        """What is printed where ``phrase`` points; raises IndexError for an unknown aside."""
        source = self.text if phrase.aside is None else self.asides[phrase.aside].text
        return phrase.span.of(source)

    def phrase(self, start: int, end: int, aside: int | None = None) -> Phrase:
        """The printed words at [start, end) of the body or of one aside."""
        source = self.text if aside is None else self.asides[aside].text
        return Phrase(source[start:end], Span(start, end), aside)


# -------------------------------------------------------------------------- findings


@dataclass(frozen=True, slots=True)
class Score:
    """Why a finding ranks where it does: named parts that add up."""

    parts: tuple[tuple[str, float], ...] = ()

    @property
    def total(self) -> float:
        return sum(value for _, value in self.parts)


class SpeakerKind(StrEnum):
    PERSON = "person"
    ORG = "org"
    UNNAMED = "unnamed"  # "a senior official": counted apart


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who said it. ``name`` is the fullest name printed; for UNNAMED the printed description."""

    name: Phrase
    kind: SpeakerKind
    role: Phrase | None = None
    certain: bool = True
    mention: Span | None = None  # the words beside the quote: "he", "the mayor"


class QuoteKind(StrEnum):
    DIRECT = "direct"
    PARTIAL = "partial"  # quoted words inside somebody else's sentence
    BLOCK = "block"  # a block quotation without marks


@dataclass(frozen=True, slots=True)
class Quote:
    """One statement of one or more verbatim parts, inside the marks, in order of print."""

    parts: tuple[Span, ...]
    kind: QuoteKind
    speaker: Speaker | None = None  # None = unattributed
    cue: Span | None = None  # "said", "according to"
    confidence: float = 1.0  # of the speaker, 0..1
    score: Score = Score()


class FigureKind(StrEnum):
    COUNT = "count"
    MONEY = "money"
    PERCENT = "percent"  # percent, percentage points, basis points: see ``unit``
    FRACTION = "fraction"
    MULTIPLE = "multiple"  # "doubled", "three times"
    MEASURE = "measure"  # length, mass, speed, temperature ...
    DURATION = "duration"
    AGE = "age"
    SCORE = "score"  # 3-2, 412 to 218
    VAGUE = "vague"  # "thousands of"


@dataclass(frozen=True, slots=True)
class Figure:
    """A printed number. ``value`` None for a vague count; ``high`` set only for a range."""

    span: Span
    kind: FigureKind
    value: float | None
    unit: str  # canonical singular ("dollar", "percentage point", "troop"), "" when none
    high: float | None = None
    counts: Phrase | None = None  # the noun phrase that is counted, as printed
    approximate: Phrase | None = None  # "about", "more than", "at least"
    said_by: Phrase | None = None  # speaker of the quote or reported clause it stands in
    superseded: bool = False  # an earlier figure that the text itself corrects
    score: Score = Score()


class ActorKind(StrEnum):
    PERSON = "person"
    ORG = "org"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or organisation, aliases merged. ``name`` is the fullest printed form."""

    name: Phrase
    kind: ActorKind
    role: Phrase | None = None
    aliases: tuple[str, ...] = ()  # printed forms other than ``name``
    mentions: tuple[Span, ...] = ()  # in the body, names only, in order
    age_years: int | None = None
    score: Score = Score()


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything found in one article, each kind in order of print."""

    quotes: tuple[Quote, ...] = ()
    figures: tuple[Figure, ...] = ()
    actors: tuple[Actor, ...] = ()
    nutgraf: Span | None = None  # whole sentence(s) that say why the story matters
    sentences: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Digestible:
    """What an extraction process hands back: the story and what was found in it."""

    article: Article
    findings: Findings


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the reader must know; its sentence is in ``bot.messages``."""

    code: str
    fields: Mapping[str, str | int] = field(default_factory=dict)


# ------------------------------------------------------------------------------ edge


@dataclass(frozen=True, slots=True)
class Place:
    """Where a conversation is. ``thread`` None means the channel itself."""

    platform: str
    workspace: str
    channel: str
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What a user asked. ``key`` is the platform's own event id: the same key is the same request."""

    key: str
    place: Place
    user: str
    text: str
    links: tuple[str, ...] = ()
    command: bool = False  # addressed to the bot: ``text`` is command words
    addressed: bool = False  # the bot was named beside the links: read them whatever the place's settings say
    private: bool = False  # what is answered in words is for ``user`` alone; a digest is for the place
    source: str | None = None  # key of the message it stands on, where that is not ``key``: an edited message
    instead: tuple[str, ...] = ()  # links that an edit took out; their digests become those of ``links``
    standing: Standing = Standing.MEMBER


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of one style. ``text`` is hostile until an adapter escapes it."""

    text: str
    bold: bool = False
    italic: bool = False
    link: str | None = None


class BlockKind(StrEnum):
    TITLE = "title"
    SOURCE = "source"  # outlet, byline, date, reading time
    NUTGRAF = "nutgraf"
    NOTICE = "notice"
    HEADING = "heading"
    QUOTE = "quote"
    SPEAKER = "speaker"  # the line under a quote
    FIGURE = "figure"
    ACTOR = "actor"
    TEXT = "text"
    FOOTER = "footer"


@dataclass(frozen=True, slots=True)
class Block:
    kind: BlockKind
    runs: tuple[Run, ...]
    findings: int = 1  # how many quotes, figures or actors the line shows, if its kind is one of these


@dataclass(frozen=True, slots=True)
class Message:
    """What a chat shows: neutral blocks, most important first, and the same as plain text."""

    blocks: tuple[Block, ...]
    plain: str
    digest_id: str | None = None
    choices: tuple[str, ...] = ()  # what can be pressed below it: ids of ``bot.choices``, in order
    more: int = 0  # findings of the digest that it does not show


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that a platform has taken."""

    place: Place
    message_id: str


@dataclass(frozen=True, slots=True)
class Page:
    """A fetched body. ``url`` is where the redirects ended; ``body`` is decompressed."""

    url: str
    requested_url: str
    media_type: str  # lower case, without parameters: "text/html"; "" when the site states none
    body: bytes
    fetched_at: datetime
    charset: str | None = None  # from the Content-Type header
    status: int = 200
    etag: str | None = None
    last_modified: str | None = None
    hosts: tuple[str, ...] = ()  # every host contacted, in order, for the receipt
    not_modified: bool = False  # 304: body is empty
    permanent_url: str | None = None  # where redirects that are all permanent (301, 308) led, if any
    fresh_s: float | None = None  # Cache-Control: max-age, less the Age that it had on arrival


@dataclass(frozen=True, slots=True)
class Subscription:
    """A channel follows a feed."""

    id: int
    place: Place
    feed_url: str
    title: str
    added_by: str
    added_at: datetime
    want: tuple[str, ...] = ()  # "+word": at least one must occur, folded
    refuse: tuple[str, ...] = ()  # "-word": none may occur
    paused: bool = False  # by somebody who said so
    rhythm: Rhythm = field(default_factory=Rhythm)
    stopped: str | None = None  # why the chat takes nothing of it any more: a ``Refusal``; kept, not polled


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed, as the feed gives it."""

    id: str  # guid, else link
    url: str
    title: str
    published: datetime | None = None
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """A parsed feed: newest entry first where dates allow."""

    url: str
    title: str
    entries: tuple[Entry, ...] = ()
    site_url: str | None = None
    ttl_s: int | None = None
