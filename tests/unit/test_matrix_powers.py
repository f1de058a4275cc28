"""Power levels out of raw state."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.matrix.powers import CREATOR, level, needed, standing
from bot.standing import Standing

ANN, BOB, CAT = "@ann:a.test", "@bob:a.test", "@cat:b.test"


def created(version: Any = "11", sender: str = ANN, **content: Any) -> dict[str, Any]:
    return {"type": "m.room.create", "sender": sender, "content": {"room_version": version, **content}}


@pytest.mark.parametrize(
    ("user", "powers", "create", "expected"),
    [
        (ANN, {"users": {ANN: 100}}, created(), 100),
        (BOB, {"users": {ANN: 100}}, created(), 0),
        (BOB, {"users": {ANN: 100}, "users_default": 50}, created(), 50),
        (BOB, {"users": {BOB: 0}, "users_default": 50}, created(), 0),
        (BOB, {"users": {BOB: -1}}, created(), -1),
        (BOB, {"users": {BOB: "50"}}, created("6"), 50),
        (BOB, {"users": {BOB: " 50 "}}, created("6"), 50),
        (BOB, {"users": {BOB: 50.9}}, created("6"), 50),
        (BOB, {"users": {BOB: float("nan")}}, created(), 0),
        (BOB, {"users": {BOB: True}}, created(), 0),
        (BOB, {"users": {BOB: None}, "users_default": "7"}, created(), 7),
        (BOB, {"users": [BOB]}, created(), 0),
        # no power levels yet: the creator has 100, by content in old rooms
        (ANN, None, created(), 100),
        (BOB, None, created(), 0),
        (BOB, None, {"content": {"creator": BOB}}, 100),
        (BOB, None, None, 0),
        ("", None, None, 0),
        # creators of version 12 and what comes after it, whatever the levels say
        (ANN, {"users": {}}, created("12"), CREATOR),
        (ANN, None, created("12"), CREATOR),
        (BOB, {"users": {}}, created("12", additional_creators=[BOB]), CREATOR),
        (BOB, {"users": {BOB: 50}}, created("12"), 50),
        (BOB, {"users": {}}, created("org.example.future", additional_creators=[7, BOB]), CREATOR),
        (BOB, {"users": {}}, created("11", additional_creators=[BOB]), 0),
        (ANN, {"users": {}}, created("11"), 0),
        (ANN, {"users": {}}, {"sender": ANN, "content": {}}, 0),  # no version said: version 1
        (ANN, {"users": {}}, created(12), 0),  # no string
    ],
)
def test_level(
    user: str, powers: dict[str, Any] | None, create: dict[str, Any] | None, expected: int
) -> None:
    assert level(user, powers, create) == expected


@pytest.mark.parametrize(
    ("powers", "expected"),
    [
        (None, 50),
        ({}, 50),
        ({"state_default": 75}, 75),
        ({"state_default": "75"}, 75),
        ({"events": {"org.nutgraf.feed": 10}, "state_default": 75}, 10),
        ({"events": {"org.nutgraf.feed": 0}}, 0),
        ({"events": {"org.nutgraf.feed": "x"}, "state_default": 60}, 60),
        ({"events": "org.nutgraf.feed"}, 50),
    ],
)
def test_needed(powers: dict[str, Any] | None, expected: int) -> None:
    assert needed(powers) == expected


@pytest.mark.parametrize(
    ("user", "membership", "servers", "expected"),
    [
        (ANN, "join", {"a.test"}, Standing.ADMIN),
        (BOB, "join", {"a.test"}, Standing.MEMBER),
        (CAT, "join", {"a.test"}, Standing.STRANGER),
        (CAT, "join", None, Standing.ADMIN),
        ("@root:b.test", "join", {"a.test"}, Standing.ADMIN),  # named in the settings
        (ANN, "leave", {"a.test"}, Standing.STRANGER),
        (ANN, "ban", None, Standing.STRANGER),
        (ANN, "", None, Standing.STRANGER),
        ("@root:b.test", "leave", None, Standing.STRANGER),
    ],
)
def test_standing(user: str, membership: str, servers: set[str] | None, expected: Standing) -> None:
    powers = {"users": {ANN: 50, CAT: 100}}
    found = standing(user, membership, powers, created(), admins=("@root:b.test",), servers=servers)
    assert found is expected


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=20), inner, max_size=3),
    max_leaves=8,
)
_KEYS = st.sampled_from(["users", "events", "users_default", "state_default", "content", "sender", "x"])


@given(powers=st.dictionaries(_KEYS, _JSON), create=st.dictionaries(_KEYS, _JSON))
def test_any_state_is_taken_and_gives_no_power(powers: dict[str, Any], create: dict[str, Any]) -> None:
    assert isinstance(needed(powers), int)
    assert level(ANN, {**powers, "users": {}, "users_default": 0}, {"content": {}, **create}) in {0, CREATOR}
