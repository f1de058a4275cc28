"""Made-up stories and the page shapes they come in. People, places and outlets are invented."""

# ruff: noqa: E501 - the pages of a test are read as they stand

from __future__ import annotations

import json
from datetime import UTC, datetime

from bot.types import Page

FETCHED_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
URL = "https://www.quillcourier.example/news/flood-gate"
TITLE = "Lower Marsh flood gate fails its first winter test"
SITE = "The Quill Courier"
STORY = (
    "LOWER MARSH — The flood gate that was meant to keep the old harbour of Lower Marsh dry failed its first "
    "winter test on Monday, sending knee-high water through some 140 homes and closing two schools.",
    "“We were promised a gate that closes in nine minutes, and it took forty,” said Orla Venn, the mayor of "
    "Lower Marsh. “I will not sign for it before it has closed ten times in a row.”",
    "Engineers of the Tidal Works Agency, which built the gate for 31 million crowns, blamed ice in a hinge that "
    "had been fitted in the summer without the heater shown in the plans.",
    "Petra Hald, who runs a bakery on Rope Street, said the water reached her ovens before the sirens were heard. "
    "“By then we were carrying flour upstairs,” she said.",
    "The agency said that a heater would be fitted within three weeks and that the gate would be closed by hand "
    "until then, with a crew of six on call day and night.",
    "A council committee will hear the builders on Thursday; the opposition has asked for an inquiry that would "
    "look at every contract signed since the storm of 2021.",
)
NEXT_STORY = (
    "Ferry crews on the Ostrand line voted on Tuesday to accept an offer that raises wages by four percent over "
    "two years, ending a dispute that had stopped night sailings for most of the month.",
    "“Nobody is dancing, but the boats will sail,” said Jonas Tarp, who speaks for the crews, after the count in "
    "the union hall on Dock Road.",
    "The line said it would restore the night sailings by the weekend and refund tickets that were bought for "
    "sailings that did not take place during the dispute.",
)
TEASERS = (
    "Harbour museum to reopen after nine years",
    "Council splits over parking on Rope Street",
    "Five walks that end at a warm oven",
    "Ferry crews accept wage offer",
    "Why the herring came early this year",
)


def page(
    html: str | bytes, media_type: str = "text/html", url: str = URL, charset: str | None = None
) -> Page:
    body = html if isinstance(html, bytes) else html.encode("utf-8")
    return Page(url, url, media_type, body, FETCHED_AT, charset=charset)


def paragraphs(lines: tuple[str, ...] = STORY, tag: str = "p") -> str:
    return "".join(f"<{tag}>{line}</{tag}>" for line in lines)


def teasers() -> str:
    links = "".join(
        f'<li><a href="/x/{number}"><span>2 hours ago</span><p>{line}</p></a></li>'
        for number, line in enumerate(TEASERS)
    )
    return f'<ul class="recirc-list">{links}</ul>'


def document(inner: str, head: str = "", *, title: str = TITLE, attributes: str = "") -> str:
    return (
        f'<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>{title} - {SITE}</title>'
        f'<meta property="og:title" content="{title}"><meta property="og:site_name" content="{SITE}">{head}</head>'
        f"<body {attributes}><nav><ul><li><a href='/'>Home</a></li><li><a href='/sport'>Sport</a></li></ul></nav>"
        f"{inner}<footer><p>About us</p><p>All rights reserved</p></footer></body></html>"
    )


def json_ld(**fields: object) -> str:
    node = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": TITLE, **fields}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'
