"""What Slack shows beside digests, made from own stories and made-up channels."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from adapters.slack.home import home_view
from adapters.slack.render import rendered
from adapters.slack.views import detail_view, wrong_view
from bot.desk.overview import Overview, PastDigest
from bot.desk.rules import ON
from bot.desk.sentences import introduction
from bot.digest import Digest, citation
from bot.display import TYPED
from bot.render import full_message, text_message
from bot.rhythm import Beat, Rhythm
from bot.types import Message, Place, Subscription

WINDOWS = ("more_window", "cite_window", "wrong_window", "home_tab", "home_tab_empty", "help", "greeting")
# in the shape of the help text, which changes more often than its layout
_HELP = f"""Paste a link to a story, and its digest is answered below it. Or:
{TYPED}digest <link>                   read a story: quotes, figures, who is named
{TYPED}follow <feed> [+word] [-word]   post the new stories of a feed or site here; +word: only with it
{TYPED}unfollow <number or link>       stop following a feed (also: unsubscribe)
{TYPED}settings [key] [value]          show or change how this place is served"""
_DAY = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


def window(name: str, digest: Digest) -> Any:
    """The Block Kit of one of WINDOWS. Raises KeyError for another."""
    make = {
        "more_window": lambda: detail_view("Everything found", full_message(digest)),
        "cite_window": lambda: detail_view("Citations", _cited(digest)),
        "wrong_window": lambda: wrong_view("0123456789ab", "{}"),
        "home_tab": lambda: home_view(_overview(), text_message(_HELP)),
        "home_tab_empty": lambda: home_view(Overview((), (), {}, 30), text_message(_HELP)),
        "help": lambda: rendered(text_message(_HELP)),
        "greeting": lambda: rendered(introduction(ON, ())),
    }
    return make[name]()


def _cited(digest: Digest) -> Message:
    rows = (citation(digest, number) for number in digest.key_quotes)
    return text_message("\n".join(rows))


def _overview() -> Overview:
    return Overview(
        subscriptions=(
            _feed(1, "C0CITYDESK", "Harbour News: Town hall"),
            _feed(2, "C0CITYDESK", "Meridian Wire", want=("ferry", "port"), refuse=("sport",), paused=True),
            _feed(3, "C0BUSINESS", "Ledger Street", rhythm=Rhythm(Beat.DAILY, 510, "Europe/London")),
            _feed(4, "G0NIGHT", "The Clement Dispatch", stopped="not-inside"),
        ),
        digests=tuple(
            PastDigest(
                f"0123456789a{number}",
                title,
                f"https://harbour.example/{number}",
                Place("slack", "T1", channel),
                _DAY,
                link,
            )
            for number, (title, channel, link) in enumerate(
                (
                    ("Ferry With 212 Aboard Runs Aground Off Port Halven", "C0CITYDESK", _posted(1)),
                    ("Calderwick Cuts Profit Forecast Again", "C0BUSINESS", _posted(2)),
                    ("Market bans phones <!here> after *joke*", "D0ME", None),
                )
            )
        ),
        settings={
            "C0CITYDESK": {"digest": "mention", "steer": "@U1|Ines @U2|Tom"},
            "C0BUSINESS": {"mute": "rumour.example"},
            "G0NIGHT": {},
        },
        retention_days=30,
    )


def _posted(number: int) -> str:
    return f"https://desk.slack.example/archives/C0CITYDESK/p{number}"


def _feed(number: int, channel: str, title: str, **more: Any) -> Subscription:
    place = Place("slack", "T1", channel)
    return Subscription(number, place, f"https://feeds.example/{number}.xml", title, "U1", _DAY, **more)
