"""A coordinator in a volunteer's room: how they take part, and what that makes of everybody's leg.

Nobody listens in secret: whoever supervises is on the volunteer's page by name from the moment they ask.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
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

LEFT: Final = "left"
SHIFT_OVER: Final = "shift_over"
LINE_LOST: Final = "line_lost"
TALK_OVER: Final = "talk_over"
NOT_OPENED: Final = "not_opened"
"""Why it ended: they left; the shift, or the talk that they had taken over, is over; the volunteer's line was
lost; their browser never opened its leg."""

OPENED_WITHIN: Final = dt.timedelta(seconds=60)
"""A browser opens its leg by then, or nobody comes."""
MOVED_AGAIN_AFTER: Final = dt.timedelta(seconds=2)
"""Whoever was to be moved to a room of their own by then, and wasn't seen to come, is asked there again."""

_BROWSER: Final = "supervisor_"
_IDENTITY: Final = re.compile(rf"client:{_BROWSER}([0-9a-f]{{32}})_([0-9a-f]{{32}})")


def own_room_of(supervision_id: uuid.UUID) -> str:
    """Where whoever has taken over talks on with somebody, the volunteer being away."""
    return f"supervisor-{supervision_id}"


def identity_of(organisation_id: uuid.UUID, supervision_id: uuid.UUID) -> str:
    """The name under which a coordinator's browser shows itself (cf. `line.identity_of`)."""
    return f"{_BROWSER}{organisation_id.hex}_{supervision_id.hex}"


def supervision_of(caller: str) -> tuple[uuid.UUID, uuid.UUID] | None:
    """The organisation and the supervision whose browser rings; None for anybody else."""
    found = _IDENTITY.fullmatch(caller)
    return (uuid.UUID(found[1]), uuid.UUID(found[2])) if found else None
