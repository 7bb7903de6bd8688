"""A rung call ends the same in whatever order its evidence comes."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.call import CALL_STATES, FINAL, proven_by
from dialer.domain.caller_id import Answers, Usage, falls_behind, pick_caller_id
from dialer.domain.ringing import (
    CONTACT_RINGS_S,
    Change,
    Standing,
    back_off,
    first_look,
    follow,
    is_machine,
    next_look,
)
from tests.examples import examples

STATUSES = (
    "queued",
    "initiated",
    "ringing",
    "in-progress",
    "completed",
    "busy",
    "no-answer",
    "failed",
    "canceled",
)
RANK = {"queued": 0, "ringing": 1, "in_progress": 2} | dict.fromkeys(FINAL, 3)
LEGS = ("volunteer", "contact")


def after(standing: Standing, evidence: list[tuple[str, str]]) -> Standing:
    """Where a call stands when all of it has been told."""
    for leg, status in evidence:
        change = follow(standing, leg, status)  # type: ignore[arg-type]
        standing = replace(standing, state=change.state or standing.state)
    return standing


@given(
    st.sampled_from(CALL_STATES),
    st.booleans(),
    st.lists(st.tuples(st.sampled_from(LEGS), st.sampled_from([*STATUSES, "nonsense"]))),
)
def test_states_never_go_back_and_the_first_end_stands(state, rung, evidence) -> None:
    standing = Standing(state, rung)
    for leg, status in evidence:
        before, change = standing.state, follow(standing, leg, status)
        standing = replace(standing, state=change.state or before)
        assert RANK[standing.state] >= RANK[before]
        assert before not in FINAL or (standing.state == before and change == Change())


CONTACT_ENDS = ("completed", "busy", "no-answer", "failed", "canceled")


@given(st.data())
def test_once_the_contact_was_rung_their_leg_decides_in_any_order(data) -> None:
    end = data.draw(st.sampled_from(CONTACT_ENDS))
    talked = [("contact", "in-progress")] if end == "completed" else []
    told = [
        ("volunteer", "ringing"),
        ("volunteer", "in-progress"),
        ("volunteer", "completed"),
        ("contact", "initiated"),
        ("contact", "ringing"),
        *talked,
        ("contact", end),
    ]
    doubled = told + data.draw(st.lists(st.sampled_from(told), max_size=5))
    standing = after(Standing("ringing", contact_rung=True), data.draw(st.permutations(doubled)))
    assert standing.state == proven_by(end)


@given(st.data())
def test_a_volunteer_who_was_not_reached_ends_the_call_in_any_order(data) -> None:
    end = data.draw(st.sampled_from(["busy", "no-answer", "failed", "canceled"]))
    told = [("volunteer", "initiated"), ("volunteer", "ringing"), ("volunteer", end)]
    assert after(Standing("queued"), data.draw(st.permutations(told))).state == proven_by(end)


@pytest.mark.parametrize(
    ("standing", "leg", "status", "change"),
    [
        (Standing("queued"), "volunteer", "in-progress", Change("in_progress")),
        (Standing("ringing"), "volunteer", "completed", Change("completed", "volunteer_gone")),
        (Standing("ringing"), "volunteer", "no-answer", Change("no_answer", "volunteer_not_reached")),
        (Standing("ringing", True), "volunteer", "completed", Change(ask_soon=True)),
        (Standing("ringing", True), "contact", "in-progress", Change("in_progress")),
        (Standing("in_progress", True), "contact", "ringing", Change()),
        (Standing("in_progress", True), "contact", "busy", Change("busy")),
    ],
)
def test_what_follows_on_each_leg(standing, leg, status, change) -> None:
    assert follow(standing, leg, status) == change


@pytest.mark.parametrize(
    ("answered_by", "machine"),
    [
        ("machine_start", True),
        ("machine_end_beep", True),
        ("fax", True),
        ("human", False),
        ("unknown", False),
        (None, False),
    ],
)
def test_what_the_carrier_cannot_tell_counts_as_a_person(answered_by, machine) -> None:
    assert is_machine(answered_by) is machine


def test_looks_come_later_each_time_up_to_a_day() -> None:
    waits = [next_look(looks, 300) for looks in range(40)]
    assert waits[:3] == [dt.timedelta(minutes=5), dt.timedelta(minutes=10), dt.timedelta(minutes=20)]
    assert waits == sorted(waits)
    assert waits[-1] == dt.timedelta(days=1)
    assert first_look(120) == dt.timedelta(seconds=5)


@given(st.integers(1, 50), st.none() | st.floats(0, 600), st.floats(0, 1))
def test_the_carrier_gets_the_time_it_asked_for(attempts, retry_after_s, jitter) -> None:
    wait = back_off(attempts, retry_after_s, jitter)
    assert wait >= dt.timedelta(seconds=max(retry_after_s or 0, 1))
    assert wait <= dt.timedelta(seconds=max(retry_after_s or 0, 8) * 1.25)
    assert back_off(attempts + 1, retry_after_s, jitter) >= wait


def test_contacts_are_given_time_to_answer() -> None:
    assert CONTACT_RINGS_S >= 15


@pytest.mark.parametrize(
    ("caller_ids", "number", "picked"),
    [
        ([], "+441632960001", None),
        (["+442079460001", "+441632960999"], "+441632960001", "+441632960999"),
        (["+442079460001", "+441632960999"], "+447700900001", "+442079460001"),
        (["+12025550100", "+442079460001"], "+447700900001", "+442079460001"),
    ],
)
def test_the_same_area_is_shown_first(caller_ids, number, picked) -> None:
    assert pick_caller_id(caller_ids, number) == picked


NEAR, NEAR_TOO, FAR = "+441632960001", "+441632960500", "+442079460001"


@pytest.mark.parametrize(
    ("usage", "picked"),
    [
        (Usage({}), NEAR),
        (Usage({NEAR: 1}), NEAR_TOO),
        (Usage({NEAR: 1, NEAR_TOO: 2}), NEAR),
        (Usage({NEAR: 5, NEAR_TOO: 5}, hour_max=5), FAR),
        (Usage({NEAR: 9, NEAR_TOO: 0}, at_rest=[NEAR_TOO]), NEAR),
        (Usage({NEAR: 2}, at_rest=[NEAR, NEAR_TOO, FAR]), NEAR_TOO),
    ],
)
def test_near_ones_take_turns_and_rest(usage: Usage, picked: str) -> None:
    assert pick_caller_id([FAR, NEAR, NEAR_TOO], "+441632960999", usage) == picked


@pytest.mark.parametrize(
    ("own", "others", "behind"),
    [
        ((49, 0), (1000, 300), False),
        ((200, 10), (49, 40), False),
        ((200, 10), (1000, 200), True),
        ((200, 30), (1000, 200), False),
        ((200, 60), (1000, 200), False),
    ],
)
def test_one_falls_behind_beyond_chance(own: tuple[int, int], others: tuple[int, int], behind: bool) -> None:
    assert falls_behind(Answers(*own), Answers(*others)) is behind


@settings(max_examples=examples(60))
@given(st.integers(1, 5000), st.floats(0, 1))
def test_the_interval_holds_what_was_seen(calls: int, share: float) -> None:
    found = Answers(calls, int(calls * share))
    low, high = found.interval()
    assert 0 <= low <= found.answered / calls + 1e-9
    assert found.answered / calls - 1e-9 <= high <= 1
