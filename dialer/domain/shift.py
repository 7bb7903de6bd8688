"""A volunteer's shift: the words for where it stands, and for the leg that holds it on the phone."""

from __future__ import annotations

from typing import Final

SHIFT_STATES: Final = ("ready", "assigned", "in_call", "wrap_up", "paused", "ended")
LINE_STATES: Final = ("none", "ringing", "open")
"""The volunteer's own leg in a dialled mode; `open`: they are in their conference, and can be joined."""


def waits(state: str, line_state: str) -> bool:
    """Whether a volunteer may be joined with somebody who answers at this moment."""
    return state == "ready" and line_state == "open"
