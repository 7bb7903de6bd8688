"""The same client against the simulated town: what a carrier does when it is well and when it is not."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator

import pytest

from dialer.carrier.port import Accepted, CarrierError, NotAccepted, Refused, Unknown
from dialer.carrier.twilio import TwilioCarrier
from dialer.domain.carrier_action import Action
from tests.carrier.conftest import call_to, text_to
from tests.towns import ACCOUNT_SID, AUTH_TOKEN, STARTS_AT, Town

SENDER = "+447700900001"


@pytest.fixture
def wire(town: Town) -> Iterator[TwilioCarrier]:
    town.orderly()
    carrier = TwilioCarrier(ACCOUNT_SID, AUTH_TOKEN, town.url)
    yield carrier
    carrier.close()


def send(wire: TwilioCarrier, *numbers: str):
    return wire.send_messages([text_to(number) for number in numbers])


def test_texts_are_accepted_delivered_and_found(town: Town, wire: TwilioCarrier):
    numbers = [f"+447700900{each}" for each in range(100, 160)]
    outcomes = send(wire, *numbers)
    assert all(isinstance(each, Accepted) for each in outcomes)
    assert town.accepted_by_number() == dict.fromkeys(numbers, 1)
    town.advance(120)
    found = wire.look_up([each.sid for each in outcomes])
    assert {each.status for each in found} == {"delivered"}
    assert [each.to for each in found] == numbers
    assert all(each.price is not None and each.price > 0 for each in found)


def test_a_list_is_read_by_number_and_date(town: Town, wire: TwilioCarrier):
    [first] = send(wire, "+447700900101")
    town.advance(3600)
    [second] = send(wire, "+447700900101")
    send(wire, "+447700900102")
    later = STARTS_AT + dt.timedelta(minutes=30)
    assert {each.sid for each in wire.messages(to="+447700900101")} == {first.sid, second.sid}
    assert [each.sid for each in wire.messages(to="+447700900101", since=later)] == [second.sid]


def test_texts_to_us_are_listed(town: Town, wire: TwilioCarrier):
    town.text("+447700900101", SENDER, "STOP")
    [found] = wire.messages(to=SENDER, since=STARTS_AT - dt.timedelta(minutes=10), waiting=False)
    assert (found.direction, found.sender, found.body) == ("inbound", "+447700900101", "STOP")


def test_a_pools_numbers_are_the_ones_that_it_sends_from(town: Town, wire: TwilioCarrier):
    pool = "MG" + "a" * 32
    town.account(services={pool: [SENDER, "+447700900002"]})
    assert wire.numbers_of(pool) == [SENDER, "+447700900002"]
    with pytest.raises(CarrierError):
        wire.numbers_of("MG" + "b" * 32)


def test_what_is_set_for_a_pool_is_read(town: Town, wire: TwilioCarrier):
    pool = "MG" + "a" * 32
    town.account(services={pool: [SENDER]})
    town.client().messaging.v1.services(pool).update(sticky_sender=False, fallback_url="https://example.net/")
    found = wire.numbers.service(pool)
    assert (found.defers, found.sticky, found.fallback_to) == (True, False, "https://example.net/")
    assert wire.numbers.service("MG" + "b" * 32) is None


def test_whoever_said_stop_is_refused_with_the_code(town: Town, wire: TwilioCarrier):
    send(wire, "+447700900101")
    town.advance(10)
    town.text("+447700900101", SENDER, "STOP")
    [outcome] = send(wire, "+447700900101")
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.action) == (21610, Action.SUPPRESS)


def test_a_wrong_token_stops_everything(town: Town):
    wire = TwilioCarrier(ACCOUNT_SID, "another-token", town.url)
    [outcome] = send(wire, "+447700900101")
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.action) == (20003, Action.STOP_ALL)
    wire.close()


def test_a_name_that_is_not_there_is_none(town: Town, wire: TwilioCarrier):
    assert wire.message("SM" + "0" * 32) is None
    assert wire.look_up(["SM" + "0" * 32, "nonsense"]) == [None, None]


def test_a_call_is_placed_found_and_ended(town: Town, wire: TwilioCarrier):
    town.person("+447700900101", phone="no_answer")
    placed = wire.place_call(call_to("+447700900101", caller_id=SENDER))
    assert isinstance(placed, Accepted)
    town.advance(2)
    [found] = wire.calls(to="+447700900101", since=STARTS_AT)
    assert (found.sid, found.to, found.caller_id) == (placed.sid, "+447700900101", SENDER)
    wire.end_call(placed.sid)
    ended = wire.call(placed.sid)
    assert ended is not None
    assert ended.status in {"completed", "canceled", "no-answer", "busy", "failed"}
    wire.end_call(placed.sid)
    assert wire.call("CA" + "0" * 32) is None
    assert wire.calls(to="+447700900102") == []


def test_unknown_outcomes_are_the_truth_about_what_we_know(town: Town, wire: TwilioCarrier):
    """Whatever the faults: accepted means accepted, and what was not accepted never was."""
    town.faults(seed=7, **dict.fromkeys(("rate_limited", "error_before", "error_after"), 0.15))
    numbers = [f"+447700900{each}" for each in range(100, 400)]
    outcomes = dict(zip(numbers, send(wire, *numbers), strict=True))
    taken = town.accepted_by_number()
    kinds = {type(each) for each in outcomes.values()}
    assert kinds == {Accepted, NotAccepted, Unknown}
    for number, outcome in outcomes.items():
        if isinstance(outcome, Accepted):
            assert taken.get(number) == 1
        elif not isinstance(outcome, Unknown):
            assert number not in taken


@pytest.mark.slow
def test_a_killed_town_accepts_nothing_and_comes_back(town: Town, wire: TwilioCarrier):
    send(wire, "+447700900101")
    town.kill()
    try:
        [outcome] = send(wire, "+447700900102")
        assert isinstance(outcome, NotAccepted | Unknown)
        [outcome] = send(wire, "+447700900103")
        assert outcome == NotAccepted("unreachable")
    finally:
        town.start()
    [outcome] = send(wire, "+447700900104")
    assert isinstance(outcome, Accepted)
    assert uuid.UUID(outcome.sid[2:])
