"""A coordinator in a volunteer's room: how they take part, and what that makes of everybody's leg.

Nobody listens in secret: whoever supervises is on the volunteer's page by name from the moment they ask.
"""

from __future__ import annotations

from typing import Final

LISTEN: Final = "listen"
WHISPER: Final = "whisper"
TAKE_OVER: Final = "take_over"
MODES: Final = (LISTEN, WHISPER, TAKE_OVER)
"""Heard by nobody; heard by the volunteer alone; heard by everybody, and the volunteer by nobody."""

HEARS: Final = "hears"
AWAY: Final = "away"
VOLUNTEER_IS: Final = (HEARS, AWAY)
"""Where the volunteer is while somebody has taken over: muted beside them, or away from it, on hold."""
