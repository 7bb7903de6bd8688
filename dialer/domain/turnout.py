"""Evidence that somebody has voted."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from dialer.domain.elector_number import elector_key

TELLER: Final = "teller"
TURNOUT_SOURCES: Final = (TELLER, "phone", "postal_list", "sms", "door", "import", "manual")
COUNTED: Final = "counted"
UNKNOWN: Final = "unknown"
HELD: Final = "held"
UNDONE: Final = "undone"
MAX_MARKS: Final = 5_000
"""As many come in one request at most."""

MARK_STATES: Final = (COUNTED, UNKNOWN, HELD, UNDONE)
WAITING: Final = (UNKNOWN, HELD)
"""Marks that count for nobody until the register or a coordinator says whose they are."""

NOBODY: Final = "nobody"
SEVERAL: Final = "several"
OTHER_ELECTION: Final = "other_election"
OTHER_DISTRICT: Final = "other_district"
TOO_FAST: Final = "too_fast"
DECEASED: Final = "deceased"
MOVED: Final = "moved"
GONE: Final = (DECEASED, MOVED)
"""Held because of the person: of these each is to be looked at."""
MARK_WHYS: Final = (NOBODY, SEVERAL, OTHER_ELECTION, OTHER_DISTRICT, TOO_FAST, DECEASED, MOVED)
"""Why a mark waits: its number fits nobody, or several; it is out of its teller's bounds, or came faster
than people can vote; or whoever it is about is known to have died or moved away.
"""


@dataclass(frozen=True, slots=True)
class Noted:
    """What is known of a mark when it is judged: how many its number fits, where and how they stand, whether
    that is within its author's bounds, and whether it came faster than people can vote.
    """

    fits: int
    status: str = "active"
    in_election: bool = True
    in_district: bool = True
    too_fast: bool = False


def state_of(mark: Noted) -> tuple[str, str | None]:
    """The state of a mark, and why where it waits: the first of the reasons that hold, the gravest first."""
    if mark.fits != 1:
        return UNKNOWN, TOO_FAST if mark.too_fast else SEVERAL if mark.fits else NOBODY
    if not mark.in_election:
        return HELD, OTHER_ELECTION
    if not mark.in_district:
        return HELD, OTHER_DISTRICT
    if mark.too_fast:
        return HELD, TOO_FAST
    if mark.status in GONE:
        return HELD, mark.status
    return COUNTED, None


@dataclass(frozen=True, slots=True)
class Mark:
    """One piece of evidence that a person has voted. `dated` is false where a file gave no time."""

    id: uuid.UUID
    at: dt.datetime
    source: str
    dated: bool = True


def present_vote(marks: Iterable[Mark]) -> Mark | None:
    """Return the mark that stands for a person's vote, None while there is none.

    People vote once, so of several the earliest stands; one without a time of its own only where none has.
    """
    return min(marks, key=lambda mark: (not mark.dated, mark.at, mark.id), default=None)


def seen_at(at: dt.datetime | None, now: dt.datetime) -> dt.datetime:
    """Return when a mark counts from: its own time, never later than now (nobody has voted tomorrow)."""
    return now if at is None else min(at, now)


@dataclass(frozen=True, slots=True)
class WrittenNumber:
    """An elector number as somebody wrote it down, ready to be looked up.

    `key` is compared with electors' whole numbers and `tail`, empty where the prefix was written, with what
    follows theirs. `district` narrows what fits several.
    """

    key: str
    tail: str
    district: str


def read_written(elector_number: str, polling_district: str | None) -> WrittenNumber:
    """Read a number with the polling district it was noted in, if that was given.

    A number without its prefix is one of its district (`12/1` in KA1 is `KA1-12/1`); without a district
    it can still be the only one of its kind.
    """
    district = (polling_district or "").strip()
    bare = elector_key(elector_number)
    without_prefix = bool(bare) and bare.split("-", 1)[0].isdigit()
    return WrittenNumber(
        key=elector_key(elector_number, district),
        tail=bare if without_prefix else "",
        district=district.casefold(),
    )


def is_within(polling_district: str | None, districts: Collection[str]) -> bool:
    """Whether a teller who may mark only in these polling districts (none: everywhere) may mark in this."""
    allowed = {district.strip().casefold() for district in districts}
    return not allowed or (polling_district or "").strip().casefold() in allowed
