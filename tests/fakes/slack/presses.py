"""Commands, presses, modals and shortcuts: what a person does with what the app has shown.

Nothing can be pressed that is not there. Each call waits for the acknowledgement (at most ``ack_wait_s``) and
answers ``{"acked", "ack_s", "answer"}``; without one the person sees an error (``user_errors``).
"""

from __future__ import annotations

import re
import time
from typing import Any

from tests.fakes.slack import events, hooks, views
from tests.fakes.slack.checks import check_view
from tests.fakes.slack.controls import action_of, find_control, state_of
from tests.fakes.slack.delivery import COMMAND, INTERACTION, Envelope
from tests.fakes.slack.people import People
from tests.fakes.slack.refusals import Breach, Refused
from tests.fakes.slack.words import typed
from tests.fakes.slack.world import Channel, Hook, Json, View, Whisper, Workspace

NAMES = {"im": "directmessage", "group": "privategroup"}


class Presses(People):
    async def command(
        self, user: str, channel: str, text: str = "", thread_ts: str | None = None, team: str = ""
    ) -> Json:
        """Types ``/nutgraf text`` in a channel, also in one where the bot is not. Threads know none."""
        workspace, where = self._where(channel, team)
        who = self._anybody(workspace, user)
        assert who in where.members, f"{user} is not in {channel}"
        assert "commands" in self.settings.scopes, "the app has no commands"
        if thread_ts is not None:
            self.user_errors.append(f"{self.settings.command} is not supported in threads. Sorry!")
            return {"acked": False, "ack_s": None, "answer": {}}
        hook = Hook(who, where.id, workspace.id, time.monotonic())
        payload = {
            "token": self.settings.verification, "team_id": workspace.id, "team_domain": workspace.domain,
            "channel_id": where.id, "channel_name": NAMES.get(where.kind, where.name), "user_id": who,
            "user_name": self._name(who), "command": self.settings.command,
            "text": self._command_text(workspace, text), "api_app_id": self.settings.app_id,
            "is_enterprise_install": "false", "response_url": self.hook(hook),
            "trigger_id": self.trigger(who, workspace.id),
        }  # fmt: skip
        envelope = await self._ask(workspace, COMMAND, payload)
        if envelope.answer.get("text") or envelope.answer.get("blocks"):
            self._say(hook, envelope.answer)
        return self._told(envelope)

    def _command_text(self, workspace: Workspace, text: str) -> str:
        if not self.settings.escapes_commands:
            return text
        wire, _ = typed(text, lambda name: self._named(workspace, name))
        return re.sub(r"<@(\w+)>", lambda match: f"<@{match[1]}|{self._name(match[1])}>", wire)

    def _name(self, who: str) -> str:
        person = self.person_anywhere(who)
        return person.name if person is not None else who

    def _say(self, hook: Hook, body: Json) -> None:
        try:
            hooks.say(self, hook, body, "ack")
        except Refused as refused:
            self.breaches.append(f"ack: {refused.error} {refused.more}")

    # -- buttons

    async def press(
        self, channel: str, ts: str, action_id: str, user: str, choose: str = "", team: str = ""
    ) -> Json:
        """Presses a control of a message. ``choose`` is the entry of a menu or of feedback buttons: its
        value, the part of the value before ":", or its words; of several equal buttons, the one's value."""
        workspace, where = self._where(channel, team)
        post = where.posts[ts]
        who = self._anybody(workspace, user)
        assert who in where.members or where.kind == "channel", f"{user} does not see {channel}"
        action = action_of(*find_control(post.blocks, action_id, choose), choose, self.numbers.ts())
        hook = Hook(who, where.id, workspace.id, time.monotonic(), post_ts=ts, thread_ts=post.thread_ts)
        container: Json = {"type": "message", "message_ts": ts, "channel_id": where.id, "is_ephemeral": False}
        if post.thread_ts:
            container["thread_ts"] = post.thread_ts
        more = {"message": events.as_json(self, post), "channel": _shown(where), "container": container}
        return await self._pressed(workspace, who, action, more | {"response_url": self.hook(hook)})

    async def press_whisper(self, user: str, action_id: str, choose: str = "", team: str = "") -> Json:
        """Presses a control of the newest ephemeral message to the user that has it."""
        workspace = self.workspace(team)
        who = self._anybody(workspace, user)
        whisper, (block, element) = self._whispered(who, action_id, choose)
        action = action_of(block, element, choose, self.numbers.ts())
        where = workspace.channels[whisper.channel]
        now = time.monotonic()
        hook = Hook(who, where.id, workspace.id, now, whisper=whisper, thread_ts=whisper.thread_ts)
        container: Json = {
            "type": "message", "message_ts": whisper.ts, "channel_id": where.id, "is_ephemeral": True,
        }  # fmt: skip
        if whisper.thread_ts:
            container["thread_ts"] = whisper.thread_ts
        more = {"channel": _shown(where), "container": container, "response_url": self.hook(hook)}
        return await self._pressed(workspace, who, action, more)

    def _whispered(self, who: str, action_id: str, choose: str) -> tuple[Whisper, tuple[Json, Json]]:
        for whisper in reversed(self.whispers):
            if whisper.user == who and not whisper.gone:
                try:
                    return whisper, find_control(whisper.blocks, action_id, choose)
                except LookupError:
                    continue
        raise LookupError(f"no whisper to {who} has {action_id}")

    async def press_view(
        self, user: str, action_id: str, choose: str = "", view_id: str = "", team: str = ""
    ) -> Json:
        """Presses a control of a view: the one given, else the user's home tab."""
        workspace = self.workspace(team)
        who = self._anybody(workspace, user)
        view = self.views[view_id] if view_id else views.home_of(self, who)
        assert view is not None, f"{user} has no home tab"
        action = action_of(*find_control(view.body["blocks"], action_id, choose), choose, self.numbers.ts())
        container = {"type": "view", "view_id": view.id}
        more = {"view": views.as_json(self, view), "container": container}
        return await self._pressed(workspace, who, action, more)

    async def press_forged(self, channel: str, action: Json, user: str, team: str = "") -> Json:
        """An action of the test's own making, as an old message or a foreign hand might send it."""
        workspace, where = self._where(channel, team)
        who = self._anybody(workspace, user)
        hook = Hook(who, where.id, workspace.id, time.monotonic())
        container = {"type": "message", "message_ts": "1.000001", "channel_id": where.id}
        action = {"action_ts": self.numbers.ts(), "block_id": "forged", "type": "button"} | action
        more = {"channel": _shown(where), "container": container, "response_url": self.hook(hook)}
        return await self._pressed(workspace, who, action, more)

    async def _pressed(self, workspace: Workspace, who: str, action: Json, more: Json) -> Json:
        payload = self._common("block_actions", workspace, who) | more
        payload |= {"actions": [action], "state": {"values": {}}}
        return self._told(await self._ask(workspace, INTERACTION, payload))

    def _common(self, kind: str, workspace: Workspace, who: str) -> Json:
        person = self.person_anywhere(who)
        assert person is not None
        user = {"id": who, "username": person.name, "name": person.name, "team_id": person.team}
        return {
            "type": kind, "token": self.settings.verification, "api_app_id": self.settings.app_id,
            "team": {"id": workspace.id, "domain": workspace.domain}, "enterprise": None, "user": user,
            "is_enterprise_install": False, "trigger_id": self.trigger(who, workspace.id),
        }  # fmt: skip

    # -- views and shortcuts

    def modal_of(self, user: str, team: str = "") -> View:
        """The modal that stands before the user now; fails when there is none."""
        who = self._anybody(self.workspace(team), user)
        standing = [v for v in self.views.values() if v.kind == "modal" and v.user == who and not v.closed]
        assert standing, f"no modal is open before {user}"
        return standing[-1]

    def home_tab(self, user: str, team: str = "") -> View:
        view = views.home_of(self, self._anybody(self.workspace(team), user))
        assert view is not None, f"{user} has no home tab"
        return view

    async def submit(self, user: str, values: dict[str, str] | None = None, team: str = "") -> Json:
        """Fills in the user's modal (``values``: action id or block id -> words or option) and sends it."""
        workspace = self.workspace(team)
        view = self.modal_of(user, team)
        assert "submit" in view.body, "this modal has nothing to send"
        sent = views.as_json(self, view) | {"state": {"values": state_of(view.body["blocks"], values or {})}}
        payload = self._common("view_submission", workspace, view.user) | {"view": sent, "response_urls": []}
        envelope = await self._ask(workspace, INTERACTION, payload)
        if envelope.acked_at is not None:
            self._after_submit(view, envelope.answer)
        return self._told(envelope)

    def _after_submit(self, view: View, answer: Json) -> None:
        match answer.get("response_action"):
            case None:
                view.closed = True
            case "errors":
                blocks = {block["block_id"] for block in view.body["blocks"]}
                if not answer.get("errors") or not set(answer["errors"]) <= blocks:
                    self.breaches.append(f"ack: errors for blocks that are not there: {answer}")
            case "clear":
                for other in self.views.values():
                    other.closed = other.closed or (other.kind == "modal" and other.user == view.user)
            case "update" | "push" as how:
                try:
                    check_view(answer["view"])
                except (Breach, KeyError) as wrong:
                    self.breaches.append(f"ack: {how}: {wrong} {getattr(wrong, 'more', '')}")
                    return
                view.closed = how == "update"
                views.show(self, view.user, view.team, answer["view"], view.root or view.id)
            case other:
                self.breaches.append(f"ack: response_action {other}")

    async def close_view(self, user: str, team: str = "") -> None:
        """Closes the user's modal; the app hears of it only when it asked to."""
        workspace = self.workspace(team)
        view = self.modal_of(user, team)
        view.closed = True
        if view.body.get("notify_on_close"):
            payload = self._common("view_closed", workspace, view.user)
            await self._ask(workspace, INTERACTION, payload | {"view": views.as_json(self, view)})

    async def shortcut(
        self, user: str, channel: str, ts: str, callback_id: str = "nutgraf_digest", team: str = ""
    ) -> Json:
        """The message shortcut in the menu of a message, also where the bot is not."""
        workspace, where = self._where(channel, team)
        post = where.posts[ts]
        who = self._anybody(workspace, user)
        hook = Hook(who, where.id, workspace.id, time.monotonic(), thread_ts=post.thread_ts)
        payload = self._common("message_action", workspace, who) | {
            "callback_id": callback_id, "message_ts": ts, "action_ts": self.numbers.ts(),
            "channel": _shown(where), "message": events.as_json(self, post), "response_url": self.hook(hook),
        }  # fmt: skip
        return self._told(await self._ask(workspace, INTERACTION, payload))

    # -- underneath

    async def _ask(self, workspace: Workspace, kind: str, payload: Json) -> Envelope:
        envelope = self.interact(kind, workspace, payload)
        await envelope.settled.wait()
        if envelope.lost:
            what = payload.get("command") or payload.get("type")
            self.user_errors.append(f"{what} failed because the app did not respond")
        return envelope

    def _told(self, envelope: Envelope) -> Json:
        acked = envelope.acked_at is not None
        return {"acked": acked, "ack_s": envelope.ack_s, "answer": envelope.answer}


def _shown(channel: Channel) -> dict[str, Any]:
    return {"id": channel.id, "name": NAMES.get(channel.kind, channel.name)}
