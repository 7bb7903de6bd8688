"""The postcodes of people, as far as they are known: they tell by whose clocks it may be night there."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Final

from sqlalchemy import text

from dialer.store.session import UnitOfWork

_OF_MESSAGES: Final = text(
    """
    SELECT m.id, c.postcode FROM message m
    JOIN contact c ON c.organisation_id = m.organisation_id AND c.id = m.contact_id
    WHERE m.organisation_id = :organisation AND m.id = ANY (CAST(:ids AS uuid[])) AND c.postcode IS NOT NULL
    """
)
_OF_CONTACT: Final = text(
    "SELECT postcode FROM contact WHERE organisation_id = :organisation AND id = :contact"
)


def postcodes_of_texts(unit: UnitOfWork, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The postcodes of those to whom these texts or letters go, by the ids of the texts."""
    if not ids:
        return {}
    rows = unit.session.execute(_OF_MESSAGES, {"organisation": unit.organisation_id, "ids": list(ids)})
    return {row.id: row.postcode for row in rows}


def postcode_of(unit: UnitOfWork, contact_id: uuid.UUID | None) -> str | None:
    """Somebody's postcode; None where nobody knows it, or who it is."""
    if contact_id is None:
        return None
    given = {"organisation": unit.organisation_id, "contact": contact_id}
    found: str | None = unit.session.scalar(_OF_CONTACT, given)
    return found
