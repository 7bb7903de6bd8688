"""What became of those who got a blast's text, and of those whom its audience held out by chance."""

from __future__ import annotations

import uuid
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.engine import Row

from dialer.store.session import UnitOfWork

_COMPARED: Final = text(
    """
    WITH part AS (
        SELECT m.contact_id, m.number,
               CASE WHEN m.state IN ('sent', 'delivered') THEN 'texted'
                    WHEN m.skip_reason = 'held_out' THEN 'held_out' END AS part
        FROM message m
        WHERE m.organisation_id = :organisation AND m.blast_id = :blast AND m.purpose = 'blast'
    )
    SELECT p.part, count(*) AS people, count(v.voted_at) AS voted,
           count(*) FILTER (WHERE v.support <= 2) AS pledged,
           count(*) FILTER (WHERE EXISTS (
               SELECT 1 FROM result x
               WHERE x.organisation_id = :organisation AND x.contact_id = p.contact_id
                 AND x.disposition = 'contacted' AND x.superseded_at IS NULL AND x.voided_at IS NULL
                 AND x.at >= b.launched_at
           )) AS contacted,
           count(*) FILTER (WHERE EXISTS (
               SELECT 1 FROM message x
               WHERE x.organisation_id = :organisation AND x.contact_id = p.contact_id
                 AND x.direction = 'inbound' AND x.created_at >= b.launched_at
           )) AS replied
    FROM part p
    JOIN blast b ON b.organisation_id = :organisation AND b.id = :blast
    JOIN campaign k ON k.organisation_id = :organisation AND k.id = b.campaign_id
    LEFT JOIN voter_record v
      ON v.organisation_id = :organisation AND v.contact_id = p.contact_id AND v.election_id = k.election_id
    WHERE p.part = 'texted' OR (p.part = 'held_out' AND NOT EXISTS (
        SELECT 1 FROM part other WHERE other.number = p.number AND other.part = 'texted'
    ))
    GROUP BY p.part
    """
)
"""Whoever was held out, but lives with somebody whose text came to the same phone, is left out of it."""


def compared(unit: UnitOfWork, blast_id: uuid.UUID) -> dict[str, Row[Any]]:
    """How many there are of each part, and of them what became; by `part`."""
    given = {"organisation": unit.organisation_id, "blast": blast_id}
    return {row.part: row for row in unit.session.execute(_COMPARED, given)}
