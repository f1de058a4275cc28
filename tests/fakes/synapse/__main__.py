"""A homeserver to try nutgraf on, gone with everything in it when it is stopped: ``make demo-matrix``."""

from __future__ import annotations

import argparse
import json
import secrets
import signal
import socket
import sys
import tempfile
import threading
from pathlib import Path

from tests.fakes.synapse.server import SERVER_NAME, Synapse

_USUAL_PORT = 8008
_BOT = "nutgraf"

_SAID = """
A Matrix homeserver of your own is up at {url} ({name}), reachable from this machine only.

Start the bot in another terminal:

    make run ARGS="--config {settings} run"

or put this into your own settings:

    matrix_homeserver = "{url}"
    matrix_user = "@{bot}:{name}"
    matrix_password = "{bots}"
    matrix_allowed = ["@ada:{name}"]

Log in with any Matrix client (Element: "Edit" beside the homeserver's name):

    homeserver  {url}
    user        ada
    password    {adas}

Ada's room "desk" awaits the bot: say "@{bot}" and a link there, or paste the link alone into a direct chat
with @{bot}:{name}. Rooms with encryption work the same.

Ctrl-C ends it and removes every trace.
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.synapse", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help=f"default: {_USUAL_PORT}, or any that is free")
    port = parser.parse_args().port or (_USUAL_PORT if _is_free(_USUAL_PORT) else 0)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    server = Synapse(Path(tempfile.mkdtemp(prefix="nutgraf-demo-")), port=port)
    try:
        _tell("Starting a homeserver, about ten seconds ...\n")
        server.start()
        _tell(_furnished(server))
        while server.running and not ended.wait(1):
            pass
    finally:
        server.close()
    _tell("\nThe homeserver has ended.\n")


def _furnished(server: Synapse) -> str:
    """Makes the accounts, a room and a settings file; answers what to do with them."""
    adas, bots = secrets.token_urlsafe(6), secrets.token_urlsafe(9)
    ada = server.register("ada", adas)
    server.register(_BOT, bots)
    server.exempt(f"@{_BOT}:{SERVER_NAME}")
    room = {"name": "desk", "preset": "private_chat", "invite": [f"@{_BOT}:{SERVER_NAME}"]}
    server.call("POST", "/_matrix/client/v3/createRoom", room, ada["access_token"])
    settings = server.folder / "nutgraf.toml"
    told = {
        "data_dir": str(server.folder / "nutgraf"),
        "matrix_homeserver": server.url,
        "matrix_user": f"@{_BOT}:{SERVER_NAME}",
        "matrix_password": bots,
        "matrix_allowed": [f"@ada:{SERVER_NAME}"],
    }
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in told.items()]  # such values are TOML, too
    settings.touch(mode=0o600)
    settings.write_text("".join(lines), encoding="utf-8")
    return _SAID.format(url=server.url, name=SERVER_NAME, bot=_BOT, settings=settings, adas=adas, bots=bots)


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _tell(words: str) -> None:
    sys.stdout.write(words)
    sys.stdout.flush()


main()
