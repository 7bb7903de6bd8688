"""What stands against texting a number at all, whoever has it: as the gate before the wire asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.engine import Row

from dialer.store.session import UnitOfWork

_BARS: Final = text(
    """
    SELECT given.number,
           EXISTS (
               SELECT 1 FROM suppression x
               WHERE x.organisation_id = :organisation AND x.number = given.number
                 AND x.channel = 'sms' AND x.reason = 'opt_out' AND x.lifted_at IS NULL
           ) OR EXISTS (
               SELECT 1 FROM contact_phone p
               JOIN opt_out x ON x.organisation_id = p.organisation_id AND x.contact_id = p.contact_id
               WHERE p.organisation_id = :organisation AND p.number = given.number
                 AND p.removed_at IS NULL AND x.channel = 'sms' AND x.lifted_at IS NULL
           ) AS opted_out,
           EXISTS (
               SELECT 1 FROM suppression x
               WHERE x.organisation_id = :organisation AND x.number = given.number
                 AND x.channel = 'sms' AND x.reason <> 'opt_out' AND x.lifted_at IS NULL
           ) AS suppressed,
           EXISTS (
               SELECT 1 FROM contact_phone p
               WHERE p.organisation_id = :organisation AND p.number = given.number
                 AND p.line_type = 'landline'
           ) AS landline
    FROM unnest(CAST(:numbers AS text[])) AS given(number)
    """
)


def bars(unit: UnitOfWork, numbers: Sequence[str]) -> Sequence[Row[Any]]:
    """For each number whether a no or another bar stands, and whether it is known to be a landline."""
    return unit.session.execute(_BARS, {"organisation": unit.organisation_id, "numbers": list(numbers)}).all()
