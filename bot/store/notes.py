"""Small durable words of the adapters: where a sync stands, what could not be read yet."""

from __future__ import annotations

from collections.abc import Mapping

from bot.store.base import Statements


class Notes(Statements):
    """See ``bot.ports.Notebook``. The table ``notes``."""

    async def note(self, platform: str, name: str, value: str | None) -> None:
        if value is None:
            await self._rows("delete from notes where platform = ? and name = ?", platform, name)
            return
        columns = {"platform": platform, "name": name, "value": value}
        await self._insert("notes", columns, "(platform, name) do update set value = excluded.value")

    async def notes(self, platform: str, prefix: str = "") -> Mapping[str, str]:
        # not "like": "_" and "%" may stand in a name
        rows = await self._rows(
            "select name, value from notes where platform = ? and substr(name, 1, ?) = ?",
            platform,
            len(prefix),
            prefix,
        )
        return {row["name"]: row["value"] for row in sorted(rows, key=lambda row: str(row["name"]))}
