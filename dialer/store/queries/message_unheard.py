"""Letters of which nobody knows whether they went: the line broke after the last dot, or a process died."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.engine import Row

from dialer.store.session import UnitOfWork

_UNHEARD: Final = """
    m.organisation_id = :organisation AND m.blast_id = :blast AND m.purpose = 'blast'
    AND m.channel = 'email' AND m.state = 'unknown' AND m.attempted_at <= :before
    AND NOT EXISTS (
        SELECT 1 FROM carrier_event e
        WHERE e.organisation_id = :organisation AND e.about_id = m.id AND e.applied_at IS NULL
    )
"""
"""What somebody has told of one, and nobody has applied yet, tells."""

_COUNT: Final = text(f"SELECT count(*) FROM message m WHERE {_UNHEARD}")
_HUNG: Final = text(
    """
    SELECT count(*) AS letters, min(m.attempted_at) AS since FROM message m
    WHERE m.organisation_id = :organisation AND m.blast_id = :blast AND m.purpose = 'blast'
      AND m.channel = 'email' AND m.state = 'sending' AND m.attempted_at <= :before
    """
)
_LIST: Final = text(
    f"""
    SELECT m.id, m.contact_id, m.number, c.first_name, c.last_name, m.attempted_at, m.attempts,
           coalesce(m.attempt_ended_at >= m.attempted_at, false) AS had_dot
    FROM message m
    LEFT JOIN contact c ON c.organisation_id = :organisation AND c.id = m.contact_id
    WHERE {_UNHEARD} AND m.id > :after
    ORDER BY m.id LIMIT :limit
    """
)
_AGAIN: Final = text(
    f"""
    WITH told AS (
        SELECT m.id FROM message m WHERE {_UNHEARD} ORDER BY m.id LIMIT :limit FOR UPDATE OF m SKIP LOCKED
    )
    UPDATE message SET state = 'queued', not_before = :now, next_look_at = NULL
    FROM told
    WHERE message.organisation_id = :organisation AND message.id = told.id AND message.state = 'unknown'
    RETURNING message.id, message.blast_id, message.campaign_id, message.purpose,
              'unknown' AS before, message.state AS after
    """
)


def count_unheard(unit: UnitOfWork, blast_id: uuid.UUID, before: dt.datetime) -> int:
    """How many of a blast's letters, tried before a moment, nobody has heard of."""
    return int(unit.session.scalar(_COUNT, _given(unit, blast_id, before)) or 0)


def hung(unit: UnitOfWork, blast_id: uuid.UUID, before: dt.datetime) -> tuple[int, dt.datetime | None]:
    """How many of a blast's letters have been on the wire since before a moment, and the first of them since
    when.
    """
    row = unit.session.execute(_HUNG, _given(unit, blast_id, before)).one()
    return row.letters, row.since


def list_unheard(
    unit: UnitOfWork, blast_id: uuid.UUID, before: dt.datetime, *, after: uuid.UUID, limit: int
) -> Sequence[Row[Any]]:
    """Some of them, in order of their ids; `had_dot`: the line broke once all of it had been sent."""
    given = {**_given(unit, blast_id, before), "after": after, "limit": limit}
    return unit.session.execute(_LIST, given).all()


def queue_unheard(
    unit: UnitOfWork, blast_id: uuid.UUID, before: dt.datetime, *, now: dt.datetime, limit: int
) -> Sequence[Row[Any]]:
    """Put some of them back into the line; those that somebody is just settling are left alone."""
    given = {**_given(unit, blast_id, before), "now": now, "limit": limit}
    return unit.session.execute(_AGAIN, given).all()


def _given(unit: UnitOfWork, blast_id: uuid.UUID, before: dt.datetime) -> dict[str, Any]:
    return {"organisation": unit.organisation_id, "blast": blast_id, "before": before}
