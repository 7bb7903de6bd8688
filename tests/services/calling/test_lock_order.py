"""Two deeds that meet over one call in the moment in which somebody answers: neither waits for the other for
as long as PostgreSQL takes to see that they wait for each other.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from dialer.processes import wait_until
from dialer.services.accounts.organisations import system_actor
from dialer.services.calling.call_events import tell
from dialer.services.calling.call_evidence import Told
from dialer.services.context import Context
from dialer.settings import Settings
from dialer.store.session import UnitFactory
from tests.conftest import SetClock
from tests.people import Person
from tests.phone_bank import Voter, landline, running_campaign
from tests.services.calling.dialled import Bank

SOONER_THAN_POSTGRES = "SET LOCAL lock_timeout = '700ms'"
"""It looks whether two wait for each other after a second."""

JOIN = text("UPDATE assignment SET state = 'open', shift_id = :shift, account_id = :account WHERE id = :id")
HOLD = text("SELECT account_id FROM shift WHERE id = :id FOR NO KEY UPDATE")
RENEW = text("UPDATE assignment SET expires_at = expires_at + interval '1 minute' WHERE id = :id")
WAITING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@pytest.fixture
def system(context_of: Any, carys: Person, organisation_id: uuid.UUID) -> Callable[[], Context]:
    return lambda: context_of(carys).as_actor(system_actor(organisation_id))


@pytest.fixture
def bank(ctx: Context, settings: Settings, units: UnitFactory, clock: SetClock, system: Any) -> Bank:
    campaign = running_campaign(
        ctx, [Voter("Gwen", [landline(0)])], dialing_mode="progressive", caller_ids=["+442079460100"]
    )
    return Bank(settings, units, clock, system, campaign.id)


def test_what_is_told_of_a_call_gives_way_to_whoever_has_the_volunteer_it_was_joined_with(
    bank: Bank, engine: Engine
) -> None:
    shift = bank.on_line("Vic")
    bank.second(bank.pacer())
    (call,), (assignment,) = bank.calls(), bank.assignments()
    told = Told("contact", str(call.carrier_sid), "in-progress", sequence=2)
    with engine.connect() as answer, engine.connect() as page, ThreadPoolExecutor(1) as pool:
        account = page.execute(HOLD, {"id": shift}).scalar_one()
        answer.execute(JOIN, {"shift": shift, "account": account, "id": assignment.id})
        telling = pool.submit(tell, bank.system(), call.id, told, {})
        assert wait_until(lambda: _waiting(engine) == 1, 20)
        answer.commit()
        _renew(page, assignment.id)
        assert telling.result(20)
    (after,) = bank.calls()
    assert (after.state, after.answered_at) == ("in_progress", bank.clock.now)


def _renew(page: Connection, assignment_id: uuid.UUID) -> None:
    page.execute(text(SOONER_THAN_POSTGRES))
    page.execute(RENEW, {"id": assignment_id})
    page.commit()


def _waiting(engine: Engine) -> int:
    with engine.connect() as looking:
        return int(looking.execute(WAITING).scalar_one())
