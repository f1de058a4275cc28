"""What people do in Slack. Everything here is done as a person does it, with what that person sees.

Channels and people are given by id or name; messages by their ts. All answers are plain JSON values, so that
the same calls can be made of a Slack in another process (remote.py).
"""

from __future__ import annotations

from tests.fakes.slack import events, views
from tests.fakes.slack.chat import rewrite
from tests.fakes.slack.state import State
from tests.fakes.slack.words import typed
from tests.fakes.slack.world import Channel, Json, Person, Post, Workspace


class People(State):
    # -- the set-up

    def add_workspace(self, team: str = "T0NEWS", domain: str = "newsdesk") -> Workspace:
        """A workspace with the bot in it, one editor (ada), one administrator (root), and #desk without the
        bot; not yet installed: see ``install``."""
        number = self.numbers.id("")
        workspace = Workspace(team, domain, f"U{number}BOT", f"B{number}")
        self.workspaces[team] = workspace
        workspace.people[workspace.bot_user] = Person(workspace.bot_user, "nutgraf", team, bot=True)
        self.add_person("ada", team)
        self.add_person("root", team, admin=True)
        self.add_channel("desk", ["ada", "root"], team=team)
        return workspace

    def add_person(self, name: str, team: str = "", **standing: bool) -> str:
        """``standing``: admin, owner, restricted, ultra_restricted, bot, deleted. Answers the id."""
        workspace = self.workspace(team)
        person = Person(self.numbers.id("U"), name, workspace.id)
        for field, value in standing.items():
            assert isinstance(getattr(person, field), bool), f"{field} is no standing"
            setattr(person, field, value)
        workspace.people[person.id] = person
        return person.id

    def add_stranger(self, name: str, channel: str, team: str = "") -> str:
        """Somebody of another workspace who shares the channel (Slack Connect)."""
        if "T0OTHER" not in self.workspaces:
            self.add_workspace("T0OTHER", "otherpaper")
        who = self.add_person(name, "T0OTHER")
        self._where(channel, team)[1].members.append(who)
        return who

    def add_channel(self, name: str, people: list[str], kind: str = "channel", team: str = "") -> str:
        """``kind``: channel, group, mpim. The bot is in there only when it is among ``people``."""
        workspace = self.workspace(team)
        letter = {"channel": "C", "group": "C", "mpim": "G"}[kind]
        members = [self._anybody(workspace, who) for who in people]
        channel = Channel(self.numbers.id(letter), name, workspace.id, kind, members)
        workspace.channels[channel.id] = channel
        return channel.id

    def _anybody(self, workspace: Workspace, who: str) -> str:
        """An id, also of a stranger from another workspace."""
        for place in [workspace, *self.workspaces.values()]:
            for person in place.people.values():
                if who in {person.id, person.name}:
                    return person.id
        raise KeyError(f"nobody called {who}")

    def direct(self, user: str, team: str = "") -> str:
        """The id of somebody's direct messages with the bot."""
        workspace = self.workspace(team)
        who = workspace.person(user).id
        channel = workspace.direct(who)
        if channel is None:
            members = [who, workspace.bot_user]
            channel = Channel(self.numbers.id("D"), "", workspace.id, "im", members)
            workspace.channels[channel.id] = channel
        return channel.id

    # -- messages

    def _where(self, channel: str, team: str) -> tuple[Workspace, Channel]:
        workspace = self.home_of(channel, team)
        return workspace, workspace.channel(channel)

    async def people_post(
        self,
        user: str,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        subtype: str = "",
        team: str = "",
    ) -> str:
        """Types and sends; answers the ts. ``@nutgraf`` is a mention, links are wrapped as by Slack.
        ``subtype``: thread_broadcast (also sent to the channel), file_share, me_message."""
        workspace, where = self._where(channel, team)
        who = self._anybody(workspace, user)
        assert who in where.members, f"{user} is not in {channel}"
        assert not where.archived, f"{channel} is archived"
        wire, blocks = typed(text, lambda name: self._named(workspace, name))
        person = self.person_anywhere(who)
        assert person is not None
        assert thread_ts is None or thread_ts in where.posts, f"no message {thread_ts} in {channel}"
        ts = self.numbers.ts()
        post = Post(where.id, ts, who, wire, person.team, blocks, thread_ts, subtype=subtype)
        events.posted(self, workspace, where, post)
        return post.ts

    def _named(self, workspace: Workspace, name: str) -> str | None:
        try:
            return workspace.person(name).id
        except KeyError:
            return None

    async def another_bot_posts(self, channel: str, text: str, team: str = "") -> str:
        """A message of some other app, as incoming webhooks make them."""
        workspace, where = self._where(channel, team)
        bot = next((p for p in workspace.people.values() if p.name == "feedbot"), None)
        who = bot.id if bot else self.add_person("feedbot", workspace.id, bot=True)
        wire, blocks = typed(text, lambda _: None)
        post = Post(where.id, self.numbers.ts(), who, wire, workspace.id, blocks, None, "B0OTHER", "A0OTHER")
        events.posted(self, workspace, where, post)
        return post.ts

    async def people_edit(self, channel: str, ts: str, text: str, team: str = "") -> None:
        workspace, where = self._where(channel, team)
        post = where.posts[ts]
        assert post.bot_id is None, "people do not edit what a bot wrote"
        wire, blocks = typed(text, lambda name: self._named(workspace, name))
        rewrite(self, workspace, where, post, wire, blocks)

    async def people_delete(self, channel: str, ts: str, team: str = "") -> None:
        workspace, where = self._where(channel, team)
        events.deleted(self, workspace, where, where.posts[ts])

    async def unfurl(self, channel: str, ts: str, team: str = "") -> None:
        """Slack adds a preview to a person's message: a change without an edit."""
        workspace, where = self._where(channel, team)
        post = where.posts[ts]
        before = events.as_json(self, post)
        post.attachments = [{"id": 1, "title": "A preview", "from_url": "https://preview.example/"}]
        events.changed(self, workspace, where, before, events.as_json(self, post))

    # -- channels

    async def invite(self, user: str, channel: str, by: str = "ada", team: str = "") -> None:
        workspace, where = self._where(channel, team)
        events.joined(self, workspace, where, self._anybody(workspace, user), self._anybody(workspace, by))

    async def invite_bot(self, channel: str, by: str = "ada", team: str = "") -> None:
        await self.invite("nutgraf", channel, by, team)

    async def remove(self, user: str, channel: str, by: str = "ada", team: str = "") -> None:
        workspace, where = self._where(channel, team)
        events.left(self, workspace, where, self._anybody(workspace, user), self._anybody(workspace, by))

    async def remove_bot(self, channel: str, by: str = "ada", team: str = "") -> None:
        await self.remove("nutgraf", channel, by, team)

    async def archive(self, channel: str, by: str = "root", team: str = "") -> None:
        workspace, where = self._where(channel, team)
        events.closed(self, workspace, where, "archive", self._anybody(workspace, by))

    async def unarchive(self, channel: str, by: str = "root", team: str = "") -> None:
        workspace, where = self._where(channel, team)
        events.closed(self, workspace, where, "unarchive", self._anybody(workspace, by))

    async def delete_channel(self, channel: str, by: str = "root", team: str = "") -> None:
        workspace, where = self._where(channel, team)
        events.closed(self, workspace, where, "deleted", self._anybody(workspace, by))

    # -- the app

    async def open_home(self, user: str, tab: str = "home", team: str = "") -> None:
        """``tab``: home, or messages when somebody opens the direct messages."""
        workspace = self.workspace(team)
        who = workspace.person(user).id
        event: Json = {"type": "app_home_opened", "user": who, "tab": tab, "event_ts": self.numbers.ts()}
        view = views.home_of(self, who)
        if tab == "home" and view is not None:
            event["view"] = views.as_json(self, view)
        self.emit(workspace, "app_home_opened", event | {"channel": self.direct(who, workspace.id)})

    async def revoke(self, team: str = "") -> None:
        """Somebody takes the app's token away."""
        events.uninstalled(self, self.workspace(team), "token_revoked")

    async def uninstall(self, team: str = "") -> None:
        events.uninstalled(self, self.workspace(team), "account_inactive")

    def take_scope(self, scope: str, team: str = "") -> None:
        """Somebody installed the app anew with less: the scope is gone from the workspace's tokens."""
        workspace = self.workspace(team)
        for token in self.tokens.values():
            if token.team == workspace.id:
                token.scopes -= {scope}

    def expire_tokens(self, team: str = "") -> None:
        """Twelve hours pass for the workspace's rotating tokens."""
        workspace = self.workspace(team)
        for token in self.tokens.values():
            if token.team == workspace.id and token.expires_at is not None:
                token.expires_at = 0.0

    def code_for(self, team: str = "") -> str:
        """Somebody agreed to install the app: the code that comes back with the browser."""
        code = self.numbers.id("code-")
        self.codes[code] = self.workspace(team).id
        return code
