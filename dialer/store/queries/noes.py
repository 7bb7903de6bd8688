"""Everything on the shelf that says no: suppressions of places and opt-outs of persons, with who said so."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from dialer.store.session import UnitOfWork

_NOES: Final = text(
    """
    SELECT s.number, s.email, s.channel, s.reason, s.source, s.register, s.note, s.created_at,
           coalesce(o.contact_id, s.contact_id) AS contact_id, o.result_id, s.id AS suppression_id,
           CASE WHEN s.source = 'import' THEN s.import_id END AS import_id, s.created_by
    FROM suppression s
    LEFT JOIN opt_out o ON o.organisation_id = s.organisation_id AND o.id = s.opt_out_id
    WHERE s.organisation_id = :organisation AND s.number = ANY (CAST(:numbers AS text[]))
      AND s.lifted_at IS NULL
    UNION ALL
    SELECT s.number, s.email, s.channel, s.reason, s.source, s.register, s.note, s.created_at,
           coalesce(o.contact_id, s.contact_id), o.result_id, s.id,
           CASE WHEN s.source = 'import' THEN s.import_id END, s.created_by
    FROM suppression s
    LEFT JOIN opt_out o ON o.organisation_id = s.organisation_id AND o.id = s.opt_out_id
    WHERE s.organisation_id = :organisation AND s.email = ANY (CAST(:emails AS text[]))
      AND s.lifted_at IS NULL
    UNION ALL
    SELECT p.number, NULL, o.channel, 'opt_out', o.source, NULL, o.note, o.created_at, o.contact_id,
           o.result_id, NULL, NULL, o.created_by
    FROM contact_phone p
    JOIN opt_out o ON o.organisation_id = p.organisation_id AND o.contact_id = p.contact_id
    WHERE p.organisation_id = :organisation AND p.number = ANY (CAST(:numbers AS text[]))
      AND p.removed_at IS NULL AND o.lifted_at IS NULL AND o.channel IN ('voice', 'sms')
    UNION ALL
    SELECT NULL, NULL, o.channel, 'opt_out', o.source, NULL, o.note, o.created_at, o.contact_id,
           o.result_id, NULL, NULL, o.created_by
    FROM opt_out o
    WHERE o.organisation_id = :organisation AND o.contact_id = ANY (CAST(:contacts AS uuid[]))
      AND o.lifted_at IS NULL
    """
)
_NAMES: Final = text(
    """
    SELECT id, name FROM account WHERE organisation_id = :organisation AND id = ANY (CAST(:ids AS uuid[]))
    UNION ALL
    SELECT id, filename FROM import
    WHERE organisation_id = :organisation AND id = ANY (CAST(:ids AS uuid[]))
    """
)
_IN_REVIEW: Final = text(
    """
    SELECT number, last_inbound_at FROM conversation
    WHERE organisation_id = :organisation AND number = ANY (CAST(:numbers AS text[])) AND state = 'review'
    """
)


@dataclass(frozen=True, slots=True)
class No:
    """A no that stands: to a `number` or `email`, or (neither) a person's own, whatever they are reached on.

    `by` is the name of the account that wrote it down, `filename` that of the list it came with.
    """

    number: str | None
    email: str | None
    channel: str
    reason: str
    source: str
    register: str | None
    note: str | None
    at: dt.datetime
    contact_id: uuid.UUID | None
    result_id: uuid.UUID | None
    suppression_id: uuid.UUID | None
    import_id: uuid.UUID | None
    by: str | None
    filename: str | None


def noes(
    unit: UnitOfWork,
    *,
    numbers: Sequence[str] = (),
    emails: Sequence[str] = (),
    contacts: Sequence[uuid.UUID] = (),
) -> list[No]:
    """Every no to these places, by whoever has them too, and every one of these persons; the oldest first."""
    where = {"organisation": unit.organisation_id}
    given = {**where, "numbers": list(numbers), "emails": list(emails), "contacts": list(contacts)}
    rows = unit.session.execute(_NOES, given).all()
    ids = {one for row in rows for one in (row.created_by, row.import_id) if one}
    names = {row.id: row.name for row in unit.session.execute(_NAMES, {**where, "ids": list(ids)})}
    found = [
        No(
            number=row.number,
            email=row.email,
            channel=row.channel,
            reason=row.reason,
            source=row.source,
            register=row.register,
            note=row.note,
            at=row.created_at,
            contact_id=row.contact_id,
            result_id=row.result_id,
            suppression_id=row.suppression_id,
            import_id=row.import_id,
            by=names.get(row.created_by),
            filename=names.get(row.import_id),
        )
        for row in rows
    ]
    return sorted(found, key=lambda no: no.at)


def in_review_since(unit: UnitOfWork, numbers: Sequence[str]) -> dict[str, dt.datetime | None]:
    """Those of the numbers from which somebody wrote what may be a no, and since when."""
    given = {"organisation": unit.organisation_id, "numbers": list(numbers)}
    return {row.number: row.last_inbound_at for row in unit.session.execute(_IN_REVIEW, given)}
