"""What a day of dialling came to: the figures that the board and the API show."""

from __future__ import annotations

import json

import pytest

from dialer.domain.dialling import Event, PolicySettings, next_dial_look, room
from dialer.domain.pacing_host import Host
from dialer.domain.pacing_meter import Meter, upper_bound

NOW = 1_780_000_000.0
HOUR = 3600.0
SETTINGS = PolicySettings(max_abandon_rate=0.03, max_calls_per_second=20, max_concurrent_calls=100)


def meter(*events: Event) -> Meter:
    made = Meter()
    for event in events:
        made.observe(event)
    return Meter.from_state(json.loads(json.dumps(made.to_state())))


def ended(result: str, *, ago: float = 0.0, times: int = 1) -> list[Event]:
    kind = "call_abandoned" if result == "abandoned" else "call_ended"
    return [Event(kind, NOW - ago, f"{result}{one}", result=result) for one in range(times)]


def test_the_abandoned_rate_is_of_people_who_answered_within_a_day() -> None:
    told = [
        *ended("abandoned", ago=25 * HOUR, times=7),
        *ended("completed", ago=5 * HOUR, times=90),
        *ended("hung_up", times=8),
        *ended("abandoned", times=2),
        *ended("machine", times=40),
        *ended("no_answer", times=60),
        *(Event("call_answered", NOW, str(one), result="unknown") for one in range(20)),
    ]
    found = meter(*told).figures(NOW)
    assert (found.people, found.abandoned, found.abandoned_rate) == (100, 2, 0.02)
    assert found.abandoned_bound == pytest.approx(0.0588, abs=0.0005)
    assert found.answer_rate == 20 / 80


def test_waits_end_with_a_call_and_not_with_a_break() -> None:
    told = [
        Event("volunteer_ready", NOW - 60, volunteer_id="vic"),
        Event("volunteer_ready", NOW - 50, volunteer_id="wyn"),
        Event("volunteer_ready", NOW - 45, volunteer_id="wyn"),
        Event("volunteer_ready", NOW - 40, volunteer_id="xan"),
        Event("volunteer_paused", NOW - 30, volunteer_id="xan"),
        Event("call_connected", NOW - 20, "a", "vic"),
        Event("call_connected", NOW - 10, "b", "wyn"),
        Event("call_connected", NOW - 5, "c", "xan"),
    ]
    found = meter(*told).figures(NOW)
    assert (found.wait_mean_s, found.wait_p90_s) == (40.0, 40.0)
    assert meter(*told).figures(NOW + 2 * HOUR).wait_mean_s is None


def test_before_the_first_call_there_is_nothing_to_tell() -> None:
    found = Meter().figures(NOW)
    assert (found.people, found.abandoned_rate, found.answer_rate, found.wait_p90_s) == (0, None, None, None)


def test_a_bound_is_above_the_share_and_comes_down_with_evidence() -> None:
    assert [round(upper_bound(0, of), 3) for of in (1, 10, 100, 1000)] == [0.73, 0.213, 0.026, 0.003]
    assert upper_bound(3, 100) > 0.03


@pytest.mark.parametrize("mode", ["progressive", "predictive"])
def test_a_policy_that_was_kept_goes_on_as_it_would_have(mode: str) -> None:
    told = [Event("volunteer_ready", NOW, volunteer_id=str(one)) for one in range(30)]
    host = Host.begin(mode, SETTINGS, told)
    for second in range(1, 40):
        asked = host.ask(NOW + second)
        kept = Host.go_on(mode, SETTINGS, json.loads(json.dumps(host.to_state())))
        assert kept is not None
        assert kept.to_state() == host.to_state()
        host = kept
        host.hear([Event("call_started", NOW + second, f"{second}.{one}") for one in range(min(asked, 5))])
        host.hear([Event("call_ended", NOW + second, f"{second - 7}.0", result="no_answer")])
    assert (
        Host.go_on("predictive" if mode == "progressive" else "progressive", SETTINGS, kept.to_state())
        is None
    )
    assert Host.go_on(mode, SETTINGS, {}) is None


def test_what_happened_late_never_takes_time_back() -> None:
    host = Host.begin("progressive", SETTINGS, [Event("volunteer_ready", NOW, volunteer_id="vic")])
    host.hear([Event("volunteer_ready", NOW - 100, volunteer_id="wyn")])
    assert host.heard_at == NOW
    assert host.ask(NOW - 50) == 2


@pytest.mark.parametrize(
    ("asked", "waiting", "under_way", "rate", "claims"),
    [
        (5, 0, 0, 20, 5),
        (50, 0, 0, 20, 20),
        (50, 15, 0, 20, 5),
        (50, 0, 95, 20, 5),
        (5, 0, 100, 20, 0),
        (5, 0, 0, 0.5, 1),
    ],
)
def test_no_more_is_claimed_than_can_be_rung(
    asked: int, waiting: int, under_way: int, rate: float, claims: int
) -> None:
    assert room(asked, waiting=waiting, under_way=under_way, calls_per_second=rate, most=100) == claims


def test_a_dial_without_an_end_is_asked_about_more_and_more_seldom() -> None:
    waits = [next_dial_look(looks, answered=False).total_seconds() for looks in range(8)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    assert next_dial_look(0, answered=True).total_seconds() == 60
