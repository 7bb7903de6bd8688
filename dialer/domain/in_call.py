"""What a volunteer does in a talk besides talking: mute themselves, and ask somebody to hold on (issue of
dialled modes).
"""

from __future__ import annotations

import datetime as dt
from typing import Final

HOLD_MOST: Final = dt.timedelta(minutes=3)
"""Nobody is on hold for longer: then they come back by themselves."""
HOLD_WARNED: Final = dt.timedelta(minutes=2)
"""From then on the volunteer's page says that they have waited long."""
SETTLE_AGAIN_AFTER: Final = dt.timedelta(seconds=2)
"""A room that the carrier was not seen to have changed by then is brought where it should be by the tick."""
LED_FOR: Final = dt.timedelta(seconds=5)
"""Whoever was led into a room, or out of it, is on the way for so long: they aren't led there once more."""
MISSED_FOR: Final = dt.timedelta(seconds=10)
"""Whoever isn't in a room for so long, though something was to change about them, has left it: the carrier is
asked about their call."""


def back_at(held_at: dt.datetime) -> dt.datetime:
    """When somebody who is on hold since then comes back by themselves."""
    return held_at + HOLD_MOST


def waits_long(held_at: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether somebody who is on hold since then has waited so long that the volunteer should know."""
    return held_at is not None and now >= held_at + HOLD_WARNED
