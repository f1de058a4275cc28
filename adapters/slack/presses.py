"""Commands, presses, windows and shortcuts as Slack sends them -> what is asked. Pure.

Of a press only the choice's id and the digest's id are believed; the desk checks what its user may see.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from adapters.slack.envelopes import Body, list_at, map_at, text_at, workspace_of
from adapters.slack.events import PLATFORM, place_of
from adapters.slack.render import pressed
from adapters.slack.text import typed
from adapters.slack.views import reported
from bot.choices import TABLE, Choice
from bot.choices import typed as words_of
from bot.standing import Standing
from bot.types import Place, Request


@dataclass(frozen=True, slots=True)
class Press:
    """Somebody pressed ``choice``. ``request`` is the command it stands for; of a choice that asks for
    words, without them."""

    choice: Choice
    digest_id: str | None
    request: Request
    on_whisper: bool  # the message was shown to that user alone


def command_of(body: Body) -> Request:
    """A slash command: answered to its user alone. Its words come escaped, as message text does."""
    workspace = workspace_of(body)
    key = text_at(body, "trigger_id") or text_at(body, "response_url")
    return Request(
        key=f"{PLATFORM}:{workspace}:command:{key}",
        place=Place(PLATFORM, workspace, text_at(body, "channel_id")),
        user=text_at(body, "user_id"),
        text=typed(text_at(body, "text")).text,
        command=True,
        private=True,
    )


def press_of(body: Body) -> Press:
    """A button, an entry of a menu, a verdict. Raises KeyError, ValueError for what is not ours, or not
    any more."""
    action = next(iter(list_at(body, "actions")), None)
    if not isinstance(action, dict):
        raise ValueError("a press of nothing")  # noqa: TRY004 - the caller takes it as not ours
    choice_id, digest_id = pressed(action)
    choice = TABLE[choice_id]
    key = text_at(body, "trigger_id") or text_at(action, "action_ts")
    request = _asked(body, key, _pressed_place(body), words_of(choice_id, digest_id))
    return Press(choice, digest_id, request, bool(map_at(body, "container").get("is_ephemeral")))


def is_link(body: Body) -> bool:
    """A button that opened a page: Slack reports it, nothing is asked."""
    return any(isinstance(action, dict) and action.get("url") for action in list_at(body, "actions"))


def shortcut_of(body: Body) -> Request:
    """ "Digest this link" of a message; without ``links`` there is nothing to read in it."""
    message = map_at(body, "message")
    workspace, channel = workspace_of(body), text_at(body, "channel", "id")
    ts = text_at(message, "ts") or text_at(body, "message_ts")
    return Request(
        key=f"{PLATFORM}:{workspace}:shortcut:{text_at(body, 'trigger_id') or text_at(body, 'action_ts')}",
        place=place_of(workspace, channel, ts, text_at(message, "thread_ts")),
        user=text_at(body, "user", "id"),
        text=typed(text_at(message, "text")).text,
        links=_links_in(message),
        addressed=True,
        private=True,
        standing=_standing(body),
    )


def note_of(press: Press) -> str:
    """What a window must bring back with what is written into it (``private_metadata``)."""
    place = press.request.place
    return json.dumps([press.choice.id, press.digest_id, place.channel, place.thread])


def report_of(body: Body) -> Request:
    """What somebody wrote into a window that ``note_of`` was given to. Raises KeyError, ValueError for
    a window that is not ours."""
    noted = json.loads(text_at(body, "view", "private_metadata"))
    if not isinstance(noted, list):
        raise ValueError("a window without a note")  # noqa: TRY004 - the caller takes it as not ours
    choice_id, digest_id, channel, thread = noted
    place = Place(PLATFORM, workspace_of(body), str(channel), str(thread) if thread else None)
    key = text_at(body, "trigger_id") or text_at(body, "view", "id")
    return _asked(body, key, place, words_of(str(choice_id), str(digest_id), reported(body["view"])))


def first_field(body: Body) -> str:
    """The block id of the window's first field, "" if it has none."""
    return next(iter(map_at(body, "view", "state", "values")), "")


def _asked(body: Body, key: str, place: Place, text: str) -> Request:
    return Request(
        key=f"{PLATFORM}:{place.workspace}:press:{key}",
        place=place,
        user=text_at(body, "user", "id"),
        text=text,
        command=True,
        private=True,
        standing=_standing(body),
    )


def _pressed_place(body: Body) -> Place:
    """Where the pressed message stands; of a press in the home tab, the user's direct messages."""
    channel = text_at(body, "channel", "id") or text_at(body, "container", "channel_id")
    thread = text_at(body, "message", "thread_ts") or text_at(body, "container", "thread_ts")
    return Place(PLATFORM, workspace_of(body), channel or text_at(body, "user", "id"), thread or None)


def _standing(body: Body) -> Standing:
    team = text_at(body, "user", "team_id")
    foreign = bool(team) and team not in {workspace_of(body), text_at(body, "enterprise", "id")}
    return Standing.STRANGER if foreign and not text_at(body, "enterprise", "id") else Standing.MEMBER


# ------------------------------------------------------------- links of any message
# A message of another app often holds its links in blocks or attachments only.


def _links_in(message: Body) -> tuple[str, ...]:
    """What was typed comes first; else what the message shows."""
    links = typed(text_at(message, "text")).links
    for name in ("blocks", "attachments"):
        if not links:
            links = tuple(dict.fromkeys(_walked(message.get(name), 0)))
    return links


def _walked(shown: object, depth: int) -> Iterator[str]:
    """Links in blocks and attachments, in the order in which they are shown. No deeper than Slack nests
    them (a list in rich text in an attachment's blocks: 9)."""
    if depth > 12:
        return
    if isinstance(shown, list):
        for part in shown:
            yield from _walked(part, depth + 1)
    elif isinstance(shown, dict):
        for name in ("url", "title_link", "from_url", "original_url"):
            yield from typed(f"<{text_at(shown, name)}>").links
        if shown.get("type") != "plain_text":
            yield from typed(text_at(shown, "text")).links
        for name in ("text", "elements", "fields", "blocks", "accessory", "message_blocks", "message"):
            yield from _walked(shown.get(name), depth + 1)
