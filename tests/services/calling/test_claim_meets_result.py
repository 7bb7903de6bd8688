"""What is recorded of somebody while a number of theirs is being claimed: whoever claims it knows."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy import Engine, select, text

from dialer.domain.access import Role
from dialer.domain.result import HouseholdReport, Report
from dialer.processes import wait_until
from dialer.services.accounts.organisations import system_actor
from dialer.services.calling.corrections import correct_result, void_results
from dialer.services.calling.leases import expire_assignments
from dialer.services.calling.next_contact import next_assignment
from dialer.services.calling.results import record_result
from dialer.services.calling.sessions import start_session
from dialer.services.calling.views import AssignmentView, CampaignView, NobodyNow
from dialer.services.context import Context
from dialer.store.models.gotv import VoterRecord
from dialer.store.models.queue import QueueEntry
from dialer.store.queries import queue
from dialer.store.quick import Quick
from tests.people import Person, join_campaign, make_person
from tests.phone_bank import Voter, landline, mobile, running_campaign

HOME = landline(0)
NOW = dt.timedelta(0)
GATE = 20261123
"""An advisory lock that a claim asks for once its view of the tables is taken, before it locks a number."""
RANKS = "unnest(CAST(:ranks AS integer[])"
AT_GATE = (
    f"unnest((SELECT CAST(:ranks AS integer[]) FROM (SELECT pg_advisory_xact_lock_shared({GATE}) OFFSET 0) w)"
)
WAITING = text(
    """
    SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database
    WHERE d.datname = current_database() AND locktype = 'advisory' AND objid = :gate AND NOT granted
    """
)


@dataclass
class Street:
    """Quentin and Petra share a landline; Petra's mobile is her first number. Two volunteers."""

    ctx: Context
    vic: Context
    wyn: Context
    campaign: CampaignView
    engine: Engine
    petra: uuid.UUID
    first: AssignmentView = field(init=False)
    sessions: dict[str, uuid.UUID] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sessions = {
            "vic": start_session(self.vic, self.campaign.id).id,
            "wyn": start_session(self.wyn, self.campaign.id).id,
        }
        given = next_assignment(self.vic, self.sessions["vic"])
        assert isinstance(given, AssignmentView)
        assert [one.id for one in given.household] == [self.petra], "she is in hand too"
        self.first = given

    def says(self, petra: str | None) -> HouseholdReport:
        """Quentin was spoken with, and maybe something came of it for Petra."""
        others = {str(self.petra): Report(petra)} if petra else {}
        return HouseholdReport(Report("contacted"), others)

    def record(self, petra: str | None = None, *, later: dt.timedelta = NOW) -> None:
        vic = replace(self.vic, now=self.vic.now + later)
        record_result(vic, self.first.id, self.says(petra))

    def next_while(self, deed: Callable[[], object], later: dt.timedelta = NOW) -> AssignmentView | NobodyNow:
        """What Wyn is given, who looks at the line before this is done, and locks a number after."""
        wyn = replace(self.wyn, now=self.wyn.now + later)
        with ThreadPoolExecutor(1) as pool:
            with closed(self.engine):
                asking = pool.submit(next_assignment, wyn, self.sessions["wyn"])
                assert wait_until(lambda: _is_waiting(self.engine), 20)
                deed()
            return asking.result(20)

    def state_of(self, number: str) -> str | None:
        with self.ctx.unit() as unit:
            return unit.session.scalar(select(QueueEntry.state).where(QueueEntry.number == number))


@contextmanager
def closed(engine: Engine) -> Iterator[None]:
    with engine.connect() as gate:
        gate.execute(text("SELECT pg_advisory_lock(:gate)"), {"gate": GATE})
        try:
            yield
        finally:
            gate.execute(text("SELECT pg_advisory_unlock(:gate)"), {"gate": GATE})
            gate.commit()


def _is_waiting(engine: Engine) -> bool:
    with engine.connect() as looking:
        return bool(looking.scalar(WAITING, {"gate": GATE}))


@pytest.fixture
def make_street(
    ctx: Context,
    vic: Person,
    context_of: Callable[[Person], Context],
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Street]:
    def make(**fields: object) -> Street:
        quentin, petra = Voter("Quentin", [HOME]), Voter("Petra", [mobile(1), HOME])
        campaign = running_campaign(ctx, [quentin, petra], retry_after_s=0, **fields)
        wyn = make_person(ctx.units, ctx.organisation_id, Role.VOLUNTEER, "Wyn")
        for one in (vic, wyn):
            join_campaign(ctx.units, one, campaign.id)
        street = Street(ctx, context_of(vic), context_of(wyn), campaign, engine, petra.id)
        asked = queue.BY_HAND.text
        assert asked.count(RANKS) == 1
        monkeypatch.setattr(queue, "BY_HAND", Quick(asked.replace(RANKS, AT_GATE)))
        return street

    return make


def test_who_has_just_refused_is_not_handed_out_on_another_number(make_street: Callable[..., Street]) -> None:
    street = make_street()
    given = street.next_while(lambda: street.record("refused"))
    assert given == NobodyNow("nobody_due", 10)
    assert street.state_of(mobile(1)) == "done"


def test_nor_is_who_was_said_to_have_refused_after_the_lease_was_over(
    make_street: Callable[..., Street],
) -> None:
    street, hour = make_street(), dt.timedelta(hours=1)
    system = street.ctx.as_actor(system_actor(street.ctx.organisation_id))
    assert expire_assignments(replace(system, now=system.now + hour)) == 1
    given = street.next_while(lambda: street.record("refused", later=hour), hour)
    assert given == NobodyNow("nobody_due", 10)


def test_nor_whose_result_was_corrected(make_street: Callable[..., Street]) -> None:
    street = make_street()
    street.record()
    corrected = street.says("refused")
    given = street.next_while(lambda: correct_result(street.vic, street.first.id, corrected))
    assert given == NobodyNow("nobody_due", 10)


def test_nor_who_has_voted_where_that_matters(make_street: Callable[..., Street]) -> None:
    street = make_street(kind="gotv")
    street.record()
    assert street.next_while(lambda: _votes(street)) == NobodyNow("nobody_due", 10)


def _votes(street: Street) -> None:
    with street.ctx.unit() as unit:
        row = VoterRecord(
            organisation_id=unit.organisation_id,
            election_id=street.campaign.election_id,
            contact_id=street.petra,
            voted_at=street.ctx.now,
        )
        unit.session.merge(row)


def test_a_number_stays_in_the_line_whose_refusal_was_taken_back(make_street: Callable[..., Street]) -> None:
    street = make_street()
    street.record("refused")
    volunteer = street.vic.actor.account_id
    assert volunteer is not None
    given = street.next_while(lambda: void_results(street.ctx, volunteer, reason="Made up"))
    assert isinstance(given, AssignmentView)
    assert (given.contact.id, given.contact.phone, given.attempt) == (street.petra, mobile(1), 1)
