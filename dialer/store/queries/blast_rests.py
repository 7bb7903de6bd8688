"""For how long blasts leave people alone who heard from us, as they and their campaigns say."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from dialer.store.session import UnitOfWork

_RESTS: Final = text(
    """
    SELECT b.id, CAST(coalesce(b.gate_audience, b.audience) ->> 'not_contacted_for_s' AS integer),
           k.recontact_after_s
    FROM blast b
    JOIN campaign k ON k.organisation_id = b.organisation_id AND k.id = b.campaign_id
    WHERE b.organisation_id = :organisation AND b.id = ANY (CAST(:ids AS uuid[]))
    """
)


@dataclass(frozen=True, slots=True)
class Rest:
    """What a blast asks for itself, and what its campaign says; None where it says nothing."""

    blast_id: uuid.UUID
    asked_s: int | None
    of_campaign_s: int | None


def rests_of(unit: UnitOfWork, blast_ids: Collection[uuid.UUID | None]) -> list[Rest]:
    """What is said of each of these blasts."""
    given = {"organisation": unit.organisation_id, "ids": [one for one in blast_ids if one is not None]}
    return [Rest(*row) for row in unit.session.execute(_RESTS, given)]
