"""Senders: their kind and rate, who texts whom, and a way out in each text."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.sender import (
    choose,
    has_opt_out_route,
    kind_of,
    lacks_opt_out_route,
    rate_of,
    takes_s,
)


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("+447700900001", "long_code"),
        ("+441632960001", "long_code"),
        ("+12125550100", "long_code"),
        ("+18005550100", "toll_free"),
        ("+18335550100", "toll_free"),
        ("+448081570123", "toll_free"),
        ("60777", "short_code"),
        ("MG" + "0a" * 16, "messaging_service"),
        ("GreenAber", "alphanumeric"),
        ("Aber 2026", "alphanumeric"),
        ("TwelveLetter", None),
        ("Ŵyn", None),
        ("", None),
        ("MG12", "alphanumeric"),
    ],
)
def test_kinds(address, kind):
    assert kind_of(address) == kind


def test_a_senders_own_rate_comes_before_everyones_and_that_before_the_usual():
    assert rate_of("long_code") == 1
    assert rate_of("alphanumeric") == 10
    assert rate_of("toll_free") == 3
    assert rate_of("short_code") == 100
    assert rate_of("long_code", everyones=100) == 100
    assert rate_of("long_code", own=2, everyones=100) == 2


_NUMBERS = [f"+44770090{n:04}" for n in range(1000)]


def test_the_load_is_shared_in_proportion_to_rates():
    rates = {"+447700900901": 3.0, "+447700900902": 1.0}
    counts = Counter(choose(number, rates) for number in _NUMBERS)
    assert 700 <= counts["+447700900901"] <= 800


def test_a_sender_that_joins_takes_numbers_only_for_itself():
    before = {"a": 1.0, "b": 2.0}
    after = {**before, "c": 1.0}
    moved = [n for n in _NUMBERS if choose(n, before) != choose(n, after)]
    assert moved
    assert all(choose(number, after) == "c" for number in moved)


@given(st.sampled_from(_NUMBERS), st.dictionaries(st.text(min_size=1), st.floats(0.1, 1000), min_size=1))
def test_who_is_known_stays(number, rates):
    chosen = choose(number, rates)
    assert chosen in rates
    assert choose(number, dict(reversed(rates.items()))) == chosen
    for sender in rates:
        assert choose(number, rates, sender) == sender
    assert choose(number, rates, "gone" * 9) == chosen


@pytest.mark.parametrize(
    ("body", "route"),
    [
        ("Vote on Thursday. Stop: {opt_out_url}", True),
        ("Vote on Thursday. Stop: {opt_out_url|aber.example}", True),
        ("Vote on Thursday. Ring 01632 960001 to opt out", True),
        ("Vote on Thursday. Ring +44 7700 900001 to opt out", True),
        ("Text STOP to 60777", True),
        ("Anfonwch STOP i 60777", True),
        ("Vote on Thursday", False),
        ("Vote on 07 05 2026 between 7 and 22", False),
        ("We raised £120000 from 10000 people", False),
        ("Reply STOP to opt out", False),
        ("A brace: {{opt_out_url}}", False),
    ],
)
def test_a_way_out(body, route):
    assert has_opt_out_route(body) is route
    assert lacks_opt_out_route(body, ["GreenAber"]) is not route
    assert not lacks_opt_out_route(body, ["+447700900001"])
    assert lacks_opt_out_route(body, ["+447700900001", "GreenAber"]) is not route


@pytest.mark.parametrize(
    ("known_by", "seconds"),
    [({}, 100), ({"A": 150}, 175), ({"A": 200}, 200), ({"A": 50, "B": 50}, 100), ({"gone": 200}, 100)],
)
def test_it_takes_as_long_as_the_sender_that_most_people_know(known_by, seconds):
    assert takes_s(400, 200, {"A": 2.0, "B": 2.0}, known_by) == seconds


def test_without_senders_or_people_nothing_takes_time():
    assert takes_s(400, 200, {}, {}) == takes_s(0, 0, {"A": 2.0}, {}) == 0
