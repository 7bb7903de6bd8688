"""Calls: what is open, what is due, and what is known of a number at this moment."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import and_, bindparam, case, exists, func, or_, select, update

from dialer.domain.call import DIALLED, OF_A_ROOM
from dialer.store.models.calling import Assignment, Shift
from dialer.store.models.calls import Call
from dialer.store.models.people import ContactPhone
from dialer.store.queries.due_numbers import BARRED
from dialer.store.session import MetOutOfOrder, UnitOfWork

OPEN = ("queued", "ringing", "in_progress")


def barred(unit: UnitOfWork, number: str) -> tuple[bool, bool]:
    """Whether a number must not be rung, by the no of anybody who has it; and whether it is dead."""
    return barred_numbers(unit, [number])[number]


def barred_numbers(unit: UnitOfWork, numbers: Sequence[str]) -> dict[str, tuple[bool, bool]]:
    """The same for many."""
    asked = {"organisation_id": unit.organisation_id, "numbers": list(numbers)}
    return {row.number: (row.suppressed, row.dead) for row in unit.session.execute(BARRED, asked)}


def open_call_of(unit: UnitOfWork, account_id: uuid.UUID) -> Call | None:
    """The ring-me call that somebody is on, or waits for."""
    return unit.session.scalar(
        select(Call)
        .where(
            Call.organisation_id == unit.organisation_id,
            Call.account_id == account_id,
            Call.mode == "ring_me",
            Call.state.in_(OPEN),
            Call.parted_at.is_(None),
        )
        .order_by(Call.id.desc())
        .limit(1)
    )


def latest_call_of(unit: UnitOfWork, assignment_id: uuid.UUID) -> Call | None:
    """The last call that was placed for an assignment."""
    return unit.session.scalar(
        select(Call)
        .where(Call.organisation_id == unit.organisation_id, Call.assignment_id == assignment_id)
        .order_by(Call.id.desc())
        .limit(1)
    )


def open_calls_for(unit: UnitOfWork, assignment_ids: Sequence[uuid.UUID]) -> Sequence[Call]:
    """The calls under way for assignments (locked, with their shifts), locked too."""
    query = select(Call).where(
        Call.organisation_id == unit.organisation_id,
        Call.assignment_id.in_(assignment_ids),
        Call.state.in_(OPEN),
    )
    # Read anew: a call that was seen before its lock may have gone on meanwhile.
    locked = query.order_by(Call.id).with_for_update().execution_options(populate_existing=True)
    return unit.session.scalars(locked).all()


def call_by_sid(unit: UnitOfWork, sid: str) -> Call | None:
    """The call that one of its legs' names belongs to."""
    return unit.session.scalar(
        select(Call).where(
            Call.organisation_id == unit.organisation_id,
            or_(Call.carrier_sid == sid, Call.contact_sid == sid),
        )
    )


def known_sids(unit: UnitOfWork, sids: Sequence[str]) -> frozenset[str]:
    """Those of the carrier's names that belong to calls of ours already."""
    found = select(Call.carrier_sid).where(
        Call.organisation_id == unit.organisation_id, Call.carrier_sid.in_(sids)
    )
    return frozenset(sid for sid in unit.session.scalars(found) if sid)


_RUNG = select(
    exists().where(
        Call.organisation_id == bindparam("organisation_id"),
        Call.assignment_id == bindparam("assignment_id"),
        Call.contact_rung_at.is_not(None),
    )
)


def was_dialled(unit: UnitOfWork, assignment_id: uuid.UUID) -> bool:
    """Whether the contact of an assignment was rung through the carrier."""
    asked = {"organisation_id": unit.organisation_id, "assignment_id": assignment_id}
    return bool(unit.session.scalar(_RUNG, asked))


def is_on_the_phone(unit: UnitOfWork, assignment_id: uuid.UUID) -> bool:
    """Whether a call is under way for an assignment, with its volunteer."""
    under_way = select(Call.id).where(
        Call.organisation_id == unit.organisation_id,
        Call.assignment_id == assignment_id,
        Call.state.in_(OPEN),
        Call.parted_at.is_(None),
    )
    return unit.session.scalar(under_way.limit(1)) is not None


def in_flight(unit: UnitOfWork) -> int:
    """How many legs stand at the carrier, or will, by what the rows say: never counted up and down."""
    legs = case((Call.mode == "ring_me", 2), else_=1)
    counted = select(func.sum(legs)).where(
        Call.organisation_id == unit.organisation_id,
        Call.state.in_(OPEN),
        Call.dial_state.in_(("dialling", "unknown", "dialled")),
    )
    return unit.session.scalar(counted) or 0


def waiting(unit: UnitOfWork, now: dt.datetime) -> uuid.UUID | None:
    """The call that has waited longest to be placed, of those that somebody asked for and that may be placed
    now. What the dialler has claimed is the pacer's to place.
    """
    return unit.session.scalar(
        select(Call.id)
        .where(
            Call.organisation_id == unit.organisation_id,
            Call.mode != DIALLED,
            Call.state == "queued",
            Call.dial_state == "waiting",
            or_(Call.not_before.is_(None), Call.not_before <= now),
        )
        .order_by(Call.id)
        .limit(1)
    )


