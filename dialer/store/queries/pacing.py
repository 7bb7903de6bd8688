"""The events that pacing policies wait for: kept, and taken."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, insert, text

from dialer.store.models.pacing import PacingEvent
from dialer.store.session import UnitOfWork

_KEEP: Final = text(
    """
    INSERT INTO pacing_event (organisation_id, campaign_id, kind, at, call_id, shift_id, result)
    SELECT c.organisation_id, c.id, :kind, :at, :call, :shift, :result
    FROM campaign c
    WHERE c.organisation_id = :organisation AND c.id = :campaign AND c.dialing_mode <> 'preview'
    """
)


def keep_event(
    unit: UnitOfWork,
    campaign_id: uuid.UUID,
    *,
    kind: str,
    at: dt.datetime,
    call_id: uuid.UUID | None,
    shift_id: uuid.UUID | None,
    result: str | None,
) -> None:
    """Keep an event of a campaign; of one that is called by hand, nothing."""
    unit.session.execute(
        _KEEP,
        {
            "organisation": unit.organisation_id,
            "campaign": campaign_id,
            "kind": kind,
            "at": at,
            "call": call_id,
            "shift": shift_id,
            "result": result,
        },
    )


def take_events(unit: UnitOfWork, campaign_id: uuid.UUID) -> list[PacingEvent]:
    """What happened in a campaign since this was last asked, in order; it is taken away."""
    taken = (
        delete(PacingEvent)
        .where(PacingEvent.organisation_id == unit.organisation_id, PacingEvent.campaign_id == campaign_id)
        .returning(PacingEvent)
    )
    found = unit.session.scalars(taken, execution_options={"synchronize_session": False}).all()
    return sorted(found, key=lambda one: one.id)


def tell_started(
    unit: UnitOfWork, campaign_id: uuid.UUID, call_ids: Sequence[uuid.UUID], now: dt.datetime
) -> None:
    """Have the policy hear that these are handed to the carrier (`pacing_events.note`, for many)."""
    common = {"organisation_id": unit.organisation_id, "campaign_id": campaign_id}
    told = [common | {"kind": "call_started", "at": now, "call_id": call_id} for call_id in call_ids]
    if told:
        unit.session.execute(insert(PacingEvent), told)
