"""Pages without a story are refused with what they look like; media types have their readers."""

# ruff: noqa: E501 - the pages of a test are read as they stand

from __future__ import annotations

import pytest

from bot.article import READERS, read
from bot.errors import EmptyBody, NotAnArticle, NotReadable, PaywallOnly
from bot.types import ArticleKind
from tests.fakes.pages import STORY, TEASERS, TITLE, document, json_ld, page, paragraphs

CARDS = "".join(
    f'<div class="card"><h2><a href="/x/{number}">{line}</a></h2><p>{STORY[number % 6][:90]} and so on for now.</p>'
    f'<a href="/x/{number}">Read more</a></div>'
    for number, line in enumerate(TEASERS * 3)
)
LINKS = "".join(
    f'<li><a href="/x/{number}">{line} and again {number}</a></li>' for number, line in enumerate(TEASERS * 8)
)
CONSENT = (
    "<h1>We value your privacy</h1><p>We and our 812 partners store and access information such as cookies on your "
    "device to show personalised ads and content. Some vendors rely on legitimate interest. You can change your "
    "consent in the privacy settings at any time.</p><button>Accept all</button><button>Reject all</button>"
)
REFUSED = {
    "front page": (f"<main>{CARDS}</main>", "a list of links"),
    "link list": (f"<ul>{LINKS}</ul>", "a list of links"),
    "consent": (CONSENT, "a consent page"),
    "login": (
        "<h1>Welcome back</h1><form><label>Email address</label><input type='email'>"
        "<label>Password</label><input type='password'></form><a>Forgot your password?</a>",
        "a login page",
    ),
    "not found": ("<h1>404</h1><p>Sorry, the page could not be found.</p>", "an error page"),
    "robot": ("<h1>One moment</h1><p>Please verify you are human to go on.</p>", "a check for robots"),
    "shell": ("<noscript>You need to enable JavaScript to run this app.</noscript><div id='root'></div>",
              "a page that only a browser's scripts fill"),
    "search": ("<h1>Search</h1><p>3 results for flood</p><p>Sort by relevance</p>", "a search page"),
    "video": (json_ld(**{"@type": "VideoObject"}) + "<h1>Watch the gate</h1><p>1:04</p>", "a video page"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_what_it_looks_like(name: str) -> None:
    inner, looks_like = REFUSED[name]
    with pytest.raises(NotAnArticle) as refused:
        read(page(document(inner, title="The Quill Courier")))
    assert refused.value.looks_like == looks_like


def test_an_article_about_cookies_is_an_article() -> None:
    about = (
        "<p>The council said on Monday that it would ask every visitor for consent before its site sets cookies, "
        "after a complaint about personalised ads and the privacy policy of its partners.</p>"
    )
    html = document(f"<article><h1>{TITLE}</h1>{about}{paragraphs()}</article>", json_ld())
    assert read(page(html)).text.split("\n")[1:] == list(STORY)


def test_a_locked_page_without_a_word_of_the_story() -> None:
    html = document(
        f"<h1>{TITLE}</h1><p>Subscribe to continue reading.</p>", json_ld(isAccessibleForFree="False")
    )
    with pytest.raises(PaywallOnly):
        read(page(html))


def test_a_locked_body_in_the_data_is_not_ours_to_read() -> None:
    head = json_ld(isAccessibleForFree=False, articleBody="\n".join(STORY * 3))
    article = read(page(document(f"<article><h1>{TITLE}</h1>{paragraphs(STORY[:2])}</article>", head)))
    assert article.kind is ArticleKind.TEASER
    assert article.text.split("\n") == list(STORY[:2])
    assert article.coverage.expected_words is not None
    assert article.coverage.expected_words > 200


def test_an_opening_that_breaks_off_is_a_teaser() -> None:
    inner = f"<article><h1>{TITLE}</h1><p>{STORY[0]}</p><p>{STORY[2][:-1]} and …</p></article>"
    article = read(page(document(inner, json_ld())))
    assert (article.kind, article.coverage.reason) == (ArticleKind.TEASER, "teaser")


def test_a_short_wire_story_is_whole() -> None:
    article = read(page(document(f"<article><h1>{TITLE}</h1>{paragraphs(STORY[:2])}</article>", json_ld())))
    assert article.kind is ArticleKind.ARTICLE
    assert article.coverage.expected_words is None


@pytest.mark.parametrize("media_type", ["application/pdf", "image/png", "video/mp4", "application/zip"])
def test_media_types_without_a_reader(media_type: str) -> None:
    with pytest.raises(NotReadable) as refused:
        read(page(b"%PDF-1.7 ...", media_type=media_type))
    assert refused.value.media_type == media_type


@pytest.mark.parametrize("media_type", ["", "application/octet-stream", "text/plain"])
def test_html_without_its_media_type_is_recognised(media_type: str) -> None:
    html = document(f"<article><h1>{TITLE}</h1>{paragraphs()}</article>")
    assert read(page(html, media_type=media_type)).text == "\n".join(STORY)


@pytest.mark.parametrize("body", [b"%PDF-1.7\n\x00\x01", b"\x89PNG\r\n\x1a\n\x00\x00", b"\x00\x01\x02" * 400])
def test_binary_without_its_media_type_is_not_readable(body: bytes) -> None:
    with pytest.raises(NotReadable):
        read(page(body, media_type="application/octet-stream"))


@pytest.mark.parametrize("media_type", READERS)
@pytest.mark.parametrize("body", [b"", b"   \n ", b"\x00\x00"])
def test_nothing_is_an_empty_body(media_type: str, body: bytes) -> None:
    with pytest.raises(EmptyBody):
        read(page(body, media_type=media_type))
