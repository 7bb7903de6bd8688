"""What a file must hold to be read as a script."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.script_file import FileFault, file_faults
from tests.phone_bank import SCRIPT


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda s: s.update(format="dialer-script", format_version=1, more=1), []),
        (lambda s: s.update(format="other"), [FileFault("no_script")]),
        (lambda s: s.update(format_version="1"), [FileFault("no_script")]),
        (lambda s: s.update(format_version=2), [FileFault("too_new")]),
        (lambda s: s.update(nodes={}), [FileFault("no_script")]),
        (lambda s: s.pop("name"), [FileFault("wrong", "name")]),
        (lambda s: s.update(nodes=s["nodes"] * 200), [FileFault("wrong", "nodes")]),
        (lambda s: s["nodes"].insert(0, "hello"), [FileFault("wrong", "nodes", 1)]),
        (lambda s: s["nodes"][0].update(text="\0"), [FileFault("wrong", "text", 1)]),
        (lambda s: s["nodes"][0].update(text="\ud800"), [FileFault("wrong", "text", 1)]),
        (lambda s: s["nodes"][0].update(kind="sing"), [FileFault("wrong", "kind", 1)]),
        (lambda s: s["nodes"][0].update(warm="yes"), [FileFault("wrong", "warm", 1)]),
        (lambda s: s["nodes"][0].update(translations={"xx": "Ah"}), [FileFault("wrong", "translations", 1)]),
        (lambda s: s["nodes"][0].update(translations={"cy": "Ah"}), []),
        (lambda s: s["nodes"][1].update(answers=7), [FileFault("wrong", "answers", 2)]),
        (lambda s: s["nodes"][1]["answers"].insert(0, 7), [FileFault("wrong", "answers", 2, 1)]),
        (lambda s: s["nodes"][1]["answers"][0].update(support=True), [FileFault("wrong", "support", 2, 1)]),
        (lambda s: s["nodes"][1]["answers"][0].update(tags=[1]), [FileFault("wrong", "tags", 2, 1)]),
        (
            lambda s: s["nodes"][1]["answers"][0].update(voting_method=["post"]),
            [FileFault("wrong", "voting_method", 2, 1)],
        ),
        (
            lambda s: s["nodes"][1]["answers"][0].update(needs_lift=1, planned_time="6pm"),
            [FileFault("wrong", "needs_lift", 2, 1), FileFault("wrong", "planned_time", 2, 1)],
        ),
    ],
)
def test_what_keeps_a_file_from_being_read(
    change: Callable[[dict[str, Any]], object], found: list[FileFault]
) -> None:
    held = copy.deepcopy(SCRIPT)
    change(held)
    assert sorted({*file_faults(held)}, key=repr) == sorted(found, key=repr)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["nodes", "answers", "id", "kind", "text", "support", "tags", "format_version"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(json_values)
def test_no_document_breaks_it(held: object) -> None:
    assert all(fault.kind in ("no_script", "too_new", "wrong") for fault in file_faults(held))
