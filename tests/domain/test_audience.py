"""Whom an audience means, and what can't be one."""

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.audience import Audience, Known, has_voted, is_meant, is_resting, longest_rest_s
from dialer.domain.errors import ValidationFailed

NOW = dt.datetime(2026, 5, 7, 11, tzinfo=dt.UTC)
SIAN = Known(
    support=1,
    tags=frozenset({"poster", "lift"}),
    polling_district="KA1",
    voting_method="in_person",
    last_contacted_at=NOW - dt.timedelta(hours=2),
)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ({}, True),
        ({"support": [1, 2]}, True),
        ({"support": [3]}, False),
        ({"support": []}, True),
        ({"tags_any": ["poster", "other"]}, True),
        ({"tags_any": ["other"]}, False),
        ({"tags_none": ["other"]}, True),
        ({"tags_none": ["lift"]}, False),
        ({"polling_districts": ["ka1 "]}, True),
        ({"polling_districts": ["KA2"]}, False),
        ({"voting_methods": ["in_person", "proxy"]}, True),
        ({"voting_methods": ["postal"]}, False),
        ({"voted": True}, False),
        ({"voted": False}, True),
        ({"support": [1], "tags_none": ["lift"]}, False),
    ],
)
def test_who_is_meant(given, meant):
    assert is_meant(Audience.of(given), SIAN) is meant


@pytest.mark.parametrize(
    "rule", [{"support": [1]}, {"voting_methods": ["postal"]}, {"polling_districts": ["KA1"]}]
)
def test_nobody_is_meant_of_whom_nothing_is_known(rule):
    assert not is_meant(Audience.of(rule), Known())


def test_who_voted_is_out_of_gotv_blasts_unless_they_say_otherwise():
    voted = Known(voted=True)
    assert has_voted(Audience.of({}, "gotv"), voted)
    assert not has_voted(Audience.of({}, "phone_bank"), voted)
    assert not has_voted(Audience.of({"voted": None}, "gotv"), voted)
    assert has_voted(Audience.of({"voted": False}), voted)
    thanks = Audience.of({"voted": True}, "gotv")
    assert not has_voted(thanks, voted)
    assert is_meant(thanks, voted)


@pytest.mark.parametrize(
    ("gap_s", "resting"), [(None, False), (0, False), (7200, False), (7201, True), (86_400, True)]
)
def test_recent_contact(gap_s, resting):
    for rest in (longest_rest_s(gap_s, 0), longest_rest_s(None, gap_s or 0)):
        assert is_resting(SIAN.last_contacted_at, rest, NOW) is resting
        assert not is_resting(None, rest, NOW)
    assert longest_rest_s(60, 90) == longest_rest_s(90, 60) == 90


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"suport": [1]}, "/audience/suport"),
        ({"support": [1, 6]}, "/audience/support/1"),
        ({"support": [True]}, "/audience/support/0"),
        ({"voting_methods": ["post"]}, "/audience/voting_methods/0"),
        ({"tags_any": ["a", " "]}, "/audience/tags_any/1"),
        ({"tags_none": ["x"] * 501}, "/audience/tags_none"),
        ({"polling_districts": [""]}, "/audience/polling_districts/0"),
        ({"not_contacted_for_s": -1}, "/audience/not_contacted_for_s"),
        ({"not_contacted_for_s": True}, "/audience/not_contacted_for_s"),
        ({"voted": "yes"}, "/audience/voted"),
    ],
)
def test_what_cannot_be_taken_is_named(given, pointer):
    with pytest.raises(ValidationFailed) as refused:
        Audience.of(given)
    assert [error.pointer for error in refused.value.errors] == [pointer]


_NAMES = st.lists(st.text(alphabet="abcKA12", min_size=1), max_size=3)
_GIVEN = st.fixed_dictionaries(
    {},
    optional={
        "support": st.lists(st.integers(1, 5)),
        "voted": st.none() | st.booleans(),
        "tags_any": _NAMES,
        "tags_none": _NAMES,
        "polling_districts": _NAMES,
        "voting_methods": st.lists(st.sampled_from(["in_person", "postal", "proxy"])),
        "not_contacted_for_s": st.none() | st.integers(0, 86_400),
    },
)


@given(_GIVEN, st.sampled_from(["gotv", "phone_bank"]))
def test_what_is_kept_is_read_again_as_it_was(given, kind):
    audience = Audience.of(given, kind)
    kept = json.loads(json.dumps(audience.as_json()))
    assert Audience.of(kept, kind) == audience


@given(_GIVEN, _GIVEN)
def test_a_rule_more_never_means_more_people(one, other):
    both = Audience.of({**other, **one})
    if is_meant(both, SIAN):
        assert is_meant(Audience.of(one), SIAN)
