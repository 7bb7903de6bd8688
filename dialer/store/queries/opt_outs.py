"""Whoever asked not to be contacted: persons, and the numbers and addresses that they have or get."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.store.queries.uuids import UUID7

_COVER: Final = f"""
    INSERT INTO suppression (organisation_id, id, number, email, channel, reason, source, contact_id,
        opt_out_id, created_by, created_at)
    SELECT DISTINCT ON (reach.number, reach.email, o.channel) :organisation, {UUID7}, reach.number,
        reach.email, o.channel, 'opt_out', o.source, o.contact_id, o.id, o.created_by, o.created_at
    FROM opt_out AS o
    JOIN LATERAL (
        SELECT p.number, NULL AS email FROM contact_phone AS p
        WHERE o.channel IN ('sms', 'voice') AND p.organisation_id = :organisation
          AND p.contact_id = o.contact_id AND p.removed_at IS NULL
        UNION ALL
        SELECT NULL, c.email_key FROM contact AS c
        WHERE o.channel = 'email' AND c.organisation_id = :organisation AND c.id = o.contact_id
          AND c.email_key IS NOT NULL
    ) AS reach ON true
    WHERE o.organisation_id = :organisation AND o.lifted_at IS NULL
      AND o.contact_id = ANY(CAST(:contacts AS uuid[]))
    ORDER BY reach.number, reach.email, o.channel, o.created_at
    ON CONFLICT DO NOTHING
    RETURNING number
"""


_OF_IMPORT: Final = """
    SELECT o.channel, count(*) AS people
    FROM import_contact AS named
    JOIN opt_out AS o ON o.organisation_id = :organisation AND o.contact_id = named.contact_id
    WHERE named.organisation_id = :organisation AND named.import_id = :import AND o.lifted_at IS NULL
    GROUP BY o.channel
"""


def noes_of_import(session: Session, organisation_id: uuid.UUID, import_id: uuid.UUID) -> dict[str, int]:
    """How many of the people whom an import named said no, by channel, to this day."""
    given = {"organisation": organisation_id, "import": import_id}
    return {row.channel: row.people for row in session.execute(text(_OF_IMPORT), given)}


def cover_reach(
    session: Session, organisation_id: uuid.UUID, contacts: Collection[uuid.UUID]
) -> frozenset[str]:
    """Suppress every number and address of people who opted out, those they got since too.

    Returns the numbers that are newly suppressed.
    """
    if not contacts:
        return frozenset()
    rows = session.execute(text(_COVER), {"organisation": organisation_id, "contacts": list(contacts)})
    return frozenset(row[0] for row in rows if row[0] is not None)
