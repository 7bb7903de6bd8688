"""States of a call never go back, and its first end stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.call import CALL_STATES, FINAL, moves, proven_by, sources_of


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("queued", "queued"),
        ("initiated", "queued"),
        ("ringing", "ringing"),
        ("in-progress", "in_progress"),
        ("completed", "completed"),
        ("busy", "busy"),
        ("no-answer", "no_answer"),
        ("failed", "failed"),
        ("canceled", "canceled"),
        ("unheard-of", None),
    ],
)
def test_what_the_carriers_words_prove(word, state):
    assert proven_by(word) == state


@given(st.sampled_from(CALL_STATES), st.lists(st.sampled_from(CALL_STATES)))
def test_an_end_stands_and_nothing_goes_back(state, told):
    for each in told:
        before = state
        state = each if moves(state, each) else state
        assert CALL_STATES.index(state) >= min(CALL_STATES.index(before), 3)
        if before in FINAL:
            assert state == before
    if set(told) & FINAL:
        assert state in FINAL


def test_nothing_comes_before_queued():
    assert sources_of("queued") == frozenset()
    assert sources_of("busy") == {"queued", "ringing", "in_progress"}
