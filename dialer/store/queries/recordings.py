"""Recordings: found by what they are of, changed many at once, and never by who was slower."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Interval,
    Select,
    SQLColumnExpression,
    and_,
    exists,
    false,
    func,
    or_,
    select,
    update,
)

from dialer.domain.recording import OBJECTION, WITH_SOUND
from dialer.store.models.calling import Campaign, Result
from dialer.store.models.calls import Call
from dialer.store.models.recordings import Recording
from dialer.store.session import UnitOfWork

Where = ColumnElement[bool]

_OUTBOUND: Final = Call.direction == "outbound"
"""As the index of the numbers that were called has it."""


def of_call(unit: UnitOfWork, call_id: uuid.UUID, *, lock: bool = False) -> Recording | None:
    """The recording of one call."""
    query = select(Recording).where(
        Recording.organisation_id == unit.organisation_id, Recording.call_id == call_id
    )
    fresh = query.with_for_update().execution_options(populate_existing=True)
    return unit.session.scalar(fresh if lock else query)


def was_objected_to(unit: UnitOfWork, call: Call) -> bool:
    """Whether the person of a call, or somebody on its number, objected to being recorded in its campaign."""
    same: list[Where] = []
    if call.contact_id is not None:
        same.append(Call.contact_id == call.contact_id)
    if call.number is not None:
        same.append(and_(Call.number == call.number, _OUTBOUND))
    found = (
        select(Recording.id)
        .join(Call, and_(Call.organisation_id == Recording.organisation_id, Call.id == Recording.call_id))
        .where(
            Recording.organisation_id == unit.organisation_id,
            Recording.campaign_id == call.campaign_id,
            Recording.why == OBJECTION,
            or_(false(), *same),
        )
    )
    return bool(unit.session.scalar(select(exists(found))))


def of_calls(where: Where) -> Where:
    """Those whose call is like that."""
    return exists(
        select(Call.id).where(
            Call.organisation_id == Recording.organisation_id, Call.id == Recording.call_id, where
        )
    )


def spoken_with(contact_ids: Sequence[uuid.UUID]) -> Where:
    """Calls for one of these, or with a result for one (corrected ones too): whoever answers hands the phone
    to another of the household. Not a result that only counts as a try for them, since nobody was reached.
    """
    result = select(Result.id).where(
        Result.organisation_id == Call.organisation_id,
        Result.assignment_id == Call.assignment_id,
        Result.contact_id.in_(contact_ids),
        Result.implied.is_(False),
    )
    return or_(Call.contact_id.in_(contact_ids), exists(result))


def discard(
    unit: UnitOfWork, where: Where, why: str, now: dt.datetime, by: uuid.UUID | None = None
) -> Sequence[uuid.UUID]:
    """Delete all like that which still have a sound; their ids. The keys are gone with the commit; files and
    what the carrier has follow.
    """
    changed = (
        update(Recording)
        .where(Recording.organisation_id == unit.organisation_id, Recording.state.in_(WITH_SOUND), where)
        .values(
            state="deleted",
            why=why,
            deleted_at=now,
            deleted_by=by,
            wrapped_key=None,
            settled_at=None,
            due_at=now,
            attempts=0,
            trouble=None,
        )
        .returning(Recording.id)
        .execution_options(synchronize_session=False)
    )
    return unit.session.scalars(changed).all()


def change(unit: UnitOfWork, recording_id: uuid.UUID, state: str, /, **values: object) -> bool:
    """Change one that is still in that state; whether it is."""
    changed = (
        update(Recording)
        .where(
            Recording.organisation_id == unit.organisation_id,
            Recording.id == recording_id,
            Recording.state == state,
        )
        .values(**values)
        .returning(Recording.id)
        .execution_options(synchronize_session=False)
    )
    return unit.session.scalar(changed) is not None


def due(unit: UnitOfWork, now: dt.datetime, states: Sequence[str], limit: int) -> Sequence[uuid.UUID]:
    """Those in one of these states whose next step is due, the longest due first."""
    query = select(Recording.id).where(
        Recording.organisation_id == unit.organisation_id,
        Recording.settled_at.is_(None),
        Recording.due_at <= now,
        Recording.state.in_(states),
    )
    return unit.session.scalars(query.order_by(Recording.due_at).limit(limit)).all()


def over_time(unit: UnitOfWork, now: dt.datetime, limit: int) -> Sequence[uuid.UUID]:
    """Those that their campaigns don't keep so long: here, or at the carrier from which they never came.

    Asked separately, since each is found by an index of its own (`ix_recording_kept`, `ix_recording_due`).
    """
    on_its_way = and_(Recording.settled_at.is_(None), Recording.state.in_(WITH_SOUND))
    ended = func.coalesce(Recording.ended_at, Recording.started_at, Recording.announced_at)
    kept = _overdue(unit, now, Recording.ended_at).where(Recording.state == "kept").limit(limit)
    other = _overdue(unit, now, ended).where(on_its_way).limit(limit)
    return [*{*unit.session.scalars(kept), *unit.session.scalars(other)}]


def _overdue(
    unit: UnitOfWork, now: dt.datetime, ended: SQLColumnExpression[dt.datetime | None]
) -> Select[uuid.UUID]:
    days = func.make_interval(0, 0, 0, Campaign.recording_days, type_=Interval())
    return (
        select(Recording.id)
        .join(
            Campaign,
            and_(Campaign.organisation_id == Recording.organisation_id, Campaign.id == Recording.campaign_id),
        )
        .where(Recording.organisation_id == unit.organisation_id, ended + days <= now)
    )


def counted(unit: UnitOfWork, campaign_id: uuid.UUID) -> tuple[int, int]:
    """How many of a campaign's are kept, and how many bytes of sound that is."""
    query = select(func.count(), func.sum(Recording.size)).where(
        Recording.organisation_id == unit.organisation_id,
        Recording.campaign_id == campaign_id,
        Recording.state == "kept",
    )
    kept, size = unit.session.execute(query).one()
    return kept, int(size or 0)
