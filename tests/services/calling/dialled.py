"""A dialled campaign for tests: volunteers on the line, numbers in it, a pacer with its hand on the clock."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from dialer.carrier.port import Accepted, CallOutcome, CarrierCall, OutboundCall
from dialer.domain.access import Role
from dialer.services.calling.shift_states import move
from dialer.services.context import Context
from dialer.settings import Settings
from dialer.store.models import new_id
from dialer.store.models.calling import Assignment, Shift
from dialer.store.models.calls import Call
from dialer.store.models.queue import QueueEntry
from dialer.store.session import UnitFactory
from tests.carriers import AtOnceCarrier, Unmetered
from tests.conftest import SetClock
from tests.people import make_person
from workers.pacer import PacerProcess
from workers.runtime import Runtime


@dataclass
class Exchange(AtOnceCarrier):
    """A carrier in memory: what it was asked for, and what it answers; it accepts unless told otherwise."""

    asked: list[OutboundCall] = field(default_factory=list)
    answer: CallOutcome | None = None
    has: CarrierCall | None = None
    ended: list[str] = field(default_factory=list)

    def place_call(self, call: OutboundCall) -> CallOutcome:
        self.asked.append(call)
        return self.answer or Accepted(f"CA{len(self.asked):032x}", "queued")

    def call(self, sid: str) -> CarrierCall | None:
        return self.has

    def calls(self, **_: object) -> list[CarrierCall]:
        return [self.has] if self.has else []

    def end_call(self, sid: str) -> None:
        self.ended.append(sid)


@dataclass
class Bank:
    """A campaign and the pacers that may lead it."""

    settings: Settings
    units: UnitFactory
    clock: SetClock
    system: Callable[[], Context]
    campaign_id: uuid.UUID
    carrier: Exchange = field(default_factory=Exchange)
    buckets: Any = field(default_factory=Unmetered)
    at: float = 1000.0

    def pacer(self) -> PacerProcess:
        jobs = self.system().jobs
        return PacerProcess(
            Runtime(self.settings, self.units, jobs, self.carrier, self.buckets, self.clock)  # type: ignore[arg-type]
        )

    def second(self, pacer: PacerProcess, seconds: float = 1.0) -> None:
        """A second passes, and a pacer does what is due; what the carrier said is heard at once."""
        self.at += seconds
        self.clock.forward(seconds=seconds)
        pacer.turn(self.at)
        pacer.turn(self.at)

    def on_line(self, name: str, state: str = "ready") -> uuid.UUID:
        """A volunteer whose own leg is open."""
        organisation_id = self.system().organisation_id
        person = make_person(
            self.units, organisation_id, Role.VOLUNTEER, name, campaign_ids=(self.campaign_id,)
        )
        with self.system().unit() as unit:
            shift = Shift(
                organisation_id=organisation_id,
                id=new_id(),
                campaign_id=self.campaign_id,
                account_id=person.id,
                state="paused",
                via="phone",
                started_at=self.clock.now,
                last_seen_at=self.clock.now,
            )
            unit.session.add(shift)
            unit.session.flush()
            move(unit, shift, self.clock.now, state, line="open")
            return shift.id

    def calls(self) -> list[Call]:
        with self.system().unit() as unit:
            return list(unit.session.scalars(select(Call).order_by(Call.id)))

    def assignments(self) -> list[Assignment]:
        with self.system().unit() as unit:
            return list(unit.session.scalars(select(Assignment).order_by(Assignment.id)))

    def line(self) -> dict[str, tuple[str, str | None]]:
        """Where each number stands in the line, and why it is out of it."""
        with self.system().unit() as unit:
            return {
                one.number: (one.state, one.out_reason) for one in unit.session.scalars(select(QueueEntry))
            }

    def change(self, statement: Any) -> None:
        with self.system().unit() as unit:
            unit.session.execute(statement)
