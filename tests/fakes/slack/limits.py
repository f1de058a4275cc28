"""Slack's lengths and counts, by kind of block or element and field. The types of Slack know none of them.

Sources: the reference of each block at docs.slack.dev (read 2026-11), the comments in npm @slack/types
3.2.0. Lengths are UTF-16 units, which is never less than what Slack counts.
"""

from __future__ import annotations

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MESSAGE_TEXT = 40_000
MARKDOWN_IN_ALL = 12_000
# Undocumented: chat.postMessage answers msg_blocks_too_long. Seen at 13,297 characters of markdown, less
# with every further block (slackapi/bolt-js #2509), and at 11,341 of text in rich_text whose links and
# containers counted too (#2867). The JSON is what grows with all of these.
MESSAGE_JSON = 13_200
VIEW_JSON = 250_000  # view_too_large

_ANY = {"action_id": (1, 255), "block_id": (1, 255)}
_PLACEHOLDER = {"placeholder": (1, 150)}
_OPTIONAL_LABEL = {"accessibility_label": (0, 75)}

# kind -> field -> (least, most) characters of a string, or of the text of a text object
LENGTHS: dict[str, dict[str, tuple[int, int]]] = {
    "plain_text": {"text": (1, 3000)},
    "mrkdwn": {"text": (1, 3000)},
    "raw_text": {"text": (1, 3000)},
    "section": {"text": (1, 3000)},
    "header": {"text": (1, 150)},
    "alert": {"text": (1, 200)},
    "markdown": {"text": (1, MARKDOWN_IN_ALL)},
    "image": {"image_url": (1, 3000), "alt_text": (1, 2000), "title": (1, 2000)},
    "input": {"label": (1, 2000), "hint": (1, 2000)},
    "video": {
        "alt_text": (1, 2000),
        "title": (1, 200),
        "author_name": (0, 50),
        "description": (0, 200),
        "provider_name": (0, 50),
        "thumbnail_url": (1, 3000),
        "video_url": (1, 3000),
    },
    "card": {"title": (1, 150), "subtitle": (1, 150), "body": (1, 200), "subtext": (1, 200)},
    "container": {"title": (1, 150), "subtitle": (1, 150)},
    "button": {"text": (1, 75), "value": (0, 2000), "url": (1, 3000), **_OPTIONAL_LABEL},
    "workflow_button": {"text": (1, 75), **_OPTIONAL_LABEL},
    "feedback_button": {"text": (1, 75), "value": (1, 2000), **_OPTIONAL_LABEL},
    "icon_button": {"value": (0, 2000), **_OPTIONAL_LABEL},
    "option": {"text": (1, 75), "value": (1, 150), "description": (1, 75), "url": (1, 3000)},
    "option_group": {"label": (1, 75)},
    "confirm": {"title": (1, 100), "text": (1, 300), "confirm": (1, 30), "deny": (1, 30)},
    "plain_text_input": {**_PLACEHOLDER, "initial_value": (0, 3000)},
    "email_text_input": _PLACEHOLDER,
    "url_text_input": _PLACEHOLDER,
    "number_input": _PLACEHOLDER,
    "rich_text_input": _PLACEHOLDER,
    "datepicker": _PLACEHOLDER,
    "timepicker": _PLACEHOLDER,
    **{
        f"{many}{which}_select": _PLACEHOLDER
        for many in ("", "multi_")
        for which in ("static", "external", "users", "conversations", "channels")
    },
    "text": {"text": (1, 3000)},
    "link": {"url": (1, 3000), "text": (1, 3000)},
    "modal": {
        "title": (1, 24),
        "submit": (1, 24),
        "close": (1, 24),
        "private_metadata": (0, 3000),
        "callback_id": (1, 255),
        "external_id": (1, 255),
    },
    "home": {"private_metadata": (0, 3000), "callback_id": (1, 255), "external_id": (1, 255)},
}

# kind -> field -> (least, most) members of a list
COUNTS: dict[str, dict[str, tuple[int, int]]] = {
    "actions": {"elements": (1, 25)},
    "context": {"elements": (1, 10)},
    "context_actions": {"elements": (1, 5)},
    "section": {"fields": (1, 10)},
    "overflow": {"options": (1, 5)},
    "checkboxes": {"options": (1, 10)},
    "radio_buttons": {"options": (1, 10)},
    "static_select": {"options": (1, 100), "option_groups": (1, 100)},
    "multi_static_select": {"options": (1, 100), "option_groups": (1, 100)},
    "option_group": {"options": (1, 100)},
    "table": {"rows": (1, 100), "column_settings": (0, 20)},
    "carousel": {"elements": (1, 10)},
    "container": {"child_blocks": (1, 10)},
    "card": {"actions": (1, 3)},
    "rich_text": {"elements": (1, 1000)},
    "rich_text_list": {"elements": (1, 1000)},
    "rich_text_quote": {"elements": (1, 1000)},
    "rich_text_preformatted": {"elements": (1, 1000)},
    "rich_text_section": {"elements": (0, 1000)},
    "plan": {"tasks": (1, 50)},
}

# a field whose value has no type of its own -> what it is
NAMELESS = {
    "options": "option",
    "initial_option": "option",
    "initial_options": "option",
    "option_groups": "option_group",
    "confirm": "confirm",
    "positive_button": "feedback_button",
    "negative_button": "feedback_button",
}
SECTION_FIELD = 2000
CONTEXT_TEXT = 2000
TABLE_COLUMNS = 20
LIST_INDENT = 8
NOT_ON_MESSAGES = frozenset({"alert", "file"})
ONLY_ON_MESSAGES = frozenset(
    {"context_actions", "markdown", "table", "task_card", "plan", "card", "carousel", "file"}
)


def lengths_of(kind: str) -> dict[str, tuple[int, int]]:
    return {**_ANY, **LENGTHS.get(kind, {})}
