"""Filters are read strictly, put into one another within bounds, and compare as their documents say."""

from __future__ import annotations

import contextlib
import uuid
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.errors import ValidationFailed
from dialer.domain.filters import tree
from dialer.domain.filters.facts import PersonFacts
from dialer.domain.filters.matching import matches
from dialer.domain.filters.reading import read_filter
from dialer.domain.filters.saved import named_in, put_in
from tests.conftest import NOON
from tests.examples import examples

ONE, TWO = uuid.UUID(int=1), uuid.UUID(int=2)


def picks(rule: dict[str, Any], **known: Any) -> bool:
    return matches(read_filter(rule), PersonFacts(id=ONE, **known), NOON)


def places(rule: Any) -> list[str]:
    with pytest.raises(ValidationFailed) as refused:
        read_filter(rule)
    return [error.pointer for error in refused.value.errors]


@pytest.mark.parametrize(
    ("rule", "at"),
    [
        ([], "/filter"),
        ({}, "/filter"),
        ({"tags": ["a"], "voted": True}, "/filter"),
        ({"tag": ["a"]}, "/filter/tag"),
        ({"a/b~c": 1}, "/filter/a~1b~0c"),
        ({"any": []}, "/filter/any"),
        ({"all": {}}, "/filter/all"),
        ({"not": {"voted": 1}}, "/filter/not/voted"),
        ({"support": [1, True]}, "/filter/support/1"),
        ({"support": [1.5]}, "/filter/support/0"),
        ({"lists": ["x"]}, "/filter/lists/0"),
        ({"tags": []}, "/filter/tags"),
        ({"tags": ["\x00"]}, "/filter/tags/0"),
        ({"field": {"name": "notes", "is": ["x"]}}, "/filter/field/name"),
        ({"field": {"name": "custom.", "is": ["x"]}}, "/filter/field/name"),
        ({"field": {"name": "ward"}}, "/filter/field"),
        ({"field": {"name": "ward", "is": ["x"], "filled": True}}, "/filter/field"),
        ({"field": {"name": "ward", "like": ["x"]}}, "/filter/field/like"),
        ({"postcodes": ["CF10; DROP"]}, "/filter/postcodes/0"),
        ({"called": {"within_s": 0}}, "/filter/called/within_s"),
        ({"called": {"within_s": True}}, "/filter/called/within_s"),
        ({"called": {"since": "2026-05-07T06:00:00"}}, "/filter/called/since"),
        ({"called": {"within_s": 1, "since": "2026-05-07T06:00:00Z"}}, "/filter/called"),
        ({"has": "fax"}, "/filter/has"),
        ({"random": {"share": 1.1, "seed": "s"}}, "/filter/random/share"),
        ({"random": {"share": float("nan"), "seed": "s"}}, "/filter/random/share"),
        ({"random": {"share": 0.1}}, "/filter/random"),
    ],
)
def test_what_cannot_be_taken_is_named_at_its_place(rule: Any, at: str) -> None:
    assert places(rule) == [at]


def test_every_fault_is_named_at_once() -> None:
    rule = {"all": [{"tag": []}, {"any": [{"voted": "yes"}, {"voted": True}]}, {"has": 1}]}
    assert places(rule) == ["/filter/all/0/tag", "/filter/all/1/any/0/voted", "/filter/all/2/has"]


def test_a_filter_is_neither_too_deep_nor_too_long() -> None:
    deep: dict[str, Any] = {"voted": True}
    for _ in range(10_000):
        deep = {"not": deep}
    assert places(deep) == ["/filter" + "/not" * 8]
    assert places({"all": [{"voted": True}] * 100}) == ["/filter/all/99"]


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["all", "not", "tags", "random"]), inner),
)


@settings(max_examples=examples(40))
@given(rule=json)
def test_anything_at_all_is_read_or_refused(rule: Any) -> None:
    with contextlib.suppress(ValidationFailed):
        read_filter(rule)


@pytest.mark.parametrize(
    ("area", "postcode", "inside"),
    [
        ("CF10", "CF10 1AA", True),
        ("cf10 1", "CF10 1AA", True),
        ("cf101aa", "CF10 1AA", True),
        ("CF1", "CF10 1AA", False),
        ("CF1", "CF1 1AA", True),
        ("W1", "W1A 0AX", True),
        ("B", "BS1 4ST", False),
        ("B", "B1 1AA", True),
        ("94", "94103", True),
        ("CF10", "", False),
    ],
)
def test_a_postcode_lies_in_its_own_district_only(area: str, postcode: str, *, inside: bool) -> None:
    assert picks({"postcodes": [area]}, fields={"postcode": postcode}) is inside


def test_names_are_compared_as_names_are() -> None:
    sian = {"fields": {"first_name": "Siân", "ward": " Bryn  "}}
    assert picks({"field": {"name": "first_name", "is": ["SIAN"]}}, **sian)
    assert picks({"field": {"name": "ward", "is": ["bryn"]}}, **sian)
    assert not picks({"field": {"name": "ward", "is": ["bryn mawr"]}}, **sian)


@given(share=st.floats(0, 1), larger=st.floats(0, 1), who=st.uuids(), seed=st.text(min_size=1))
def test_a_larger_share_holds_the_smaller(share: float, larger: float, who: uuid.UUID, seed: str) -> None:
    small, large = sorted((share, larger))
    person = PersonFacts(id=who)
    if matches(tree.RandomShare(small, seed), person, NOON):
        assert matches(tree.RandomShare(large, seed), person, NOON)
    assert matches(tree.RandomShare(1.0, seed), person, NOON)
    assert not matches(tree.RandomShare(0.0, seed), person, NOON)


def test_a_share_is_about_as_large_as_asked() -> None:
    rule = tree.RandomShare(0.1, "autumn")
    people = (PersonFacts(id=uuid.uuid5(ONE, str(nth))) for nth in range(10_000))
    assert 900 < sum(matches(rule, person, NOON) for person in people) < 1_100


def test_audiences_are_put_in_where_they_are_named() -> None:
    saved = {ONE: {"not": {"audience": str(TWO)}}, TWO: {"tags": ["keen"]}}
    rule = {"all": [{"audience": str(ONE)}, {"voted": False}]}
    assert list(named_in(read_filter(rule))) == [ONE]
    assert put_in(rule, saved) == {"all": [{"not": {"tags": ["keen"]}}, {"voted": False}]}


@pytest.mark.parametrize(
    "saved",
    [
        {ONE: {"audience": str(ONE)}},
        {ONE: {"not": {"audience": str(TWO)}}, TWO: {"any": [{"audience": str(ONE)}]}},
        {ONE: {"audience": str(TWO)}},
        {ONE: {"all": [{"audience": str(TWO)}] * 50}, TWO: {"all": [{"voted": True}] * 50}},
    ],
)
def test_audiences_lead_neither_back_nor_nowhere_nor_too_far(saved: dict[uuid.UUID, Any]) -> None:
    with pytest.raises(ValidationFailed):
        put_in({"audience": str(ONE)}, saved)
