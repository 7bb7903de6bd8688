"""Figures that are kept for a moment: how many numbers are left, and how often each caller id was shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import update

from dialer.services.accounts.organisations import system_actor
from dialer.services.calling import left
from dialer.services.calling.dial_usage import COUNTED_EVERY
from dialer.services.calling.left import KEPT, Left, numbers_left
from dialer.services.context import Context
from dialer.settings import Settings
from dialer.store.models.calls import Call
from dialer.store.models.queue import QueueEntry
from dialer.store.session import UnitFactory
from tests.conftest import SetClock
from tests.people import Person
from tests.phone_bank import Voter, landline, running_campaign
from tests.services.calling.dialled import Bank

HERE, THERE = landline(900), landline(901)


@pytest.fixture
def system(ctx: Context, carys: Person, context_of: Callable[[Person], Context]) -> Callable[[], Context]:
    return lambda: context_of(carys).as_actor(system_actor(ctx.organisation_id))


@pytest.fixture
def bank(
    ctx: Context, settings: Settings, units: UnitFactory, clock: SetClock, system: Callable[[], Context]
) -> Bank:
    people = [Voter(f"V{index}", [landline(index)]) for index in range(6)]
    made = running_campaign(ctx, people, caller_ids=[HERE, THERE], dialing_mode="progressive")
    return Bank(settings, units, clock, system, made.id)


def test_a_long_queue_is_not_counted_each_time(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    def found(now: dt.datetime) -> Left:
        with bank.system().unit() as unit:
            return numbers_left(unit, bank.campaign_id, "day", now + dt.timedelta(days=1), now)

    begun, done = bank.clock.now, update(QueueEntry).values(state="done")
    assert found(begun) == Left(6, 0, begun)
    bank.change(done.where(QueueEntry.number == landline(0)))
    assert found(begun).due == 5, "a short one is"
    monkeypatch.setattr(left, "COUNTED_AT_ONCE", 3)
    assert found(begun).due == 5
    bank.change(done.where(QueueEntry.number == landline(1)))
    assert found(begun + KEPT) == Left(5, 0, begun), "and says when it was"
    later = begun + KEPT + dt.timedelta(seconds=1)
    with bank.system().unit() as unit:
        numbers_left(unit, bank.campaign_id, "day", later + dt.timedelta(days=1), later)
        assert found(later) == Left(5, 0, begun), "while somebody else counts, nobody else does"
    assert found(later) == Left(4, 0, later)
    bank.change(update(QueueEntry).values(due_at=begun + dt.timedelta(hours=30)))
    with bank.system().unit() as unit:
        other = numbers_left(unit, bank.campaign_id, "day", later + dt.timedelta(hours=40), later)
    assert (other.due, other.resting) == (4, 0), "another horizon is another figure"


def test_caller_ids_go_in_turn_by_what_stands_with_the_lease(bank: Bank) -> None:
    pacer = bank.pacer()
    for name in ("Vic", "Wyn", "Xan", "Yma"):
        bank.on_line(name)
        bank.second(pacer)
    assert [call.caller_id for call in bank.calls()] == [HERE, THERE, HERE, THERE]
    long_ago = bank.clock.now - dt.timedelta(hours=2)
    bank.change(update(Call).where(Call.caller_id == THERE).values(created_at=long_ago))
    bank.on_line("Zoe")
    bank.second(pacer)
    assert bank.calls()[4].caller_id == HERE, "an hour's calls aren't counted every second"
    bank.on_line("Ann")
    bank.second(pacer, COUNTED_EVERY.total_seconds())
    assert bank.calls()[5].caller_id == THERE, "but every minute"
