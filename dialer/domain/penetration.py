"""How far a campaign has come through its list, and how long it still lasts."""

from __future__ import annotations

import datetime as dt
from typing import Final

from dialer.domain.disposition import Disposition

UNANSWERED: Final = frozenset(
    {
        Disposition.NO_ANSWER,
        Disposition.BUSY,
        Disposition.ANSWERING_MACHINE,
        Disposition.LEFT_MESSAGE,
        Disposition.DISCONNECTED,
    }
)
"""The outcomes in which nobody picked up; in all others a person did."""
PASSES_MOST: Final = 10
"""Tries of one number are told apart up to the tenth; those after it count with it."""
PACE_WINDOW: Final = dt.timedelta(minutes=30)
"""The present rate is that of the last half hour."""
SOON_MIN: Final = 60
"""It is said unasked when the fresh numbers last no longer than that, in minutes."""
COUNTED_AHEAD: Final = 20_000
"""More fresh numbers than that aren't counted to say so: no phone bank calls them within the hour."""


def minutes_left(fresh: int, begun: int) -> int | None:
    """How long `fresh` numbers last when `begun` were tried for the first time within `PACE_WINDOW`.

    None when none was: then nobody can tell.
    """
    if not fresh:
        return 0
    if not begun:
        return None
    return round(fresh * PACE_WINDOW.total_seconds() / 60 / begun)


def rate(part: int, whole: int) -> float | None:
    """A share to four places; None of nothing."""
    return round(part / whole, 4) if whole else None
