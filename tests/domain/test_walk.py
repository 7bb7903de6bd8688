"""Crews walk a district road by road."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.walk import place_of

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
