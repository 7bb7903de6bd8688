"""Any order of calling, skipping, expiring, correcting, undoing and voiding keeps what must hold.

After each step: nobody is in two hands, what is held is what is open, figures equal the facts, and where a
person stands is what their results say.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select, text

from dialer.domain.errors import RuleBroken
from dialer.domain.result import HouseholdReport, Report
from dialer.services.calling.assignments import skip_assignment
from dialer.services.calling.corrections import correct_result, undo_result, void_results
from dialer.services.calling.facts import people
from dialer.services.calling.leases import expire_assignments
from dialer.services.calling.next_contact import next_assignment
from dialer.services.calling.results import record_result
from dialer.services.calling.sessions import let_go_on, start_session
from dialer.services.calling.views import AssignmentView, SessionView
from dialer.services.context import Context
from dialer.store.models import Base
from dialer.store.models.calling import Assignment, Campaign, Hold, Result
from dialer.store.models.gotv import VoterRecord
from dialer.store.models.queue import ContactProgress, QueueEntry
from dialer.store.queries import counters
from tests.people import Person, join_campaign
from tests.phone_bank import Voter, landline, mobile, running_campaign

DISPOSITIONS = st.sampled_from(
    [
        "contacted",
        "contacted",
        "refused",
        "no_answer",
        "busy",
        "callback",
        "language_barrier",
        "disconnected",
        "wrong_number",
        "moved",
        "deceased",
        "already_voted",
    ]
)
SUPPORT = st.none() | st.integers(1, 5)
EITHER = st.integers(0, 1)
AGES = st.integers(0, 30)


class Calling(RuleBasedStateMachine):
    """Two volunteers in one campaign over a small street."""

    make: Callable[[], tuple[Context, list[Context], Campaign]]

    def __init__(self) -> None:
        super().__init__()
        self.ctx, self.seats, self.campaign = self.make()
        self.sessions: list[SessionView] = [start_session(ctx, self.campaign.id) for ctx in self.seats]
        self.given: list[tuple[int, AssignmentView]] = []
        self.now = self.ctx.now

    def at(self, ctx: Context) -> Context:
        self.now += dt.timedelta(seconds=1)
        return dataclasses.replace(ctx, now=self.now)

    def report(self, given: AssignmentView, disposition: str, support: int | None) -> HouseholdReport:
        later = self.now + dt.timedelta(hours=2)
        others = {str(one.id): Report("refused") for one in given.household[:1]}
        return HouseholdReport(
            Report(disposition, support=support, callback_at=later),
            others if disposition == "contacted" else {},
        )

    def pick(self, age: int) -> tuple[int, AssignmentView]:
        return self.given[-1 - age % len(self.given)]

    @rule(who=EITHER)
    def next(self, who: int) -> None:
        try:
            given = next_assignment(self.at(self.seats[who]), self.sessions[who].id)
        except RuleBroken:
            let_go_on(self.at(self.ctx), self.sessions[who].id)
            return
        if isinstance(given, AssignmentView) and given.id not in {one.id for _, one in self.given}:
            self.given.append((who, given))

    @precondition(lambda self: self.given)
    @rule(age=AGES, disposition=DISPOSITIONS, support=SUPPORT)
    def result(self, age: int, disposition: str, support: int | None) -> None:
        who, given = self.pick(age)
        self._tried(
            lambda: record_result(
                self.at(self.seats[who]), given.id, self.report(given, disposition, support)
            )
        )

    @precondition(lambda self: self.given)
    @rule(age=AGES, disposition=DISPOSITIONS, support=SUPPORT)
    def correct(self, age: int, disposition: str, support: int | None) -> None:
        _, given = self.pick(age)
        self._tried(
            lambda: correct_result(self.at(self.ctx), given.id, self.report(given, disposition, support))
        )

    @precondition(lambda self: self.given)
    @rule(age=AGES)
    def undo(self, age: int) -> None:
        who, given = self.pick(age)
        self._tried(lambda: undo_result(self.at(self.seats[who]), given.id))

    @precondition(lambda self: self.given)
    @rule(age=AGES)
    def skip(self, age: int) -> None:
        who, given = self.pick(age)
        self._tried(lambda: skip_assignment(self.at(self.seats[who]), given.id))

    @rule(minutes=st.sampled_from([1, 16, 70]))
    def time_goes_by(self, minutes: int) -> None:
        self.now += dt.timedelta(minutes=minutes)
        expire_assignments(self.at(self.ctx))

    @rule(who=EITHER)
    def come_back(self, who: int) -> None:
        self.sessions[who] = start_session(self.at(self.seats[who]), self.campaign.id)

    @rule(who=EITHER)
    def void(self, who: int) -> None:
        account_id = self.seats[who].actor.account_id
        assert account_id is not None
        void_results(self.at(self.ctx), account_id, reason="a test")

    def _tried(self, deed: Callable[[], object]) -> None:
        """A refusal is an answer too; it must leave everything as it was."""
        with contextlib.suppress(RuleBroken):
            deed()

    @invariant()
    def what_is_held_is_what_is_open(self) -> None:
        with self.ctx.unit() as unit:
            opened = unit.session.scalars(select(Assignment).where(Assignment.state == "open")).all()
            holds = unit.session.scalars(select(Hold)).all()
            wanted: Counter[Any] = Counter()
            for one in opened:
                wanted.update([one.number, one.contact_id, *one.household_ids])
            assert max(wanted.values(), default=0) <= 1
            assert Counter(hold.number or hold.contact_id for hold in holds) == wanted
            held = select(QueueEntry.number).where(QueueEntry.state == "held")
            assert set(unit.session.scalars(held)) == {one.number for one in opened}

    @invariant()
    def figures_equal_the_facts(self) -> None:
        with self.ctx.unit() as unit:
            results = self._standing_results(unit)
            explicit = [one for one in results if not one.implied]
            facts = Counter(f"disposition_{one.disposition}" for one in explicit)
            facts["attempts"] = len({one.assignment_id for one in explicit})
            figures = counters.read(unit, "campaign", [self.campaign.id])
            ours = {
                name: value
                for name, value in figures.items()
                if name.startswith("disposition_") or name == "attempts"
            }
            assert ours == {name: value for name, value in facts.items() if value}

    @invariant()
    def progress_and_pledges_follow_the_results(self) -> None:
        with self.ctx.unit() as unit:
            results = self._standing_results(unit)
            rows = unit.session.scalars(select(ContactProgress)).all()
            found = people(unit, self.campaign, contact_ids=[row.contact_id for row in rows])
            for row in rows:
                stands = found[row.contact_id].standing
                assert (row.turn, row.attempts, row.next_number) == (
                    stands.turn,
                    stands.attempts,
                    stands.number,
                )
            said: dict[uuid.UUID, int] = {}
            for one in sorted(results, key=lambda one: one.at):
                if one.support is not None:
                    said[one.contact_id] = one.support
            records = unit.session.scalars(select(VoterRecord)).all()
            assert {row.contact_id: row.support for row in records if row.support is not None} == said

    @invariant()
    def nobody_who_waits_is_forgotten(self) -> None:
        """Whoever is still to be called has their number waiting or in somebody's hands."""
        with self.ctx.unit() as unit:
            rows = unit.session.scalars(select(ContactProgress).where(ContactProgress.over.is_(False))).all()
            found = people(unit, self.campaign, contact_ids=[row.contact_id for row in rows])
            lined_up = set(
                unit.session.scalars(
                    select(QueueEntry.number).where(QueueEntry.state.in_(("waiting", "held")))
                )
            )
            for person in found.values():
                if person.callee.status == "active":
                    assert person.standing.number in lined_up

    @staticmethod
    def _standing_results(unit: Any) -> list[Result]:
        return list(
            unit.session.scalars(
                select(Result).where(Result.superseded_at.is_(None), Result.voided_at.is_(None))
            )
        )


