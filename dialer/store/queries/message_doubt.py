"""What emails may have cost of which nobody knows whether they went.

A text of unknown outcome is looked for at the carrier, and charged once it is proven to be there. An email
can't be looked for: it is charged as well once anything proves that it went, and until then its price is
held, so that caps hold whatever became of it.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sqlalchemy import Numeric, ScalarSelect, column, text
from sqlalchemy.orm import Session

from dialer.domain.message import ALONE

_IN_DOUBT: Final = """
    FROM message m
    WHERE m.organisation_id = :organisation AND m.state = 'unknown' AND m.next_look_at IS NULL
      AND m.channel = 'email' AND m.reckoned > 0 AND m.cost IS NULL
"""
_OF_CAMPAIGNS: Final = text(
    f"SELECT m.campaign_id, sum(m.reckoned) AS amount {_IN_DOUBT} AND m.campaign_id = ANY (:campaigns)"
    " GROUP BY m.campaign_id"
)
_OF_CAMPAIGN: Final = f"SELECT coalesce(sum(m.reckoned), 0) {_IN_DOUBT} AND m.campaign_id = :of_campaign"
_OF_ALL: Final = text(
    f"SELECT coalesce(sum(m.reckoned), 0) {_IN_DOUBT}"
    " AND (m.campaign_id IS NOT NULL OR m.purpose = ANY (:alone))"
)
_OF_BLAST: Final = text(f"SELECT coalesce(sum(m.reckoned), 0) {_IN_DOUBT} AND m.blast_id = :blast")
_ADDED: Final = text(
    f"""
    SELECT count(*) AS emails, coalesce(sum(m.reckoned), 0) AS amount {_IN_DOUBT}
      AND (CAST(:campaigns AS uuid[]) IS NULL OR m.campaign_id = ANY (CAST(:campaigns AS uuid[])))
    """
)


@dataclass(frozen=True, slots=True)
class InDoubt:
    """So many emails of which nobody knows whether they went, and what they cost if they did."""

    emails: int = 0
    amount: Decimal = Decimal(0)


def held_of_campaigns(
    session: Session, organisation_id: uuid.UUID, campaign_ids: Collection[uuid.UUID]
) -> Mapping[uuid.UUID, Decimal]:
    """What is held of each campaign; those without any are left out."""
    if not campaign_ids:
        return {}
    given = {"organisation": organisation_id, "campaigns": list(campaign_ids)}
    return {row.campaign_id: row.amount for row in session.execute(_OF_CAMPAIGNS, given)}


def held_in(organisation_id: uuid.UUID, campaign_id: uuid.UUID | None) -> ScalarSelect[Decimal]:
    """What is held of a campaign, as a part of another query."""
    asked = text(_OF_CAMPAIGN).bindparams(organisation=organisation_id, of_campaign=campaign_id)
    return asked.columns(column("held", Numeric)).scalar_subquery()


def held_of_all(session: Session, organisation_id: uuid.UUID) -> Decimal:
    """What is held of all that counts for the cap of all campaigns."""
    given = {"organisation": organisation_id, "alone": sorted(ALONE)}
    return Decimal(session.scalar(_OF_ALL, given) or 0)


def held_of_blast(session: Session, organisation_id: uuid.UUID, blast_id: uuid.UUID) -> Decimal:
    """What is held of a blast."""
    given = {"organisation": organisation_id, "blast": blast_id}
    return Decimal(session.scalar(_OF_BLAST, given) or 0)


def in_doubt(
    session: Session, organisation_id: uuid.UUID, campaign_ids: Collection[uuid.UUID] | None
) -> InDoubt:
    """All of it, of these campaigns or (None) of everything."""
    campaigns = None if campaign_ids is None else list(campaign_ids)
    row = session.execute(_ADDED, {"organisation": organisation_id, "campaigns": campaigns}).one()
    return InDoubt(row.emails, row.amount)
