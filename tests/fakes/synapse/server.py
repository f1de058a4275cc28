"""A real Synapse as a process of its own on a free loopback port. Only ever run, never imported: AGPL."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import http.client
import json
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from tests.fakes.synapse.config import MARK, write_files

SERVER_NAME = "nutgraf.test"
NO_WHEELS = "no homeserver: matrix-synapse has wheels for Linux only"
_BOOT_TIMEOUT_S = 60.0  # 3 s on an idle machine, 10 on a busy one, more with no .pyc files yet
_STOP_TIMEOUT_S = 10.0
# Outlives whoever runs the tests: when their end of the pipe closes, the server goes and its folder with it.
_WATCH = 'read -r line; kill -9 "$1" 2>/dev/null; [ -z "$2" ] || rm -rf -- "$2"'


class Synapse:
    """``folder`` keeps everything and is made if missing; ``limits`` and ``more`` as in config.write_files.

    ``throwaway`` lets the folder be removed at ``close`` and, should this process be killed, after it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        limits: bool = False,
        more: Mapping[str, Any] | None = None,
        port: int = 0,
        throwaway: bool = True,
    ) -> None:
        self.folder = folder
        self.throwaway = throwaway
        self.port = port or free_port()
        self.secret = secrets.token_urlsafe(24)
        self._mark = secrets.token_hex(8)
        self._config = write_files(
            folder,
            name=SERVER_NAME,
            port=self.port,
            secret=self.secret,
            mark=self._mark,
            limits=limits,
            more=more or {},
        )
        self._process: subprocess.Popen[bytes] | None = None
        self._watch: subprocess.Popen[bytes] | None = None
        self._admin = ""
        self._marks: dict[str, int] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    # ------------------------------------------------------------------ life

    def start(self) -> Self:
        """Starts it if it does not run, and answers when it answers; the same port, the same accounts."""
        if self.running:
            return self
        with (self.folder / "stdout.log").open("ab") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "synapse.app.homeserver", "-c", str(self._config)],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,  # an interrupt at the terminal is for the tests, which then stop it
            )
        self._watch = subprocess.Popen(
            [
                "/bin/sh",
                "-c",
                _WATCH,
                "sh",
                str(self._process.pid),
                str(self.folder) if self.throwaway else "",
            ],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        self._wait_for_health(self._process)
        return self

    def _wait_for_health(self, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + _BOOT_TIMEOUT_S
        while not self._healthy():
            ended = process.poll() is not None
            if ended or time.monotonic() > end:
                self.kill()
                how = "ended at its start" if ended else f"was not up after {_BOOT_TIMEOUT_S:.0f} s"
                raise RuntimeError(f"Synapse {how}:\n{self.log_tail()}")
            time.sleep(0.05)

    def _healthy(self) -> bool:
        """It answers, and it is this one: another process may have taken the port first."""
        try:
            if self._ask("GET", "/health")[0] != http.HTTPStatus.OK:
                return False
            answer = self._ask("GET", "/.well-known/matrix/client")[1]
            return bool(json.loads(answer).get(MARK) == self._mark)
        except (OSError, ValueError):
            return False

    def stop(self) -> None:
        """Asks it to end, as a machine that is shut down does."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it at once, as a power cut does."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        watch, self._watch = self._watch, None
        if watch is not None and watch.stdin is not None:
            watch.kill()
            watch.stdin.close()
            watch.wait()
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    async def restart(self, *, killed: bool = False, down_s: float = 0.0) -> None:
        """Takes it down, and up again after ``down_s``; the event loop goes on meanwhile."""
        await asyncio.to_thread(self.kill if killed else self.stop)
        await asyncio.sleep(down_s)
        await asyncio.to_thread(self.start)

    async def forget_transactions(self) -> None:
        """As if a day had passed since every event was sent: transaction ids mean nothing any more.

        Synapse deletes those of more than 24 h, and holds some in memory for less: it is restarted.
        """
        await self._while_down("delete from event_txn_id_device_id")

    async def expire_tokens(self, user_id: str) -> None:
        """The access tokens of an account are too old from now on: soft logout, its devices stay."""
        await self._while_down("update access_tokens set valid_until_ms = 1 where user_id = ?", user_id)

    async def _while_down(self, statement: str, *values: str) -> None:
        await asyncio.to_thread(self.stop)
        with closing(sqlite3.connect(self.folder / "homeserver.db")) as database, database:
            database.execute(statement, values)
        await asyncio.to_thread(self.start)

    def log_out(self, user_id: str, device_id: str) -> None:
        """Removes a device, as its owner may from another one: its token and its keys are gone for good."""
        path = f"/_synapse/admin/v2/users/{quote(user_id)}/devices/{quote(device_id)}"
        self.call("DELETE", path, token=self.admin_token())

    def close(self) -> None:
        self.kill()  # nobody needs what it would save
        if self.throwaway:
            shutil.rmtree(self.folder, ignore_errors=True)

    # ------------------------------------------------------------------ log

    def mark_log(self) -> None:
        """``log_tail`` begins here."""
        self._marks = {name: path.stat().st_size for name, path in self._logs() if path.exists()}

    def log_tail(self, lines: int = 60) -> str:
        """The last lines of what it printed, and of what it logged, since the mark."""
        told = []
        for name, path in self._logs():
            if path.exists():
                new = path.read_bytes()[self._marks.get(name, 0) :]
                told += new.decode(errors="replace").splitlines()[-lines:]
        return "\n".join(told)

    def _logs(self) -> list[tuple[str, Path]]:
        return [(name, self.folder / name) for name in ("stdout.log", "homeserver.log")]

    # ------------------------------------------------------------------ accounts

    def register(self, localpart: str, password: str, *, admin: bool = False) -> dict[str, str]:
        """A new account: ``user_id``, ``access_token``, ``device_id``. As register_new_matrix_user does."""
        path = "/_synapse/admin/v1/register"
        nonce = self.call("GET", path)["nonce"]
        words = (nonce, localpart, password, "admin" if admin else "notadmin")
        signed = hmac.new(self.secret.encode(), "\0".join(words).encode(), hashlib.sha1).hexdigest()
        account = {"nonce": nonce, "username": localpart, "password": password, "admin": admin, "mac": signed}
        return self.call("POST", path, account)

    def exempt(self, user_id: str) -> None:
        """Frees one account of the pace for messages, as the README tells an admin to do for the bot."""
        path = f"/_synapse/admin/v1/users/{quote(user_id)}/override_ratelimit"
        self.call("POST", path, {"messages_per_second": 0, "burst_count": 0}, self.admin_token())

    def admin_token(self) -> str:
        if not self._admin:
            self._admin = self.register("admin", secrets.token_urlsafe(12), admin=True)["access_token"]
        return self._admin

    def call(self, method: str, path: str, body: Any = None, token: str = "") -> dict[str, Any]:
        """One call, blocking; RuntimeError with status and answer when it is refused."""
        status, answer = self._ask(method, path, body, token)
        if status != http.HTTPStatus.OK:
            raise RuntimeError(f"{method} {path}: {status} {answer.decode(errors='replace')}")
        told: dict[str, Any] = json.loads(answer)
        return told

    def _ask(self, method: str, path: str, body: Any = None, token: str = "") -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            headers = {"Content-Type": "application/json"}
            if token:
                headers["Authorization"] = f"Bearer {token}"
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


def free_port() -> int:
    """Below those that systems give to outgoing connections, which could take it while the server is down."""
    while True:
        port = 10_000 + secrets.randbelow(20_000)
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
