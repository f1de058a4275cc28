"""Who somebody is in a workspace, and what they may read, as the fake Slack says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.slack.people import KEPT_S, People, person_of
from adapters.slack.sight import KEPT_S as SEEN_S
from bot.ports import ChatDown
from bot.standing import Standing
from bot.types import Place
from tests.contract.slack_rooms import TEAM, Desk, desk


@pytest.fixture
async def here() -> AsyncIterator[Desk]:
    async with desk() as opened:
        yield opened


# ---------------------------------------------------------------------------- standing


@pytest.mark.parametrize(
    ("said", "standing"),
    [
        ({}, Standing.MEMBER),
        ({"is_admin": True}, Standing.ADMIN),
        ({"is_owner": True}, Standing.ADMIN),
        ({"is_primary_owner": True}, Standing.ADMIN),
        ({"is_restricted": True}, Standing.GUEST),
        ({"is_ultra_restricted": True}, Standing.GUEST),
        ({"is_restricted": True, "is_admin": True}, Standing.GUEST),
        ({"is_stranger": True, "is_admin": True}, Standing.STRANGER),
        ({"team_id": "T9OTHER", "is_admin": True}, Standing.STRANGER),
        ({"team_id": None}, Standing.STRANGER),
        ({"team_id": "T9OTHER", "enterprise_user": {"teams": [TEAM, "T9OTHER"]}}, Standing.MEMBER),
        ({"team_id": "T9OTHER", "enterprise_user": {"teams": ["T9OTHER"]}}, Standing.STRANGER),
        ({"deleted": True, "is_admin": True}, Standing.GUEST),
        ({"is_bot": True}, Standing.GUEST),
    ],
)
def test_standing(said: dict[str, Any], standing: Standing) -> None:
    assert person_of({"id": "U1", "team_id": TEAM, **said}, TEAM).standing is standing


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"profile": {"display_name": "Ada", "real_name": "Ada L"}, "name": "ada.l"}, "Ada"),
        ({"profile": {"display_name": "", "real_name": "Ada L"}, "name": "ada.l"}, "Ada L"),
        ({"real_name": "Ada L", "name": "ada.l"}, "Ada L"),
        ({"name": "ada.l"}, "ada.l"),
        ({}, ""),
        ({"profile": None}, ""),
    ],
)
def test_name(said: dict[str, Any], name: str) -> None:
    assert person_of(said, TEAM).name == name


async def test_slack_is_asked_once_in_a_while(here: Desk) -> None:
    people = here.chat.people
    root, ada = here.id("root"), here.id("ada")
    assert await people.standing(TEAM, root) is Standing.ADMIN
    assert await people.standing(TEAM, ada) is Standing.MEMBER
    assert await people.standing(TEAM, root) is Standing.ADMIN
    assert len(here.said("users.info")) == 2
    here.slack.workspace().person("root").admin = False
    here.passed_s[0] += KEPT_S
    assert await people.standing(TEAM, root) is Standing.MEMBER


@pytest.mark.parametrize("kind", ["ratelimited", "server_error", "missing_scope", "user_not_found", "html"])
async def test_who_is_not_known_is_a_guest_and_asked_for_again(here: Desk, kind: str) -> None:
    here.slack.fail("users.info", kind=kind)
    root = here.id("root")
    assert await here.chat.people.standing(TEAM, root) is Standing.GUEST
    assert await here.chat.people.standing(TEAM, root) is Standing.ADMIN
    assert await here.chat.people.name(TEAM, "U0NOBODY") == ""


async def test_a_stranger_of_another_workspace(here: Desk) -> None:
    here.slack.add_workspace("T1OTHER", "elsewhere")
    stranger = here.slack.add_person("sten", "T1OTHER", admin=True)
    here.slack.channel("desk").members.append(stranger)
    assert await People(here.clients).standing(TEAM, stranger) is Standing.STRANGER


# ------------------------------------------------------------------------------- sight


async def may(here: Desk, who: str, channel: str) -> bool:
    return await here.another().may_see(who, Place("slack", TEAM, channel, "1.2"))


async def test_a_public_channel_is_open_to_members_and_closed_to_guests_outside(here: Desk) -> None:
    channel = here.slack.add_channel("sport", ["root", "nutgraf"])
    guest = here.slack.add_person("gus", restricted=True)
    assert await may(here, here.id("ada"), channel)
    assert not await may(here, guest, channel)
    here.slack.channel(channel).members.append(guest)
    assert await may(here, guest, channel)


@pytest.mark.parametrize("kind", ["group", "mpim"])
async def test_what_is_private_is_open_to_who_is_inside(here: Desk, kind: str) -> None:
    channel = here.slack.add_channel("probe", ["root", "nutgraf"], kind)
    assert await may(here, here.id("root"), channel)
    assert not await may(here, here.id("ada"), channel)


async def test_a_private_channel_without_the_bot_is_seen_by_nobody(here: Desk) -> None:
    channel = here.slack.add_channel("probe", ["root"], "group")
    assert not await may(here, here.id("root"), channel)


async def test_direct_messages_are_their_users(here: Desk) -> None:
    direct = here.slack.direct("ada")
    assert await may(here, here.id("ada"), direct)
    assert not await may(here, here.id("root"), direct)
    assert await may(here, here.id("ada"), here.id("ada"))
    assert not await may(here, here.id("root"), here.id("ada"))


async def test_a_stranger_sees_the_channel_he_shares_and_no_other(here: Desk) -> None:
    here.slack.add_workspace("T1OTHER", "elsewhere")
    stranger = here.slack.add_person("sten", "T1OTHER")
    shared = here.slack.channel("desk")
    shared.members.append(stranger)
    other = here.slack.add_channel("sport", ["root", "nutgraf"])
    assert await may(here, stranger, shared.id)
    assert not await may(here, stranger, other)


async def test_another_platforms_place_is_seen_by_nobody_here(here: Desk) -> None:
    assert not await here.chat.may_see(here.id("root"), Place("terminal", TEAM, here.place.channel))


async def test_the_last_of_many_members_is_found(here: Desk) -> None:
    many = [here.slack.add_person(f"p{n}") for n in range(2100)]
    channel = here.slack.add_channel("all", ["nutgraf"], "group")
    here.slack.channel(channel).members.extend(many)
    assert await may(here, many[-1], channel)
    assert not await may(here, here.id("ada"), channel)


async def test_an_answer_is_good_for_a_minute(here: Desk) -> None:
    channel = here.slack.add_channel("probe", ["root", "nutgraf"], "group")
    place, root = Place("slack", TEAM, channel), here.id("root")
    assert await here.chat.may_see(root, place)
    here.slack.channel(channel).members.remove(root)
    assert await here.chat.may_see(root, place)
    here.passed_s[0] += SEEN_S
    assert not await here.chat.may_see(root, place)


@pytest.mark.parametrize("method", ["conversations.info", "conversations.members", "users.info"])
@pytest.mark.parametrize("kind", ["ratelimited", "server_error", "html"])
async def test_where_slack_does_not_answer_nothing_is_shown_yet(here: Desk, method: str, kind: str) -> None:
    channel = here.slack.add_channel("sport", ["root", "nutgraf"])
    guest = here.slack.add_person("gus", restricted=True)
    here.slack.fail(method, kind=kind)
    with pytest.raises(ChatDown):
        await may(here, guest, channel)


@pytest.mark.parametrize("code", ["missing_scope", "channel_not_found", "token_revoked", "new_in_2027"])
async def test_where_slack_refuses_to_say_nobody_may(here: Desk, code: str) -> None:
    here.slack.fail("conversations.info", kind=code)
    assert not await may(here, here.id("root"), here.place.channel)
