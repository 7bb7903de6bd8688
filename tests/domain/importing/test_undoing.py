"""What is put back of a field, in whatever order imports are undone."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.importing.undoing import FieldChange, put_back

VALUES = st.sampled_from(["a", "b", "c"])


def test_a_value_that_somebody_changed_since_stays() -> None:
    result = put_back(FieldChange({"ward": "a"}, {"ward": "b"}), {"ward": "c"}, [])
    assert (result.values, result.kept) == ({}, 1)


def test_what_a_later_import_said_too_stays_and_goes_with_it() -> None:
    later = FieldChange({"ward": "b"}, {"ward": "b"})
    result = put_back(FieldChange({"ward": "a"}, {"ward": "b"}), {"ward": "b"}, [later])
    assert (result.values, result.inherited) == ({}, {0: {"ward": "a"}})


def test_what_it_only_said_too_is_nothing_to_put_back() -> None:
    said = FieldChange({"phone.+447700900001": True}, {"phone.+447700900001": True})
    result = put_back(said, {"phone.+447700900001": True}, [])
    assert (result.values, result.kept) == ({}, 0)


@given(VALUES, st.lists(VALUES, max_size=4), st.randoms(use_true_random=False))
def test_all_undone_in_any_order_leave_what_was_there_before(first, values, chance) -> None:
    """And whatever is left at any time is the value of the last import that still stands."""
    before, standing = first, []
    for value in values:
        standing.append(FieldChange({"ward": before}, {"ward": value}))
        before = value
    present = before
    while standing:
        place = chance.randrange(len(standing))
        mine, later = standing[place], standing[place + 1 :]
        result = put_back(mine, {"ward": present}, later)
        present = result.values.get("ward", present)
        for nth, inherited in result.inherited.items():
            later[nth] = replace(later[nth], before={**later[nth].before, **inherited})
        standing[place:] = later
        assert present == (standing[-1].after["ward"] if standing else first)
