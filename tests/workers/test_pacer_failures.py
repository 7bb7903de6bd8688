"""A pacer among rows, campaigns and a database that fail: whoever doesn't fail is rung for all the same."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from dialer.carrier.port import CallOutcome, OutboundCall, Refused
from dialer.domain.carrier_action import Action
from dialer.domain.errors import Unavailable
from dialer.domain.ringing import LOST_AFTER
from dialer.services.accounts.organisations import system_actor
from dialer.services.calling.call_looks import due_calls
from dialer.services.calling.dial_handing import Leading, to_the_wire
from dialer.services.context import Context
from dialer.settings import Settings
from dialer.store.session import UnitFactory, make_engine
from tests.conftest import SetClock
from tests.people import Person
from tests.phone_bank import Voter, landline, running_campaign
from tests.services.calling.dialled import Bank, Exchange
from workers.pacer import AWAY_S
from workers.pacer_answers import TRIES

UNWRITABLE = Refused(13224, "a text with \0 in it", Action.RETIRE_NUMBER)


class Picky(Exchange):
    """A carrier whose answer about one number can't be written down."""

    def place_call(self, call: OutboundCall) -> CallOutcome:
        taken = super().place_call(call)
        return UNWRITABLE if call.to == landline(0) else taken


@pytest.fixture
def system(ctx: Context, carys: Person, context_of: Callable[[Person], Context]) -> Callable[[], Context]:
    return lambda: context_of(carys).as_actor(system_actor(ctx.organisation_id))


@pytest.fixture
def bank(
    ctx: Context, settings: Settings, units: UnitFactory, clock: SetClock, system: Callable[[], Context]
) -> Bank:
    people = [Voter(f"V{index}", [landline(index)]) for index in range(4)]
    made = running_campaign(ctx, people, caller_ids=[landline(900)], dialing_mode="progressive")
    return Bank(settings, units, clock, system, made.id, carrier=Picky())


def states(bank: Bank) -> dict[str | None, str]:
    return {call.number: call.dial_state for call in bank.calls()}


def test_an_answer_that_cannot_be_written_down_holds_up_no_other(bank: Bank) -> None:
    bank.on_line("Vic"), bank.on_line("Wyn")
    pacer = bank.pacer()
    bank.second(pacer)
    assert states(bank) == {landline(0): "dialling", landline(1): "dialled"}
    for _ in range(2 ** (TRIES - 1)):
        bank.on_line("Xan") if len(bank.calls()) == 2 else None
        bank.second(pacer)
    assert states(bank)[landline(2)] == "dialled", "the next ones are rung meanwhile"
    assert pacer.answers.given_up == 1
    assert not pacer.answers.posted
    [left] = [call for call in bank.calls() if call.number == landline(0)]
    assert (left.state, left.dial_state) == ("queued", "dialling")
    bank.clock.forward(seconds=LOST_AFTER.total_seconds())
    assert left.id in due_calls(bank.system()), "the carrier is asked about it"


@dataclass
class Grasping(Exchange):
    """A carrier during whose answer somebody else takes hold of the first dial's row, for a long time."""

    database: Connection | None = None

    def place_call(self, call: OutboundCall) -> CallOutcome:
        if self.database is not None and call.to == landline(0):
            self.database.execute(text("SELECT id FROM call WHERE id = :id FOR UPDATE"), {"id": call.id})
        return super().place_call(call)


def test_a_row_that_somebody_holds_is_written_down_once_they_let_go(
    bank: Bank, settings: Settings, engine: Engine
) -> None:
    """By a pacer that waits for others less long than real ones do."""
    bank.on_line("Vic"), bank.on_line("Wyn")
    hasty = make_engine(settings.database_url, pool_size=2, lock_timeout_s=0.05)
    with engine.connect() as connection:
        bank.carrier = Grasping(database=connection)
        pacer = bank.pacer()
        pacer.runtime = dataclasses.replace(pacer.runtime, units=UnitFactory(hasty))
        bank.second(pacer)
        assert states(bank) == {landline(0): "dialling", landline(1): "dialled"}
    for _ in range(2):
        bank.second(pacer)
    assert set(states(bank).values()) == {"dialled"}
    assert pacer.answers.given_up == 0
    hasty.dispose()


def test_a_campaign_whose_dials_fail_at_the_gate_holds_up_no_other(
    bank: Bank, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    voters, ours = [Voter("Nia", [landline(50)])], [landline(901)]
    other = running_campaign(ctx, voters, caller_ids=ours, dialing_mode="progressive")
    bank.on_line("Vic")
    dataclasses.replace(bank, campaign_id=other.id).on_line("Wyn")
    broken = [bank.campaign_id]

    def breaks(ctx: Context, leading: Leading, *given: Any) -> Sequence[OutboundCall]:
        if leading.campaign_id in broken:
            raise Unavailable
        return to_the_wire(ctx, leading, *given)

    monkeypatch.setattr("workers.pacer.dial_handing.to_the_wire", breaks)
    pacer = bank.pacer()
    bank.second(pacer)
    assert [call.to for call in bank.carrier.asked] == [landline(50)]
    broken.clear()
    for _ in range(7):
        bank.second(pacer)
    assert landline(0) in [call.to for call in bank.carrier.asked], "given back, and claimed again"
    assert [call.end_reason for call in bank.calls() if call.state == "canceled"] == ["too_late"]


def test_while_the_database_is_away_nothing_is_forgotten(bank: Bank, settings: Settings) -> None:
    bank.on_line("Vic")
    bank.carrier = Exchange()
    pacer = bank.pacer()
    pacer.turn(bank.at + 1)
    there = pacer.runtime
    nowhere = make_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    pacer.runtime = dataclasses.replace(there, units=UnitFactory(nowhere))
    for at in range(2, 2 + 2 * TRIES):
        assert pacer.turn(bank.at + at) == AWAY_S
    pacer.runtime = there
    pacer.turn(bank.at + 20)
    assert states(bank) == {landline(0): "dialled"}
    assert pacer.answers.given_up == 0
