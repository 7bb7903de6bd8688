"""Recordings of calls: the words for where one stands, how long it is kept, and when it is tried again.

Off unless a campaign switches them on. In the United Kingdom a recorded call needs that people are told, and
what they say about politics is special category data (UK GDPR, article 9): it is kept as short as it is of
use, and goes with the person.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

RECORDING_STATES: Final = ("wanted", "recording", "fetching", "kept", "deleted", "lost")
"""`wanted`: the contact was told, the carrier isn't recording yet; `fetching`: it is over and on its way to
us; `kept`: it is here, encrypted; `deleted` and `lost` have no sound (any more), and say why.
"""
ON_THE_CALL: Final = frozenset({"wanted", "recording"})
"""While one of these, the call is being recorded, or is about to be."""
WITH_SOUND: Final = frozenset({"wanted", "recording", "fetching", "kept"})
"""What there still is something of to be deleted."""

OBJECTION: Final = "objection"
BY_COORDINATOR: Final = "by_coordinator"
RETENTION: Final = "retention"
ERASED: Final = "erased"
MACHINE: Final = "machine"
SWITCHED_OFF: Final = "switched_off"
NOT_BEGUN: Final = "not_begun"
ABSENT: Final = "absent"
GONE: Final = "gone"
WHYS: Final = (
    OBJECTION,
    BY_COORDINATOR,
    RETENTION,
    ERASED,
    MACHINE,
    SWITCHED_OFF,
    NOT_BEGUN,
    ABSENT,
    GONE,
)
"""Why there is no sound: the person objected; a coordinator deleted it; its time was over; the person was
erased; it was of a machine; recording was switched off before it began; nobody was spoken with;
the carrier had nothing (too short); the carrier had lost it.
"""
TROUBLES: Final = ("carrier_away", "not_ready", "not_audio", "disk_full", "not_writable")
"""What holds one up; it is tried again."""

DAYS_LEAST: Final = 1
DAYS_MOST: Final = 365
"""Longer than a year no use for training or a complaint justifies it; longer ones belong exported by hand."""
DAYS_USUAL: Final = 28
"""Four weeks: long enough for a complaint about a call to reach somebody who can listen."""

TOLD_WITHIN: Final = dt.timedelta(seconds=10)
"""So long after a dialled call was told what to say, its sentence has been said, and they are in the room."""
AT_WORK: Final = dt.timedelta(seconds=60)
"""Whoever asks the carrier about one has this long before somebody else may."""
FETCHING_FOR: Final = dt.timedelta(minutes=6)
"""The same while its sound is fetched."""
LOOKED_AT_EVERY: Final = dt.timedelta(seconds=60)
"""How often the carrier is asked about a recording that goes on, where nothing is told of it."""
GIVEN_UP_AFTER: Final = dt.timedelta(days=3)
"""For so long the carrier is asked for a sound that it says it has and doesn't give."""
SAME_LISTENING: Final = dt.timedelta(minutes=5)
"""Parts of one recording that somebody is sent within this time are one listening: players ask in pieces."""

_FIRST_WAIT_S: Final = 2
_LONGEST_WAIT_S: Final = 3600


def next_try(attempts: int) -> dt.timedelta:
    """How long to wait after so many tries: 2 s, 4 s, 8 s … an hour."""
    return dt.timedelta(seconds=min(_FIRST_WAIT_S * 2 ** min(attempts, 12), _LONGEST_WAIT_S))


def deletes_at(ended_at: dt.datetime, days: int) -> dt.datetime:
    """When one is deleted of a campaign that keeps them for so many days."""
    return ended_at + dt.timedelta(days=days)
