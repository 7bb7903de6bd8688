"""Whether anything of a blast is left, and how the rest of it ends."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.engine import Row

from dialer.store.session import UnitOfWork

_OF_BLAST: Final = "m.organisation_id = :organisation AND m.blast_id = :blast AND m.purpose = 'blast'"

_LEFT: Final = text(
    f"""
    SELECT EXISTS (SELECT 1 FROM message m WHERE {_OF_BLAST} AND m.state = 'queued') AS queued,
           EXISTS (SELECT 1 FROM message m WHERE {_OF_BLAST} AND m.state = 'sending') AS sending,
           EXISTS (
               SELECT 1 FROM message m
               WHERE {_OF_BLAST} AND m.state = 'unknown' AND m.next_look_at IS NOT NULL
           ) AS asked_about,
           EXISTS (
               SELECT 1 FROM message m
               WHERE {_OF_BLAST} AND m.state = 'queued' AND NOT EXISTS (
                   SELECT 1 FROM conversation t
                   WHERE t.organisation_id = :organisation AND t.number = m.number AND t.state = 'review'
               )
           ) AS sendable
    """
)

_END: Final = text(
    f"""
    WITH rest AS (
        SELECT m.id FROM message m
        WHERE {_OF_BLAST} AND m.state = 'queued' AND (
            NOT :reviewed OR EXISTS (
                SELECT 1 FROM conversation t
                WHERE t.organisation_id = :organisation AND t.number = m.number AND t.state = 'review'
            )
        )
        ORDER BY m.id LIMIT :limit FOR UPDATE OF m SKIP LOCKED
    )
    UPDATE message
    SET state = :state, skip_reason = :reason, lease = NULL, leased_until = NULL
    FROM rest
    WHERE message.organisation_id = :organisation AND message.id = rest.id
    RETURNING message.campaign_id
    """
)


_CANCEL_SINGLES: Final = text(
    """
    WITH rest AS (
        SELECT m.id FROM message m
        JOIN campaign k ON k.organisation_id = m.organisation_id AND k.id = m.campaign_id
        WHERE m.organisation_id = :organisation AND m.state = 'queued' AND m.purpose IN ('single', 'reply')
          AND m.purpose <> 'blast' AND k.state = 'ended'
        ORDER BY m.id FOR UPDATE OF m SKIP LOCKED
    )
    UPDATE message SET state = 'cancelled', lease = NULL, leased_until = NULL
    FROM rest
    WHERE message.organisation_id = :organisation AND message.id = rest.id
    RETURNING message.campaign_id, message.purpose
    """
)
"""`purpose <> 'blast'` is the condition of the index of what waits beside blasts, which is short."""


@dataclass(frozen=True, slots=True)
class Left:
    """What of a blast isn't over: waiting to be sent, on the wire, looked for; and what could be sent now."""

    queued: bool
    sending: bool
    asked_about: bool
    sendable: bool


def left_of(unit: UnitOfWork, blast_id: uuid.UUID) -> Left:
    """What is left of a blast, from the rows themselves."""
    given = {"organisation": unit.organisation_id, "blast": blast_id}
    row = unit.session.execute(_LEFT, given).one()
    return Left(row.queued, row.sending, row.asked_about, row.sendable)


def end_queued(
    unit: UnitOfWork,
    blast_id: uuid.UUID,
    *,
    state: str,
    limit: int,
    reason: str | None = None,
    reviewed: bool = False,
) -> Sequence[Row[Any]]:
    """End some of a blast's texts that wait, or only those (`reviewed`) that a review holds up just now:
    a coordinator may just have decided about one.
    """
    given = {
        "organisation": unit.organisation_id,
        "blast": blast_id,
        "state": state,
        "reason": reason,
        "reviewed": reviewed,
        "limit": limit,
    }
    return unit.session.execute(_END, given).all()


def cancel_singles_of_ended(unit: UnitOfWork) -> Sequence[Row[Any]]:
    """Cancel what waits for one person in campaigns that have ended."""
    return unit.session.execute(_CANCEL_SINGLES, {"organisation": unit.organisation_id}).all()
