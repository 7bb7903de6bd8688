"""Rows put elsewhere: none is lost, none is doubled, the others keep their order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.web.coordinator.script_shaping import put_elsewhere


@pytest.mark.parametrize(
    ("at", "to", "rows", "now"),
    [
        (1, "up", "bacd", 0),
        (1, "down", "acbd", 2),
        (0, "up", "abcd", 0),
        (3, "down", "abcd", 3),
        (0, "3", "bcda", 3),
        (3, "0", "dabc", 0),
        (2, "999", "abdc", 3),
    ],
)
def test_a_row_goes_where_it_is_put(at: int, to: str, rows: str, now: int) -> None:
    assert put_elsewhere("abcd", at, to) == (tuple(rows), now)


@given(st.integers(1, 12), st.data())
def test_the_others_keep_their_order(count: int, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, count - 1))
    to = data.draw(st.sampled_from(["up", "down", *map(str, range(count + 2))]))
    rows, now = put_elsewhere(range(count), at, to)
    assert rows[now] == at
    assert [row for row in rows if row != at] == [row for row in range(count) if row != at]
