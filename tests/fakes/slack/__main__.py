"""``python -m tests.fakes.slack``: a Slack in a process of its own, until its standard input ends.

Prints one line of JSON: control (where remote.py works it), api_url, bot_token, app_token, signing_secret.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys

from tests.fakes.slack.faults import TIERS
from tests.fakes.slack.server import FakeSlack


def told() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.fakes.slack", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--url", default="", help="bring everything here by signed HTTP, not over sockets")
    parser.add_argument("--retry-s", default="0,60,300", help="waits before an event is brought again")
    parser.add_argument("--ack-wait-s", type=float, default=3.0)
    parser.add_argument("--messages-per-s", type=float, default=None, help="pace a channel as Slack does")
    parser.add_argument("--burst", type=int, default=5)
    parser.add_argument("--tiers", action="store_true", help="rate every method as its page says")
    parser.add_argument("--checks-later", action="store_true", help="check blocks when asked to (check_now)")
    return parser.parse_args()


async def serve(options: argparse.Namespace) -> None:
    slack = FakeSlack(
        retry_s=tuple(float(wait) for wait in options.retry_s.split(",")),
        ack_wait_s=options.ack_wait_s,
        messages_per_s=options.messages_per_s,
        burst=options.burst,
        per_minute=TIERS if options.tiers else None,
        checks_later=options.checks_later,
    )
    await slack.start(options.port)
    if options.url:
        slack.use_http(options.url)
    hello = {
        "control": f"{slack.base}control/",
        "api_url": slack.api_url,
        "bot_token": slack.bot_token,
        "app_token": slack.app_token,
        "signing_secret": slack.signing_secret,
    }
    sys.stdout.write(json.dumps(hello) + "\n")
    sys.stdout.flush()
    try:
        await asyncio.to_thread(sys.stdin.read)
    finally:
        await slack.stop()


asyncio.run(serve(told()))
