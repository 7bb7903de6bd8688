"""What blasts and their campaigns say about when and whom they may text, in one look for a batch."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from dialer.domain.quiet_hours import QuietHours
from dialer.store.session import UnitOfWork

_TERMS: Final = text(
    """
    SELECT b.id, k.id AS campaign_id, k.quiet_start, k.quiet_end, k.timezone, k.quiet_hours_email,
           CAST(coalesce(b.gate_audience, b.audience) ->> 'not_contacted_for_s' AS integer) AS asked_s,
           k.recontact_after_s AS of_campaign_s
    FROM blast b
    JOIN campaign k ON k.organisation_id = b.organisation_id AND k.id = b.campaign_id
    WHERE b.organisation_id = :organisation AND b.id = ANY (CAST(:ids AS uuid[]))
    """
)


@dataclass(frozen=True, slots=True)
class Terms:
    """A blast's terms: its campaign's quiet hours, and for how long people are left alone who heard from us,
    as it asks for itself and as its campaign says; None where that says nothing.
    """

    blast_id: uuid.UUID
    campaign_id: uuid.UUID
    hours: QuietHours
    zone: str
    asked_s: int | None
    of_campaign_s: int | None
    quiet_letters: bool = False
    """Whether its letters keep those hours too."""


def terms_of(unit: UnitOfWork, blast_ids: Collection[uuid.UUID]) -> list[Terms]:
    """The terms of each of these blasts."""
    if not blast_ids:
        return []
    given = {"organisation": unit.organisation_id, "ids": list(blast_ids)}
    return [
        Terms(
            row.id,
            row.campaign_id,
            QuietHours(row.quiet_start, row.quiet_end),
            row.timezone,
            row.asked_s,
            row.of_campaign_s,
            row.quiet_hours_email,
        )
        for row in unit.session.execute(_TERMS, given)
    ]
