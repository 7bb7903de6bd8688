"""The dialler's statements: who is on the line, which numbers it takes, what is under way, what is stale.

Locks are taken in the order of `queue`, and a campaign's lease before all of them: nobody else locks it.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from dialer.domain.dialling import UNHEARD_AFTER
from dialer.domain.languages import Lane
from dialer.domain.matching import THERE
from dialer.domain.queue_order import CALLBACK_GRACE, rank_of
from dialer.store.models.base import new_id
from dialer.store.models.calling import Assignment, Hold, Shift
from dialer.store.models.calls import Call
from dialer.store.models.people import ContactPhone
from dialer.store.models.queue import QueueEntry
from dialer.store.queries.calls import OPEN
from dialer.store.queries.due_numbers import BY_DIALLER
from dialer.store.queries.queue import Claim, in_order
from dialer.store.queries.queue import lines as lines_of
from dialer.store.session import UnitOfWork


def on_line(unit: UnitOfWork, campaign_id: uuid.UUID) -> Mapping[str, int]:
    """The volunteers of a campaign whose own leg is open, by the state of their shift."""
    query = (
        select(Shift.state, func.count())
        .where(
            Shift.organisation_id == unit.organisation_id,
            Shift.campaign_id == campaign_id,
            Shift.state != "ended",
            Shift.line_state == "open",
        )
        .group_by(Shift.state)
    )
    return dict(unit.session.execute(query).all())


@dataclass(frozen=True, slots=True)
class Lines:
    """A campaign's dials that aren't over: still to be rung, rung and not answered, answered."""

    waiting: int
    ringing: int
    answered: int


def lines(unit: UnitOfWork, campaign_id: uuid.UUID) -> Lines:
    """Count what is under way by what the rows say."""
    waits, answered = Call.dial_state == "waiting", Call.answered_at.is_not(None)
    query = select(
        func.count().filter(waits),
        func.count().filter(~waits & ~answered),
        func.count().filter(answered),
    ).where(
        Call.organisation_id == unit.organisation_id,
        Call.campaign_id == campaign_id,
        Call.mode == "dialled",
        Call.state.in_(OPEN),
    )
    return Lines(*unit.session.execute(query).one())


@dataclass(frozen=True, slots=True)
class DueClaim(Claim):
    """A number taken from the line, and since when it was due."""

    due_at: dt.datetime
    language: str


def claim_numbers(
    unit: UnitOfWork,
    campaign_id: uuid.UUID,
    now: dt.datetime,
    *,
    rested: dt.datetime,
    passed_over: Sequence[uuid.UUID],
    lanes: Sequence[Lane],
    most: int,
) -> list[DueClaim]:
    """The first `most` numbers that are due, in the order of ranks and of lanes, that nobody holds and nobody
    is claiming, and that weren't abandoned after `rested`; of each lane as many as it allows.
    """
    rows = unit.session.execute(
        BY_DIALLER,
        {
            "organisation_id": unit.organisation_id,
            "campaign_id": campaign_id,
            "now": now,
            **lines_of(lanes),
            "lane": [lane.most for _, lane in in_order(lanes)],
            "passed_over": list(passed_over),
            "rested": rested,
            "most": most + sum(lane.most for lane in lanes[:-1]),
            "grace_over": now - CALLBACK_GRACE,
            "seen_since": now - THERE,
        },
    )
    claims = [
        DueClaim(
            row.id, row.number, rank_of(row.priority), row.suppressed, row.dead, row.due_at, row.language
        )
        for row in _in_lanes(_one_for_each(rows), lanes)
    ]
    return claims[:most]


def _in_lanes(rows: Iterable[Row[Any]], lanes: Sequence[Lane]) -> Iterator[Row[Any]]:
    """As many of each lane as it allows, over all ranks."""
    left = {lane: lane.most for lane in lanes}
    for row in rows:
        lane = next(lane for lane in lanes if lane.holds(row.language))
        left[lane] -= 1
        if left[lane] >= 0:
            yield row


def _one_for_each(rows: Iterable[Row[Any]]) -> Iterator[Row[Any]]:
    """Of several callbacks that one volunteer promised the first: they can have one at a time."""
    promised: set[uuid.UUID] = set()
    for row in rows:
        if row.for_account_id is None or row.for_account_id not in promised:
            yield row
        promised |= {row.for_account_id} - {None}


def holders(unit: UnitOfWork, numbers: Sequence[str]) -> Mapping[str, Sequence[uuid.UUID]]:
    """Who has each of these numbers now."""
    query = select(ContactPhone.number, ContactPhone.contact_id).where(
        ContactPhone.organisation_id == unit.organisation_id,
        ContactPhone.number.in_(numbers),
        ContactPhone.removed_at.is_(None),
    )
    found: defaultdict[str, list[uuid.UUID]] = defaultdict(list)
    for number, contact_id in unit.session.execute(query):
        found[number].append(contact_id)
    return found


def write_assignments(unit: UnitOfWork, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write down what the dialler takes into its hands."""
    unit.session.execute(insert(Assignment), rows)


