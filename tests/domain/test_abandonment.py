"""Who speaks with somebody who has answered, and by when: the rules as tables."""

from __future__ import annotations

import datetime as dt

import pytest

from dialer.domain.abandonment import Step, has_met_nobody, hears_first, next_step, outcome_of
from tests.examples import cases

ANSWERED = dt.datetime(2026, 5, 7, 18, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("after_s", "greeted", "free", "step"),
    cases(
        [
            (0.0, False, True, Step.JOIN),
            (0.0, False, False, Step.GREET),
            (0.5, True, True, Step.JOIN),
            (0.5, True, False, Step.HOLD),
            (0.8, True, False, Step.HOLD),
            (0.9, True, False, Step.INFORM),
            (1.5, True, True, Step.JOIN),
            (1.5, True, False, Step.INFORM),
            (2.0, True, True, Step.JOIN),
            (2.1, True, True, Step.INFORM),
            (2.1, True, False, Step.INFORM),
            (9.0, False, True, Step.JOIN),
            (9.0, False, False, Step.INFORM),
        ],
        quick=13,
    ),
)
def test_what_somebody_hears_who_has_answered(after_s: float, greeted: bool, free: bool, step: Step) -> None:
    now = ANSWERED + dt.timedelta(seconds=after_s)
    assert next_step(ANSWERED, now, greeted=greeted, free=free) is step


@pytest.mark.parametrize(
    ("state", "reason", "lasted_s", "outcome"),
    [
        ("no_answer", None, 0, "no_answer"),
        ("busy", None, 0, "busy"),
        ("failed", None, 0, "no_answer"),
        ("failed", "refused", 0, "no_answer"),
        ("failed", "bad_number", 0, "disconnected"),
        ("failed", "lost", 0, None),
        ("canceled", "too_late", 0, None),
        ("completed", None, 2, "hung_up"),
        ("completed", None, 3, "abandoned"),
        ("abandoned", None, 1, "abandoned"),
    ],
)
def test_what_the_dialler_records(state: str, reason: str | None, lasted_s: int, outcome: str | None) -> None:
    assert outcome_of(state, reason, dt.timedelta(seconds=lasted_s)) == outcome


@pytest.mark.parametrize(
    ("joined_s", "alone_s", "is_in_room", "met_nobody"),
    [
        (1, None, True, True),  # the room is empty as they come
        (11, None, True, False),  # a room that they came back into
        (2, None, False, True),  # the room ended as they came
        (3, None, False, False),
        (25, 3, False, True),  # alone in it until now
        (25, 11, False, False),  # alone in it once
    ],
)
def test_who_is_without_a_volunteer_has_met_one_or_not(
    joined_s: int, alone_s: int | None, is_in_room: bool, met_nobody: bool
) -> None:
    now = ANSWERED + dt.timedelta(minutes=1)
    alone_at = None if alone_s is None else now - dt.timedelta(seconds=alone_s)
    joined_at = now - dt.timedelta(seconds=joined_s)
    assert has_met_nobody(joined_at, alone_at, now, is_in_room=is_in_room) is met_nobody


def test_nobody_hears_that_they_are_recorded_for_whom_there_is_no_time() -> None:
    """The sentence and what came before it are within the two seconds, or it isn't said."""
    waited = {0.0: True, 0.5: True, 0.6: False, 1.4: False}
    assert {
        seconds: hears_first(ANSWERED, ANSWERED + dt.timedelta(seconds=seconds)) for seconds in waited
    } == waited
