"""What texts and calls cost in a period, added up as a return of spending wants it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.spending import SpendingLine
from dialer.store.queries.text_spending import NO_CAMPAIGN

# What texts cost is kept by quarters of an hour, of which every day is made; calls are few enough to be read.
# Days go by the clock of the campaign, or of the installation where there is none. An amount belongs to the
# day on which the carrier took the text, or rang the person.
_LINES: Final = text(
    """
    WITH spent AS (
        SELECT nullif(campaign_id, :no_campaign) AS campaign_id, 'sms' AS channel,
            nullif(sender, '') AS sender, currency, texts AS count, segments AS units, reckoned, cost,
            quarter AS at
        FROM text_spending
        WHERE organisation_id = :organisation
        UNION ALL
        SELECT campaign_id, 'voice', caller_id, cost_currency, 1, coalesce(duration_s, 0), cost, cost,
            coalesce(contact_rung_at, created_at)
        FROM call
        WHERE organisation_id = :organisation AND cost IS NOT NULL
    ), dated AS (
        SELECT spent.*, c.name AS campaign,
            CAST(spent.at AT TIME ZONE coalesce(c.timezone, :zone) AS date) AS day
        FROM spent LEFT JOIN campaign AS c ON c.organisation_id = :organisation AND c.id = spent.campaign_id
        WHERE CAST(:campaigns AS uuid[]) IS NULL OR spent.campaign_id = ANY(CAST(:campaigns AS uuid[]))
    )
    SELECT campaign_id, campaign, channel, sender, currency, sum(count) AS count, sum(units) AS units,
        sum(reckoned) AS reckoned, sum(cost) AS cost, min(day) AS first_day, max(day) AS last_day
    FROM dated
    WHERE (CAST(:first AS date) IS NULL OR day >= :first) AND (CAST(:last AS date) IS NULL OR day <= :last)
    GROUP BY campaign_id, campaign, channel, sender, currency
    HAVING sum(count) > 0
    ORDER BY campaign NULLS LAST, campaign_id, channel, currency, sender
    """
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which campaigns (None: all), from the `first` to the `last` day, both counted.

    By the clock of `zone` where something belongs to no campaign.
    """

    campaign_ids: Collection[uuid.UUID] | None
    first: dt.date | None
    last: dt.date | None
    zone: str


def spending_lines(session: Session, organisation_id: uuid.UUID, asked: Asked) -> list[SpendingLine]:
    """What was spent, added up."""
    given = {
        "organisation": organisation_id,
        "campaigns": None if asked.campaign_ids is None else sorted(asked.campaign_ids),
        "first": asked.first,
        "last": asked.last,
        "zone": asked.zone,
        "no_campaign": NO_CAMPAIGN,
    }
    return [SpendingLine(**row) for row in session.execute(_LINES, given).mappings()]
