"""Who is beside a volunteer: the help that they asked for, and the coordinator who is in their room."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row


@dataclass(frozen=True, slots=True)
class Help:
    """A request for help that isn't over; `taken_by` names the coordinator who has seen it and is coming."""

    reason: str | None
    asked_at: dt.datetime
    taken_at: dt.datetime | None
    taken_by: str | None


@dataclass(frozen=True, slots=True)
class Supervised:
    """The coordinator who listens, whispers or has taken over, or is on the way to it; `joined_at` is null
    until they are in the room, `volunteer` where the volunteer is while they have taken over.
    """

    supervisor_id: uuid.UUID
    name: str
    mode: str
    volunteer: str
    since: dt.datetime
    joined_at: dt.datetime | None


def help_in(row: Row[Any]) -> Help | None:
    """Of a row with what `supervising` reads."""
    if row.asked_at is None:
        return None
    return Help(row.help_reason, row.asked_at, row.taken_at, row.taken_by_name)


def supervised_in(row: Row[Any]) -> Supervised | None:
    """Likewise."""
    if row.supervisor_id is None:
        return None
    return Supervised(
        supervisor_id=row.supervisor_id,
        name=row.supervisor_name,
        mode=row.supervision_mode,
        volunteer=row.supervision_volunteer,
        since=row.supervised_since,
        joined_at=row.supervisor_joined_at,
    )
