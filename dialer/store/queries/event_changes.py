"""How often an event was changed, and when it came to be somewhere else: as the audit log has it."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

from dialer.store.models.accounts import AuditEntry
from dialer.store.session import UnitOfWork

CHANGED: Final = "event.changed"


@dataclass(frozen=True, slots=True)
class Changed:
    """How often an event was changed, and when last it got another place; None if never."""

    times: int
    moved_at: dt.datetime | None


def changes_of(unit: UnitOfWork, event_id: uuid.UUID) -> Changed:
    """The changes of one event."""
    got_another_place = AuditEntry.changes["fields"].contains(["place"])
    query = select(func.count(), func.max(AuditEntry.at).filter(got_another_place)).where(
        AuditEntry.organisation_id == unit.organisation_id,
        AuditEntry.object_kind == "event",
        AuditEntry.object_id == str(event_id),
        AuditEntry.action == CHANGED,
    )
    times, moved_at = unit.session.execute(query).one()
    return Changed(times, moved_at)
