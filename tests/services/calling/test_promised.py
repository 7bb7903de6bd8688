"""Promised callbacks in dialled modes: rung when their promiser is ready, and put through to them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from dialer.domain.matching import THERE, is_kept
from dialer.domain.queue_order import CALLBACK_GRACE, Rank
from dialer.services.accounts.organisations import system_actor
from dialer.services.context import Context
from dialer.settings import Settings
from dialer.store.models import new_id
from dialer.store.models.calling import Shift
from dialer.store.models.conversations import Avoidance
from dialer.store.models.queue import QueueEntry
from dialer.store.session import UnitFactory
from tests.conftest import SetClock
from tests.examples import cases
from tests.people import Person
from tests.phone_bank import Voter, landline, running_campaign
from tests.services.calling.dialled import Bank

OURS = landline(900)
GWEN, HUW = (Voter(name, [landline(index)]) for index, name in enumerate(("Gwen", "Huw")))


@pytest.fixture
def system(context_of, carys: Person, organisation_id: uuid.UUID) -> Callable[[], Context]:
    return lambda: context_of(carys).as_actor(system_actor(organisation_id))


@pytest.fixture
def bank(ctx: Context, settings: Settings, units: UnitFactory, clock: SetClock, system: Any) -> Bank:
    """Two volunteers on the line, and two callbacks that are due."""
    people = [dataclasses.replace(one, id=new_id()) for one in (GWEN, HUW)]
    made = running_campaign(ctx, people, caller_ids=[OURS], dialing_mode="progressive")
    return Bank(settings, units, clock, system, made.id)


def promise(bank: Bank, shift_id: uuid.UUID) -> None:
    """Both numbers are callbacks that this volunteer promised, due now."""
    with bank.system().unit() as unit:
        account_id = unit.session.get_one(Shift, (unit.organisation_id, shift_id)).account_id
    due = {"priority": int(Rank.CALLBACK), "for_account_id": account_id, "due_at": bank.clock.now}
    bank.change(update(QueueEntry).values(**due))


AWAY, LATE = THERE * 2, CALLBACK_GRACE * 2
HERE, SOON = THERE / 2, CALLBACK_GRACE / 2


@pytest.mark.parametrize(
    ("state", "seen_ago", "late"),
    cases(
        [
            ("in_call", HERE, SOON),
            ("ready", HERE, SOON),
            ("paused", HERE, SOON),
            ("in_call", AWAY, SOON),
            ("in_call", HERE, LATE),
            ("ready", AWAY, LATE),
        ],
        quick=2,
    ),
)
def test_the_claim_goes_by_the_rule(
    bank: Bank, state: str, seen_ago: dt.timedelta, late: dt.timedelta
) -> None:
    promiser = bank.on_line("Pat", state)
    promise(bank, promiser)
    bank.clock.now += late
    bank.on_line("Olwen")
    seen = {"last_seen_at": bank.clock.now - seen_ago}
    bank.change(update(Shift).where(Shift.id == promiser).values(**seen))
    bank.second(bank.pacer())
    due_at, there = bank.clock.now - late, seen_ago < THERE
    kept = is_kept(due_at, bank.clock.now, there=there, ready=state == "ready")
    assert bool(bank.calls()) is not kept


def test_one_callback_at_a_time_is_rung_for_a_promiser(bank: Bank) -> None:
    promise(bank, bank.on_line("Pat"))
    bank.on_line("Olwen")
    pacer = bank.pacer()
    bank.second(pacer)
    bank.second(pacer)
    assert len(bank.calls()) == 1


@pytest.mark.parametrize("others", [False, True])
def test_whom_all_on_the_line_are_spared_is_not_rung(bank: Bank, others: bool) -> None:
    of = bank.system().organisation_id
    for name in ("Pat", "Olwen"):
        shift_id = bank.on_line(name)
        with bank.system().unit() as unit:
            account_id = unit.session.get_one(Shift, (of, shift_id)).account_id
            spared = Avoidance(
                organisation_id=of, account_id=account_id, number=landline(0), created_at=bank.clock.now
            )
            unit.session.add(spared)
    if others:
        bank.on_line("Rhys")
    bank.second(bank.pacer())
    rung = {landline(0), landline(1)} if others else {landline(1)}
    assert {call.number for call in bank.calls()} == rung
