"""What a failed call to Slack means: later, or never, and for whose mending. One table, pure.

The codes are those that Slack's reference lists for the methods nutgraf calls and for every method
(docs.slack.dev/reference/methods: chat.*, conversations.*, users.info, reactions.*, auth.test, views.*).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.ports import ChatDown, ChatRefused, Refusal

LONGEST_WAIT_S = 3600.0  # of what a Retry-After may ask for
_PLAIN_WAIT_S = 1.0  # a 429 without a readable Retry-After: the limit on posts is one a second
_BUSY_WORKSPACE_S = 60.0  # a limit on the whole workspace that Slack names no end of

NOT_INSIDE, CLOSED, NO_RIGHT = Refusal.NOT_INSIDE, Refusal.CLOSED, Refusal.NO_RIGHT
SIGNED_OUT, MESSAGE = Refusal.SIGNED_OUT, Refusal.MESSAGE

# Never, as far as this place, right or token goes
REFUSED: Mapping[str, Refusal] = {
    "not_in_channel": NOT_INSIDE,
    "channel_not_found": NOT_INSIDE,  # also what a private channel answers to who is not in it
    "is_archived": CLOSED,
    "is_inactive": CLOSED,  # chat.update: frozen, archived or deleted
    "missing_scope": NO_RIGHT,
    "no_permission": NO_RIGHT,
    "restricted_action": NO_RIGHT,
    "restricted_action_read_only_channel": NO_RIGHT,
    "restricted_action_thread_only_channel": NO_RIGHT,
    "ekm_access_denied": NO_RIGHT,
    "access_denied": NO_RIGHT,
    "accesslimited": NO_RIGHT,
    "enterprise_is_restricted": NO_RIGHT,
    "team_access_not_granted": NO_RIGHT,
    "not_allowed_token_type": NO_RIGHT,
    "two_factor_setup_required": NO_RIGHT,
    "messages_tab_disabled": NO_RIGHT,
    "not_authed": SIGNED_OUT,
    "invalid_auth": SIGNED_OUT,
    "account_inactive": SIGNED_OUT,
    "token_revoked": SIGNED_OUT,
    "token_expired": SIGNED_OUT,
    "user_is_bot": NO_RIGHT,
    "user_is_restricted": NO_RIGHT,
}

# Never, as far as this message, person or thread goes: nothing else is wrong
THIS_ALONE = frozenset({
    "msg_too_long", "msg_blocks_too_long", "no_text", "invalid_blocks", "invalid_blocks_format",
    "too_many_attachments", "attachment_payload_limit_exceeded", "invalid_attachments",
    "too_many_contact_cards", "block_mismatch", "markdown_text_conflict", "missing_file_data",
    "invalid_metadata_format", "invalid_metadata_schema", "metadata_too_large",
    "metadata_must_be_sent_from_app", "slack_connect_canvas_sharing_blocked",
    "slack_connect_file_link_sharing_blocked", "slack_connect_lists_sharing_blocked",
    "duplicate_channel_not_found", "duplicate_message_not_found", "as_user_not_supported",
    "message_not_found", "thread_not_found", "invalid_thread_ts", "bad_timestamp",
    "cannot_reply_to_message", "restricted_action_thread_locked",
    "restricted_action_non_threadable_channel", "thread_locked",
    "cant_update_message", "edit_window_closed", "cant_broadcast_message",
    "no_dual_broadcast_content_update", "cant_delete_message", "compliance_exports_prevent_deletion",
    "team_not_found", "user_not_in_channel", "user_not_found", "user_not_visible", "user_disabled",
    "users_list_not_supplied", "not_enough_users", "too_many_users", "invalid_user_combination",
    "cannot_dm_bot", "method_not_supported_for_channel_type", "channel_type_not_supported",
    "invalid_cursor", "invalid_limit", "already_reacted", "no_reaction", "invalid_name", "no_access",
    "no_item_specified", "not_reactable", "too_many_emoji", "too_many_reactions",
    "invalid_arg_name", "invalid_arguments", "invalid_array_arg", "invalid_charset", "invalid_form_data",
    "invalid_post_type", "missing_post_type", "deprecated_endpoint", "method_deprecated",
    "unknown_method", "not_found", "hash_conflict", "view_too_large", "duplicate_external_id",
    "expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "push_limit_reached",
})  # fmt: skip

# Not now. True: "some aspect of the operation" may have succeeded all the same.
LATER: Mapping[str, bool] = {
    "internal_error": True,
    "fatal_error": True,
    "service_unavailable": True,
    "update_failed": True,
    "request_timeout": False,  # what we sent did not arrive whole
    "fetch_members_failed": False,
    "team_added_to_org": False,  # the workspace is being moved into an organisation
    "org_login_required": False,
    "external_channel_migrating": False,
}
WAITS: Mapping[str, float] = {
    "ratelimited": _PLAIN_WAIT_S,
    "rate_limited": _PLAIN_WAIT_S,
    "message_limit_exceeded": _BUSY_WORKSPACE_S,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """``refusal`` None: try again later, after ``retry_after_s`` if Slack said so. ``perhaps_taken``:
    Slack may have done it although it did not say so. ``code``: Slack's own word, "" if it said none."""

    cause: str
    refusal: Refusal | None = None
    retry_after_s: float | None = None
    perhaps_taken: bool = False
    code: str = ""

    @property
    def known(self) -> bool:
        """Whether ``code`` stands in the tables above."""
        return self.code in {"", *REFUSED, *THIS_ALONE, *LATER, *WAITS}

    def raised(self) -> ChatDown | ChatRefused:
        """The exception that the desk understands."""
        if self.refusal is None:
            return ChatDown(self.cause, self.retry_after_s)
        return ChatRefused(self.cause, self.refusal)


