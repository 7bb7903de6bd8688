"""Who leads a leg of a call elsewhere: one of all who want to at the same time."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Final

from sqlalchemy import text

from dialer.store.session import UnitOfWork

_CLAIM: Final = text(
    """
    UPDATE call SET led = coalesce(led, '{}') || jsonb_build_object(CAST(:where AS text), CAST(:now AS text))
    WHERE organisation_id = :organisation AND id = :call
      AND coalesce(CAST(led ->> :where AS timestamptz) <= :again, true)
    RETURNING id
    """
)
_GIVE_BACK: Final = text(
    "UPDATE call SET led = led - CAST(:where AS text) WHERE organisation_id = :organisation AND id = :call"
)


def claim_leading(
    unit: UnitOfWork, call_id: uuid.UUID, where: str, now: dt.datetime, again: dt.datetime
) -> bool:
    """Whether it is this one who leads a leg there: nobody has since `again`."""
    given = {
        "organisation": unit.organisation_id,
        "call": call_id,
        "where": where,
        "now": now.isoformat(),
        "again": again,
    }
    return unit.session.scalar(_CLAIM, given) is not None


def give_leading_back(unit: UnitOfWork, call_id: uuid.UUID, where: str) -> None:
    """Nobody has led a leg there after all: the carrier didn't take it."""
    given = {"organisation": unit.organisation_id, "call": call_id, "where": where}
    unit.session.execute(_GIVE_BACK, given)