def due(unit: UnitOfWork, now: dt.datetime, most: int) -> Sequence[uuid.UUID]:
    """Open calls that are past their deadline, the longest overdue first."""
    return unit.session.scalars(
        select(Call.id)
        .where(
            Call.organisation_id == unit.organisation_id,
            Call.state.in_(OPEN),
            Call.deadline_at <= now,
        )
        .order_by(Call.deadline_at)
        .limit(most)
    ).all()


def ask_soon(unit: UnitOfWork, at: dt.datetime) -> int:
    """Have every call that the carrier has, and that isn't over, be due `at` then or sooner; how many."""
    under_way = update(Call).where(
        Call.organisation_id == unit.organisation_id,
        Call.state.in_(OPEN),
        Call.dial_state == "dialled",
        Call.deadline_at > at,
    )
    return len(unit.session.scalars(under_way.values(deadline_at=at).returning(Call.id)).all())


_OF_ASSIGNMENT = and_(
    Assignment.organisation_id == Call.organisation_id,
    Assignment.id == Call.assignment_id,
    Call.mode.not_in(OF_A_ROOM),
)


def lock_call(unit: UnitOfWork, call_id: uuid.UUID) -> tuple[Call, Assignment | None, Shift | None] | None:
    """A call, locked after the shift and the assignment it belongs to (the order everybody locks in).

    `MetOutOfOrder` where it came into other hands meanwhile, and somebody has those.
    """
    which = (Call.organisation_id == unit.organisation_id, Call.id == call_id)
    its_shift = case((Call.mode.in_(OF_A_ROOM), Call.shift_id), else_=Assignment.shift_id)
    seen = select(its_shift, Assignment.id).select_from(Call).outerjoin(Assignment, _OF_ASSIGNMENT)
    found = unit.session.execute(seen.where(*which)).one_or_none()
    if found is None:
        return None
    shift_id, assignment_id = found
    shift = _lock_shift(unit, shift_id)
    if assignment_id is None:
        call = unit.session.get_one(
            Call, (unit.organisation_id, call_id), with_for_update=True, populate_existing=True
        )
        return call, None, _lock_moved(unit, shift, call.shift_id if call.mode in OF_A_ROOM else None)
    both = select(Call, Assignment).join(Assignment, _OF_ASSIGNMENT).where(*which)
    locked = both.with_for_update(of=(Assignment, Call)).execution_options(populate_existing=True)
    call, assignment = unit.session.execute(locked).one()
    return call, assignment, _lock_moved(unit, shift, assignment.shift_id)


def _lock_shift(unit: UnitOfWork, shift_id: uuid.UUID | None) -> Shift | None:
    if shift_id is None:
        return None
    return unit.session.get_one(Shift, (unit.organisation_id, shift_id), with_for_update=True)


def _lock_moved(unit: UnitOfWork, locked: Shift | None, shift_id: uuid.UUID | None) -> Shift | None:
    """The shift that it belongs to now, where it came into other hands before it was locked: in the moment in
    which somebody answers, what the carrier tells of the call waits for what it asks.

    The call is locked by then, and whoever has that shift may wait for it; so this doesn't wait for them.
    """
    if locked is not None and locked.id == shift_id:
        return locked
    if shift_id is None:
        return None
    now_theirs = select(Shift).where(Shift.organisation_id == unit.organisation_id, Shift.id == shift_id)
    free = now_theirs.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    shift = unit.session.scalar(free)
    if shift is None:
        raise MetOutOfOrder
    return shift


def holders_of_number(unit: UnitOfWork, number: str) -> Sequence[uuid.UUID]:
    """Whoever has a number now, the longest known first."""
    return unit.session.scalars(
        select(ContactPhone.contact_id)
        .where(
            ContactPhone.organisation_id == unit.organisation_id,
            ContactPhone.number == number,
            ContactPhone.removed_at.is_(None),
        )
        .order_by(ContactPhone.contact_id)
    ).all()


HAS_OPEN_CALL = (
    select(Call.id)
    .where(
        and_(
            Call.organisation_id == Assignment.organisation_id,
            Call.assignment_id == Assignment.id,
            Call.state.in_(OPEN),
            Call.parted_at.is_(None),
        )
    )
    .exists()
)
"""For queries of assignments: a call for it is under way, with its volunteer."""


def last_decided(unit: UnitOfWork, campaign_id: uuid.UUID) -> Call | None:
    """The last of a campaign's ring-me calls that the carrier took or refused."""
    return unit.session.scalar(
        select(Call)
        .where(
            Call.organisation_id == unit.organisation_id,
            Call.campaign_id == campaign_id,
            Call.mode == "ring_me",
            or_(Call.carrier_sid.is_not(None), Call.end_reason == "refused"),
        )
        .order_by(Call.id.desc())
        .limit(1)
    )


def count_rung(unit: UnitOfWork, campaign_id: uuid.UUID) -> dict[str, int]:
    """A campaign's ring-me calls by state."""
    query = (
        select(Call.state, func.count())
        .where(
            Call.organisation_id == unit.organisation_id,
            Call.campaign_id == campaign_id,
            Call.mode == "ring_me",
        )
        .group_by(Call.state)
    )
    return dict(unit.session.execute(query).all())