_KEPT = {"organisation", "account", "api_token"}
_CLEAR = "; ".join(f'DELETE FROM "{name}"' for name in Base.metadata.tables if name not in _KEPT)


def clear(ctx: Context) -> None:
    """Take everything away but the people who call."""
    with ctx.units.engine.begin() as connection:
        connection.execute(text(f"SET LOCAL session_replication_role = replica; {_CLEAR}"))


@pytest.mark.slow
def test_whatever_the_order(
    ctx: Context, vic: Person, mallory: Person, context_of: Callable[[Person], Context]
) -> None:
    def make() -> tuple[Context, list[Context], Campaign]:
        clear(ctx)
        street = [
            Voter("Siân", [landline(1), mobile(1)]),
            Voter("Gwyn", [landline(1)]),
            Voter("Tom", [mobile(2)]),
            Voter("Ann", [landline(3), landline(1)]),
        ]
        view = running_campaign(ctx, street, retry_after_s=3600, assignment_timeout_s=900, max_attempts=3)
        for person in (vic, mallory):
            join_campaign(ctx.units, person, view.id)
        with ctx.unit() as unit:
            campaign = unit.session.get_one(Campaign, (unit.organisation_id, view.id))
        return ctx, [context_of(vic), context_of(mallory)], campaign

    Calling.make = staticmethod(make)  # type: ignore[assignment]
    run_state_machine_as_test(
        Calling,
        settings=settings(
            max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
