"""What the carrier charges for texts that it took: told afterwards, and corrected in bulk."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.engine import Row

from dialer.store.session import UnitOfWork

# A price in another currency can't be added up; the parts that it is for count all the same.
_CORRECT: Final = text(
    """
    WITH given AS (
        SELECT * FROM unnest(CAST(:sids AS text[]), CAST(:prices AS numeric[]), CAST(:currencies AS text[]),
            CAST(:segments AS smallint[])) AS given(sid, price, currency, segments)
    ), told AS (
        SELECT m.id, coalesce(given.segments, m.segments) AS segments,
            CASE WHEN m.cost_currency = given.currency AND given.price IS NOT NULL THEN round(given.price, 5)
                ELSE round(m.cost * coalesce(given.segments, m.segments) / m.segments, 5) END AS cost
        FROM given JOIN message m ON m.organisation_id = :organisation AND m.carrier_sid = given.sid
        WHERE m.direction = 'outbound' AND m.cost IS NOT NULL
          AND (m.segments <> given.segments
              OR (m.cost_currency = given.currency AND m.cost <> round(given.price, 5)))
        ORDER BY m.id FOR UPDATE OF m
    )
    UPDATE message SET cost = told.cost, segments = told.segments
    FROM told
    WHERE message.organisation_id = :organisation AND message.id = told.id
    RETURNING message.blast_id, message.campaign_id, message.purpose, message.sender, message.cost_currency,
              coalesce(message.sent_at, message.created_at) AS sent_at, new.cost - old.cost AS difference,
              new.segments - old.segments AS more_segments,
              CASE WHEN message.reckoned IS NULL THEN new.cost - old.cost ELSE 0 END AS more_reckoned
    """
)
"""Told again, or by two at once, it changes nothing more: added up is what this one statement changed."""


@dataclass(frozen=True, slots=True)
class Billed:
    """What the carrier says of a text by its own name for it; None of what it hasn't settled."""

    sid: str
    price: Decimal | None
    currency: str | None
    segments: int | None


def correct_costs(unit: UnitOfWork, billed: Sequence[Billed]) -> Sequence[Row[Any]]:
    """Let texts have the parts that the carrier says, and cost what it says; by how much each differed.

    Where it says no price, or one in another currency, a text costs as much more as it has more parts. One
    that costs nothing yet stays as it is.
    """
    given = {
        "organisation": unit.organisation_id,
        "sids": [each.sid for each in billed],
        "prices": [each.price for each in billed],
        "currencies": [each.currency for each in billed],
        "segments": [each.segments for each in billed],
    }
    return unit.session.execute(_CORRECT, given).all()


_SENT_UNTIL: Final = text(
    """
    SELECT attempted_at FROM message
    WHERE organisation_id = :organisation AND blast_id = :blast AND purpose = 'blast'
      AND state IN ('sent', 'delivered', 'undelivered', 'failed') AND attempted_at > :since
    ORDER BY attempted_at OFFSET :count - 1 LIMIT 1
    """
)


def sent_until(unit: UnitOfWork, blast_id: uuid.UUID, since: dt.datetime, count: int) -> dt.datetime | None:
    """When so many texts of a blast had been sent after a moment; None where there are fewer."""
    given = {"organisation": unit.organisation_id, "blast": blast_id, "since": since, "count": count}
    found: dt.datetime | None = unit.session.scalar(_SENT_UNTIL, given)
    return found


_UNPRICED: Final = text(
    """
    SELECT min(attempted_at) FROM message
    WHERE organisation_id = :organisation AND blast_id = :blast AND purpose = 'blast'
      AND carrier_sid = ANY (CAST(:sids AS text[])) AND state IN ('sent', 'delivered', 'undelivered')
    """
)


def sent_without_price(unit: UnitOfWork, blast_id: uuid.UUID, sids: Sequence[str]) -> dt.datetime | None:
    """When the first was sent of these texts that are a blast's and that the carrier may still charge for: it
    charges nothing for one that failed. None without any.
    """
    if not sids:
        return None
    given = {"organisation": unit.organisation_id, "blast": blast_id, "sids": list(sids)}
    found: dt.datetime | None = unit.session.scalar(_UNPRICED, given)
    return found
