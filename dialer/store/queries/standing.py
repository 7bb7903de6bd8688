"""All evidence of one person in one election, also what was taken back, with whose and where it is from."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

_EVIDENCE: Final = text(
    """
    SELECT e.*, account.name AS by_name, campaign.name AS campaign,
        EXISTS (
            SELECT FROM text_answer AS t
            WHERE t.organisation_id = :organisation AND t.contact_id = :contact
              AND e.id IN (t.pledge_id, t.mark_id)
        ) AS of_text
    FROM (
        SELECT 'pledge' AS kind, p.id, p.at, p.dated, p.source, p.account_id, p.campaign_id, p.support,
            p.party, p.voting_method, p.planned_at, p.needs_lift, p.id_ready, false AS voted,
            num_nonnulls(p.result_id, p.import_id, p.link_id) > 0 AS of_another, p.undone_at,
            NULL AS undone_reason
        FROM pledge AS p
        WHERE p.organisation_id = :organisation AND p.election_id = :election AND p.contact_id = :contact
        UNION ALL
        SELECT 'turnout', m.id, m.at, m.dated, m.source, m.account_id, NULL, NULL, NULL, NULL,
            NULL, NULL, NULL, true, num_nonnulls(m.result_id, m.import_id) > 0, m.undone_at, m.undone_reason
        FROM turnout_mark AS m
        WHERE m.organisation_id = :organisation AND m.election_id = :election AND m.contact_id = :contact
          AND m.state IN ('counted', 'undone')
    ) AS e
    LEFT JOIN account ON account.organisation_id = :organisation AND account.id = e.account_id
    LEFT JOIN campaign ON campaign.organisation_id = :organisation AND campaign.id = e.campaign_id
    ORDER BY e.at DESC, e.id DESC
    """
)


def evidence_in_full(
    session: Session, organisation_id: uuid.UUID, election_id: uuid.UUID, contact_id: uuid.UUID
) -> Sequence[Row[Any]]:
    """Every piece, the latest first. `of_another`: brought by a result, an import or a link."""
    asked = {"organisation": organisation_id, "election": election_id, "contact": contact_id}
    return session.execute(_EVIDENCE, asked).all()
