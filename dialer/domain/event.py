"""Events that people sign up for (contract §11): what may be said of one, who has a place, who waits.

A phone-bank session is one of kind `phone_bank`. Of the kinds of seats there are, a *place* is room for one
person here; a *seat* is a constituency (glossary).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from dialer.domain.errors import FieldError, ValidationFailed
from dialer.domain.wall_time import NoSuchTimeError, moment_of

EVENT_KINDS: Final = ("canvass", "phone_bank", "carpool", "rally", "leaflet")
EVENT_STATES: Final = ("planned", "cancelled")
RSVP_STATES: Final = ("going", "waitlist", "withdrawn")

TITLE_LONGEST: Final = 120
PLACE_LONGEST: Final = 300
REASON_LONGEST: Final = 120
"""Why one was called off, which goes into a text with its title and time."""
CAPACITY_MOST: Final = 100_000
PLACES_MOST: Final = 8
"""How many places one person may ask for: themselves and who they bring."""
WEEKS_MOST: Final = 26
LONGEST: Final = dt.timedelta(days=7)
FURTHEST: Final = dt.timedelta(days=2 * 365)

_SEAT_CODE: Final = re.compile(r"[A-Z][0-9]{8}")
_POSTCODE: Final = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?( ?[0-9][A-Z]{2})?", re.IGNORECASE)

WEEK: Final = dt.timedelta(weeks=1)

Waiting = TypeVar("Waiting")


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when something is."""

    starts_at: dt.datetime
    ends_at: dt.datetime


def faults(
    title: str, place: str, capacity: int | None, seat_code: str | None, postcode: str | None
) -> Iterator[FieldError]:
    """What is wrong with what is said of an event, its times aside."""
    if not 0 < len(title.strip()) <= TITLE_LONGEST:
        yield FieldError("/title", "Give it a title of at most 120 characters.")
    if not 0 < len(place.strip()) <= PLACE_LONGEST:
        yield FieldError("/place", "Say where it is in at most 300 characters, or “online”.")
    if capacity is not None and not 1 <= capacity <= CAPACITY_MOST:
        yield FieldError("/capacity", "Choose between 1 and 100,000 places, or leave it out.")
    if seat_code is not None and not _SEAT_CODE.fullmatch(seat_code):
        yield FieldError("/seat_code", "Give a seat’s ONS code, such as W07000041.")
    if postcode is not None and not _POSTCODE.fullmatch(postcode.strip()):
        yield FieldError("/postcode", "This isn’t a postcode, such as MV3 4QT.")


def clean_reason(reason: str) -> str | None:
    """Why one was called off, on one line and without a full stop at its end; None if nothing is said.

    `ValidationFailed` at `/reason` where it is too long.
    """
    said = " ".join(reason.split())
    if len(said) > REASON_LONGEST:
        raise ValidationFailed.at("/reason", "Say it in at most 120 characters: it goes into a text.")
    return said.rstrip(" .") or None


def faults_of_times(span: Span, now: dt.datetime) -> Iterator[FieldError]:
    """What is wrong with when it is."""
    if span.starts_at <= now:
        yield FieldError("/starts_at", "The time has already passed. Choose a later one.")
    elif span.starts_at > now + FURTHEST:
        yield FieldError("/starts_at", "This is more than two years away. Choose an earlier day.")
    if not dt.timedelta(0) < span.ends_at - span.starts_at <= LONGEST:
        yield FieldError("/ends_at", "It ends after it starts, and within seven days.")


def weekly(first: Span, zone: str, weeks: int) -> list[Span]:
    """As often, a week apart on the clocks of the zone: at six on Monday stays at six, though clocks change.

    One that falls into the hour that clocks jump over is an hour later, as the clocks themselves are.
    """
    zone_starts, zone_ends = (_wall(at, zone) for at in (first.starts_at, first.ends_at))
    others = (
        Span(_moment(zone_starts + WEEK * week, zone), _moment(zone_ends + WEEK * week, zone))
        for week in range(1, weeks)
    )
    return [first, *others]


def _wall(moment: dt.datetime, zone: str) -> dt.datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _moment(wall: dt.datetime, zone: str) -> dt.datetime:
    try:
        return moment_of(wall, zone)
    except NoSuchTimeError:
        return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)


def fits(places: int, capacity: int | None, taken: int) -> bool:
    """Whether so many more have room."""
    return capacity is None or taken + places <= capacity


def move_up(waiting: Sequence[tuple[Waiting, int]], capacity: int | None, taken: int) -> list[Waiting]:
    """Who of those that wait, first come first, has room now, each given with how many places they asked for.

    Whoever asked for more than are free is passed over and keeps their place in the line: a single place
    that is free stays nobody's because four wait before.
    """
    moved = []
    for who, places in waiting:
        if fits(places, capacity, taken):
            taken += places
            moved.append(who)
    return moved
