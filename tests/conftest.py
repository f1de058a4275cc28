"""Fixtures that more than one room needs."""

from __future__ import annotations

import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.fakes.folders import quick_folder
from tests.fakes.postgres import fresh_schema, running_server
from tests.fakes.site import Site
from tests.fakes.synapse import FaultProxy, People, Synapse
from tests.fakes.synapse.server import NO_WHEELS

if TYPE_CHECKING:
    from tests.fakes.synapse.journalist import Journalists

# No deadline for one example: a busy machine is not a bug. Every test has its 120 s (pyproject.toml).
settings.register_profile("house", deadline=None)
settings.load_profile("house")

# A shell starts background jobs with the interrupt ignored, and whoever they start inherits that. The
# programs under test are to see the machine as a person's terminal gives it, also when CI runs behind "&".
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A misbehaving web site on loopback; allow ``site.netloc`` where a fetcher shall reach it."""
    running = await Site().start()
    yield running
    await running.stop()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """One PostgreSQL for the run, started by the first test that asks."""
    with running_server() as address:
        yield address


@pytest.fixture
def quick_path() -> Iterator[Path]:
    """A folder of its own, in memory where there is enough."""
    with tempfile.TemporaryDirectory(prefix="nutgraf-", dir=quick_folder()) as folder:
        yield Path(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def store_address(request: pytest.FixtureRequest, quick_path: Path) -> str:
    """An empty store, once on each database."""
    if request.param == "sqlite":
        return str(quick_path / "nutgraf.db")
    return fresh_schema(request.getfixturevalue("postgres_server"))


@pytest.fixture(scope="session")
def homeserver() -> Iterator[Synapse]:
    """One Synapse for the run, started by the first test that asks; a test may stop it (see ``_up``)."""
    with _synapse() as server:
        yield server


@pytest.fixture(scope="session")
def limited_homeserver() -> Iterator[Synapse]:
    """Another one, with Synapse's own pace for messages: 10 at once, then one per 5 s."""
    with _synapse(limits=True) as server:
        yield server


@contextmanager
def _synapse(*, limits: bool = False) -> Iterator[Synapse]:
    if sys.platform != "linux":
        pytest.skip(NO_WHEELS)
    server = Synapse(Path(tempfile.mkdtemp(prefix="nutgraf-hs-", dir=quick_folder())), limits=limits)
    try:
        yield server.start()
    finally:
        server.close()


@pytest.fixture(autouse=True)
def _up(request: pytest.FixtureRequest) -> None:
    """A homeserver that a test left stopped does not fail the next one."""
    for name in ("homeserver", "limited_homeserver"):
        if name in request.fixturenames:
            request.getfixturevalue(name).start().mark_log()


@pytest.fixture
async def people(homeserver: Synapse) -> AsyncIterator[People]:
    """Persons on the homeserver: ``await people.new("ada")``."""
    async with People(homeserver) as made:
        yield made


@pytest.fixture
async def journalists(people: People, quick_path: Path) -> AsyncIterator[Journalists]:
    """Persons with end-to-end encryption: ``await journalists.new("ada")``."""
    from tests.fakes.synapse.journalist import Journalists  # noqa: PLC0415 - a run without Matrix loads no nio

    made = Journalists(people, quick_path)
    yield made
    await made.close()


@pytest.fixture
async def fault_proxy(homeserver: Synapse) -> AsyncIterator[FaultProxy]:
    """Before the homeserver: what goes wrong is scripted, all else passes."""
    async with FaultProxy(homeserver.url) as proxy:
        yield proxy


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test shows what its homeserver logged meanwhile."""
    report = yield
    for name in ("homeserver", "limited_homeserver") if report.failed else ():
        server = getattr(item, "funcargs", {}).get(name)
        if server is not None:
            report.sections.append((name, server.log_tail()))
    return report
