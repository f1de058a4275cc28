"""Matrix. What is heavy is imported by ``serve``: other chats do not pay for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.matrix.options import MatrixOptions

if TYPE_CHECKING:
    from bot.desk import Desk

__all__ = ["MatrixOptions", "reset_identity", "serve"]


async def serve(desk: Desk, *, options: MatrixOptions) -> None:
    """Serve the account of the options until cancelled. Raises leaves of SetupError."""
    from adapters.matrix.serving import Serving  # noqa: PLC0415 - see the module's docstring

    async with Serving(desk, options) as serving:
        await serving.run()


async def reset_identity(options: MatrixOptions) -> str:
    """Give the account a new cross-signing identity, with the password of the options; answers whose it is.

    Raises leaves of SetupError, SessionBusy among them: not while the bot runs.
    """
    from adapters.matrix.serving import reset_identity as work  # noqa: PLC0415

    return await work(options)
