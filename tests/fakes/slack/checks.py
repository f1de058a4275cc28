"""What is held against every word that the app sends, whichever way it sends it."""

from __future__ import annotations

from collections.abc import Sequence

from tests.fakes.slack import blocks as block_kit
from tests.fakes.slack.refusals import Breach, Refused
from tests.fakes.slack.words import mentions, walk
from tests.fakes.slack.world import Json

CALLING = frozenset({"user", "usergroup", "broadcast", "team", "channel"})  # rich_text elements that call


def check_text(text: str) -> None:
    """mrkdwn that calls nobody."""
    if mentions(text):
        raise Breach("invalid_arguments", f"a mention in text: {text[:80]!r}")


def check_calls(tree: object) -> None:
    """No block of a message or view calls anybody."""
    for part in walk(tree):
        if part.get("type") in CALLING and {"user_id", "usergroup_id", "range", "team_id"} & set(part):
            raise Breach("invalid_blocks", f"a mention in blocks: {part}")
        if part.get("type") == "mrkdwn":
            check_text(str(part.get("text")))


def check_blocks(blocks: Sequence[Json]) -> None:
    """Raises invalid_blocks with what Slack would complain of."""
    if not blocks:
        return
    complaints = block_kit.check_message(list(blocks))
    if complaints:
        raise Breach("invalid_blocks", *complaints)
    check_calls(list(blocks))


def check_view(view: Json) -> None:
    """Raises invalid_arguments, as views.* do."""
    complaints = block_kit.check_view(view)
    if complaints:
        raise Breach("invalid_arguments", *complaints)
    check_calls(view)


def off(flag: object) -> bool:
    """A flag that is not set, in JSON or as a form field."""
    return not flag or str(flag).lower() in {"false", "0"}


def refuse_manners(args: Json) -> None:
    """What Slack takes and a newsroom never wants."""
    for flag in ("link_names", "reply_broadcast"):
        if not off(args.get(flag)):
            raise Breach("invalid_arguments", f"{flag} is set")
    if args.get("parse") not in (None, "none"):
        raise Breach("invalid_arguments", "parse is set: Slack would look for names in an article's words")
    if args.get("attachments"):
        raise Refused("invalid_arguments", "attachments are legacy: use blocks")
