"""Leases on contacts, and the limits that keep anybody from leafing through a list (contract §6)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

ASSIGNMENT_STATES: Final = ("dialling", "open", "completed", "skipped", "expired")
"""`dialling`: claimed by the dialler, and in nobody's hands yet."""
LIMIT_WINDOW: Final = dt.timedelta(minutes=15)
SKIPS_MAX: Final = 5
UNANSWERED_MAX: Final = 10
CORRECTION_WINDOW: Final = dt.timedelta(minutes=10)
"""How long a volunteer may correct or take back their own result; a coordinator always may."""
UNDO_WINDOW: Final = dt.timedelta(seconds=30)
"""How long a slip of the finger can be undone, opt-outs too: the page offers it for 10 s."""


@dataclass(frozen=True, slots=True)
class RecentUse:
    """What one volunteer did in the last `LIMIT_WINDOW`."""

    skips: int = 0
    unanswered: int = 0
    """Assignments that brought neither a call nor a result."""


def over_limit(use: RecentUse) -> bool:
    """More than 5 skips, or 10 assignments without a call or a result, in 15 minutes."""
    return use.skips > SKIPS_MAX or use.unanswered >= UNANSWERED_MAX


def lease_ends(now: dt.datetime, timeout_s: int) -> dt.datetime:
    """When an assignment that is heard of now expires, if nothing more is heard."""
    return now + dt.timedelta(seconds=timeout_s)


def may_correct(recorded_at: dt.datetime, now: dt.datetime, *, by_coordinator: bool) -> bool:
    """Whether a result may still be changed."""
    return by_coordinator or now - recorded_at <= CORRECTION_WINDOW
