"""Who of a campaign's lists can be called, and why the others can't, as the queue and the gate see them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, select, text

from dialer.store.models.calling import CampaignList
from dialer.store.models.people import ContactList
from dialer.store.session import UnitOfWork

PEOPLE: Final = text(
    """
    WITH member AS (
        SELECT DISTINCT m.contact_id
        FROM campaign_list l
        JOIN list_member m ON m.organisation_id = l.organisation_id AND m.list_id = l.list_id
        WHERE l.organisation_id = :organisation AND l.campaign_id = :campaign
    ),
    phone AS (
        SELECT p.contact_id, count(*) AS numbers,
               (array_agg(p.number ORDER BY p.position, p.number)
                   FILTER (WHERE p.removed_at IS NULL AND p.dead_at IS NULL))[1] AS number
        FROM contact_phone p JOIN member USING (contact_id)
        WHERE p.organisation_id = :organisation
        GROUP BY p.contact_id
    )
    SELECT CASE WHEN c.status <> 'active' THEN c.status
                WHEN phone.number IS NULL AND phone.numbers > 0 THEN 'dead_number'
                WHEN phone.number IS NULL THEN 'no_number'
                WHEN asked.said OR bar.is_no THEN 'opted_out'
                WHEN bar.is_no IS NOT NULL THEN 'suppressed'
                ELSE '' END AS why_not,
           count(*) AS people, count(DISTINCT phone.number) AS numbers
    FROM member
    JOIN contact c ON c.organisation_id = :organisation AND c.id = member.contact_id
    LEFT JOIN phone ON phone.contact_id = member.contact_id
    LEFT JOIN LATERAL (
        SELECT bool_or(s.reason = 'opt_out') AS is_no FROM suppression s
        WHERE s.organisation_id = :organisation AND s.number = phone.number
          AND s.channel = 'voice' AND s.lifted_at IS NULL
    ) AS bar ON true
    LEFT JOIN LATERAL (
        SELECT true AS said FROM opt_out o
        WHERE o.organisation_id = :organisation AND o.contact_id = member.contact_id
          AND o.channel = 'voice' AND o.lifted_at IS NULL
        LIMIT 1
    ) AS asked ON true
    GROUP BY 1
    """
)
"""Each person's number is their first live one, as in the queue.

What bars it is asked for each number by its index: registers have millions, and the aggregate and the LIMIT
keep the planner from reading them all for a list of twenty. A no of a person bars their numbers too, with
`opt_out` for a reason, which is no other bar (`queries/number_bars.py`).
"""


def list_sizes(unit: UnitOfWork, campaign_id: uuid.UUID) -> dict[uuid.UUID, int]:
    """How many each of the campaign's lists holds, by its own count."""
    query = (
        select(ContactList.id, ContactList.contact_count)
        .join(
            CampaignList,
            (CampaignList.organisation_id == ContactList.organisation_id)
            & (CampaignList.list_id == ContactList.id),
        )
        .where(CampaignList.organisation_id == unit.organisation_id, CampaignList.campaign_id == campaign_id)
    )
    return {row.id: row.contact_count for row in unit.session.execute(query)}


def people_by_call(unit: UnitOfWork, campaign_id: uuid.UUID) -> Sequence[Row[Any]]:
    """`why_not` ("" for those who can be called), `people` and their `numbers`, each once."""
    given = {"organisation": unit.organisation_id, "campaign": campaign_id}
    return unit.session.execute(PEOPLE, given).all()