class SlackFault(Exception):
    """A call that failed; ``fault`` says how."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.cause)
        self.fault = fault


@contextmanager
def told() -> Iterator[None]:
    """Whatever a call of slack_sdk raises becomes SlackFault."""
    try:
        yield
    except Exception as error:
        raise SlackFault(fault_of(error)) from error


def fault_of(error: Exception) -> Fault:
    """Of what slack_sdk and aiohttp raise. A bug of ours raises itself again: it is no fault of Slack's."""
    if isinstance(error, SlackApiError):
        return _answered(error)
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return Fault("Slack cannot be reached")
    if isinstance(error, TimeoutError):  # aiohttp's own timeouts are TimeoutErrors too
        return Fault("Slack did not answer in time", perhaps_taken=True)
    if isinstance(error, aiohttp.ClientError | OSError):
        return Fault(f"the connection to Slack broke ({type(error).__name__})", perhaps_taken=True)
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError) or _not_an_object(error):
        return Fault("what Slack answered is not JSON", perhaps_taken=True)
    if isinstance(error, SlackClientError):
        return Fault(f"a call that slack_sdk does not make ({error})", refusal=MESSAGE)
    raise error


def _not_an_object(error: Exception) -> bool:
    """slack_sdk asks a text/plain body, or a JSON list, for its ``get`` (3.47, async_slack_response.py)."""
    return isinstance(error, AttributeError) and error.name == "get" and isinstance(error.obj, str | list)


def _answered(error: SlackApiError) -> Fault:
    response: Any = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    body = getattr(response, "data", None)
    body = body if isinstance(body, dict) else {}
    code = str(body.get("error") or "")
    headers = getattr(response, "headers", None) or {}
    if status == 429 or code in WAITS:
        wait_s = retry_after_s(headers, WAITS.get(code, _PLAIN_WAIT_S))
        return Fault(f"Slack asks to wait ({code or status})", retry_after_s=wait_s, code=code)
    if code in LATER or status >= 500:
        taken = LATER.get(code, True)
        return Fault(f"Slack has a fault of its own ({code or status})", perhaps_taken=taken, code=code)
    if not code:
        return Fault(f"what answered is not Slack (status {status})", perhaps_taken=status == 200)
    return Fault(_cause(code, body), REFUSED.get(code, MESSAGE), code=code)


def _cause(code: str, body: Mapping[str, Any]) -> str:
    """Slack's code, with the scope it wants or what it finds wrong; never words of the message."""
    needed = body.get("needed")
    metadata = body.get("response_metadata")
    notes = metadata.get("messages") if isinstance(metadata, dict) else None
    if code == "missing_scope" and needed:
        return f"missing_scope: {needed}"
    if isinstance(notes, list) and notes:
        return f"{code}: {'; '.join(str(note)[:200] for note in notes[:3])}"
    return code


def retry_after_s(headers: Mapping[str, Any], default_s: float) -> float:
    """Of a Retry-After header; aiohttp's is a string, slack_sdk's may be a list of them."""
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), None)
    if isinstance(value, list | tuple):
        value = value[0] if value else None
    try:
        wait_s = float(str(value))
    except ValueError:
        return default_s
    return min(wait_s, LONGEST_WAIT_S) if wait_s > 0 else default_s  # NaN is not
