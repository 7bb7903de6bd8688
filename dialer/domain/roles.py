"""Who may change what somebody may do, and what of theirs ends with it (contract §3)."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

from dialer.domain.access import Role, may_grant

LADDER: Final = (Role.VOLUNTEER, Role.ORGANISER, Role.COORDINATOR, Role.ADMIN)
"""Each can do what those before it can."""


class Against(enum.StrEnum):
    """Why somebody's role stays as it is."""

    ABOVE = "above"
    """They have a role above that of whoever asks, or would get one."""
    OWN = "own"
    """It is their own: nobody locks themselves out by a slip."""
    LAST_ADMIN = "last_admin"
    """Nobody would be left who may do everything."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody may do, and whether they may come in at all."""

    role: Role
    active: bool = True

    @property
    def is_admin(self) -> bool:
        """Whether they may do everything just now."""
        return self.active and self.role is Role.ADMIN


def against(
    asker: Role, before: Standing, after: Standing, *, is_own: bool, other_admins: int
) -> Against | None:
    """What stands against the change; None where nothing does, or where it changes nothing.

    `other_admins` are those who may come in, besides the one who is changed.
    """
    if before == after:
        return None
    if is_own:
        return Against.OWN
    if not (may_grant(asker, before.role) and may_grant(asker, after.role)):
        return Against.ABOVE
    if before.is_admin and not after.is_admin and not other_admins:
        return Against.LAST_ADMIN
    return None


def keeps_access(before: Standing, after: Standing) -> bool:
    """Whether tokens made before, and browsers that they opened, may stay open after.

    Only up the ladder: a token keeps the role it was made with, so any other would outlive the change.
    """
    if not after.active:
        return False
    if before.role is after.role:
        return True
    climbs = before.role in LADDER and after.role in LADDER
    return climbs and LADDER.index(after.role) > LADDER.index(before.role)
