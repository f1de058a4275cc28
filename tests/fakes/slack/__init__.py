"""A Slack of our own on loopback: Web API, signed events, Socket Mode, faults. Strict where Slack is.

    slack = await FakeSlack(retry_s=(0, 0.1, 0.2)).start()
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)   # xapp: slack.app_token
    ...                                                                      # connect, or slack.use_http(url)
    await slack.connected()
    ts = await slack.people_post("ada", "desk", "look: https://paper.example/story")
    await slack.until(lambda: slack.bots_posts("desk", ts))
    assert "Harbour" in text_of(slack.digest_of("desk", ts))
    await slack.press("desk", ts, "nutgraf:menu", "ada", choose="delete")
    slack.fail("chat.postMessage", 2, "ratelimited", after_s=1)
    assert not slack.breaches and not slack.user_errors and not slack.faults.left
    await slack.stop()

What stands where: world (what a Slack holds), state (one Slack with one app), people and presses (what
persons do), events (what the app is told), delivery, sockets and signed (how it is brought), web with chat,
directory, views, oauth and hooks (what the app asks), checks, blocks and refusals (what is not taken), faults
(what goes wrong), control and remote (the same in another process: ``python -m tests.fakes.slack``).
"""

from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.words import text_of

__all__ = ["FakeSlack", "text_of"]
