"""Writing the texts of circulars down, some at a time: a worker's work, which may end at any moment."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, exists, select

from dialer.domain.access import Permission, require
from dialer.domain.circular import LeftOut
from dialer.domain.errors import RuleBroken
from dialer.services.context import Context
from dialer.services.messaging.volunteer_texts import word_to
from dialer.services.messaging.written import write_once
from dialer.services.organising.circular_people import placed, recipients_again
from dialer.services.organising.circulars import enqueue_writing
from dialer.store.models.circulars import Circular, CircularText
from dialer.store.models.messaging import Message
from dialer.store.session import UnitOfWork

BATCH: Final = 50
"""How many are written in one transaction."""


def ask_if_due(ctx: Context) -> None:
    """Have a worker go on where something waits, and nobody may be at it."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        waits = unit.session.scalar(select(exists().where(*_waiting(unit))))
    if waits:
        enqueue_writing(ctx)


def write_some(ctx: Context) -> bool:
    """Write the next texts; whether there were any. Two that do so at once write different ones."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        query = select(CircularText).where(*_waiting(unit)).order_by(CircularText.id).limit(BATCH)
        rows = unit.session.scalars(query.with_for_update(skip_locked=True)).all()
        for circular_id in {row.circular_id: None for row in rows}:
            circular = unit.session.get_one(Circular, (unit.organisation_id, circular_id))
            _write(ctx, unit, circular, [row for row in rows if row.circular_id == circular_id])
        return bool(rows)


def _waiting(unit: UnitOfWork) -> tuple[ColumnElement[bool], ...]:
    return (
        CircularText.organisation_id == unit.organisation_id,
        CircularText.message_id.is_(None),
        CircularText.left_out.is_(None),
    )


def _write(ctx: Context, unit: UnitOfWork, circular: Circular, rows: Sequence[CircularText]) -> None:
    """Each to where they are now: a number may be another's since, and a no may have come."""
    people = recipients_again(
        unit,
        [row.account_id for row in rows if row.account_id],
        [row.rsvp_id for row in rows if row.rsvp_id],
    )
    now_at = {one.whose.account_id or one.whose.rsvp_id: one for one in placed(ctx, unit, people)}
    written = _written(unit, circular.id, [one.place for one in now_at.values() if one.place])
    for row in rows:
        one = now_at.get(row.account_id or row.rsvp_id)
        if one is None or one.place is None:
            row.left_out = one.left_out if one is not None else LeftOut.NO_WAY
        elif one.place in written:
            row.left_out = LeftOut.ELSEWHERE
        else:
            _write_one(ctx, unit, circular, row, one.place)
    unit.session.flush()


def _write_one(ctx: Context, unit: UnitOfWork, circular: Circular, row: CircularText, place: str) -> None:
    """A word to all answers nobody: who wrote to us still waits (no `note_single`)."""
    try:
        ready = word_to(ctx, unit, place, circular.body, circular.subject or "")
        message, _ = write_once(ctx, unit, ready, purpose="single", message_id=row.id)
    except RuleBroken:  # no sender any more, or none that a no could be said to
        row.left_out = LeftOut.REFUSED
        return
    message.created_by = circular.created_by
    row.message_id = message.id


def _written(unit: UnitOfWork, circular_id: uuid.UUID, places: Sequence[str]) -> set[str]:
    """Those of the places that this circular has gone to already."""
    query = (
        select(Message.number)
        .join(
            CircularText,
            (CircularText.organisation_id == Message.organisation_id)
            & (CircularText.message_id == Message.id),
        )
        .where(
            Message.organisation_id == unit.organisation_id,
            CircularText.circular_id == circular_id,
            Message.number.in_(places),
        )
    )
    return set(unit.session.scalars(query))