def hold_all(unit: UnitOfWork, wanted: Mapping[uuid.UUID, tuple[str, Sequence[uuid.UUID]]]) -> set[uuid.UUID]:
    """Hold the number and the people of each assignment; those that got all of theirs. The others are
    discarded, and with them what they got.

    All numbers come before all people, each in order, as in `queue.hold`.
    """
    numbers = sorted((number, assignment_id) for assignment_id, (number, _) in wanted.items())
    people = sorted((one, assignment_id) for assignment_id, (_, ids) in wanted.items() for one in ids)
    rows = [*(_hold(unit, of, number=number) for number, of in numbers)]
    rows += [_hold(unit, of, contact_id=contact_id) for contact_id, of in people]
    free = upsert(Hold).values(rows).on_conflict_do_nothing().returning(Hold.assignment_id)
    taken = Counter(unit.session.scalars(free))
    whole = {one for one, (_, ids) in wanted.items() if taken[one] == 1 + len(ids)}
    _discard(unit, wanted.keys() - whole)
    return whole


def _hold(unit: UnitOfWork, assignment_id: uuid.UUID, **what: object) -> dict[str, object]:
    common = {"organisation_id": unit.organisation_id, "assignment_id": assignment_id}
    return {"id": new_id(), "number": None, "contact_id": None} | common | what


def _discard(unit: UnitOfWork, assignment_ids: Iterable[uuid.UUID]) -> None:
    unit.session.execute(
        delete(Assignment).where(
            Assignment.organisation_id == unit.organisation_id, Assignment.id.in_(list(assignment_ids))
        ),
        execution_options={"synchronize_session": False},
    )


def set_all_held(unit: UnitOfWork, entry_ids: Sequence[uuid.UUID]) -> None:
    """Take claimed numbers out of the line while they are rung."""
    unit.session.execute(
        update(QueueEntry)
        .where(QueueEntry.organisation_id == unit.organisation_id, QueueEntry.id.in_(entry_ids))
        .values(state="held"),
        execution_options={"synchronize_session": False},
    )


def lock_waiting(unit: UnitOfWork, call_ids: Sequence[uuid.UUID]) -> list[tuple[Call, Assignment]]:
    """Those of these dials that still wait to be rung, locked after what they are for; the others have been
    given back, or are with somebody else at this moment.
    """
    query = (
        select(Call, Assignment)
        .join(
            Assignment,
            (Assignment.organisation_id == Call.organisation_id) & (Assignment.id == Call.assignment_id),
        )
        .where(
            Call.organisation_id == unit.organisation_id,
            Call.id.in_(call_ids),
            Call.mode == "dialled",
            Call.state == "queued",
            Call.dial_state == "waiting",
        )
        .order_by(Assignment.id)
        .with_for_update(of=(Assignment, Call), skip_locked=True)
    )
    return list(unit.session.execute(query))


_TAKEN = text(
    """
    UPDATE call c
    SET dial_state = 'dialled', carrier_sid = said.sid, deadline_at = :deadline,
        contact_rung_at = c.attempted_at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:sids AS text[])) AS said(id, sid)
    WHERE c.organisation_id = :organisation AND c.id = said.id AND c.dial_state = 'dialling'
    RETURNING c.campaign_id
    """
)


def set_taken(unit: UnitOfWork, sids: Mapping[uuid.UUID, str], deadline: dt.datetime) -> Sequence[uuid.UUID]:
    """Note of these dials what the carrier calls them, where no callback has proven yet that it has them; the
    campaign of each. `deadline` is when it is asked about them.
    """
    given = {"organisation": unit.organisation_id, "ids": list(sids), "sids": list(sids.values())}
    return unit.session.scalars(_TAKEN, given | {"deadline": deadline}).all()


def stale(unit: UnitOfWork, before: dt.datetime, most: int) -> Sequence[uuid.UUID]:
    """The dials that were claimed before then and still wait to be rung, whoever claimed them."""
    query = select(Call.id).where(
        Call.organisation_id == unit.organisation_id,
        Call.mode == "dialled",
        Call.state == "queued",
        Call.dial_state == "waiting",
        Call.created_at <= before,
    )
    return unit.session.scalars(query.limit(most)).all()


def ask_about_unheard(unit: UnitOfWork, now: dt.datetime) -> int:
    """Have the carrier asked about each dial that it took a while ago and has told nothing of, once; how many
    there are.
    """
    unheard = (
        update(Call)
        .where(
            Call.organisation_id == unit.organisation_id,
            Call.mode == "dialled",
            Call.state == "queued",
            Call.dial_state == "dialled",
            Call.attempted_at <= now - UNHEARD_AFTER,
            Call.deadline_at > now,
            Call.reconciled == 0,
        )
        .values(deadline_at=now)
        .returning(Call.id)
    )
    return len(unit.session.scalars(unheard, execution_options={"synchronize_session": False}).all())
