"""The events that pacing policies wait for: kept, and taken."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, delete, insert, text

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


_PAST = text(
    """
    WITH told AS (
        DELETE FROM pacing_event WHERE organisation_id = :organisation AND campaign_id = :campaign
    ),
    dial AS (
        SELECT id, shift_id, state, machine, parted_at, attempted_at, answered_at, joined_at, ended_at
        FROM call
        WHERE organisation_id = :organisation AND campaign_id = :campaign AND mode = 'dialled'
          AND attempted_at >= :since
        ORDER BY id DESC LIMIT :most
    )
    SELECT id, shift_id, state, machine, parted_at, attempted_at, answered_at, joined_at, ended_at,
           CAST(NULL AS timestamptz) AS ready_since
    FROM dial
    UNION ALL
    SELECT NULL, id, state, NULL, NULL, NULL, NULL, NULL, NULL, ready_since
    FROM shift
    WHERE organisation_id = :organisation AND campaign_id = :campaign
      AND state = 'ready' AND line_state = 'open' AND ready_since IS NOT NULL
    """
)


def take_past(unit: UnitOfWork, campaign_id: uuid.UUID, since: dt.datetime, most: int) -> Sequence[Row[Any]]:
    """What became of a campaign's dials since then (the latest `most`), and the shifts that wait for one
    (with `ready_since`, and no `id` of a call). The events of all that are taken away.

    One statement sees the rows and the events at one moment: what others commit a moment later is in
    neither, and its event is heard the next time.
    """
    given = {"organisation": unit.organisation_id, "campaign": campaign_id, "since": since, "most": most}
    return unit.session.execute(_PAST, given).all()
