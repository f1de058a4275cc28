"""What a user is in a workspace. Layer 0: standard library only."""

from __future__ import annotations

from enum import StrEnum


class Standing(StrEnum):
    """What a user is in a workspace, as the platform says when a request is taken."""

    MEMBER = "member"
    ADMIN = "admin"  # of the workspace or room: may steer the bot whatever the place's settings say
    GUEST = "guest"  # let in for some channels only: asks, never steers
    STRANGER = "stranger"  # of another organisation: asks, never steers
