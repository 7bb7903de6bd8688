"""The order in which a crew walks, and the walks that a polling district is cut into.

Polling district, road, odd side, even side, house, flat, name. A walk is what fits on a sheet of paper.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, Generic, TypeVar

from dialer.domain.door import Order, Side, counted, read_door

Place = tuple[int, str, int, str, Order]
"""Where a door comes in walking order: district and road, each with those that have none at the end, the
part of the town, then the door's own order. Equal places are one door.
"""

LINES: Final = 46
"""Of a sheet: 44 people, as crews know it, where they all live on one side of one road."""
HEADING: Final = 2
"""Lines that the name of a road takes, with the heads of the columns."""
_MINUTES_A_DOOR: Final = 2.5

Walker = TypeVar("Walker")


def place_of(polling_district: str | None, address: str | None, postcode: str | None) -> Place:
    """Where an address comes in walking order.

    A road that runs through several postcodes is one, within a postcode sector (`CF10 1`): a village's High
    Street isn't the next one's, though both may be in one polling district.
    """
    district = counted(polling_district or "")
    door = read_door(address or "").order
    road = f"{door[0]}|{_sector(postcode)}" if door[0] else ""
    return int(not district), district, int(not road), road, door


def _sector(postcode: str | None) -> str:
    outward, _, inward = (postcode or "").strip().upper().rpartition(" ")
    return f"{outward} {inward[:1]}" if outward else ""


def stored_place(place: Place) -> list[Any]:
    """A place as it is kept."""
    return [*place[:4], list(place[4])]


def place_stored(kept: Sequence[Any]) -> Place:
    """`stored_place` read again."""
    district, name, nowhere, road, door = kept
    return district, name, nowhere, road, tuple(door)


def is_one_stretch(one: Place, other: Place) -> bool:
    """Whether two doors are on the same side of the same road."""
    return one[:4] == other[:4] and one[4][1] == other[4][1]


def begins_of_walks(places: Iterable[Place], lines: int = LINES) -> list[Place]:
    """Cut a sorted list of people's places into walks that fit on a sheet each: where the second walk begins,
    the third, and so on.

    Who lives behind one door is in one walk. A road's side that fits on a sheet isn't torn in two where the
    sheet before is half full.
    """
    doors = [(place, sum(1 for _ in people)) for place, people in groupby(places)]
    begins: list[Place] = []
    used = 0
    for at, (place, people) in enumerate(doors):
        is_new = not at or not is_one_stretch(doors[at - 1][0], place)
        needed = people + (HEADING if is_new else 0)
        if is_new and used >= lines / 2:
            needed = min(_stretch(doors, at), lines)
        if used and used + needed > lines:
            begins.append(place)
            used, is_new = 0, True
        used += people + (HEADING if is_new else 0)
    return begins


def _stretch(doors: Sequence[tuple[Place, int]], at: int) -> int:
    """Lines of the road's side that begins here."""
    lines = HEADING
    for place, people in doors[at:]:
        if not is_one_stretch(doors[at][0], place):
            break
        lines += people
    return lines


def walk_of(begins: Sequence[Place], place: Place) -> int:
    """In which walk a door is, from 1 on, also one that wasn't there when the walks were cut."""
    return bisect_right(begins, place) + 1


@dataclass(frozen=True, slots=True)
class Stretch(Generic[Walker]):
    """People on one side of a road, in order. `side` is None where the walk has only one side of it;
    `goes_on` where it began on the sheet before.
    """

    road: str
    side: Side | None
    people: Sequence[Walker]
    goes_on: bool = False


def stretches(
    people: Sequence[Walker], where: Callable[[Walker], tuple[Place, str]]
) -> list[Stretch[Walker]]:
    """Sorted people by road and side. `where` gives somebody's place, and the road as it is written."""
    places = [(*where(person), person) for person in people]
    sides = {(*place[:4], place[4][1]) for place, *_ in places}
    both = {side[:4] for side in sides if sum(side[:4] == other[:4] for other in sides) > 1}
    found = []
    for key, group in groupby(places, key=lambda one: (*one[0][:4], one[0][4][1])):
        some = list(group)
        side = Side(key[4]) if key[:4] in both else None
        found.append(Stretch(some[0][1], side, [person for *_, person in some]))
    return found


def pages(parts: Iterable[Stretch[Walker]], lines: int = LINES) -> Iterator[list[Stretch[Walker]]]:
    """What stands on each sheet; a road that goes on on the next has its heading again."""
    page: list[Stretch[Walker]] = []
    used = 0
    for part in parts:
        left, goes_on = list(part.people), part.goes_on
        while left:
            room = lines - used - HEADING
            if page and room < min(2, len(left)):
                yield page
                page, used = [], 0
                continue
            page.append(Stretch(part.road, part.side, left[:room], goes_on))
            used += HEADING + len(left[:room])
            left, goes_on = left[room:], True
    if page:
        yield page


def minutes_for(doors: int) -> int:
    """About how long a crew takes, to five minutes."""
    return max(5, 5 * math.ceil(doors * _MINUTES_A_DOOR / 5))
