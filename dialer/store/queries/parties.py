"""Parties that people named in an election, and what their answers mean."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text

from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class NamedParty:
    """A party as it was named: by how many people, and how many answers mean which support."""

    name: str
    people: int
    means: Mapping[int | None, int]


def named(unit: UnitOfWork, election_id: uuid.UUID) -> list[NamedParty]:
    """Every one, by name; of answers that weren't taken back."""
    rows = unit.session.execute(
        text(
            """
            SELECT party, support, count(*) AS answers, count(DISTINCT contact_id) AS people FROM pledge
            WHERE organisation_id = :organisation AND election_id = :election
              AND party IS NOT NULL AND undone_at IS NULL
            GROUP BY party, support ORDER BY party
            """
        ),
        {"organisation": unit.organisation_id, "election": election_id},
    ).all()
    means: defaultdict[str, dict[int | None, int]] = defaultdict(dict)
    people: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        means[row.party][row.support] = row.answers
        people[row.party] += row.people
    return [NamedParty(name, people[name], meant) for name, meant in means.items()]


def mean(
    unit: UnitOfWork, election_id: uuid.UUID, meant: Mapping[str, int | None], most: int
) -> Sequence[uuid.UUID]:
    """Have the next answers that name these parties mean this, where they mean something else; whose they
    are, once for each answer.
    """
    return (
        unit.session.execute(
            text(
                """
                WITH wanted AS (
                    SELECT * FROM unnest(CAST(:names AS text[]), CAST(:supports AS int[])) AS w(name, support)
                ),
                next AS (
                    SELECT p.id, w.support FROM pledge AS p JOIN wanted AS w ON w.name = p.party
                    WHERE p.organisation_id = :organisation AND p.election_id = :election
                      AND p.undone_at IS NULL AND p.support IS DISTINCT FROM w.support
                    ORDER BY p.contact_id, p.id LIMIT :most
                )
                UPDATE pledge AS p SET support = next.support FROM next
                WHERE p.organisation_id = :organisation AND p.id = next.id
                RETURNING p.contact_id
                """
            ),
            {
                "organisation": unit.organisation_id,
                "election": election_id,
                "names": list(meant),
                "supports": list(meant.values()),
                "most": most,
            },
        )
        .scalars()
        .all()
    )
