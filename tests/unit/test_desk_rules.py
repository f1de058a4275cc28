"""Settings of a place, who may change what it gets, and muted sites."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.rules import MUTE, STEER, check_steer, checked_setting, known_setting, may_steer, muted, who_may
from bot.errors import BadSetting, NotAllowed, UnknownSetting
from bot.standing import Standing
from tests.fakes.desk import command_request


@pytest.mark.parametrize(
    ("key", "value", "stored"),
    [
        ("digest", "on", "on"),
        ("digest", "Mention", "mention"),
        ("digest", "OFF", "off"),
        ("answers", "Reply", "reply"),
        ("answers", "thread", "thread"),
        ("steer", "Everyone", "everyone"),
        ("steer", "admins", "admins"),
        ("steer", "@U1", "@U1"),
        ("steer", "@U1|ann,  @U2|böb @U1|ann", "@U1|ann @U2|böb"),
        ("steer", "@ann:example.org", "@ann:example.org"),
    ],
)
def test_a_setting_is_stored_as_it_is_read(key: str, value: str, stored: str) -> None:
    assert checked_setting(key, value) == stored


@pytest.mark.parametrize(
    ("key", "value", "want"),
    [
        ("digest", "maybe", "on, mention or off"),
        ("answers", "below", "thread or reply"),
        ("steer", "ann", "everyone, admins, or people: @name @name"),
        ("steer", "@U1 everyone", "everyone, admins, or people: @name @name"),
        ("steer", "@", "everyone, admins, or people: @name @name"),
        ("steer", ",", "everyone, admins, or people: @name @name"),
        ("mute", "paper.example", "“mute” and “unmute” with a site, to be changed"),
    ],
)
def test_a_setting_of_another_form_is_refused_with_what_is_wanted(key: str, value: str, want: str) -> None:
    with pytest.raises(BadSetting) as caught:
        checked_setting(key, value)
    assert (caught.value.key, caught.value.value, caught.value.want) == (key, value, want)


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("digests", "digest"),
        ("stear", "steer"),
        ("muted", "mute"),
        ("answer", "answers"),
        ("colour", "digest, steer, answers or mute"),
    ],
)
def test_an_unknown_setting_is_refused_with_the_nearest(key: str, nearest: str) -> None:
    for refused in (lambda: known_setting(key), lambda: checked_setting(key, "on")):
        with pytest.raises(UnknownSetting) as caught:
            refused()
        assert caught.value.nearest == nearest


PEOPLE = "@U1|ann @ben"


@pytest.mark.parametrize(
    ("steer", "standing", "user", "may"),
    [
        (None, Standing.MEMBER, "U9", True),
        ("everyone", Standing.MEMBER, "U9", True),
        ("everyone", Standing.ADMIN, "U9", True),
        ("everyone", Standing.GUEST, "U9", False),
        ("everyone", Standing.STRANGER, "U9", False),
        ("admins", Standing.MEMBER, "U9", False),
        ("admins", Standing.ADMIN, "U9", True),
        ("admins", Standing.GUEST, "U9", False),
        (PEOPLE, Standing.MEMBER, "U1", True),
        (PEOPLE, Standing.MEMBER, "ben", True),
        (PEOPLE, Standing.MEMBER, "U11", False),
        (PEOPLE, Standing.MEMBER, "ann", False),  # a name is no id: anybody may call himself so
        (PEOPLE, Standing.MEMBER, "", False),
        (PEOPLE, Standing.ADMIN, "U9", True),
        (PEOPLE, Standing.GUEST, "U1", False),
        (PEOPLE, Standing.STRANGER, "U1", False),
        ("@ann:example.org", Standing.MEMBER, "@ann:example.org", True),
        ("@ann:example.org", Standing.MEMBER, "@ann:evil.example", False),
    ],
)
def test_who_may_steer(steer: str | None, standing: Standing, user: str, may: bool) -> None:
    settings = {} if steer is None else {STEER: steer}
    request = command_request("C1", "pause 1", user=user, standing=standing)
    assert may_steer(request, settings) is may
    if may:
        check_steer(request, settings, "pause")
    else:
        with pytest.raises(NotAllowed) as caught:
            check_steer(request, settings, "pause")
        assert (caught.value.what, caught.value.who) == ("“pause”", who_may(request, settings))


@pytest.mark.parametrize(
    ("steer", "told"),
    [
        ("everyone", "members of this workspace"),
        ("admins", "admins"),
        (PEOPLE, "ann, ben and admins"),
        ("@U1|a\u202en", "an and admins"),
    ],
)
def test_who_may_is_told_by_name(steer: str, told: str) -> None:
    assert who_may(command_request("C1", "x"), {STEER: steer}) == told


@given(st.text(), st.text(min_size=1))
def test_no_setting_lets_a_guest_steer(steer: str, user: str) -> None:
    request = command_request("C1", "x", user=user, standing=Standing.GUEST)
    assert not may_steer(request, {STEER: steer})


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://paper.example/a", "paper.example"),
        ("http://www.Paper.example:8080/a?b", "paper.example"),
        ("https://a.b.paper.example/", "paper.example"),
        ("https://paper.example./", "paper.example"),
        ("https://newspaper.example/", None),
        ("https://paper.example.org/", None),
        ("https://other.example/?u=https://paper.example/", None),
        ("https://bücher.example/", "xn--bcher-kva.example"),
        ("not a link", None),
        ("", None),
    ],
)
def test_a_muted_host_matches_itself_and_its_subdomains(url: str, site: str | None) -> None:
    assert muted(url, {MUTE: "paper.example xn--bcher-kva.example"}) == site
    assert muted(url, {}) is None
