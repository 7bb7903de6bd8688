"""The tree of teams: no loops, bounded depth, read from the top down."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.team import DEEPEST, as_read, is_too_deep, may_hang_below, with_those_above

A, B, C, D = (uuid.UUID(int=n) for n in range(1, 5))
WALES = {A: None, B: A, C: B, D: None}
"""A, with B below it and C below that; D beside them."""


@dataclass(frozen=True)
class Place:
    """What has a place in the tree."""

    id: uuid.UUID
    parent_id: uuid.UUID | None
    name: str


@pytest.mark.parametrize(
    ("team", "above", "fine"),
    [
        (A, None, True),
        (A, A, False),
        (A, B, False),
        (A, C, False),
        (A, D, True),
        (C, A, True),
        (C, None, True),
        (B, C, False),
        (D, C, True),
    ],
)
def test_nothing_hangs_below_itself(team: uuid.UUID, above: uuid.UUID | None, fine: bool) -> None:
    assert may_hang_below(WALES, team, above) is fine


def test_a_team_is_named_first_of_those_above_it() -> None:
    assert with_those_above(WALES, C) == [C, B, A]


def test_a_tree_is_only_so_deep() -> None:
    line = [uuid.UUID(int=n) for n in range(1, DEEPEST + 1)]
    parents = dict(zip(line, [None, *line[:-1]], strict=True))
    assert is_too_deep(parents, None, line[-1])
    assert not is_too_deep(parents, None, line[-2])
    assert not is_too_deep(parents, line[-1], line[-2]), "where it hangs already"
    other = {uuid.UUID(int=100): None, uuid.UUID(int=101): uuid.UUID(int=100)}
    assert is_too_deep({**parents, **other}, uuid.UUID(int=100), line[-2]), "it brings another level along"
    assert not is_too_deep({**parents, **other}, uuid.UUID(int=100), line[-3])


def test_it_is_read_by_name_and_each_right_below_its_own() -> None:
    teams = [Place(C, B, "Marsh"), Place(A, None, "Wales"), Place(D, None, "anglia"), Place(B, A, "Gwent")]
    assert [(level, team.name) for level, team in as_read(teams)] == [
        (0, "anglia"),
        (0, "Wales"),
        (1, "Gwent"),
        (2, "Marsh"),
    ]
    assert [(level, team.name) for level, team in as_read(teams[:1])] == [(0, "Marsh")], "its top isn't seen"


moves = st.lists(st.tuples(st.integers(0, 6), st.none() | st.integers(0, 6)), max_size=40)


@given(moves)
def test_whatever_is_moved_where_it_may_there_is_no_loop(wanted: list[tuple[int, int | None]]) -> None:
    ids = [uuid.UUID(int=n + 1) for n in range(7)]
    parents: dict[uuid.UUID, uuid.UUID | None] = dict.fromkeys(ids)
    for team, above in wanted:
        place = None if above is None else ids[above]
        if may_hang_below(parents, ids[team], place):
            parents[ids[team]] = place
    assert all(parents[with_those_above(parents, one)[-1]] is None for one in ids)
    shown = as_read([Place(one, parents[one], str(one)) for one in ids])
    assert sorted(place.id for _, place in shown) == sorted(ids), "each once"
    assert all(level + 1 == len(with_those_above(parents, place.id)) for level, place in shown)
