"""Where a homeserver is: by address, by name, and what is none. The session's folder, and its health."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from adapters.matrix.check import _span
from adapters.matrix.faults import MatrixFault
from adapters.matrix.folder import Folder
from adapters.matrix.health import Health, LastHour
from adapters.matrix.wire import Wire, base_url
from bot.errors import BadSetting, StoreUnusable
from bot.messages import sentence
from tests.fakes.site import Site

VERSIONS = json.dumps({"versions": ["v1.11"]}).encode()
KNOWN = "/.well-known/matrix/client"


def well_known(base: object) -> bytes:
    return json.dumps({"m.homeserver": {"base_url": base}}).encode()


async def found(homeserver: str, user: str = "") -> str:
    wire = Wire()
    try:
        return await base_url(wire, homeserver, user)
    finally:
        await wire.close()


@pytest.fixture
def speaking(site: Site) -> Site:
    return site.add("/_matrix/client/versions", VERSIONS, "application/json")


async def test_by_address(speaking: Site) -> None:
    base = f"http://{speaking.netloc}"
    assert await found(base) == base
    assert await found(f"{base}/") == base


@pytest.mark.parametrize("user", ["", "@bot:{}"])
async def test_by_name(speaking: Site, user: str) -> None:
    base = f"http://{speaking.netloc}"
    speaking.add(KNOWN, well_known(f"{base}/"), "application/json")
    named = "" if user else speaking.netloc
    assert await found(named, user.format(speaking.netloc)) == base


async def test_a_name_without_a_well_known_is_the_address(speaking: Site) -> None:
    assert await found(speaking.netloc) == f"http://{speaking.netloc}"


@pytest.mark.parametrize(
    "told",
    [
        well_known("http://matrix.example"), well_known("ftp://localhost"), well_known("localhost"),
        well_known(""), well_known(7), b"{}", b'{"m.homeserver": "x"}', well_known("http://[::1"),
        well_known("https://matrix.example:99999"), well_known("https://"),
    ],
)  # fmt: skip
async def test_a_well_known_that_leads_astray(told: bytes, speaking: Site) -> None:
    speaking.add(KNOWN, told, "application/json")
    with pytest.raises(BadSetting) as caught:
        await found(speaking.netloc)
    assert caught.value.key == "matrix_homeserver"
    assert speaking.netloc in sentence(caught.value)


@pytest.mark.parametrize("body", [b"{}", b'{"versions": 1}', b"<html>", b"[]"])
async def test_what_does_not_speak_matrix(body: bytes, site: Site) -> None:
    site.add("/_matrix/client/versions", body, "application/json")
    with pytest.raises(BadSetting):
        await found(f"http://{site.netloc}")


async def test_a_homeserver_in_trouble_is_asked_again(site: Site) -> None:
    site.add("/_matrix/client/versions", b"<html>", status=502)
    with pytest.raises(MatrixFault):
        await found(f"http://{site.netloc}")
    site.add(KNOWN, b"<html>", status=503)
    with pytest.raises(MatrixFault):
        await found(site.netloc)


async def test_nobody_named() -> None:
    with pytest.raises(BadSetting):
        await found("", "bot")


# ---------------------------------------------------------------------- folder


def test_a_file_is_whole_private_and_alone(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "a" / "b")
    folder.open()
    folder.write("x.json", {"a": 1})
    with pytest.raises(TypeError):
        folder.write("x.json", {"a": object()})
    assert folder.read("x.json") == {"a": 1}
    assert [path.name for path in folder.path.iterdir()] == ["x.json"]
    assert stat.S_IMODE((folder.path / "x.json").stat().st_mode) == 0o600
    folder.remove("x.json")
    folder.remove("x.json")
    assert folder.read("x.json") is None


@pytest.mark.skipif(os.name != "posix", reason="modes")
def test_where_the_disk_refuses(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    folder = Folder(tmp_path / "file")
    for refused in (
        folder.open,
        lambda: folder.read("x"),
        lambda: folder.write("x", {}),
        lambda: folder.touch("x"),
    ):
        with pytest.raises(StoreUnusable) as caught:
            refused()
        assert str(tmp_path) in sentence(caught.value)


# ---------------------------------------------------------------------- health


def test_health_is_read_as_it_was_written(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    assert Health.kept(folder) is None
    Health(synced_at=5.5, unread=2, limited_s=1.25).keep(folder)
    kept = Health.kept(folder)
    assert kept is not None
    assert (kept.synced_at, kept.unread, kept.limited_s) == (5.5, 2, 1.25)
    assert kept.written_at > 1e9


def test_growth_in_the_last_hour() -> None:
    waits = LastHour()
    assert [waits.grown(at, total) for at, total in ((0, 0), (10, 4), (3599, 4), (3605, 9))] == [0, 4, 4, 9]
    assert waits.grown(3610, 9) == 5  # what grew up to second 10 is over
    assert waits.grown(9000, 9) == 0
    assert waits.grown(9001, 11) == 2


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (-3, "0 seconds"), (1, "1 second"), (119, "119 seconds"), (120, "2 minutes"), (7199, "119 minutes"),
        (7200, "2 hours"), (172_799, "47 hours"), (172_800, "2 days"),
    ],
)  # fmt: skip
def test_spans(seconds: float, told: str) -> None:
    assert _span(seconds) == told
