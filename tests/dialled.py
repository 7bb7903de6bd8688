"""A campaign in a dialled mode: volunteers on their lines, and numbers as the dialler leaves them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select, update

from dialer.services.calling.shift_states import move
from dialer.services.context import Context
from dialer.store.models import new_id
from dialer.store.models.accounts import Account
from dialer.store.models.calling import Assignment, Campaign, Result, Shift
from dialer.store.models.calls import Call
from dialer.store.models.conversations import Avoidance
from dialer.store.models.pacing import PacingEvent
from dialer.store.models.people import Contact
from dialer.store.models.queue import QueueEntry
from dialer.store.queries import queue
from dialer.store.session import UnitFactory
from tests.phone_bank import Voter

OURS = "+441632960900"


@dataclass
class Room:
    """What stands in the database of one campaign, and hands to bring it where a test begins."""

    units: UnitFactory
    organisation_id: uuid.UUID
    campaign_id: uuid.UUID
    system: Callable[[], Context]
    made: list[uuid.UUID] = field(default_factory=list)

    def sit_down(self, account_id: uuid.UUID, since: dt.datetime) -> uuid.UUID:
        """Somebody waits in their room since then."""
        shift = Shift(
            organisation_id=self.organisation_id,
            id=new_id(),
            campaign_id=self.campaign_id,
            account_id=account_id,
            state="ready",
            via="phone",
            line_state="none",
            started_at=since,
            last_seen_at=since,
            state_since=since,
        )
        with self.units.begin(self.organisation_id) as unit:
            unit.session.add(shift)
            unit.session.flush()
            move(unit, shift, since, line="open")
        self.made.append(shift.id)
        return shift.id

    def dial(self, voter: Voter, sid: str | None = None, number: str | None = None) -> uuid.UUID:
        """A dial that the carrier has, as the pacer leaves it."""
        now, called = self.system().now, number or voter.numbers[0]
        assignment_id, call_id = new_id(), new_id()
        of = {"organisation_id": self.organisation_id}
        with self.units.begin(self.organisation_id) as unit:
            entry = unit.session.scalars(
                select(QueueEntry).where(
                    QueueEntry.number == called, QueueEntry.campaign_id == self.campaign_id
                )
            ).one()
            assignment = Assignment(
                **of,
                id=assignment_id,
                campaign_id=self.campaign_id,
                queue_entry_id=entry.id,
                contact_id=voter.id,
                number=called,
                household_ids=[],
                state="dialling",
                attempt=1,
                late=False,
                draft={},
                created_at=now,
                expires_at=now,
            )
            unit.session.add(assignment)
            unit.session.flush()
            assert queue.hold(unit, assignment_id, called, [voter.id])
            queue.set_held(unit, entry.id)
            call = Call(
                **of,
                id=call_id,
                direction="outbound",
                mode="dialled",
                campaign_id=self.campaign_id,
                contact_id=voter.id,
                assignment_id=assignment_id,
                number=called,
                caller_id=OURS,
                state="queued",
                dial_state="dialled" if sid else "dialling",
                carrier_sid=sid,
                charged_legs=[],
                fence=1,
                attempted_at=now,
                deadline_at=now + dt.timedelta(seconds=35),
                created_at=now,
            )
            unit.session.add(call)
        return call_id

    def promise(self, numbers: Sequence[str], account_id: uuid.UUID) -> None:
        """These numbers are callbacks that a volunteer promised."""
        with self.units.begin(self.organisation_id) as unit:
            of = QueueEntry.campaign_id == self.campaign_id
            theirs = update(QueueEntry).where(of, QueueEntry.number.in_(numbers))
            unit.session.execute(theirs.values(for_account_id=account_id))

    def frighten(
        self, account_id: uuid.UUID, number: str = "+447700900998", contact_id: uuid.UUID | None = None
    ) -> None:
        """A volunteer has said that whoever wrote from there frightened them."""
        with self.units.begin(self.organisation_id) as unit:
            unit.session.add(
                Avoidance(
                    organisation_id=self.organisation_id,
                    account_id=account_id,
                    number=number,
                    contact_id=contact_id,
                    created_at=self.system().now,
                )
            )

    def speak(
        self, contact_ids: Sequence[uuid.UUID], account_id: uuid.UUID, language: str, match: str
    ) -> None:
        """These people speak a language, and of the volunteers one does."""
        with self.units.begin(self.organisation_id) as unit:
            theirs = update(Contact).where(Contact.id.in_(contact_ids))
            unit.session.execute(theirs.values(language=language))
            hers = update(Account).where(Account.id == account_id)
            unit.session.execute(hers.values(languages=["en", language]))
            policy = update(Campaign).where(Campaign.id == self.campaign_id)
            unit.session.execute(policy.values(call_policy={"language_match": match}))

    def call(self, call_id: uuid.UUID) -> Call:
        with self.units.read() as unit:
            return unit.session.get_one(Call, (self.organisation_id, call_id))

    def shift(self, shift_id: uuid.UUID) -> Shift:
        with self.units.read() as unit:
            return unit.session.get_one(Shift, (self.organisation_id, shift_id))

    def assignment(self, call_id: uuid.UUID) -> Assignment:
        with self.units.read() as unit:
            call = unit.session.get_one(Call, (self.organisation_id, call_id))
            return unit.session.get_one(Assignment, (self.organisation_id, call.assignment_id))

    def results(self) -> Sequence[tuple[str, uuid.UUID | None]]:
        """What was recorded, and by whom."""
        with self.units.read() as unit:
            rows = unit.session.scalars(select(Result).order_by(Result.id))
            return [(row.disposition, row.account_id) for row in rows]

    def entry(self, number: str) -> QueueEntry:
        with self.units.read() as unit:
            return unit.session.scalars(select(QueueEntry).where(QueueEntry.number == number)).one()

    def heard(self) -> list[str]:
        """What the policy was told, in order."""
        with self.units.read() as unit:
            rows = unit.session.scalars(select(PacingEvent).order_by(PacingEvent.id))
            return [f"{row.kind}:{row.result}" if row.result else row.kind for row in rows]
