"""From an article to its findings: a list of finders over one table of names.

``find_all`` is pure: the same article gives the same findings, nothing is read or written.
"""

from __future__ import annotations

from bot.extract.actors import find_actors
from bot.extract.figures import find_figures
from bot.extract.nutgraf import choose_nutgraf
from bot.extract.people import cast_of
from bot.extract.sentences import sentences_of
from bot.extract.speakers import attributed
from bot.types import Article, Findings


def find_all(article: Article) -> Findings:
    """Quotes, figures and actors in order of print, scored; the nut graf; the sentences."""
    sentences = sentences_of(article)
    cast = cast_of(article, sentences)
    quotes = attributed(article, sentences, cast)
    return Findings(
        quotes=quotes,
        figures=find_figures(article, sentences, cast, quotes),
        actors=find_actors(article, cast, quotes),
        nutgraf=choose_nutgraf(article, sentences, cast),
        sentences=sentences,
    )
