"""One gate: each reason against a text, and that what holds for good comes before what passes."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.audience import Audience, Known
from dialer.domain.blast import Waiting
from dialer.domain.message_gate import (
    EXCLUSIONS,
    PERSONAL,
    SKIP_REASONS,
    NumberFacts,
    PersonFacts,
    Skip,
    TextingRules,
    Verdict,
    exclusion,
    first_textable,
    may_text,
    never,
    number_to_text,
    takes_texts,
)
from dialer.domain.phone import LineType
from dialer.domain.quiet_hours import QuietHours

NOON = dt.datetime(2026, 4, 1, 11, 0, tzinfo=dt.UTC)
NIGHT = dt.datetime(2026, 4, 1, 22, 0, tzinfo=dt.UTC)
MOBILE = "+447700900001"
NUMBER = NumberFacts(MOBILE)
SIAN = PersonFacts("sian")
RULES = TextingRules(QuietHours(dt.time(21), dt.time(9)), "Europe/London")
GOTV = replace(RULES, audience=Audience(support=frozenset({1, 2}), voted=False, not_contacted_for_s=3600))
KNOWN = Known(support=1)


def test_somebody_free_may_be_texted():
    assert may_text(SIAN, NUMBER, RULES, NOON) == Verdict()
    assert may_text(replace(SIAN, known=KNOWN), NUMBER, GOTV, NOON).allowed


@pytest.mark.parametrize(
    ("person", "number", "rules", "skip"),
    [
        (SIAN, replace(NUMBER, opted_out=True), RULES, Skip.OPTED_OUT),
        (replace(SIAN, opted_out=True), NUMBER, RULES, Skip.OPTED_OUT),
        (replace(SIAN, opted_out=True), None, RULES, Skip.OPTED_OUT),
        (SIAN, replace(NUMBER, suppressed=True), RULES, Skip.SUPPRESSED),
        (SIAN, replace(NUMBER, suppressed=True, opted_out=True), RULES, Skip.OPTED_OUT),
        (replace(SIAN, status="deceased"), NUMBER, RULES, Skip.DECEASED),
        (replace(SIAN, status="moved"), NUMBER, RULES, Skip.MOVED),
        (SIAN, None, RULES, Skip.NO_PHONE),
        (SIAN, replace(NUMBER, dead=True), RULES, Skip.NO_PHONE),
        (SIAN, NumberFacts("+441632960001", LineType.LANDLINE), RULES, Skip.NOT_MOBILE),
        (SIAN, NumberFacts("+447012345678"), RULES, Skip.NOT_MOBILE),
        (SIAN, replace(NUMBER, allowed=False), RULES, Skip.COUNTRY),
        (SIAN, NUMBER, replace(RULES, requires_consent=True), Skip.NO_CONSENT),
        (replace(SIAN, known=replace(KNOWN, voted=True)), NUMBER, GOTV, Skip.VOTED),
        (replace(SIAN, known=replace(KNOWN, last_contacted_at=NOON)), NUMBER, GOTV, Skip.RECENTLY_CONTACTED),
        (replace(SIAN, known=Known(support=5)), NUMBER, GOTV, Skip.AUDIENCE),
        (SIAN, NUMBER, replace(RULES, deadline_at=NOON), Skip.DEADLINE),
    ],
)
def test_what_holds_for_good(person, number, rules, skip):
    assert may_text(person, number, rules, NOON) == Verdict(skip)
    assert exclusion(person, number, rules, NOON) is skip


def test_consent_opens_where_it_is_required():
    assert may_text(
        replace(SIAN, consented=True), NUMBER, replace(RULES, requires_consent=True), NOON
    ).allowed


def test_a_review_and_quiet_hours_pass():
    reviewed = replace(NUMBER, in_review=True)
    assert may_text(SIAN, reviewed, RULES, NOON) == Verdict(wait=Waiting.REVIEW)
    assert exclusion(SIAN, reviewed, RULES, NOON) is Skip.IN_REVIEW
    night = may_text(SIAN, NUMBER, RULES, NIGHT)
    assert night.wait is Waiting.QUIET_HOURS
    assert night.until == dt.datetime(2026, 4, 2, 8, 0, tzinfo=dt.UTC)
    new_york = replace(NUMBER, zones=("America/New_York",))
    assert may_text(SIAN, new_york, RULES, NOON).wait is Waiting.QUIET_HOURS


def test_it_is_quiet_where_the_postcode_lies_too():
    in_los_angeles = may_text(replace(SIAN, postcode="90210-1234"), NUMBER, RULES, NOON)
    assert in_los_angeles.wait is Waiting.QUIET_HOURS
    assert in_los_angeles.until == dt.datetime(2026, 4, 1, 16, 0, tzinfo=dt.UTC)
    assert may_text(replace(SIAN, postcode="CF10 1AA"), NUMBER, RULES, NOON).allowed
    stateside = replace(RULES, zone="America/New_York")
    evening = dt.datetime(2026, 4, 1, 22, 0, tzinfo=dt.UTC)
    assert may_text(SIAN, NUMBER, stateside, evening).allowed
    assert may_text(replace(SIAN, postcode="CF10 1AA"), NUMBER, stateside, evening).wait is not None


@pytest.mark.parametrize(
    ("number", "kind", "expected"),
    [
        (MOBILE, LineType.MOBILE, True),
        ("+447012345678", LineType.UNKNOWN, False),
        ("+447640123456", LineType.UNKNOWN, False),
        ("+447624123456", LineType.MOBILE, True),
        ("+441632960001", LineType.LANDLINE, False),
        ("+441632960001", LineType.UNKNOWN, True),
        ("+12125550100", LineType.UNKNOWN, True),
        ("+445600123456", LineType.VOIP, True),
    ],
)
def test_which_lines_take_texts(number, kind, expected):
    assert takes_texts(number, kind) is expected


def test_the_first_living_mobile_is_texted_and_a_no_to_it_is_a_no():
    landline = NumberFacts("+441632960001", LineType.LANDLINE)
    second = NumberFacts("+447700900002")
    assert number_to_text([landline, NUMBER, second]) == NUMBER
    assert number_to_text([replace(NUMBER, dead=True), second]) == second
    assert number_to_text([replace(NUMBER, allowed=False), second]) == second
    no = replace(NUMBER, opted_out=True)
    assert number_to_text([no, second]) == no
    assert number_to_text([landline]) == landline
    assert number_to_text([replace(NUMBER, dead=True)]) is None
    assert number_to_text([]) is None


def test_on_a_shared_number_the_next_takes_the_place_of_one_with_a_reason_of_their_own():
    gwyn = replace(SIAN, contact_id="gwyn", known=KNOWN)
    voted = replace(SIAN, known=replace(KNOWN, voted=True))
    assert first_textable([voted, gwyn], NUMBER, GOTV, NOON) is gwyn
    assert first_textable([voted, gwyn], replace(NUMBER, opted_out=True), GOTV, NOON) is None


def test_the_words_of_the_contract():
    assert set(EXCLUSIONS) <= set(SKIP_REASONS)
    assert "deadline" in SKIP_REASONS


_NUMBERS = st.none() | st.builds(
    NumberFacts,
    number=st.sampled_from([MOBILE, "+441632960001", "+447012345678"]),
    type=st.sampled_from(LineType),
    opted_out=st.booleans(),
    suppressed=st.booleans(),
    dead=st.booleans(),
    allowed=st.booleans(),
    in_review=st.booleans(),
)
_PEOPLE = st.builds(
    PersonFacts,
    contact_id=st.just("sian"),
    status=st.sampled_from(["active", "moved", "deceased"]),
    opted_out=st.booleans(),
    consented=st.booleans(),
    known=st.builds(Known, support=st.sampled_from([None, 1, 5]), voted=st.booleans()),
)
_RULES = st.sampled_from([RULES, GOTV, replace(GOTV, requires_consent=True)])


@given(_PEOPLE, _NUMBERS, _RULES, st.sampled_from([NOON, NIGHT]))
def test_a_no_always_wins(person, number, rules, now):
    verdict = may_text(person, number, rules, now)
    if person.opted_out or (number and (number.opted_out or number.suppressed)):
        assert verdict.skip is not None
    if verdict.allowed:
        assert number is not None
        assert not number.in_review
        assert now == NOON


@given(_PEOPLE, _NUMBERS, _RULES)
def test_night_never_changes_what_holds_for_good(person, number, rules):
    assert may_text(person, number, rules, NOON).skip == may_text(person, number, rules, NIGHT).skip


@given(_PEOPLE, _PEOPLE, _NUMBERS.filter(bool), _RULES)
def test_reasons_of_the_number_hold_for_everybody_there(one, other, number, rules):
    reason = never(one, number, rules, NOON)
    if reason is not None and reason not in PERSONAL and not one.opted_out:
        assert never(other, number, rules, NOON) is not None
