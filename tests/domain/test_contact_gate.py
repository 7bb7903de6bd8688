"""One gate: each reason against a call, and that reasons for good come before those that pass."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.contact_gate import (
    CallingRules,
    NumberFacts,
    PersonFacts,
    Refusal,
    Verdict,
    first_callable,
    may_contact,
)
from dialer.domain.quiet_hours import QuietHours
from dialer.domain.retry import Standing, Turn

NOON = dt.datetime(2026, 4, 1, 11, 0, tzinfo=dt.UTC)
NIGHT = dt.datetime(2026, 4, 1, 22, 0, tzinfo=dt.UTC)
HOME = "+441632960001"
NUMBER = NumberFacts(HOME)
SIAN = PersonFacts("sian", Standing(Turn.FRESH, number=HOME))
RULES = CallingRules(QuietHours(dt.time(21), dt.time(9)), "Europe/London", leaves_out_voted=True)


def test_somebody_free_may_be_called() -> None:
    assert may_contact(SIAN, NUMBER, RULES, NOON) == Verdict()


@pytest.mark.parametrize(
    ("person", "number", "refusal"),
    [
        (SIAN, replace(NUMBER, suppressed=True), Refusal.SUPPRESSED),
        (SIAN, replace(NUMBER, dead=True), Refusal.DEAD_NUMBER),
        (SIAN, replace(NUMBER, allowed=False), Refusal.COUNTRY),
        (replace(SIAN, opted_out=True), NUMBER, Refusal.OPTED_OUT),
        (replace(SIAN, status="deceased"), NUMBER, Refusal.DECEASED),
        (replace(SIAN, status="moved"), NUMBER, Refusal.MOVED),
        (replace(SIAN, voted=True), NUMBER, Refusal.VOTED),
        (replace(SIAN, standing=Standing(Turn.EXHAUSTED, 3)), NUMBER, Refusal.OVER),
        (replace(SIAN, standing=Standing(Turn.FRESH, number="+447700900001")), NUMBER, Refusal.OTHER_NUMBER),
    ],
)
def test_lasting_refusals(person: PersonFacts, number: NumberFacts, refusal: Refusal) -> None:
    assert may_contact(person, number, RULES, NOON) == Verdict(refusal)
    assert may_contact(person, number, RULES, NIGHT).refusal is refusal


def test_who_voted_may_be_called_where_the_vote_is_not_the_point() -> None:
    assert may_contact(
        replace(SIAN, voted=True), NUMBER, replace(RULES, leaves_out_voted=False), NOON
    ).allowed


def test_a_gap_passes() -> None:
    resting = replace(SIAN, standing=Standing(Turn.RETRY, 1, HOME, NOON + dt.timedelta(hours=1)))

    assert may_contact(resting, NUMBER, RULES, NOON) == Verdict(Refusal.GAP, NOON + dt.timedelta(hours=1))
    assert may_contact(resting, NUMBER, RULES, NOON + dt.timedelta(hours=1)).allowed


def test_quiet_hours_pass() -> None:
    verdict = may_contact(SIAN, NUMBER, RULES, NIGHT)

    assert verdict == Verdict(Refusal.QUIET_HOURS, dt.datetime(2026, 4, 2, 8, 0, tzinfo=dt.UTC))


def test_quiet_where_the_person_is() -> None:
    abroad = replace(NUMBER, zones=("Australia/Sydney",))

    assert may_contact(SIAN, abroad, RULES, NOON).refusal is Refusal.QUIET_HOURS


@pytest.mark.parametrize(
    ("number", "postcode", "goes"),
    [
        ("+447700900123", None, True),
        ("+447700900123", "CF10 1AA", True),
        ("+447700900123", "90210-1234", False),
        ("+447700900123", "90210", True),
        ("+12125550123", "90210", False),
        ("+447700900123", "V6B 1A1", False),
    ],
)
def test_quiet_where_the_persons_postcode_lies(number: str, postcode: str | None, goes: bool) -> None:
    abroad = replace(SIAN, postcode=postcode, standing=replace(SIAN.standing, number=number))
    verdict = may_contact(abroad, NumberFacts(number), RULES, NOON)
    assert verdict.refusal is (None if goes else Refusal.QUIET_HOURS)
    assert verdict.until == (None if goes else dt.datetime(2026, 4, 1, 16, tzinfo=dt.UTC))


def test_a_promised_callback_goes_first_then_who_was_tried_least() -> None:
    tried = PersonFacts("gwyn", Standing(Turn.RETRY, 1, HOME, NOON))
    promised = PersonFacts("ann", Standing(Turn.CALLBACK, 2, HOME, NOON))

    assert first_callable([tried, SIAN, promised], NUMBER, RULES, NOON) == promised
    assert first_callable([tried, SIAN], NUMBER, RULES, NOON) == SIAN
    assert first_callable([], NUMBER, RULES, NOON) is None


@given(st.booleans(), st.booleans(), st.sampled_from(["active", "moved", "deceased"]), st.booleans())
def test_no_way_around_a_no(suppressed: bool, opted_out: bool, status: str, dead: bool) -> None:
    person = replace(SIAN, opted_out=opted_out, status=status)
    number = replace(NUMBER, suppressed=suppressed, dead=dead)
    refused = suppressed or opted_out or dead or status != "active"

    assert may_contact(person, number, RULES, NOON).allowed == (not refused)
