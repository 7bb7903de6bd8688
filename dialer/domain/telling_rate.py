"""How fast marks can be true: what one teller can see at one polling place.

A link to the tellers' page can be passed on, or a program can count through the register with it. So a
teller's marks count by themselves only as fast as people can come out of a polling place:

- at most 60 in any minute: a list read out and typed in by a practised hand;
- at most 600 in any hour. Finding a name on the register, looking at a document and handing out a ballot
  takes a desk half a minute or more; five desks under one roof let ten people a minute through at best.

Each mark is judged by its own time and not by when it came: three hours without a network and then 400 marks
at once are slow marks. One without a time is of the moment it came. A mark too many is *held*: kept, and
nobody is left out of calls for it until a coordinator has looked (contract §3, §9).

A phone's own times can be made up, so two more bounds go by the server's clock alone:

- whoever joined by a link has seen nobody vote before they joined (`is_before_joining`);
- of what comes in any hour, 600 of one account's marks count by themselves, and of all accounts of one link
  together 600 for each of its polling districts, 3,000 at most (`link_most`, `held_beyond`). So a link that
  got about, joined by it again and again, silences no campaign before somebody has looked.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Final

MINUTE_MOST: Final = 60
HOUR_MOST: Final = 600
_LIMITS: Final = ((60.0, MINUTE_MOST), (3600.0, HOUR_MOST))
LONGEST: Final = dt.timedelta(hours=1)
"""Marks further apart than this don't count against each other."""

ARRIVING_MOST: Final = HOUR_MOST
"""As many of one account's marks count that came within an hour, whenever they say they were noted."""

LINK_LEAST: Final = 2 * HOUR_MOST
LINK_MOST: Final = 3_000
CLOCKS_APART: Final = dt.timedelta(minutes=2)
"""So far a phone's clock may be off from the server's after it was compared over a slow network."""


def link_most(districts: int) -> int:
    """How many marks of all who joined by one link count that came within an hour. `districts`: in how many
    polling districts the link lets them mark; 0 is everywhere.
    """
    if not districts:
        return LINK_MOST
    return min(LINK_MOST, max(LINK_LEAST, districts * HOUR_MOST))


def is_before_joining(at: dt.datetime, joined_at: dt.datetime) -> bool:
    """Whether a mark says that it was noted before its teller had the page to note it on."""
    return at < joined_at - CLOCKS_APART


def held_beyond(held: Sequence[bool], room: int) -> list[bool]:
    """Which marks are held, of those in `held` all and of the others what is beyond the first `room`."""
    judged = []
    for is_held in held:
        judged.append(is_held or room <= 0)
        room -= not is_held
    return judged


def too_fast(before: Iterable[dt.datetime], marks: Sequence[dt.datetime]) -> list[bool]:
    """Which of a teller's new `marks`, in the order they came, are too many beside those noted `before`.

    Any minute that a mark lies in counts, so that nobody gets round it by sending later marks first. Those
    that are too many count for the next ones too: whoever goes on at that pace is looked at.
    """
    noted = sorted(at.timestamp() for at in before)
    judged = []
    for at in marks:
        moment = at.timestamp()
        place = bisect_right(noted, moment)
        judged.append(any(_is_full(noted, place, moment, span, most) for span, most in _LIMITS))
        noted.insert(place, moment)
    return judged


def _is_full(noted: Sequence[float], place: int, moment: float, span: float, most: int) -> bool:
    """Whether any span with this moment, which would stand at `place`, has as many marks as it can have."""
    firsts = range(max(0, place - most), min(place, len(noted) - most) + 1)
    return any(max(noted[first + most - 1], moment) - min(noted[first], moment) < span for first in firsts)
