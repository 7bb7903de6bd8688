"""The clockwork."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from dialer.carrier.making import carrier_of
from dialer.domain.errors import Unavailable
from dialer.services.accounts.organisations import organisation_ids
from dialer.services.ticking import sole_runner
from tests.carriers import Unmetered
from workers.cron import Cron
from workers.runtime import Runtime
from workers.ticks import TICKS, Tick


class Deeds:
    """Ticks that note in which organisation they were done."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def tick(self, name: str, every_s: float) -> Tick:
        return Tick(name, every_s, lambda ctx: self.done.append(f"{name} {ctx.organisation_id}"))


@pytest.fixture
def deeds():
    return Deeds()


@pytest.fixture
def runtime(settings, units, jobs, clock, organisation_id):
    return Runtime(settings, units, jobs, carrier_of(settings), Unmetered(), clock)


def test_each_tick_is_done_when_its_time_has_come(runtime, deeds, organisation_id):
    cron = Cron(runtime, [deeds.tick("often", 1), deeds.tick("seldom", 60)])
    for second in (0.0, 0.5, 1.0, 2.0):
        cron.run_due(second)
    often, seldom = f"often {organisation_id}", f"seldom {organisation_id}"
    assert deeds.done == [often, seldom, often, often]
    assert cron.wait_s(2.25) == 0.75
    assert organisation_ids(runtime.units) == [organisation_id]


def test_a_tick_runs_in_one_place_at_a_time(runtime, deeds):
    cron = Cron(runtime, [deeds.tick("sweep", 5)])
    with sole_runner(runtime.units, "sweep") as mine:
        assert mine
        cron.run_due(0.0)
    assert deeds.done == []
    cron.run_due(5.0)
    assert len(deeds.done) == 1


def test_a_tick_that_fails_comes_again_and_holds_up_no_other(runtime, deeds, caplog):
    def fail(_ctx: object) -> None:
        raise Unavailable

    cron = Cron(runtime, [Tick("broken", 1, fail), deeds.tick("fine", 1)])
    cron.run_due(0.0)
    cron.run_due(1.0)
    assert len(deeds.done) == 2
    assert caplog.text.count("tick failed") == 2


def test_when_the_database_is_back_what_was_missed_is_asked_for(runtime, deeds):
    """Others could not reach it either, such as webhooks that come but once."""
    away = [False]

    def look(_ctx: object) -> None:
        if away[0]:
            raise Unavailable

    missed = replace(deeds.tick("missed", math.inf), after_outage=True)
    cron = Cron(runtime, [Tick("look", 1, look), missed])
    for second in (0.0, 1.0, 2.0):
        cron.run_due(second)
    assert len(deeds.done) == 1, "at the start, and then no more"
    away[0] = True
    cron.run_due(3.0)
    away[0] = False
    cron.run_due(4.0)
    cron.run_due(5.0)
    assert len(deeds.done) == 2


def test_what_was_missed_comes_before_what_is_next(runtime, deeds):
    """The database is back in the middle of a round: nothing is sent before the texts to us were read."""
    tries = [0]

    def look(_ctx: object) -> None:
        tries[0] += 1
        if tries[0] == 2:
            raise Unavailable

    missed = replace(deeds.tick("missed", math.inf), after_outage=True)
    cron = Cron(runtime, [missed, Tick("look", 1, look), deeds.tick("send", 1)])
    for second in (0.0, 1.0):
        cron.run_due(second)
    assert [each.split()[0] for each in deeds.done] == ["missed", "send", "missed", "send"]


def test_while_the_database_is_away_it_is_not_asked_in_a_busy_loop(runtime, deeds):
    asked = []

    def look(_ctx: object) -> None:
        asked.append(1)
        raise Unavailable

    cron = Cron(runtime, [Tick("look", math.inf, look, after_outage=True)])
    for now in (0.0, 0.01, 0.02):
        cron.run_due(now)
    assert len(asked) == 1
    cron.run_due(1.5)
    assert len(asked) == 2


def test_the_ticks_there_are_bear_being_done_twice(runtime):
    cron = Cron(runtime, TICKS)
    cron.run_due(0.0)
    cron.run_due(10_000.0)
    assert len({tick.name for tick in TICKS}) == len(TICKS)
