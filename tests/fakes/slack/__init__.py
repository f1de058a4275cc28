"""A Slack of our own on loopback: Web API, signed events, Socket Mode, faults. Strict where Slack is."""

from tests.fakes.slack.server import FakeSlack
from tests.fakes.slack.words import text_of

__all__ = ["FakeSlack", "text_of"]
