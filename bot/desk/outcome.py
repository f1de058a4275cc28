"""What doing an ask comes to, inside the transaction that stores it. Pure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.ports import Transaction
from bot.records import Delivery
from bot.types import Message


@dataclass(frozen=True, slots=True)
class Outcome:
    """``answer`` goes to whoever asked (to nobody else, if the request is private), or to the place when
    ``public``; ``further`` deeds (an edit of an earlier digest, a line in its thread, a deletion) are stored
    with it and done after it, in order. No answer: the deeds speak for themselves."""

    answer: Message | None = None
    further: tuple[Delivery, ...] = ()
    public: bool = False


# Everything that takes long is done before; what is left is done in the transaction that stores the outcome.
Act = Callable[[Transaction], Awaitable[Outcome]]
