"""Find people by elector numbers as they were written down, thousands in one statement."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.turnout import WrittenNumber

_FIND = text(
    """
    WITH written AS (
        SELECT * FROM unnest(CAST(:keys AS text[]), CAST(:tails AS text[]), CAST(:districts AS text[]))
            WITH ORDINALITY AS written(key, tail, district, place)
    ), fitting AS (
        SELECT place, district, contact.id, contact.polling_district, contact.status
        FROM written JOIN contact
          ON contact.organisation_id = :organisation AND contact.elector_key = written.key
        UNION
        SELECT place, district, contact.id, contact.polling_district, contact.status
        FROM written JOIN contact
          ON contact.organisation_id = :organisation AND contact.elector_tail = written.tail
        WHERE written.tail <> ''
          AND (written.district = '' OR lower(contact.polling_district) = written.district)
    ), ranked AS (
        SELECT *, count(*) OVER (PARTITION BY place) AS fits,
               count(*) FILTER (WHERE lower(polling_district) = district) OVER (PARTITION BY place) AS within
        FROM fitting
    )
    SELECT place - 1 AS place, id, polling_district, status FROM ranked
    WHERE fits = 1 OR (within = 1 AND lower(polling_district) = district)
    UNION ALL
    SELECT DISTINCT place - 1, CAST(NULL AS uuid), NULL, NULL FROM ranked
    WHERE fits > 1 AND within <> 1
    """
)


@dataclass(frozen=True, slots=True)
class Elector:
    """A person found by their number."""

    contact_id: uuid.UUID
    polling_district: str | None
    status: str


@dataclass(frozen=True, slots=True)
class Fitting:
    """Whom numbers stand for, by their places; and the places of those that fit more than one person even
    within their district. In neither is a number that fits nobody.
    """

    electors: Mapping[int, Elector]
    several: frozenset[int]

    def fits(self, place: int) -> int:
        """How many the number at a place fits: none, one, or several (2)."""
        return 1 if place in self.electors else 2 if place in self.several else 0


def find_electors(session: Session, organisation_id: uuid.UUID, numbers: Sequence[WrittenNumber]) -> Fitting:
    """Return whom each number, by its place in `numbers`, stands for."""
    rows = session.execute(
        _FIND,
        {
            "organisation": organisation_id,
            "keys": [number.key for number in numbers],
            "tails": [number.tail for number in numbers],
            "districts": [number.district for number in numbers],
        },
    )
    electors, several = {}, set()
    for row in rows:
        if row.id is None:
            several.add(row.place)
        else:
            electors[row.place] = Elector(row.id, row.polling_district, row.status)
    return Fitting(electors, frozenset(several))
