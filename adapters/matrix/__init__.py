"""Matrix. What is heavy is imported by ``serve``: other chats do not pay for it."""

from __future__ import annotations

from adapters.matrix.options import MatrixOptions

__all__ = ["MatrixOptions"]
