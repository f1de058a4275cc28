"""What one fetch may cost. Each default with its reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Raises ValueError for a limit that is not above zero (``gap_s`` may be zero)."""

    connect_s: float = 5.0
    """Name lookup, and again TCP and TLS: a third SYN goes out after 3 s, a fourth helps nobody."""
    read_s: float = 10.0
    """Silence between two pieces. Slow newsroom systems render a page in 2-5 s."""
    total_s: float = 20.0
    """Everything, redirects and waiting for our turn included: longer than a person watches a chat."""
    body_limit_bytes: int = 10 * 2**20
    """After decompression. News pages are 0.1-3 MiB; 10 MiB is the issue's cap and bounds memory."""
    redirects: int = 5
    """A shortener, http to https, www, a consent bounce and the page: five covers what sites do."""
    gap_s: float = 1.0
    """Between two visits to one host: a person clicking, no crawler."""
    at_once_per_host: int = 1
    """A site sees one visit of ours at a time."""
    at_once: int = 100
    """Connections of the process; each holds at most one body in memory."""
    addresses: int = 8
    """Of one name that are tried; all of them are checked."""

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if not (value > 0 or (value == 0 and name in {"gap_s", "redirects"})):
                raise ValueError(f"{name} must be above zero, not {value}")
