"""A text moves forward only, and back only by proof."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.message import (
    EVIDENT,
    FINAL,
    FOLLOWS,
    MESSAGE_STATES,
    back_off,
    is_proven_absent,
    may_send_again,
    moves,
    proven_by,
    sources_of,
    too_many_refused,
)

NOON = dt.datetime(2026, 5, 7, 11, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("accepted", "sent"),
        ("queued", "sent"),
        ("sending", "sent"),
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("read", "delivered"),
        ("undelivered", "undelivered"),
        ("failed", "failed"),
        ("canceled", "failed"),
        ("received", None),
        ("tomorrow's word", None),
    ],
)
def test_what_the_carriers_words_prove(word, state):
    assert proven_by(word) == state


@pytest.mark.parametrize(
    ("state", "proven", "expected"),
    [
        ("sending", "sent", True),
        ("sending", "delivered", True),  # the callback came before the answer to the send
        ("unknown", "sent", True),
        ("unknown", "failed", True),
        ("sent", "delivered", True),
        ("sent", "sent", False),
        ("delivered", "sent", False),
        ("delivered", "undelivered", False),
        ("failed", "delivered", False),
        ("queued", "sent", True),  # put back, and found after all: never sent twice
        ("skipped", "sent", False),
        ("cancelled", "delivered", False),
        ("received", "delivered", False),
    ],
)
def test_evidence_moves_forward_only(state, proven, expected):
    assert moves(state, proven) is expected


_STATES = st.sampled_from(MESSAGE_STATES)
_EVIDENCE = st.sampled_from(EVIDENT)


@given(_STATES, st.lists(_EVIDENCE))
def test_evidence_in_whatever_order_ends_in_a_final_state_if_one_was_told(state, told):
    start = state
    for each in told:
        state = each if moves(state, each) else state
    if start in FINAL:
        assert state == start
    elif start != "received" and set(told) & FINAL:
        assert state in FINAL


@given(_EVIDENCE)
def test_the_same_evidence_again_changes_nothing(proven):
    assert proven not in sources_of(proven)


def test_the_table_of_our_own_moves_names_only_states():
    assert set(FOLLOWS) == set(MESSAGE_STATES) - FINAL - {"received"}
    assert set().union(*FOLLOWS.values()) <= set(MESSAGE_STATES)


def test_after_a_second_unknown_outcome_nothing_is_sent_any_more():
    assert may_send_again(1)
    assert not may_send_again(2)


@pytest.mark.parametrize(
    ("looks", "after_s", "expected"),
    [(2, 10, True), (2, 9, False), (1, 60, False), (0, 60, False), (5, 10, True)],
)
def test_absence_takes_two_clean_looks_and_time_to_settle(looks, after_s, expected):
    assert is_proven_absent(looks, NOON, NOON + dt.timedelta(seconds=after_s), 10) is expected


@given(st.integers(0, 100), st.floats(0, 1), st.none() | st.floats(0, 3600))
def test_backing_off_keeps_the_carriers_time_and_stays_within_a_minute_of_ours(tries, luck, asked):
    rest = back_off(tries, luck, asked)
    assert rest >= dt.timedelta(seconds=max(0.25, asked or 0))
    assert rest <= dt.timedelta(seconds=max(60, asked or 0))


def test_backing_off_doubles():
    assert [back_off(tries, 1).total_seconds() for tries in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ([True] * 5, False),
        ([True] * 6, True),
        ([True] * 6 + [False] * 94, True),
        ([True] * 6 + [False] * 95, False),
        ([], False),
    ],
)
def test_more_than_five_of_the_last_hundred_refused_pauses(last, expected):
    assert too_many_refused(last) is expected
