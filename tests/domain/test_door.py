"""Addresses are taken apart as registers and spreadsheets write them, and no word gets lost."""

from __future__ import annotations

import re
from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.door import Door, Side, read_door, road_key


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("12 Stryd Fawr", ("", "", "12", "Stryd Fawr", "")),
        ("12, Stryd Fawr, Caerdydd", ("", "", "12", "Stryd Fawr", "Caerdydd")),
        ("1a Made-Up Terrace, Poole", ("", "", "1a", "Made-Up Terrace", "Poole")),
        ("14 A High Street", ("", "", "14 A", "High Street", "")),
        ("10 Y Maes, Pwllheli", ("", "", "10", "Y Maes", "Pwllheli")),
        ("14-16 High St", ("", "", "14-16", "High St", "")),
        ("14 - 16 High St", ("", "", "14 - 16", "High St", "")),
        ("12½ Mill Lane", ("", "", "12½", "Mill Lane", "")),
        ("No. 7 Mill Lane", ("", "", "No. 7", "Mill Lane", "")),
        ("12 1st Avenue", ("", "", "12", "1st Avenue", "")),
        ("High Street 14", ("", "", "14", "High Street", "")),
        ("10 Downing Street London", ("", "", "10", "Downing Street", "London")),
        ("10 Hill Road West London", ("", "", "10", "Hill Road West", "London")),
        ("10 High Road, Wood Green", ("", "", "10", "High Road", "Wood Green")),
        ("Flat 2, 14a High Street", ("Flat 2", "", "14a", "High Street", "")),
        ("Flat 2 14a High Street", ("Flat 2", "", "14a", "High Street", "")),
        ("Flat A, 14 High Street", ("Flat A", "", "14", "High Street", "")),
        ("Flat 2, 14, High Street, Poole", ("Flat 2", "", "14", "High Street", "Poole")),
        ("Fflat 3, 22 Heol y Parc", ("Fflat 3", "", "22", "Heol y Parc", "")),
        ("Ground Floor Flat, 10 High Street", ("Ground Floor Flat", "", "10", "High Street", "")),
        ("Ground Floor Flat 10 High Street", ("Ground Floor Flat", "", "10", "High Street", "")),
        ("2/1, 45 Argyle Street, Glasgow", ("2/1", "", "45", "Argyle Street", "Glasgow")),
        ("45/3 Leith Walk", ("", "", "45/3", "Leith Walk", "")),
        ("Apartment 3 Marine Court 22 Promenade", ("Apartment 3", "Marine Court", "22", "Promenade", "")),
        ("Apartment 3, Marine Court, 22 Promenade", ("Apartment 3", "Marine Court", "22", "Promenade", "")),
        ("3 Marine Court, 22 Promenade, Poole", ("", "3 Marine Court", "22", "Promenade", "Poole")),
        ("2 Marine Court, High Street, Poole", ("2", "Marine Court", "", "High Street", "Poole")),
        ("2 Marine Court, Poole", ("", "", "2", "Marine Court", "Poole")),
        ("Flat 2, Marine Court, High Street", ("Flat 2", "Marine Court", "", "High Street", "")),
        ("Flat 2, Marine Court, Poole", ("Flat 2", "", "", "Marine Court", "Poole")),
        ("Flat 2 High Street", ("Flat 2", "", "", "High Street", "")),
        ("Rose Cottage, Mill Lane", ("", "Rose Cottage", "", "Mill Lane", "")),
        ("Rose Cottage Mill Lane", ("", "Rose Cottage", "", "Mill Lane", "")),
        ("Rose Cottage, Little Snoring", ("", "Rose Cottage", "", "Little Snoring", "")),
        ("Tŷ Gwyn, Lôn Las, Bangor", ("", "Tŷ Gwyn", "", "Lôn Las", "Bangor")),
        ("The Old Mill, 4 Mill Lane", ("", "The Old Mill", "4", "Mill Lane", "")),
        ("The Old Vicarage", ("", "The Old Vicarage", "", "", "")),
        ("Mill Lane, Poole", ("", "", "", "Mill Lane", "Poole")),
        ("", ("", "", "", "", "")),
    ],
)
def test_parts_of_an_address(address: str, parts: tuple[str, str, str, str, str]) -> None:
    assert read_door(address) == Door(*parts)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("High St", ("High Street")),
        ("HIGH STREET", ("high st.")),
        ("St. John's Rd", ("Saint Johns Road")),
        ("Hill Rd North", ("Hill Road North")),
        ("Ffordd-y-Môr", ("ffordd y mor")),
        ("Marine Ct", ("Marine Court")),
    ],
)
def test_roads_that_are_one(one: str, other: str) -> None:
    assert road_key(one) == road_key(other)


def test_other_roads_are_others() -> None:
    assert len({road_key(road) for road in ("High Street", "High Road", "Mill Lane", "The Mill Lane")}) == 4


def test_a_road_is_walked_odd_then_even_then_by_name() -> None:
    walked = [
        "Flat 2, 1 Mill Lane",
        "Flat 10, 1 Mill Lane",
        "3 Mill Lane",
        "3a Mill Ln",
        "21 Mill Lane",
        "2 Mill Lane",
        "10 Mill Lane",
        "Ash House, Mill Lane",
        "Rose Cottage, Mill Lane",
    ]
    assert sorted(sorted(walked), key=lambda address: read_door(address).order) == walked


def test_sides() -> None:
    assert read_door("14-16 High St").side is Side.EVEN
    assert read_door("Flat 2, 15 High St").side is Side.ODD
    assert read_door("Rose Cottage, Mill Lane").side is Side.UNNUMBERED


def test_label_is_what_one_looks_for() -> None:
    assert read_door("Flat 2, 14a High Street, Poole").label == "14a, Flat 2"
    assert read_door("Rose Cottage, Mill Lane").label == "Rose Cottage"


SOME_WORDS = """Flat 2 14a 14-16 22 No. A High St Street Mill Lane Marine Court Rose Cottage House Heol y Parc
Poole Apartment Ground Floor Hill Road West BH15 9ZZ 1/2 12½ – O'Neill"""
WORDS = st.sampled_from([*SOME_WORDS.split(), ",", ",", "\n"])


@given(st.one_of(st.lists(WORDS, max_size=12).map(" ".join), st.text(max_size=60)))
def test_no_word_gets_lost_and_the_order_is_total(address: str) -> None:
    door = read_door(address)
    assert _words(" ".join(astuple(door))) == _words(address)
    assert min(door.order, read_door("1 High Street").order) <= door.order


@given(st.lists(WORDS, max_size=12).map(" ".join))
def test_writing_the_road_out_changes_nothing(address: str) -> None:
    assert read_door(address.upper()).order == read_door(address.lower()).order


def _words(text: str) -> list[str]:
    return sorted(re.findall(r"[^\s,;]+", text))
