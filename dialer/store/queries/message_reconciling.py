"""Texts that the carrier accepted and of which nothing final was heard."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import select, text

from dialer.store.models.messaging import Message
from dialer.store.session import UnitOfWork

LONGEST: Final = dt.timedelta(days=1)

_CLAIM: Final = text(
    """
    WITH due AS (
        SELECT m.id FROM message AS m
        WHERE m.organisation_id = :organisation AND m.state = 'sent' AND m.reconcile_at <= :now
        ORDER BY m.reconcile_at LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    UPDATE message AS m
    SET reconciled = m.reconciled + 1,
        reconcile_at = CASE WHEN m.sent_at > :sent_after
            THEN :now + least(CAST(:longest AS interval), :first * power(2, least(m.reconciled, 20))) END
    FROM due WHERE m.organisation_id = :organisation AND m.id = due.id
    RETURNING m.carrier_sid
    """
)


def has_unheard(unit: UnitOfWork, now: dt.datetime) -> bool:
    """Whether the carrier is to be asked about a text now."""
    due = select(Message.id).where(
        Message.organisation_id == unit.organisation_id,
        Message.state == "sent",
        Message.reconcile_at <= now,
    )
    return unit.session.scalar(due.limit(1)) is not None


def claim_unheard(
    unit: UnitOfWork, *, now: dt.datetime, first: dt.timedelta, sent_after: dt.datetime, limit: int
) -> list[str]:
    """The carrier's names of texts to ask about now, the longest due first.

    Each is due again after `first`, then twice as long, up to a day; one sent before `sent_after` is asked
    about for the last time.
    """
    sids = unit.session.scalars(
        _CLAIM,
        {
            "organisation": unit.organisation_id,
            "now": now,
            "first": first,
            "longest": LONGEST,
            "sent_after": sent_after,
            "limit": limit,
        },
    )
    return [sid for sid in sids if sid]
