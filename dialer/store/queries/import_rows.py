"""Rows of an import that named somebody known: who was there before, or stands in the file twice."""

from __future__ import annotations

import uuid
from typing import Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

_KNOWN: Final = """
    SELECT "row", CASE WHEN changed THEN 'updated' ELSE 'unchanged' END AS outcome, why, contact_id,
        NULL::integer AS first_row
    FROM import_contact
    WHERE organisation_id = :organisation AND import_id = :import AND why IS NOT NULL AND "row" > :after
      AND (CAST(:outcome AS text) IS NULL OR changed = (:outcome = 'updated'))
    ORDER BY "row" LIMIT :limit
"""
_REPEATED: Final = """
    SELECT d."row", 'duplicate' AS outcome, d.why, d.contact_id, first."row" AS first_row
    FROM import_duplicate AS d
    JOIN import_contact AS first ON first.organisation_id = d.organisation_id
        AND first.import_id = d.import_id AND first.contact_id = d.contact_id
    WHERE d.organisation_id = :organisation AND d.import_id = :import AND d."row" > :after
    ORDER BY d."row" LIMIT :limit
"""


class KnownRow(NamedTuple):
    """A row, what became of it, the rule's place in `domain.person.RULES`, and whom it names.

    `first_row`: the row that named them first, of one that repeats it.
    """

    row: int
    outcome: str
    why: int
    contact_id: uuid.UUID
    first_row: int | None


def known_rows(
    session: Session,
    organisation_id: uuid.UUID,
    import_id: uuid.UUID,
    *,
    outcome: str | None,
    after: int,
    limit: int,
) -> list[KnownRow]:
    """The next rows after one, of one outcome or of any, in their order."""
    parts = {"duplicate": (_REPEATED,), None: (_KNOWN, _REPEATED)}.get(outcome, (_KNOWN,))
    either = " UNION ALL ".join(f"({part})" for part in parts)
    rows = session.execute(
        text(f'SELECT * FROM ({either}) AS known ORDER BY "row" LIMIT :limit'),
        {
            "organisation": organisation_id,
            "import": import_id,
            "outcome": outcome,
            "after": after,
            "limit": limit,
        },
    )
    return [KnownRow(*row) for row in rows]
