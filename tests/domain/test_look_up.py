"""The rules of look-ups: what may still be asked for, and what an answer means."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.errors import AudienceChanged
from dialer.domain.look_up import affordable, check_typed, kind_now, line_of
from dialer.domain.people import LINE_TYPES

amounts = st.decimals("0", "1000", places=5)


@given(st.none() | st.decimals("-10", "1000", places=5), amounts, st.integers(0, 1000))
def test_no_more_is_asked_for_than_can_be_paid(left: Decimal | None, each: Decimal, most: int) -> None:
    room = affordable(left, each, most)
    assert 0 <= room <= most
    if left is not None and each:
        assert room * each <= max(left, 0)
        assert room == most or (room + 1) * each > left
    else:
        assert room == most


@pytest.mark.parametrize("said", LINE_TYPES)
def test_that_it_is_a_landline_stands_against_what_anybody_says(said: str) -> None:
    assert kind_now(said, "landline") == "landline"
    assert kind_now(said, None) == said
    assert kind_now(said, "mobile") == ("mobile" if said == "unknown" else said)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("mobile", "mobile"),
        ("landline", "landline"),
        ("fixedVoip", "voip"),
        ("nonFixedVoip", "voip"),
        ("tollFree", None),
        ("premium", None),
        ("something new", None),
        (None, None),
    ],
)
def test_what_a_carriers_word_means_to_us(word: str | None, kind: str | None) -> None:
    assert line_of(word) == kind


def test_the_number_that_is_typed_is_the_number_of_now() -> None:
    check_typed(3, 3)
    with pytest.raises(AudienceChanged):
        check_typed(3, 4)
