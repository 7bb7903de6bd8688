"""How long texts stand in the carrier's own queues, told by the callbacks of those that it took last."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Final

from sqlalchemy import text

from dialer.store.session import UnitOfWork

_STANDING: Final = text(
    """
    SELECT last.sender
    FROM (
        SELECT m.sender, m.state, m.carrier_sid FROM message m
        WHERE m.organisation_id = :organisation AND m.blast_id = :blast AND m.purpose = 'blast'
          AND m.state IN ('sent', 'delivered', 'undelivered', 'failed') AND m.carrier_sid IS NOT NULL
          AND m.attempted_at <= :until AND m.attempted_at > :since
        ORDER BY m.attempted_at DESC, m.id DESC LIMIT :limit
    ) AS last
    GROUP BY last.sender
    HAVING count(*) >= :least AND 2 * count(*) FILTER (
        WHERE last.state = 'sent' AND NOT EXISTS (
            SELECT 1 FROM carrier_event e
            WHERE e.organisation_id = :organisation AND e.sid = last.carrier_sid
              AND lower(e.status) NOT IN ('accepted', 'scheduled', 'queued')
        )
    ) > count(*)
    """
)

_TELLS: Final = text(
    """
    SELECT EXISTS (
        SELECT 1 FROM carrier_event
        WHERE organisation_id = :organisation AND kind = 'message_status' AND applied_at > :since
    )
    """
)


def tells(unit: UnitOfWork, since: dt.datetime) -> bool:
    """Whether the carrier has told anything of any text since then."""
    given = {"organisation": unit.organisation_id, "since": since}
    return bool(unit.session.scalar(_TELLS, given))


def standing(
    unit: UnitOfWork,
    blast_id: uuid.UUID,
    *,
    since: dt.datetime,
    until: dt.datetime,
    least: int,
    limit: int,
) -> Collection[str]:
    """The senders of a blast that have at least `least` texts among the last `limit` that the carrier took
    between two moments, of most of which it hasn't told that they left.
    """
    given = {
        "organisation": unit.organisation_id,
        "blast": blast_id,
        "since": since,
        "until": until,
        "least": least,
        "limit": limit,
    }
    return unit.session.scalars(_STANDING, given).all()
