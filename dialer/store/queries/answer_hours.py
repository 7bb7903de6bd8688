"""A campaign's calls by the hour of its clocks, and in how many of them a person picked up."""

from __future__ import annotations

from typing import Final

from sqlalchemy import text

from dialer.domain.best_hours import Hours, Picked, Slot
from dialer.domain.penetration import UNANSWERED
from dialer.store.models.calling import Campaign
from dialer.store.session import UnitOfWork

_HOURS: Final = text(
    """
    SELECT extract(isodow FROM local) >= 6 AS weekend, extract(hour FROM local)::integer AS hour,
           count(*) AS calls, count(*) FILTER (WHERE answered) AS answered
    FROM (
        SELECT min(r.at) AT TIME ZONE :zone AS local,
               bool_or(r.disposition <> ALL (CAST(:unanswered AS text[]))) AS answered
        FROM result r
        WHERE r.organisation_id = :organisation_id AND r.campaign_id = :campaign_id
          AND r.superseded_at IS NULL AND r.voided_at IS NULL
        GROUP BY r.assignment_id
    ) AS try
    GROUP BY 1, 2
    """
)


def answer_hours(unit: UnitOfWork, campaign: Campaign) -> Hours:
    """What its results say, all of them."""
    rows = unit.session.execute(
        _HOURS,
        {
            "organisation_id": unit.organisation_id,
            "campaign_id": campaign.id,
            "zone": campaign.timezone,
            "unanswered": sorted(UNANSWERED),
        },
    )
    return Hours({Slot(row.weekend, row.hour): Picked(row.calls, row.answered) for row in rows})
