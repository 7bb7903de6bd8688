"""Texts whose outcome nobody knows, and what looking for them at the carrier brought."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.engine import Row

from dialer.store.session import UnitOfWork

_COLUMNS: Final = """
    message.id, message.number, message.sender, message.body, message.blast_id, message.campaign_id,
    message.picture_code IS NOT NULL AS has_picture, message.purpose, message.attempts,
    message.put_back, message.attempted_at, message.clean_looks,
    greatest(message.attempted_at, message.attempt_ended_at) AS ended_at
"""

_TAKE: Final = text(
    f"""
    WITH due AS (
        SELECT m.id FROM message m
        WHERE m.organisation_id = :organisation AND m.state = 'unknown' AND m.next_look_at <= :now
        ORDER BY m.next_look_at LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    UPDATE message SET next_look_at = :again
    FROM due
    WHERE message.organisation_id = :organisation AND message.id = due.id
    RETURNING {_COLUMNS}
    """
)

_BOUND: Final = text(
    """
    SELECT m.carrier_sid FROM message m
    WHERE m.organisation_id = :organisation AND m.carrier_sid = ANY (CAST(:sids AS text[]))
    """
)

_RIVALS: Final = text(
    """
    SELECT m.number, m.body FROM message m
    WHERE m.organisation_id = :organisation AND m.number = ANY (CAST(:numbers AS text[]))
      AND m.direction = 'outbound' AND m.id <> ALL (CAST(:ids AS uuid[]))
      AND (m.state = 'sending' OR (m.state = 'unknown' AND m.next_look_at IS NOT NULL))
    """
)
"""One that was given up for is no rival any more, or it would hold up every later one like it."""

_SEEN: Final = text(
    """
    WITH told AS (
        SELECT m.id, given.looks, given.look_at
        FROM unnest(CAST(:ids AS uuid[]), CAST(:attempts AS int[]), CAST(:looks AS int[]),
                    CAST(:moments AS timestamptz[])) AS given(id, attempt, looks, look_at)
        JOIN message m ON m.organisation_id = :organisation AND m.id = given.id
        WHERE m.state = 'unknown' AND m.attempts = given.attempt
        ORDER BY m.id FOR UPDATE OF m
    )
    UPDATE message SET clean_looks = told.looks, next_look_at = told.look_at
    FROM told
    WHERE message.organisation_id = :organisation AND message.id = told.id
    """
)

_AGAIN: Final = text(
    """
    WITH told AS (
        SELECT m.id, coalesce(b.state IN ('cancelled', 'completed') AND m.purpose = 'blast', false) AS over
        FROM unnest(CAST(:ids AS uuid[]), CAST(:attempts AS int[])) AS given(id, attempt)
        JOIN message m ON m.organisation_id = :organisation AND m.id = given.id
        LEFT JOIN blast b ON b.organisation_id = :organisation AND b.id = m.blast_id
        WHERE m.state = 'unknown' AND m.attempts = given.attempt AND m.carrier_sid IS NULL
          AND NOT EXISTS (
              SELECT 1 FROM carrier_event e
              WHERE e.organisation_id = :organisation AND e.about_id = m.id AND e.applied_at IS NULL
          )
        ORDER BY m.id FOR UPDATE OF m
    )
    UPDATE message
    SET state = CASE WHEN told.over THEN 'cancelled' ELSE 'queued' END, not_before = :now,
        next_look_at = NULL
    FROM told
    WHERE message.organisation_id = :organisation AND message.id = told.id
    RETURNING message.id, message.blast_id, message.campaign_id, message.purpose,
              'unknown' AS before, message.state AS after
    """
)
"""A callback about it that is kept and not applied yet is proof that the carrier has it."""

_DUE: Final = text(
    """
    SELECT EXISTS (
        SELECT 1 FROM message m
        WHERE m.organisation_id = :organisation AND m.state = 'unknown' AND m.next_look_at <= :now
    ) OR EXISTS (
        SELECT 1 FROM message m
        WHERE m.organisation_id = :organisation AND m.state = 'sending' AND m.attempted_at < :lost_before
          AND (m.channel = 'sms' OR m.attempted_at < :letters_lost_before)
    )
    """
)


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A text of unknown outcome that is to be looked for now."""

    id: uuid.UUID
    number: str = field(repr=False)
    sender: str = field(repr=False)
    body: str = field(repr=False)
    blast_id: uuid.UUID | None
    campaign_id: uuid.UUID | None
    purpose: str
    attempt: int
    unknown_outcomes: int
    """How many of its tries may have reached somebody, this one among them."""
    attempted_at: dt.datetime
    ended_at: dt.datetime
    """When the attempt was over, as far as is known: long after it began where its process was held up."""
    clean_looks: int
    has_picture: bool = False


@dataclass(frozen=True, slots=True)
class Looked:
    """A look that settled nothing: how many clean ones there were by now, and when the next one is."""

    text: Doubtful
    clean_looks: int
    look_at: dt.datetime | None


def take_doubtful(unit: UnitOfWork, *, now: dt.datetime, again: dt.datetime, limit: int) -> list[Doubtful]:
    """Take texts that are to be looked for; if nothing comes of it they are looked for again then."""
    given = {"organisation": unit.organisation_id, "now": now, "again": again, "limit": limit}
    return [
        Doubtful(
            id=row.id,
            number=row.number,
            sender=row.sender,
            body=row.body,
            blast_id=row.blast_id,
            campaign_id=row.campaign_id,
            purpose=row.purpose,
            attempt=row.attempts,
            unknown_outcomes=row.attempts - row.put_back,
            attempted_at=row.attempted_at,
            ended_at=row.ended_at,
            clean_looks=row.clean_looks,
            has_picture=row.has_picture,
        )
        for row in unit.session.execute(_TAKE, given)
    ]


def bound_sids(unit: UnitOfWork, sids: Sequence[str]) -> set[str]:
    """Those of these names of the carrier's that one of our texts has already."""
    given = {"organisation": unit.organisation_id, "sids": list(sids)}
    return set(unit.session.scalars(_BOUND, given))


def rivals(unit: UnitOfWork, texts: Sequence[Doubtful]) -> set[tuple[str, str]]:
    """Number and body of other texts under way, which what is found could as well belong to."""
    given = {
        "organisation": unit.organisation_id,
        "numbers": sorted({one.number for one in texts}),
        "ids": [one.id for one in texts],
    }
    return {(row.number, row.body) for row in unit.session.execute(_RIVALS, given)}


def record_looks(unit: UnitOfWork, looks: Sequence[Looked]) -> None:
    """Write down looks that settled nothing."""
    given = {
        "organisation": unit.organisation_id,
        "ids": [one.text.id for one in looks],
        "attempts": [one.text.attempt for one in looks],
        "looks": [one.clean_looks for one in looks],
        "moments": [one.look_at for one in looks],
    }
    unit.session.execute(_SEEN, given)


def send_again(unit: UnitOfWork, texts: Sequence[Doubtful], now: dt.datetime) -> Sequence[Row[Any]]:
    """Put texts back that the carrier is proven not to have; `cancelled` where their blast is over."""
    given = {
        "organisation": unit.organisation_id,
        "ids": [one.id for one in texts],
        "attempts": [one.attempt for one in texts],
        "now": now,
    }
    return unit.session.execute(_AGAIN, given).all()


def has_doubtful(
    unit: UnitOfWork, *, now: dt.datetime, lost_before: dt.datetime, letters_lost_before: dt.datetime
) -> bool:
    """Whether a text is to be looked for now, or was left on the wire; or a letter was."""
    given = {
        "organisation": unit.organisation_id,
        "now": now,
        "lost_before": lost_before,
        "letters_lost_before": letters_lost_before,
    }
    return bool(unit.session.scalar(_DUE, given))
