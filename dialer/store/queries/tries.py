"""How often numbers were tried: each assignment with a result that stands, or whose phone rang, is a try."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text

from dialer.store.session import UnitOfWork

_TRIES = text(
    """
    SELECT number,
           count(*) FILTER (WHERE at >= :midnight) AS since_midnight,
           count(*) FILTER (WHERE campaign_id = :campaign_id) AS in_campaign
    FROM (
        SELECT number, assignment_id, max(at) AS at, min(campaign_id::text)::uuid AS campaign_id
        FROM (
            SELECT r.number, r.assignment_id, r.at, r.campaign_id FROM result r
            WHERE r.organisation_id = :organisation_id AND r.number = ANY (:numbers)
              AND r.superseded_at IS NULL AND r.voided_at IS NULL
            UNION ALL
            SELECT c.number, c.assignment_id, c.contact_rung_at, c.campaign_id FROM call c
            WHERE c.organisation_id = :organisation_id AND c.number = ANY (:numbers)
              AND c.contact_rung_at IS NOT NULL AND c.assignment_id IS NOT NULL
        ) AS heard
        WHERE assignment_id <> ALL (CAST(:besides AS uuid[]))
        GROUP BY number, assignment_id
    ) AS try
    GROUP BY number
    """
)


@dataclass(frozen=True, slots=True)
class NumberTries:
    """How often one number was tried."""

    since_midnight: int = 0
    """In all campaigns."""
    in_campaign: int = 0


def tries_of(
    unit: UnitOfWork,
    campaign_id: uuid.UUID,
    numbers: Sequence[str],
    midnight: dt.datetime,
    besides: Sequence[uuid.UUID],
) -> Mapping[str, NumberTries]:
    """How often each of these numbers was tried; those that never were are left out."""
    rows = unit.session.execute(
        _TRIES,
        {
            "organisation_id": unit.organisation_id,
            "campaign_id": campaign_id,
            "numbers": list(numbers),
            "midnight": midnight,
            "besides": list(besides),
        },
    )
    return {row.number: NumberTries(row.since_midnight, row.in_campaign) for row in rows}
