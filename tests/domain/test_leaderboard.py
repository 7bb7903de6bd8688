"""A leaderboard is fair: ties share a place, nobody is picked by chance, no number is anybody's name."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.leaderboard import NAMES_SHOWN, PLACES_SHOWN, Talked, first_name, leaderboard

ME = uuid.UUID(int=1)


def _talked(counts: list[int], me: int | None = None) -> list[Talked]:
    """Volunteers with so many talks, the one at `me` being oneself."""
    return [
        Talked(ME if nth == me else uuid.UUID(int=nth + 2), f"Name{nth:02}", talks)
        for nth, talks in enumerate(counts)
    ]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Carys Rees", "Carys"),
        ("  Siân  ", "Siân"),
        ("Vic 2", "Vic"),
        ("07700 900123", ""),
        ("tel:+44-7700-900-123 Vic", ""),
        ("vic@example.org", ""),
        ("Vic (vic@example.org)", ""),
        ("", ""),
    ],
)
def test_a_first_name_is_no_number_and_no_address(name: str, shown: str) -> None:
    assert first_name(name) == shown


def test_ties_share_a_place_and_the_next_one_is_as_far_down_as_people_are_before_it() -> None:
    board = leaderboard(_talked([3, 5, 5, 0, 1], me=2), ME, out=False)
    assert [(one.number, one.talks, one.people, one.names, one.mine) for one in board.places] == [
        (1, 5, 2, ("Name01",), True),
        (3, 3, 1, ("Name00",), False),
        (4, 1, 1, ("Name04",), False),
    ]
    assert board.own is None


def test_ones_own_place_is_told_where_it_isnt_among_the_first() -> None:
    board = leaderboard(_talked([9, 8, 7, 6, 5, 4, 3], me=6), ME, out=False)
    assert len(board.places) == PLACES_SHOWN
    assert board.own is not None
    assert (board.own.number, board.own.talks, board.own.mine) == (7, 3, True)


def test_whoever_keeps_out_is_nowhere_on_it() -> None:
    board = leaderboard(_talked([2, 1], me=0), ME, out=True)
    assert [(one.number, one.names, one.mine) for one in board.places] == [(1, ("Name01",), False)]
    assert board.out


@given(st.lists(st.integers(0, 12), max_size=60), st.integers(0, 59), st.booleans())
def test_everybody_who_talked_is_counted_once_at_a_place_that_is_theirs(
    counts: list[int], mine: int, out: bool
) -> None:
    board = leaderboard(_talked(counts, mine), ME, out=out)
    there = [talks for nth, talks in enumerate(counts) if talks and not (out and nth == mine)]
    for one in (*board.places, *([board.own] if board.own else [])):
        assert one.number == 1 + sum(talks > one.talks for talks in there)
        assert one.people == there.count(one.talks)
        assert len(one.names) == (one.people - one.mine if one.people <= NAMES_SHOWN else 0)
    assert [one.talks for one in board.places] == sorted(set(there), reverse=True)[:PLACES_SHOWN]
    found = [one for one in (*board.places, board.own) if one and one.mine]
    assert len(found) == (mine < len(counts) and counts[mine] > 0 and not out)
