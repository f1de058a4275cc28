"""Text-fragment links, read back by a second, independent reading of the draft."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.urls import passage_url

URL = "https://a.example/story"
STORY = (
    "Mayor Ada Brook opened the bridge. “We will go on,” Brook said, “and we will pay.”\n\n"
    "Later she said: “We will go on.” The bridge cost 12 million dollars.\n"
    "The old bridge had cost 12 pounds, she said - half of it tax-free & unpaid."
)


def marked(link: str, text: str) -> tuple[int, int] | None:
    """What a browser would mark in ``text``: a regular expression built from the directive.
    One term never runs over two blocks."""
    directive = link.partition(":~:text=")[2]
    if not directive:
        return None
    terms = directive.split(",")
    prefix = unquote(terms.pop(0)[:-1]) if terms[0].endswith("-") else ""
    suffix = unquote(terms.pop()[1:]) if terms[-1].startswith("-") else ""
    first, last = unquote(terms[0]), unquote(terms[1]) if len(terms) > 1 else None
    parts = [r"(?<!\w)", re.escape(prefix) + r"\s*" if prefix else "", "(", re.escape(first)]
    if last is not None:
        parts += [r"(?!\w)[\s\S]*?(?<!\w)", re.escape(last)]
    parts += [")", r"\s*" + re.escape(suffix) if suffix else "", r"(?!\w)"]
    found = re.search("".join(parts).replace(r"\ ", r"[^\S\n]+"), text, re.IGNORECASE)
    return found.span(1) if found else None


def link_of(words: str, nth: int = 0, text: str = STORY) -> tuple[str, int]:
    at = [m.start() for m in re.finditer(re.escape(words), text)][nth]
    return passage_url(URL, text, at, at + len(words)), at


@pytest.mark.parametrize(
    ("words", "nth", "fragment"),
    [
        ("opened the bridge", 0, "opened%20the%20bridge"),
        ("“We will go on,”", 0, "We%20will%20go%20on"),
        ("tax-free & unpaid", 0, "tax%2Dfree%20%26%20unpaid"),
        ("We will go on", 1, "said%3A%20%E2%80%9C-,We%20will%20go%20on,-.%E2%80%9D%20The"),
        ("12", 1, "had%20cost-,12,-pounds%2C%20she"),
    ],
)
def test_short_passages(words: str, nth: int, fragment: str) -> None:
    assert link_of(words, nth)[0] == f"{URL}#:~:text={fragment}"


@pytest.mark.parametrize(
    ("text", "start", "fragment"),
    [
        ("They start art class.", 11, "art"),  # not the one inside "start"
        ("Art café, cafe art.", 4, "caf%C3%A9"),  # browsers pass over accents: the first one wins
        ("Art cafe, café art.", 10, "Art%20cafe%2C-,caf%C3%A9,-art."),
        ("He paid 5. Then 12. So he paid 12 then.", 31, "he%20paid-,12,-then."),
        ("12 men. He paid 5\nSo he paid 12", 29, "he%20paid-,12"),
        ("12 men. 12 women.", 8, "12%20men.-,12,-women."),
    ],
)
def test_the_first_match_of_a_browser_is_the_passage(text: str, start: int, fragment: str) -> None:
    end = next((at for at in range(start, len(text)) if not text[at].isalnum()), len(text))
    assert passage_url(URL, text, start, end) == f"{URL}#:~:text={fragment}"


def test_a_long_passage_is_named_by_its_rims() -> None:
    words = "Brook said, “and we will pay.”\n\nLater she said: “We will go on.” The bridge cost 12 million"
    link, at = link_of(words)
    assert link.count(",") == 1
    assert len(link) < 120
    assert marked(link, STORY) == (at, at + len(words))


def test_a_passage_over_two_blocks_has_no_term_over_two_blocks() -> None:
    link, _ = link_of("pay.”\n\nLater")
    assert "%0A" not in link
    assert "," in link.partition("text=")[2]


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        (URL + "#top", URL + "#top:~:text=Mayor"),
        (URL + "#:~:text=old", URL + "#:~:text=Mayor"),
        (URL + "#top:~:text=old", URL + "#top:~:text=Mayor"),
    ],
)
def test_an_old_directive_is_replaced(url: str, wanted: str) -> None:
    assert passage_url(url, STORY, 0, 5) == wanted


def test_half_a_word_is_widened() -> None:
    assert link_of("pened th")[0].endswith("text=opened%20the")


def test_without_a_word_or_a_single_meaning_the_plain_link_is_the_answer() -> None:
    assert passage_url(URL, "a – b", 2, 3) == URL
    twice = "\n".join(["The very same words."] * 3)
    assert passage_url(URL, twice, 21, 41) == URL


@pytest.mark.parametrize(("start", "end"), [(3, 3), (-1, 2), (0, 10_000)])
def test_no_passage(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="not a passage"):
        passage_url(URL, STORY, start, end)


WORDS = st.lists(
    st.sampled_from(
        ["we", "will", "pay", "“go”", "12", "U.S.", "tax-free", "a,b", "&", "don’t", "É", "\n", "\n\n"]
    ),
    min_size=1,
    max_size=60,
)


@given(WORDS, st.data())
def test_a_link_marks_the_passage_and_nothing_else(words: list[str], data: st.DataObject) -> None:
    text = " ".join(words)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    link = passage_url(URL, text, start, end)
    assert re.fullmatch(r"[A-Za-z0-9%._~:/#=,-]+", link)
    if link == URL:
        return
    core = re.search(r"[\w’](?:.*[\w’])?", text[start:end], re.DOTALL)
    found = marked(link, text)
    assert core is not None
    assert found is not None
    assert found[0] <= start + core.start() < start + core.end() <= found[1], "it is another place"
    widened = text[found[0] : start + core.start()] + text[start + core.end() : found[1]]
    assert not re.search(r"\s", widened), "to whole words only"


@given(st.text(max_size=300).filter(bool), st.data())
def test_any_text_gives_a_link(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    assert passage_url(URL, text, start, end).startswith(URL)
