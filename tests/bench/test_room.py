"""The simulated phone bank: what it counts is what happened, whoever paces it and whatever gets lost."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import pytest

from bench.room.contenders import BASELINES
from bench.room.host import EVENING, Host
from bench.room.people import Outcome, People
from bench.room.policies.simple import FixedRatio
from bench.room.policy import Event
from bench.room.scenario import Answering, Curve, Detection, Leaving, Outage, Scenario, Volunteering
from bench.room.scenarios import SCENARIOS

ANSWERING = Answering(Curve.steady(0.3), Curve.steady(0.3))
BUSY = Scenario(
    name="everything at once",
    minutes=15,
    volunteering=Volunteering(8, 30.0, 300.0, 60.0, (Leaving(400, 0.8, 5.0, 60.0),)),
    answering=ANSWERING,
    outages=(Outage(200, 240), Outage(500, 560, 120.0, answers_too=True)),
)
PLAIN = replace(BUSY, volunteering=Volunteering(8), outages=())


class Witness:
    """A policy of so many lines a volunteer that checks what it is told against the interface."""

    def __init__(self, settings, ratio=2.5):
        self.inner = FixedRatio(settings, ratio)
        self.settings = settings
        self.heard = Counter()
        self.waiting = {}
        self.answered = {}
        self.told = set()
        self.t = 0.0

    def observe(self, event):
        assert event.t >= self.t
        self.t = event.t
        self.inner.observe(event)
        self.heard[event.kind] += 1
        doing = getattr(self, f"_{event.kind}", None)
        known = (event.kind, event.call_id)
        if doing and (event.call_id is None or known not in self.told):
            self.told.add(known)
            doing(event)

    def calls_to_start(self, now):
        assert now >= self.t
        return self.inner.calls_to_start(now)

    def _volunteer_ready(self, event):
        assert event.volunteer_id not in self.waiting
        self.waiting[event.volunteer_id] = event.t

    def _volunteer_paused(self, event):
        self.waiting.pop(event.volunteer_id, None)

    _volunteer_left = _volunteer_paused

    def _call_answered(self, event):
        self.answered[event.call_id] = event.t

    def _call_connected(self, event):
        """To whoever waited longest, within the grace."""
        assert event.volunteer_id == next(iter(self.waiting))
        assert self.waiting.pop(event.volunteer_id) <= event.t
        assert event.t - self.answered.pop(event.call_id) <= self.settings.grace_s

    def _call_abandoned(self, event):
        assert not self.waiting
        assert event.t - self.answered.pop(event.call_id) == pytest.approx(self.settings.grace_s)


def evening(scenario, make=lambda settings, _: Witness(settings), seed="one", **options):
    host = Host(scenario, 0.03, seed, make, **options)
    host.run()
    return host


@pytest.mark.parametrize("detection", [None, Detection(0.05)])
def test_each_call_ends_once_and_each_person_is_counted_once(detection):
    host = evening(replace(BUSY, detection=detection))
    truth = host.truth
    assert truth.calls > 200
    assert sum(truth.endings.values()) == truth.calls
    assert not host.flying
    assert not host.queued
    assert truth.contacts == truth.endings["completed"]
    assert truth.live_answers == truth.contacts + truth.abandoned + truth.endings["hung_up"]
    assert truth.abandoned > 0
    assert len(truth.waits_s) >= truth.contacts


def test_each_volunteer_is_in_one_state_all_the_time():
    host = evening(BUSY)
    for volunteer in host.volunteers:
        assert sum(volunteer.in_state_s.values()) == pytest.approx(volunteer.since_s)
    assert 0 < host.truth.on_duty_s < 8 * BUSY.seconds


def test_the_same_seed_gives_the_same_evening_and_another_another():
    one, again, other = (evening(BUSY, seed=seed).truth for seed in ("one", "one", "other"))
    assert (one.started, one.endings, one.waits_s) == (again.started, again.endings, again.waits_s)
    assert one.started != other.started


def test_everybody_rings_the_same_people():
    """The n-th number does the same whoever rings it, however many were looked at before."""
    ringing, looking = People(PLAIN, "one"), People(PLAIN, "one")
    assert looking.look_ahead(49, 0.0) == [ringing.ring(0.0) for _ in range(50)][49]


def test_as_many_answer_as_were_to():
    people = People(PLAIN, "one")
    found = Counter(people.ring(0.0).outcome for _ in range(20_000))
    shares = {outcome: found[outcome] / 20_000 for outcome in Outcome}
    expected = {Outcome.PERSON: 0.21, Outcome.MACHINE: 0.09, Outcome.BUSY: 0.035, Outcome.FAILED: 0.035}
    for outcome, share in expected.items():
        assert shares[outcome] == pytest.approx(share, abs=4 * math.sqrt(share / 20_000))


def test_the_figures_of_an_evening_drift_or_jump():
    drifting = Curve(((0.0, 0.1), (100.0, 0.3)))
    assert [drifting.at(second) for second in (-1, 0, 50, 100, 900)] == pytest.approx(
        [0.1, 0.1, 0.2, 0.3, 0.3]
    )
    jumping = replace(drifting, steps=True)
    assert [jumping.at(second) for second in (0, 99, 100)] == [0.1, 0.1, 0.3]


def test_what_gets_lost_is_still_counted():
    """Without any callback of ringing or of unanswered calls the dialler hears less, and as much happens."""
    deaf = evening(replace(PLAIN, outages=(Outage(0.0, 1e9),)))
    assert deaf.policy.heard["call_ringing"] == 0
    assert sum(deaf.truth.endings.values()) == deaf.truth.calls > 200
    assert deaf.truth.endings["no_answer"] > deaf.truth.endings["completed"] > 0


def test_answers_that_nobody_learns_of_in_time_are_people_who_hung_up():
    host = evening(replace(PLAIN, outages=(Outage(0.0, 1e9, 300.0, answers_too=True),)))
    assert host.truth.contacts == host.truth.abandoned == 0
    assert host.truth.live_answers == host.truth.endings["hung_up"] > 0
    assert host.policy.heard["call_answered"] == 0


def test_the_host_keeps_to_its_caps():
    capped = replace(PLAIN, calls_per_second=2, concurrent_calls=5, numbers=150)
    host = evening(capped, lambda settings, _: Witness(settings, ratio=50.0))
    assert max(number for _, number in host.truth.started) == 2
    assert host.truth.calls == 150
    assert host.now < capped.seconds + 3600


class Counting:
    """A policy with a state: it rings when its own count says so."""

    def __init__(self, settings, seen=0):
        self.seen = seen

    def observe(self, event: Event):
        self.seen += 1

    def calls_to_start(self, now):
        self.seen += 1
        return int(self.seen % 7 == 0 and now >= EVENING)

    def to_state(self):
        return {"seen": self.seen}

    @classmethod
    def from_state(cls, settings, state):
        return cls(settings, state["seen"])


class Forgetful(Counting):
    def to_state(self):
        return {"seen": 0}


def test_a_policy_is_put_away_and_taken_up_in_the_middle():
    def started(kind, every):
        return evening(PLAIN, lambda settings, _: kind(settings), switch_every_s=every).truth.started

    assert started(Counting, 97.0) == started(Counting, None)
    assert started(Forgetful, 97.0) != started(Forgetful, None)


def test_who_knows_the_future_leaves_hardly_anybody_alone_and_no_volunteer_waits():
    usual = next(scenario for scenario in SCENARIOS if scenario.name == "25 volunteers")
    found = {
        name: evening(replace(usual, minutes=30), BASELINES[name]).truth for name in ("1 line", "oracle")
    }
    assert found["1 line"].abandoned == 0
    assert found["oracle"].abandoned_rate < 0.01
    assert found["oracle"].mean_wait_s < 5
    assert found["1 line"].mean_wait_s > 60
    assert found["oracle"].contacts_an_hour > 2 * found["1 line"].contacts_an_hour


def test_names_of_scenarios_are_told_apart():
    names = [scenario.name for scenario in SCENARIOS]
    assert len(set(names)) == len(names)
