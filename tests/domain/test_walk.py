"""Crews walk a district road by road."""

from __future__ import annotations

import json
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.door import Side
from dialer.domain.walk import (
    HEADING,
    Place,
    begins_of_walks,
    minutes_for,
    pages,
    place_of,
    place_stored,
    stored_place,
    stretches,
    walk_of,
)

WALKED = [
    ("AB2", "1 High St, Aston", "CF10 1AA"),
    ("AB2", "3 High Street", "CF10 1AB"),
    ("AB2", "2 High Street", "CF10 1AA"),
    ("AB2", "Rose Cottage, High Street", "CF10 1AB"),
    ("AB2", "1 High Street", "CF10 2AA"),
    ("AB2", "1 Mill Lane", None),
    ("AB2", None, None),
    ("AB2", "The Old Vicarage", "CF10 1AA"),
    ("AB10", "1 High Street", "CF10 1AA"),
    (None, "1 High Street", "CF10 1AA"),
]


def test_walking_order() -> None:
    assert sorted(sorted(WALKED, key=repr), key=lambda door: place_of(*door)) == WALKED


def test_one_door_however_it_is_written() -> None:
    assert place_of("AB1", "Flat 2, 14 High St", "CF10 1AA") == place_of(
        "ab1", "FLAT 2 14 High Street", "CF10 1AB"
    )


SOMETHING = st.none() | st.text(max_size=12)


@given(st.lists(st.tuples(SOMETHING, SOMETHING, SOMETHING), max_size=6))
def test_any_places_have_one_order(doors: list[tuple[str | None, str | None, str | None]]) -> None:
    places = [place_of(*door) for door in doors]
    otherwise = sorted(places, key=repr)
    assert sorted(places) == sorted(otherwise)


ROADS = st.sampled_from(["High Street", "Mill Lane", "Heol y Parc"])
SOMEWHERE = st.builds(
    lambda number, road: place_of("AA", f"{number} {road}", "CF10 1AA"), st.integers(1, 60), ROADS
)


@given(st.lists(SOMEWHERE, max_size=120).map(sorted), st.integers(6, 46))
def test_walks_part_a_district_between_doors(places: list[Place], lines: int) -> None:
    begins = begins_of_walks(places, lines)
    assert begins == sorted(set(begins))
    walks = [list(some) for _, some in groupby(places, key=lambda place: walk_of(begins, place))]
    assert [place for walk in walks for place in walk] == places
    assert len(walks) == len(begins) + bool(places), "no walk is empty"
    for walk in walks:
        sheet = stretches(walk, lambda place: (place, place[3]))
        needed = sum(HEADING + len(one.people) for one in sheet)
        assert needed <= lines or len(set(walk)) == 1, "it fits, unless so many live behind one door"


@given(st.lists(SOMEWHERE, max_size=150).map(sorted), st.integers(4, 46))
def test_sheets_hold_everybody_in_order(places: list[Place], lines: int) -> None:
    whole = stretches(places, lambda place: (place, place[3]))
    sheets = list(pages(whole, lines))
    assert [place for sheet in sheets for one in sheet for place in one.people] == places
    assert all(sum(HEADING + len(one.people) for one in sheet) <= lines for sheet in sheets)
    assert all(one.people for sheet in sheets for one in sheet)


def test_44_people_of_one_side_of_a_road_are_one_sheet() -> None:
    places = [place_of("AA", f"{number} High Street", "CF10 1AA") for number in range(1, 89, 2)]
    assert begins_of_walks(places) == []
    more = [place_of("AA", f"{number} High Street", "CF10 1AA") for number in range(1, 91, 2)]
    assert begins_of_walks(more) == [more[44]]


def test_a_side_that_fits_on_a_sheet_is_not_torn_in_two() -> None:
    odd = [place_of("AA", f"{number} High Street", None) for number in range(1, 61, 2)]
    even = [place_of("AA", f"{number} High Street", None) for number in range(2, 42, 2)]
    assert begins_of_walks([*odd, *even]) == [even[0]]


def test_a_side_is_named_only_where_the_walk_has_both() -> None:
    places = sorted(
        place_of("AA", address, None)
        for address in ("1 High Street", "2 High Street", "3 Mill Lane", "5 Mill Lane")
    )
    found = stretches(places, lambda place: (place, place[3]))
    assert [(one.side, len(one.people)) for one in found] == [(Side.ODD, 1), (Side.EVEN, 1), (None, 2)]


def test_a_place_is_kept_and_read_again() -> None:
    place = place_of("AA", "Flat 2, 14a High Street", "CF10 1AA")
    assert place_stored(json.loads(json.dumps(stored_place(place)))) == place


def test_minutes() -> None:
    assert [minutes_for(doors) for doors in (0, 1, 13, 40)] == [5, 5, 35, 100]
