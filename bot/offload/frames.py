"""What goes through the pipe: a length and a pickle, read back with a list of allowed types.

The child handles hostile pages with C libraries. Should one take it over, its answer must not be
able to run anything here: only the house's own types and times are built from it.
"""

from __future__ import annotations

import io
import pickle
import struct

from bot import errors, types
from bot.errors import NutgrafError

HEAD = struct.Struct(">I")
LIMIT_BYTES = 256 * 2**20

_HOUSE = {types.__name__: types, errors.__name__: errors}
_TIMES = {("datetime", "datetime"), ("datetime", "timezone"), ("datetime", "timedelta")}


class Forbidden(pickle.UnpicklingError):
    """The frame names something that is not one of our types."""


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> object:
        if (module, name) in _TIMES:
            return super().find_class(module, name)
        found = getattr(_HOUSE.get(module), name, None)
        if isinstance(found, type) and found.__module__ == module:
            return found
        raise Forbidden(f"{module}.{name}")


def packed(answer: object) -> bytes:
    """A whole frame. Raises ValueError when it is over the limit."""
    body = pickle.dumps(answer, protocol=5)
    if len(body) > LIMIT_BYTES:
        raise ValueError("the frame is too large")
    return HEAD.pack(len(body)) + body


def unpacked(body: bytes) -> object:
    """Raises pickle.UnpicklingError for what is no frame of ours."""
    return _Unpickler(io.BytesIO(body)).load()


def error_fields(error: NutgrafError) -> tuple[str, dict[str, object]]:
    return type(error).__name__, error.details()


def error_of(name: str, fields: dict[str, object]) -> NutgrafError:
    """Raises pickle.UnpicklingError for a name that is no leaf."""
    for leaf in errors.leaves():
        if leaf.__name__ == name:
            return leaf(**fields)
    raise Forbidden(f"no such error: {name[:40]}")
