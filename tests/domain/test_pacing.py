"""The pacing policies: the published interface, whatever they are told, and the ceiling they keep."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.domain.pacing import Pacer, ProgressivePacer
from tests.domain.pacing_room import Event, Policy, Room, Settings

POLICIES = (Pacer, ProgressivePacer)
KINDS = (
    *("volunteer_ready", "volunteer_ready", "volunteer_paused", "volunteer_left"),
    *("call_started", "call_started", "call_ringing", "call_answered", "call_connected", "call_abandoned"),
    *("call_ended", "call_ended", "something_new"),
)
RESULTS = ("unknown", "human", "machine", "no_answer", "busy", "failed", "hung_up", "completed", None)

steps = st.tuples(
    st.floats(0, 40),
    st.sampled_from(KINDS),
    st.one_of(st.none(), st.integers(0, 12).map("c{}".format)),
    st.one_of(st.none(), st.integers(0, 4).map("v{}".format)),
    st.sampled_from(RESULTS),
)


def told(history: list[tuple[float, str, str | None, str | None, str | None]]) -> list[Event]:
    """Steps as events, each so long after the one before."""
    now, events = 1_700_000_000.0, []
    for wait, kind, call, volunteer, result in history:
        now += wait if wait > 30 else wait / 10
        events.append(Event(kind, now, call, volunteer, result))
    return events


def over_a_restart(policy: Pacer | ProgressivePacer) -> Pacer | ProgressivePacer:
    return type(policy).from_state(Settings(), json.loads(json.dumps(policy.to_state())))


@settings(max_examples=25)
@given(st.lists(steps, max_size=60), st.sampled_from(POLICIES))
def test_whatever_is_told_answers_are_whole_and_survive_a_restart(history, kind: Policy):
    steady, restarted, doubled = kind(Settings()), kind(Settings()), kind(Settings())
    for event in told(history):
        steady.observe(event)
        restarted.observe(event)
        doubled.observe(event)
        doubled.observe(event)
        answer = steady.calls_to_start(event.t + 0.5)
        assert isinstance(answer, int)
        assert answer >= 0
        assert restarted.calls_to_start(event.t + 0.5) == answer
        assert doubled.calls_to_start(event.t + 0.5) == answer
        restarted = over_a_restart(restarted)
        assert restarted.to_state() == steady.to_state() == doubled.to_state()


@settings(max_examples=10)
@given(st.lists(steps, max_size=20), st.sampled_from(POLICIES))
def test_an_abandoned_call_leaves_nobody_talking(history, kind: Policy):
    """Also where they were put through, and the volunteer's line was dead."""
    policy, events = kind(Settings()), told(history)
    for event in events:
        policy.observe(event)
    now = events[-1].t if events else 0.0
    for step in ("call_started", "call_answered", "call_connected", "call_abandoned"):
        policy.observe(Event(step, now, "dead line", "gone", "unknown"))
        floor = policy.to_state()["floor"]
        assert ("gone" in floor["talking"]) is (step == "call_connected")
    assert "gone" not in {*floor["waiting"], *floor["wrapping"]}
    assert "dead line" not in {*floor["calls"], *floor["ringing"], *floor["answered"]}


def test_progressive_rings_one_line_for_each_who_waits():
    pacer = ProgressivePacer(Settings())
    for name in ("ann", "bob", "cat"):
        pacer.observe(Event("volunteer_ready", 0.0, volunteer_id=name))
    assert pacer.calls_to_start(0.0) == 3
    for call in ("1", "2"):
        pacer.observe(Event("call_started", 0.0, call))
    assert pacer.calls_to_start(1.0) == 1
    pacer.observe(Event("call_answered", 2.0, "1", result="unknown"))
    assert pacer.calls_to_start(2.0) == 1
    pacer.observe(Event("call_connected", 2.0, "1", "ann"))
    pacer.observe(Event("call_ended", 3.0, "2", result="no_answer"))
    pacer.observe(Event("volunteer_paused", 3.0, volunteer_id="cat"))
    assert pacer.calls_to_start(3.0) == 1


@pytest.mark.parametrize("kind", POLICIES)
def test_a_call_never_heard_of_again_is_not_in_flight_for_ever(kind: Policy):
    pacer = kind(Settings())
    pacer.observe(Event("volunteer_ready", 0.0, volunteer_id="ann"))
    pacer.observe(Event("call_started", 0.0, "1"))
    assert pacer.calls_to_start(20.0) == 0
    assert pacer.calls_to_start(40.0) >= 1


def test_a_late_answer_to_a_call_given_up_still_counts():
    pacer = Pacer(Settings())
    for i in range(3):
        pacer.observe(Event("call_started", 0.0, str(i)))
    pacer.calls_to_start(60.0)
    for i in range(3):
        pacer.observe(Event("call_abandoned", 200.0, str(i)))
        pacer.observe(Event("call_abandoned", 201.0, str(i)))
    assert sum(slice_[2] for slice_ in pacer.to_state()["day"]["slices"]) == 3


def jump(now: float) -> float:
    return 0.4 if now > 500.0 else 0.05


@pytest.mark.parametrize(
    ("volunteers", "rate", "ceiling", "minutes"),
    [
        pytest.param(2, lambda _: 0.3, 0.01, 12, id="two"),
        pytest.param(12, jump, 0.03, 16, id="a jump", marks=pytest.mark.slow),
        pytest.param(30, lambda _: 0.2, 0.01, 6, id="cold"),
    ],
)
def test_the_ceiling_holds(volunteers, rate, ceiling, minutes):
    for seed in range(2 if volunteers < 20 else 1):
        room = Room(Pacer, volunteers, rate, seed=seed, ceiling=ceiling).run(60 * minutes)
        assert room.lawful, (seed, room.abandoned, room.live)
        assert room.contacts


@pytest.mark.slow
def test_the_ceiling_holds_when_they_all_leave_and_more_are_met_than_line_by_line():
    met = []
    for kind in POLICIES:
        room = Room(kind, 30, lambda _: 0.2, seed=3)
        room.later(1500.0, room.leave, 0.9)
        room.run(1700.0)
        assert room.lawful, (room.abandoned, room.live)
        met.append(room.contacts)
    assert met[0] > 1.6 * met[1]


def test_a_policy_restored_in_the_middle_goes_on_exactly():
    steady, restored = (Room(Pacer, 8, lambda _: 0.25, seed=5) for _ in range(2))
    restored.restore_each = 7
    assert steady.run(400).asked == restored.run(400).asked
    assert sum(steady.asked) > 30


def test_what_is_kept_does_not_grow_with_the_day():
    room = Room(Pacer, 4, lambda _: 0.05, seed=1)
    sizes = []
    for hour in (1, 2, 3):
        for _ in range(3_500):
            room._start()
        room.run(room.now + 60)
        sizes.append(len(json.dumps(room.policy.to_state())))
        assert hour
    assert all(later < 1.3 * earlier for earlier, later in pairwise(sizes[1:]))
