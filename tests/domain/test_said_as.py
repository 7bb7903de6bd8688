"""How a name is said: by which headings, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.said_as import LONGEST, said_as


@pytest.mark.parametrize(
    ("custom", "said"),
    [
        ({"Pronunciation": "Sharn"}, "Sharn"),
        ({"How to say": "“Lewellin” "}, "Lewellin"),
        ({"YNGANIAD": "Nia"}, "Nia"),
        ({"shoe": "9", "say-as": "Neeve"}, "Neeve"),
        ({"say": ""}, None),
        ({"say": "x" * (LONGEST + 1)}, None),
        ({"say": 7}, None),
        ({"essay": "Sharn"}, None),
        ({}, None),
    ],
)
def test_by_the_columns_own_heading(custom: dict[str, object], said: str | None) -> None:
    assert said_as(custom) == said


@given(st.dictionaries(st.text(), st.one_of(st.text(), st.integers(), st.none())))
def test_it_is_never_empty_or_long(custom: dict[str, object]) -> None:
    said = said_as(custom)
    assert said is None or 0 < len(said) <= LONGEST
