"""The pledge and turnout table, written from the evidence in sets of people.

`recompute` is the only place that writes a present value. It says in SQL what `dialer.domain.pledge` and
`dialer.domain.turnout` say in words; a test holds the two together.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

_ENSURE = text(
    """
    INSERT INTO voter_record (organisation_id, election_id, contact_id)
    SELECT :organisation, :election, contact_id
    FROM unnest(CAST(:contacts AS uuid[])) AS person(contact_id) ORDER BY contact_id
    ON CONFLICT DO NOTHING
    """
)

_LOCK = text(
    """
    SELECT contact_id FROM voter_record
    WHERE organisation_id = :organisation AND election_id = :election
      AND contact_id = ANY(CAST(:contacts AS uuid[]))
    ORDER BY contact_id FOR NO KEY UPDATE
    """
)

_STANDING = """
    SELECT * FROM pledge
    WHERE organisation_id = :organisation AND election_id = :election
      AND contact_id = old.contact_id AND undone_at IS NULL AND {fact} IS NOT NULL
    ORDER BY dated DESC, CASE WHEN dated THEN at END DESC, at, source = 'import', id DESC
    LIMIT 1
"""

_RECOMPUTE = text(
    f"""
    WITH present AS (
        SELECT old.contact_id,
               old.support AS old_support, old.learned_campaign_id AS old_campaign_id,
               old.voted_at AS old_voted_at,
               said.support, method.voting_method, planned.planned_at,
               coalesce(said.id, method.id, planned.id) AS learned_id,
               vote.at AS voted_at, vote.source AS voted_source
        FROM voter_record AS old
        LEFT JOIN LATERAL ({_STANDING.format(fact="support")}) AS said ON true
        LEFT JOIN LATERAL ({_STANDING.format(fact="voting_method")}) AS method ON true
        LEFT JOIN LATERAL ({_STANDING.format(fact="planned_at")}) AS planned ON true
        LEFT JOIN LATERAL (
            SELECT at, source FROM turnout_mark
            WHERE organisation_id = :organisation AND election_id = :election
              AND contact_id = old.contact_id AND state = 'counted'
            ORDER BY dated DESC, at, id LIMIT 1
        ) AS vote ON true
        WHERE old.organisation_id = :organisation AND old.election_id = :election
          AND old.contact_id = ANY(CAST(:contacts AS uuid[]))
    )
    UPDATE voter_record AS record
    SET support = present.support, voting_method = present.voting_method,
        planned_at = present.planned_at, learned_at = learned.at, learned_source = learned.source,
        learned_campaign_id = learned.campaign_id, learned_by = learned.account_id,
        voted_at = present.voted_at, voted_source = present.voted_source
    FROM present LEFT JOIN pledge AS learned
      ON learned.organisation_id = :organisation AND learned.id = present.learned_id
    WHERE record.organisation_id = :organisation AND record.election_id = :election
      AND record.contact_id = present.contact_id
    RETURNING record.contact_id, present.old_support, present.old_campaign_id, present.old_voted_at,
              record.support, record.learned_campaign_id, record.voted_at
    """  # noqa: S608 - put together from fixed names only
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What counts of one person: support, the campaign it was learned in, whether they have voted."""

    support: int | None
    campaign_id: uuid.UUID | None
    voted: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A person's standing before and after."""

    contact_id: uuid.UUID
    before: Standing
    after: Standing


def lock(
    session: Session, organisation_id: uuid.UUID, election_id: uuid.UUID, contacts: Collection[uuid.UUID]
) -> None:
    """Make these people's rows where they are missing and hold them, always in the order of their ids."""
    where = _where(organisation_id, election_id, contacts)
    session.execute(_ENSURE, where)
    session.execute(_LOCK, where)


def recompute(
    session: Session, organisation_id: uuid.UUID, election_id: uuid.UUID, contacts: Collection[uuid.UUID]
) -> Sequence[Change]:
    """Write the present value of these people, in one statement, and return what it was and is.

    Hold the rows with `lock` first: a statement that waited for somebody else's row would still see the
    evidence as it was before the wait.
    """
    rows = session.execute(_RECOMPUTE, _where(organisation_id, election_id, contacts))
    return [
        Change(
            row.contact_id,
            Standing(row.old_support, row.old_campaign_id, row.old_voted_at is not None),
            Standing(row.support, row.learned_campaign_id, row.voted_at is not None),
        )
        for row in rows
    ]


def _where(
    organisation_id: uuid.UUID, election_id: uuid.UUID, contacts: Collection[uuid.UUID]
) -> dict[str, object]:
    return {"organisation": organisation_id, "election": election_id, "contacts": list(contacts)}
