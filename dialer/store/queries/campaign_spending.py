"""What a campaign has spent, in one currency: amounts in two can't be added up."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Final, Literal

from sqlalchemy import text

from dialer.domain.live_topics import CAMPAIGN
from dialer.store import changes
from dialer.store.session import UnitOfWork

Turns = Literal["never", "uncapped", "always"]

_SPEND: Final = text(
    """
    UPDATE campaign AS k
    SET spent = :cost + CASE WHEN k.cost_currency = :currency THEN k.spent ELSE (
            SELECT coalesce(sum(cost), 0) FROM (
                SELECT cost FROM text_spending
                WHERE organisation_id = :organisation AND campaign_id = k.id AND currency = :currency
                UNION ALL
                SELECT cost FROM call
                WHERE organisation_id = :organisation AND campaign_id = k.id AND cost_currency = :currency
                UNION ALL
                SELECT price * asked FROM look_up_batch
                WHERE organisation_id = :organisation AND campaign_id = k.id AND currency = :currency
            ) AS before
        ) END,
        cost_currency = :currency
    WHERE k.organisation_id = :organisation AND k.id = :campaign
      AND (k.cost_currency = :currency OR :turns = 'always' OR (:turns = 'uncapped' AND k.cost_cap IS NULL))
    """
)


def spend(
    unit: UnitOfWork, campaign_id: uuid.UUID, cost: Decimal, currency: str, turns: Turns = "uncapped"
) -> None:
    """Add to what a campaign has cost.

    Where it has been counted in another currency it `turns` to this one, with all that was spent in it
    before: as a rule unless its cap is in the other, since nothing more goes out under that (`message_gate`),
    and what was spent last stands in the lines of spending alone.
    """
    given = {
        "organisation": unit.organisation_id,
        "campaign": campaign_id,
        "cost": cost,
        "currency": currency,
        "turns": turns,
    }
    unit.session.execute(_SPEND, given)
    changes.note(unit.session, CAMPAIGN, campaign_id)
