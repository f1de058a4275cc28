"""Reading away from the event loop: ``bot.ports.Extractor`` over processes that can be killed."""

from __future__ import annotations

from bot.offload.pool import Offload

__all__ = ["Offload"]
