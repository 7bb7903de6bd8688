"""All that is wrong with a form, at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.errors import FieldError, ValidationFailed
from dialer.domain.reading import Reading


def _refuse(name: str) -> int:
    raise ValidationFailed.at(f"/{name}", "Wrong.")


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans())), st.lists(st.sampled_from("xyz")))
def test_each_fault_is_said_once_in_its_order(fields: list[tuple[str, bool]], others: list[str]) -> None:
    form = Reading()
    for name, is_right in fields:
        read = form.take(lambda name=name, right=is_right: 1 if right else _refuse(name), 2)
        assert read == (1 if is_right else 2)
    wrong = [name for name, is_right in fields if not is_right] + others
    faults = [FieldError(f"/{one}", "Wrong.") for one in others]
    if not wrong:
        form.check(faults)
        return
    with pytest.raises(ValidationFailed) as refused:
        form.check(faults)
    assert [fault.pointer for fault in refused.value.errors] == [f"/{one}" for one in wrong]
