"""Whether somebody was written to, and wrote, lately: when and by which channel, never the words."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select

from dialer.domain.access import Permission
from dialer.domain.message import ALONE
from dialer.services.calling.reach import reach_assignment
from dialer.services.context import Context
from dialer.store.models.messaging import Message
from dialer.store.session import UnitOfWork

MOST: Final = 5
_ARRIVED: Final = ("sent", "delivered")
_OURS: Final = ("blast", *ALONE)


@dataclass(frozen=True, slots=True)
class Written:
    """One text or email: `ours` or theirs. `answered`: whether something of theirs came after one of ours."""

    at: dt.datetime
    ours: bool
    channel: str
    answered: bool


def written_lately(ctx: Context, assignment_id: uuid.UUID) -> list[Written]:
    """The last few, the latest first, of the person of an assignment that is the actor's own."""
    with ctx.unit() as unit:
        assignment = reach_assignment(ctx, unit, assignment_id, Permission.ASSIGNMENT_READ)
        return last_written(unit, assignment.contact_id)


def last_written(
    unit: UnitOfWork,
    contact_id: uuid.UUID,
    *only: ColumnElement[bool],
    heard_at: dt.datetime | None = None,
) -> list[Written]:
    """The last few between us and somebody, the latest first, of those for which `only` holds. `heard_at` is
    when something came from them, where that may not be among these.
    """
    query = (
        select(func.coalesce(Message.sent_at, Message.created_at), Message.direction, Message.channel)
        .where(
            Message.organisation_id == unit.organisation_id,
            Message.contact_id == contact_id,
            or_(
                Message.direction == "inbound",
                and_(Message.purpose.in_(_OURS), Message.state.in_(_ARRIVED)),
            ),
            *only,
        )
        .order_by(Message.id.desc())
        .limit(MOST)
    )
    rows = unit.session.execute(query).all()
    return _told(
        sorted(((at, direction == "outbound", channel) for at, direction, channel in rows)), heard_at
    )


def _told(lines: list[tuple[dt.datetime, bool, str]], heard_at: dt.datetime | None) -> list[Written]:
    theirs = [at for at, ours, _ in lines if not ours]
    last_of_theirs = max([*theirs, heard_at] if heard_at is not None else theirs, default=None)
    told = [
        Written(at, ours, channel, ours and last_of_theirs is not None and last_of_theirs >= at)
        for at, ours, channel in lines
    ]
    return told[::-1]
