"""``nutgraf check``: how each chat stands that the settings name, and what to do where it stands badly."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from adapters import CHATS
from adapters.finding import Finding
from adapters.running import Options, chats_of
from bot.config import Settings
from bot.errors import NutgrafError
from bot.messages import sentence


async def check(settings: Settings) -> tuple[str, bool]:
    """The report, and whether all is well. Raises leaves of SetupError for settings that cannot work."""
    parts, well = [], True
    for name, options in chats_of(settings).items():
        found = await _found(name, options)
        parts.append(report(name.title(), found))
        well = well and all(one.well for one in found)
    return "\n".join(parts), well


async def _found(name: str, options: Options) -> Sequence[Finding]:
    try:
        found: Sequence[Finding] = await import_module(f"{CHATS[name]}.check").check(**options)
    except NutgrafError as error:
        return [Finding("settings and files", "cannot be used", sentence(error))]
    return found


def report(title: str, found: Sequence[Finding]) -> str:
    """One line for each, and below it the remedy."""
    lines = [title]
    for one in found:
        lines.append(f"  {'ok ' if one.well else '-> '} {one.what}: {one.told}")
        if not one.well:
            lines.append(f"      {one.remedy}")
    return "\n".join(lines)
