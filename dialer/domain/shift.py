"""A volunteer's shift: the words for where it stands, and for the leg that holds it on the phone."""

from __future__ import annotations

import datetime as dt
from typing import Final

SHIFT_STATES: Final = ("ready", "assigned", "in_call", "wrap_up", "paused", "ended")
LINE_STATES: Final = ("none", "ringing", "open")
"""The volunteer's own leg in a dialled mode; `open`: they are in their conference, and can be joined."""

CAMPAIGN_OVER: Final = "campaign_over"
"""Why a shift ends that its volunteer didn't end: so does its campaign."""
RUNG_OUT_WITHIN: Final = dt.timedelta(seconds=60)
"""Whom the dialler was ringing as a campaign ended has answered by then or never does: it rings for 20
seconds, and asks the carrier after 35. So long those who wait on the line are kept for them."""
REST: Final = dt.timedelta(minutes=2)
"""The rest between two calls that the page offers."""
LONGEST_REST: Final = dt.timedelta(hours=1)


def waits(state: str, line_state: str) -> bool:
    """Whether a volunteer may be joined with somebody who answers at this moment."""
    return state == "ready" and line_state == "open"
