"""Whom somebody is never handed in calls, since that person frightened them; by every number of theirs.

The person is whoever was known to have written, and whoever has the number that frightened: on a number that
several share nobody is handed out either. The table has a row for each press of a button, and is read by its
key, of one account.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import exists, text
from sqlalchemy.dialects.postgresql import insert

from dialer.store.models.accounts import Account
from dialer.store.models.conversations import Avoidance
from dialer.store.session import UnitOfWork

AVOIDED: Final = """
    SELECT v.account_id, this.number
    FROM avoidance v
    CROSS JOIN LATERAL (
        SELECT v.number
        UNION ALL
        SELECT p.number FROM contact_phone p
        WHERE p.organisation_id = v.organisation_id AND p.contact_id = v.contact_id AND p.removed_at IS NULL
        UNION ALL
        SELECT p.number FROM contact_phone h
        JOIN contact_phone p ON p.organisation_id = h.organisation_id AND p.contact_id = h.contact_id
        WHERE h.organisation_id = v.organisation_id AND h.number = v.number
          AND h.removed_at IS NULL AND p.removed_at IS NULL
    ) AS this(number)
    WHERE v.organisation_id = :organisation_id AND v.until IS NULL
"""
"""Each of us who was frightened, and the numbers that they are never given."""

IS_SPARED: Final = exists().where(
    Avoidance.organisation_id == Account.organisation_id,
    Avoidance.account_id == Account.id,
    Avoidance.until.is_(None),
)
"""Whether there is anybody whom an account is never handed."""

_NUMBERS: Final = text(f"{AVOIDED} AND v.account_id = :account_id")

_AVOIDERS: Final = text(
    """
    SELECT asked.number, v.account_id
    FROM unnest(CAST(:numbers AS text[])) AS asked(number)
    CROSS JOIN LATERAL (
        SELECT array_agg(h.contact_id) AS people, array_agg(p.number) AS numbers
        FROM contact_phone h
        JOIN contact_phone p ON p.organisation_id = h.organisation_id AND p.contact_id = h.contact_id
        WHERE h.organisation_id = :organisation_id AND h.number = asked.number
          AND h.removed_at IS NULL AND p.removed_at IS NULL
    ) AS theirs
    JOIN avoidance v ON v.organisation_id = :organisation_id AND v.until IS NULL
     AND (
         v.number = asked.number OR v.number = ANY (theirs.numbers) OR v.contact_id = ANY (theirs.people)
     )
    """
)
"""`AVOIDED`, from the number's side."""


def spare_for_good(
    unit: UnitOfWork, account_id: uuid.UUID, number: str, contact_id: uuid.UUID, now: dt.datetime
) -> bool:
    """Never hand an account this number or person again; whether that is news."""
    made = insert(Avoidance).values(
        organisation_id=unit.organisation_id,
        account_id=account_id,
        number=number,
        contact_id=contact_id,
        until=None,
        created_at=now,
    )
    settled = made.on_conflict_do_update(
        index_elements=["organisation_id", "account_id", "number"],
        set_={"until": None, "contact_id": made.excluded.contact_id},
        where=Avoidance.until.is_not(None),
    )
    return unit.session.scalar(settled.returning(Avoidance.number)) is not None


def numbers_avoided(unit: UnitOfWork, account_id: uuid.UUID) -> list[str]:
    """The numbers that an account is never handed."""
    asked = {"organisation_id": unit.organisation_id, "account_id": account_id}
    return [row.number for row in unit.session.execute(_NUMBERS, asked)]


def avoiders(unit: UnitOfWork, numbers: Collection[str]) -> Mapping[str, frozenset[uuid.UUID]]:
    """Whose accounts are never handed each of these numbers; those that somebody is spared only."""
    asked = {"organisation_id": unit.organisation_id, "numbers": sorted(numbers)}
    found: defaultdict[str, set[uuid.UUID]] = defaultdict(set)
    for number, account_id in unit.session.execute(_AVOIDERS, asked):
        found[number].add(account_id)
    return {number: frozenset(accounts) for number, accounts in found.items()}
