"""Whether somebody in hand was written to, and wrote, lately: when and by which channel, never the words."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, func, or_, select

from dialer.domain.access import Permission
from dialer.domain.message import ALONE
from dialer.services.calling.reach import reach_assignment
from dialer.services.context import Context
from dialer.store.models.messaging import Message

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
        query = (
            select(func.coalesce(Message.sent_at, Message.created_at), Message.direction, Message.channel)
            .where(
                Message.organisation_id == unit.organisation_id,
                Message.contact_id == assignment.contact_id,
                or_(
                    Message.direction == "inbound",
                    and_(Message.purpose.in_(_OURS), Message.state.in_(_ARRIVED)),
                ),
            )
            .order_by(Message.id.desc())
            .limit(MOST)
        )
        rows = unit.session.execute(query).all()
    return _told(sorted(((at, direction == "outbound", channel) for at, direction, channel in rows)))


def _told(lines: list[tuple[dt.datetime, bool, str]]) -> list[Written]:
    last_of_theirs = max((at for at, ours, _ in lines if not ours), default=None)
    told = [
        Written(at, ours, channel, ours and last_of_theirs is not None and last_of_theirs >= at)
        for at, ours, channel in lines
    ]
    return told[::-1]
