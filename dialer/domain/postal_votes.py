"""Postal voters have a reminding of their own: from the day their ballots land until polls close.

Their list is apart from the one of polling day (contract §9), and what they are asked changes with the days:
first whether the ballot has come and is on its way back; once the post can't be relied on any more, to hand
it in themselves. Campaigners may not carry it for them (Elections Act 2022: handling of postal votes).
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from dialer.domain.timetable import Due


class PostalPhase(StrEnum):
    """Where postal voting stands."""

    UNKNOWN = "unknown"
    BEFORE = "before"
    BY_POST = "by_post"
    BY_HAND = "by_hand"
    OVER = "over"


LANDING: Final = dt.timedelta(days=1)
"""How long a ballot is in the post on its way out: nobody is asked for one that can't have come."""


def postal_phase(
    despatch: Due | None, last_post: Due | None, closes_at: dt.datetime | None, zone: str, now: dt.datetime
) -> PostalPhase:
    """Where postal voting stands at a moment: by the day ballots go out, the last safe day to post one, and
    the close of polls; each None where it isn't known, or there is no such thing.
    """
    if closes_at is not None and now >= closes_at:
        return PostalPhase.OVER
    if last_post is not None and now >= last_post.ends_at(zone):
        return PostalPhase.BY_HAND
    if despatch is None:
        return PostalPhase.UNKNOWN
    today = now.astimezone(ZoneInfo(zone)).date()
    return PostalPhase.BEFORE if today < despatch.on + LANDING else PostalPhase.BY_POST
