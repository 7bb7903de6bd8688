"""Looking events up."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import select

from dialer.store.models.events import Event
from dialer.store.session import UnitOfWork


def next_session(
    unit: UnitOfWork, organisation_id: uuid.UUID, campaign_id: uuid.UUID, now: dt.datetime
) -> tuple[dt.datetime, str] | None:
    """When a campaign's next phone-bank session begins, and whose clocks it goes by; None without one."""
    query = (
        select(Event.starts_at, Event.timezone)
        .where(
            Event.organisation_id == organisation_id,
            Event.campaign_id == campaign_id,
            Event.kind == "phone_bank",
            Event.state == "planned",
            Event.starts_at > now,
        )
        .order_by(Event.starts_at, Event.id)
        .limit(1)
    )
    row = unit.session.execute(query).one_or_none()
    return None if row is None else (row.starts_at, row.timezone)
