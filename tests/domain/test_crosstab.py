"""Crosstabs add up; and who sees figures only is shown none that points at a person."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.crosstab import (
    LEAST_SHOWN,
    NOT_KNOWN,
    Counts,
    Crosstab,
    Dimension,
    Group,
    Side,
    guarded,
    read_side,
    share,
    tabulate,
)

SUPPORT, DISTRICT, TAG = Side(Dimension.SUPPORT), Side(Dimension.POLLING_DISTRICT), Side(Dimension.TAG)
SCRIPT_ID = "0198c0de-0000-7000-8000-00000000000a"
PEOPLE = st.lists(st.tuples(st.sampled_from(["", "1", "2", "3", "5"]), st.sampled_from(["", *"ABCDEF"])))


def counted(people: Sequence[tuple[str, str]], most_rows: int = 99, most_columns: int = 99) -> Counts:
    """What the shelf counts of people who each stand in one row and one column."""
    rows, columns = (Counter(person[at] for person in people) for at in (0, 1))
    top_rows, top_columns = dict(rows.most_common(most_rows)), dict(columns.most_common(most_columns))
    cells = {
        (row, column): count
        for (row, column), count in Counter(people).items()
        if row in top_rows and column in top_columns
    }
    return Counts(len(people), top_rows, top_columns, cells, len(rows), len(columns))


@pytest.mark.parametrize(
    ("words", "side"),
    [
        ("support", SUPPORT),
        ("answer:vote", Side(Dimension.ANSWER, "vote")),
        (f"answer:{SCRIPT_ID}:vote", Side(Dimension.ANSWER, "vote", uuid.UUID(SCRIPT_ID))),
        (f"answer:{SCRIPT_ID}", Side(Dimension.ANSWER, SCRIPT_ID)),
        ("answer:a:b", Side(Dimension.ANSWER, "a:b")),
        ("answer", None),
        ("answer:", None),
        ("", None),
        ("Support", None),
        ("name", None),
    ],
)
def test_a_side_is_read(words: str, side: Side | None) -> None:
    assert read_side(words) == side
    assert side is None or str(side) == words


def test_groups_stand_in_their_order_and_the_unknown_last() -> None:
    people = [("", "A"), ("3", "B"), ("1", "B"), ("3", ""), ("3", "B")]
    table = tabulate(counted(people), SUPPORT, DISTRICT)
    assert table.rows == [Group("1", 1), Group("3", 3), Group(NOT_KNOWN, 1)]
    assert table.columns == [Group("B", 3), Group("A", 1), Group(NOT_KNOWN, 1)]
    assert table.cells == [[1, 0, 0], [2, 0, 1], [0, 1, 0]]
    assert (table.row_share(1, 0), table.column_share(0, 0)) == (0.6667, 0.3333)
    assert table.has_small


@given(PEOPLE, st.integers(1, 6), st.integers(1, 6))
def test_totals_add_up_however_few_groups_are_told_apart(
    people: list[tuple[str, str]], most_rows: int, most_columns: int
) -> None:
    table = tabulate(counted(people, most_rows, most_columns), SUPPORT, DISTRICT)
    assert sum(group.people or 0 for group in table.rows) == len(people)
    assert sum(group.people or 0 for group in table.columns) == len(people)
    for group, row in zip(table.rows, table.cells, strict=True):
        assert sum(cell or 0 for cell in row) == group.people
    for at, group in enumerate(table.columns):
        assert sum(row[at] or 0 for row in table.cells) == group.people
    assert all(cell is not None and cell >= 0 for row in table.cells for cell in row)
    assert table.rows_left_out == table.columns_left_out == 0


def test_who_stands_in_several_groups_is_one_of_the_people_once() -> None:
    two_tags = Counts(3, {"poster": 3, "lift": 2}, {"1": 2, "": 1}, {("poster", "1"): 2}, 4, 2)
    table = tabulate(two_tags, TAG, SUPPORT)
    assert table.people == 3
    assert [group.people for group in table.rows] == [3, 2], "none stand for the others: they may be the same"
    assert table.rows_left_out == 2


@given(PEOPLE.map(lambda people: people * 3), st.integers(1, 6))
def test_figures_only_point_at_nobody(people: list[tuple[str, str]], most: int) -> None:
    whole = tabulate(counted(people, most, most), SUPPORT, DISTRICT)
    table = guarded(whole)
    given_out = [table.people, *_numbers(table)]
    assert all(count is None or count % LEAST_SHOWN == 0 for count in given_out)
    assert None not in [group.people for group in [*table.rows, *table.columns]]
    assert len(table.rows) + table.rows_left_out == len(whole.rows)
    keys = {(row.key, column.key): None for row in whole.rows for column in whole.columns}
    true = dict(zip(keys, [cell or 0 for row in whole.cells for cell in row], strict=True))
    for row, cells in zip(table.rows, table.cells, strict=True):
        for column, cell in zip(table.columns, cells, strict=True):
            count = true[row.key, column.key]
            assert (cell is None) is (0 < count < LEAST_SHOWN)
            assert cell is None or abs(cell - count) <= LEAST_SHOWN // 2


def _numbers(table: Crosstab) -> list[int | None]:
    groups = [group.people for group in [*table.rows, *table.columns]]
    return [*groups, *(cell for row in table.cells for cell in row)]


@pytest.mark.parametrize(
    ("part", "whole", "expected"), [(1, 3, 0.3333), (0, 3, 0.0), (0, 0, None), (None, 9, None), (10, 5, 1)]
)
def test_shares(part: int | None, whole: int | None, expected: float | None) -> None:
    assert share(part, whole) == expected
