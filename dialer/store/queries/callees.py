"""Who is behind a number in a campaign, and what the gate has to know of them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from dialer.domain.disposition import Disposition
from dialer.domain.retry import Attempt
from dialer.store.session import UnitOfWork

PEOPLE = text(
    """
    SELECT c.id, c.first_name, c.last_name, c.status, c.postcode, c.tags, c.language,
           ARRAY(
               SELECT p.number FROM contact_phone p
               WHERE p.organisation_id = c.organisation_id AND p.contact_id = c.id
                 AND p.removed_at IS NULL AND p.dead_at IS NULL
               ORDER BY p.position, p.number
           ) AS numbers,
           EXISTS (
               SELECT 1 FROM opt_out o
               WHERE o.organisation_id = c.organisation_id AND o.contact_id = c.id
                 AND o.channel = 'voice' AND o.lifted_at IS NULL
           ) AS opted_out,
           EXISTS (
               SELECT 1 FROM result r
               WHERE r.organisation_id = c.organisation_id AND r.contact_id = c.id
                 AND r.campaign_id = :campaign_id
           ) AS tried,
           v.support, v.voted_at
    FROM contact c
    LEFT JOIN voter_record v
      ON v.organisation_id = c.organisation_id AND v.contact_id = c.id AND v.election_id = :election_id
    WHERE c.organisation_id = :organisation_id
      AND c.id IN (
          SELECT p.contact_id FROM contact_phone p
          WHERE p.organisation_id = :organisation_id AND p.number = ANY (:numbers) AND p.removed_at IS NULL
          UNION
          SELECT unnest(CAST(:contact_ids AS uuid[]))
      )
      AND EXISTS (
          SELECT 1 FROM list_member m
          JOIN campaign_list l ON l.organisation_id = m.organisation_id AND l.list_id = m.list_id
          WHERE m.organisation_id = c.organisation_id AND m.contact_id = c.id
            AND l.campaign_id = :campaign_id
      )
    ORDER BY c.id
    """
)


@dataclass(frozen=True, slots=True)
class Callee:
    """A person in a campaign's lists, with their live numbers in the order to try them."""

    id: uuid.UUID
    first_name: str | None
    last_name: str | None
    status: str
    postcode: str | None
    tags: tuple[str, ...]
    numbers: tuple[str, ...]
    opted_out: bool
    tried: bool
    support: int | None
    voted_at: dt.datetime | None
    language: str | None


def callees(
    unit: UnitOfWork,
    campaign_id: uuid.UUID,
    election_id: uuid.UUID,
    *,
    numbers: Sequence[str] = (),
    contact_ids: Sequence[uuid.UUID] = (),
) -> list[Callee]:
    """The people of a campaign's lists who have any of these numbers, or are among these contacts."""
    rows = unit.session.execute(
        PEOPLE,
        {
            "organisation_id": unit.organisation_id,
            "campaign_id": campaign_id,
            "election_id": election_id,
            "numbers": list(numbers),
            "contact_ids": list(contact_ids),
        },
    )
    return [
        Callee(
            row.id,
            row.first_name,
            row.last_name,
            row.status,
            row.postcode,
            tuple(row.tags),
            tuple(row.numbers),
            row.opted_out,
            row.tried,
            row.support,
            row.voted_at,
            row.language,
        )
        for row in rows
    ]


_ATTEMPTS = text(
    """
    SELECT r.contact_id, r.at, r.number, r.disposition, r.callback_at, r.account_id
    FROM result r
    LEFT JOIN contact_progress p
      ON p.organisation_id = r.organisation_id AND p.campaign_id = r.campaign_id
         AND p.contact_id = r.contact_id
    WHERE r.organisation_id = :organisation_id AND r.campaign_id = :campaign_id
      AND r.contact_id = ANY (CAST(:contact_ids AS uuid[]))
      AND r.superseded_at IS NULL AND r.voided_at IS NULL
      AND (p.recycled_at IS NULL OR r.at >= p.recycled_at)
    """
)


def attempts(
    unit: UnitOfWork, campaign_id: uuid.UUID, contact_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, list[Attempt]]:
    """What was tried in a campaign for each of these people, corrected and void results left out, and what
    was before they were called anew.
    """
    asked = {
        "organisation_id": unit.organisation_id,
        "campaign_id": campaign_id,
        "contact_ids": list(contact_ids),
    }
    found: dict[uuid.UUID, list[Attempt]] = defaultdict(list)
    for row in unit.session.execute(_ATTEMPTS, asked):
        disposition = Disposition(row.disposition)
        by = str(row.account_id) if row.account_id else None
        found[row.contact_id].append(Attempt(row.at, row.number, disposition, row.callback_at, by))
    return found
