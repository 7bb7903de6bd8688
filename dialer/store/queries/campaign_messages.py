"""A campaign's figures of texts and of emails to many, as they were at one moment."""

from __future__ import annotations

import uuid
from collections import defaultdict
from typing import Final

from sqlalchemy import text

from dialer.store.session import UnitOfWork

_FIGURES: Final = text(
    """
    SELECT 'campaign' AS scope, k.name, sum(k.value)::bigint AS value FROM counter k
    WHERE k.organisation_id = :organisation AND k.scope = 'campaign' AND k.scope_id = :campaign
    GROUP BY k.name
    UNION ALL
    SELECT 'blast', k.name, sum(k.value)::bigint FROM blast b
    JOIN counter k ON k.organisation_id = b.organisation_id AND k.scope = 'blast' AND k.scope_id = b.id
    WHERE b.organisation_id = :organisation AND b.campaign_id = :campaign AND b.channel = 'email'
    GROUP BY k.name
    """
)
"""In one statement: both move in one transaction, and between two statements letters would go on from one
state to the next, and be taken for texts.
"""


def figures_with_letters(unit: UnitOfWork, campaign_id: uuid.UUID) -> tuple[dict[str, int], dict[str, int]]:
    """All figures of a campaign, and those of its blasts of emails added up, by name."""
    given = {"organisation": unit.organisation_id, "campaign": campaign_id}
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in unit.session.execute(_FIGURES, given):
        found[row.scope][row.name] = row.value
    return found["campaign"], found["blast"]
