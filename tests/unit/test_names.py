"""When two printings can be one person, and how tokens, features and tagger treat words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.evaluate.corpora_names import TaggedSentence, chunks, documents, restored
from bot.extract import gazetteer
from bot.extract.cast import EntityKind
from bot.extract.features import features, islands, shape_of
from bot.extract.names import Found, acronym_of, grouped, key_of, last_of, same_person, surname_start
from bot.extract.spotting import after_titles, is_headline, spot
from bot.extract.tagger import is_shipped, tagged
from bot.extract.tokens import (
    LIMIT_SENTENCE_CHARS,
    LIMIT_TOKENS,
    PageWords,
    is_name_like,
    tokenise,
    tokenised,
)
from bot.types import Span


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("Anna Lind", "Anna Lind", True),
        ("Anna Lind", "ANNA LIND", True),
        ("Anna Lind", "A. Lind", True),
        ("Anna Lind", "Anna M. Lind", True),
        ("Anna M. Lind", "Anna Maria Lind", True),
        ("Anna K. Lind", "Anna M. Lind", False),
        ("Thomas Lind", "Tom Lind", True),
        ("Thomas Lind", "Timothy Lind", False),
        ("Anna Lind", "Carl Lind", False),
        ("Robert Tull Jr.", "Robert Tull Sr.", False),
        ("Robert Tull Jr.", "Robert Tull", True),
        ("Salim bin Nasser", "Salim bin Nasser Al Haddi", True),
        ("Anna Lind", "Anna Lind-Moss", True),
        ("José Núñez", "Jose Nunez", True),
    ],
)
def test_same_person(one: str, two: str, same: bool) -> None:
    assert same_person(key_of(one), key_of(two)) is same
    assert same_person(key_of(two), key_of(one)) is same


@pytest.mark.parametrize(
    ("name", "surname", "last"),
    [
        ("Jan van der Meer", "van der meer", "meer"),
        ("Omar al-Rashidi", "al-rashidi", "rashidi"),
        ("Robert Tull Jr.", "tull jr", "tull"),
        ("Lind", "lind", "lind"),
    ],
)
def test_surnames(name: str, surname: str, last: str) -> None:
    key = key_of(name.replace("Jr.", "Jr"))
    assert " ".join(key[surname_start(key) :]) == surname
    assert last_of(key) == last


def test_acronyms_leave_small_words_out() -> None:
    assert acronym_of(key_of("The Rennet Office for the Protection of Eels")) == "rope"


def test_a_printed_alias_merges_two_groups() -> None:
    text = "Sabr, or Army of Eels"
    found = [Found(Span(0, 4), EntityKind.ORG, 0.9), Found(Span(9, 21), EntityKind.ORG, 0.9)]
    assert len(grouped(text, found)) == 2
    merged = grouped(text, found, [(Span(0, 4), Span(9, 21))])
    assert [[one.span for one in group.found] for group in merged] == [[Span(0, 4), Span(9, 21)]]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("U.S.-led men", ["U.S.-led", "men"]),
        ("al-Rashidi’s car", ["al-Rashidi", "'s", "car"]),
        ("Mr. O’Hallan left.", ["Mr.", "O'Hallan", "left", "."]),
        ("J.R. Pell-Marsh, 45,", ["J.R.", "Pell-Marsh", ",", "45", ","]),
        ("Sol\u200bveig ran", ["Sol\u200bveig", "ran"]),
        ("R&D at AT&T", ["R&D", "at", "AT&T"]),
    ],
)
def test_tokens(text: str, tokens: list[str]) -> None:
    assert [token.text for token in tokenise(text, Span(0, len(text)))] == tokens


@settings(max_examples=200, deadline=None)
@given(st.text(min_size=1, max_size=200))
def test_tokens_are_slices_in_order(text: str) -> None:
    end = 0
    for token in tokenise(text, Span(0, len(text))):
        assert token.start >= end
        assert len(token.text) == token.end - token.start
        assert not text[end : token.start].strip()
        end = token.end


def test_what_is_looked_at_is_capped() -> None:
    assert (
        len(tokenise("a " * LIMIT_SENTENCE_CHARS, Span(0, 2 * LIMIT_SENTENCE_CHARS)))
        == LIMIT_SENTENCE_CHARS // 2
    )
    text = "a b c d e\n" * LIMIT_TOKENS
    sentences = [Span(at, at + 9) for at in range(0, len(text), 10)]
    assert sum(map(len, tokenised(text, sentences))) <= LIMIT_TOKENS + 5


@pytest.mark.parametrize(
    ("word", "like"),
    [("Lind", True), ("al-Rashidi", True), ("d'Arco", True), ("lind", False), ("Iranian-backed", False),
     ("U.S.-led", False), ("Pell-Marsh", True), ("45", False), ("mid-March", False)],
)  # fmt: skip
def test_name_like(word: str, like: bool) -> None:
    assert is_name_like(word) is like


@pytest.mark.parametrize(
    ("line", "headline"),
    [
        ("Ten Things You Should Know About Your Taxes", True),
        ("WHAT WE KNOW SO FAR", True),
        ("Anna Lind , Carl Moss and Peter Quill spoke", False),
        ("Anna Lind left the town on Monday", False),
    ],
)
def test_headlines(line: str, headline: bool) -> None:
    assert is_headline(line.split()) is headline


@pytest.mark.parametrize(
    ("name", "rest"),
    [("City Manager Anna Lind", "Anna Lind"), ("Sen. Lind", "Lind"), ("Martin King Jr.", "Martin King Jr."),
     ("Anna Lind", "Anna Lind"), ("Virginia Governor Anna Lind", "Anna Lind")],
)  # fmt: skip
def test_titles_are_no_part_of_a_name(name: str, rest: str) -> None:
    parts = name.split()
    assert parts[after_titles(parts, 0, len(parts)) :] == rest.split()


def test_islands_hold_every_capital_and_little_else() -> None:
    words = "it was late when Anna Lind came home to the town that she knew so well".split()  # noqa: SIM905
    assert islands(words) == [(2, 8)]
    assert islands(["so", "it", "goes"]) == []


@pytest.mark.parametrize(("word", "shape"), [("U.S.", "X.X."), ("Lind", "Xx"), ("2003", "d"), ("Øst", "Xx")])
def test_shapes(word: str, shape: str) -> None:
    assert shape_of(word) == shape


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=12), max_size=25))
def test_every_token_has_features_and_no_word_breaks_the_tagger(words: list[str]) -> None:
    page = PageWords([words])
    assert len(features(words, page)) == len(words)
    for found in (*tagged(words, page), *spot(words, page)):
        assert 0 <= found.first < found.last <= len(words)
        assert 0 <= found.sure <= 1.0001


def test_the_model_is_shipped_and_small() -> None:
    from importlib.resources import files  # noqa: PLC0415

    assert is_shipped()
    folder = files("bot.extract.models")
    sizes = [
        len(folder.joinpath(name).read_bytes())
        for name in ("names.crfsuite", "clusters.tsv.gz", "small_words.tsv.gz")
    ]
    assert sum(sizes) < 6_000_000


def test_word_lists_are_disjoint_where_they_must_be() -> None:
    assert set(gazetteer.given_names().values()) <= {"m", "f", "mf"}
    assert not gazetteer.is_place("White House")
    assert gazetteer.org_aliases()["Daesh"][0] == "Islamic State group"
    assert gazetteer.titles()["mrs"].gender == "f"
    assert gazetteer.titles()["sen"].gender is None


# ------------------------------------------------------------------------ corpus reading


def test_columns_become_documents(tmp_path) -> None:
    import gzip  # noqa: PLC0415

    rows = (
        "-DOCSTART-\tO\tO\n\nAnna\tB-PER\tx\nLind\tI-PER\tx\nate\tO\tO\n\nPie\tB-MISC\tx\n\n"
        "-DOCSTART-\tO\tO\n\nOslo\tB-LOC\tx\n"
    )
    path = tmp_path / "dev.conll.gz"
    path.write_bytes(gzip.compress(rows.encode()))
    read = list(documents(path))
    assert [[sentence.words for sentence in document] for document in read] == [
        [("Anna", "Lind", "ate"), ("Pie",)],
        [("Oslo",)],
    ]
    assert read[0][1].tags == ("O",)
    assert chunks(read[0][0].tags) == {(0, 2, "PER")}


def test_restored_text_clings_as_print_does() -> None:
    words = ("He", "said", ",", '"', "Anna", "'s", "car", "(", "red", ")", ".", '"')
    made = restored([TaggedSentence(words, ("O",) * len(words))])
    assert made.text == 'He said, "Anna\'s car (red)."'
    assert [made.text[start:end] for start, end in made.places[0]] == list(words)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from(["Anna", '"', "(", ")", "'s", ",", ".", "said"]), min_size=1), min_size=1
    )
)
def test_restored_places_are_the_tokens(sentences: list[list[str]]) -> None:
    made = restored([TaggedSentence(tuple(words), ("O",) * len(words)) for words in sentences])
    for words, places in zip(sentences, made.places, strict=True):
        assert [made.text[start:end] for start, end in places] == words
