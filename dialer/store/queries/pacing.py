"""The events that pacing policies wait for."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Final

from sqlalchemy import text

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
