"""The pledge and turnout table and the evidence behind it, read and written for sets of people.

Every statement takes people by key, thousands at a time, and joins nothing whose size the planner would
have to guess: on election day the tables grow from empty faster than statistics follow.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Final

from sqlalchemy.orm import Session

from dialer.domain.pledge import PledgeEvidence
from dialer.domain.turnout import Mark
from dialer.store.quick import Quick


@dataclass(frozen=True, slots=True)
class Record:
    """A row of the table, as it is or is to be."""

    contact_id: uuid.UUID
    support: int | None = None
    voting_method: str | None = None
    planned_at: dt.datetime | None = None
    needs_lift: bool | None = None
    id_ready: bool | None = None
    learned_at: dt.datetime | None = None
    learned_source: str | None = None
    learned_campaign_id: uuid.UUID | None = None
    learned_by: uuid.UUID | None = None
    voted_at: dt.datetime | None = None
    voted_source: str | None = None


MARK_FIELDS: Final = len(fields(Mark))
_NAMES = tuple(field.name for field in fields(Record))

_LOCK = Quick(
    f"""
    SELECT {", ".join(_NAMES)} FROM voter_record
    WHERE organisation_id = :organisation AND election_id = :election
      AND contact_id = ANY(CAST(:contacts AS uuid[]))
    ORDER BY contact_id FOR NO KEY UPDATE
    """  # noqa: S608 - put together from fixed names only
)

_EVIDENCE = Quick(
    """
    SELECT false AS is_mark, contact_id, id, at, source, dated, support, voting_method, planned_at,
           campaign_id, account_id, needs_lift, id_ready
    FROM pledge
    WHERE organisation_id = :organisation AND election_id = :election
      AND contact_id = ANY(CAST(:contacts AS uuid[])) AND undone_at IS NULL
    UNION ALL
    SELECT true, contact_id, id, at, source, dated, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM turnout_mark
    WHERE organisation_id = :organisation AND election_id = :election
      AND contact_id = ANY(CAST(:contacts AS uuid[])) AND state = 'counted'
    """
)

_GIVEN = """
    FROM unnest(
        CAST(:contact_id AS uuid[]), CAST(:support AS int[]), CAST(:voting_method AS text[]),
        CAST(:planned_at AS timestamptz[]), CAST(:needs_lift AS boolean[]), CAST(:id_ready AS boolean[]),
        CAST(:learned_at AS timestamptz[]),
        CAST(:learned_source AS text[]), CAST(:learned_campaign_id AS uuid[]),
        CAST(:learned_by AS uuid[]), CAST(:voted_at AS timestamptz[]), CAST(:voted_source AS text[])
    ) AS new(contact_id, support, voting_method, planned_at, needs_lift, id_ready, learned_at, learned_source,
             learned_campaign_id, learned_by, voted_at, voted_source)
"""

_INSERT = Quick(
    f"""
    INSERT INTO voter_record (organisation_id, election_id, {", ".join(_NAMES)})
    SELECT :organisation, :election, new.*
    {_GIVEN}
    ORDER BY new.contact_id
    ON CONFLICT DO NOTHING
    RETURNING contact_id
    """
)

_UPDATE = Quick(
    f"""
    UPDATE voter_record AS record
    SET support = new.support, voting_method = new.voting_method, planned_at = new.planned_at,
        needs_lift = new.needs_lift, id_ready = new.id_ready,
        learned_at = new.learned_at, learned_source = new.learned_source,
        learned_campaign_id = new.learned_campaign_id, learned_by = new.learned_by,
        voted_at = new.voted_at, voted_source = new.voted_source
    {_GIVEN}
    WHERE record.organisation_id = :organisation AND record.election_id = :election
      AND record.contact_id = new.contact_id
    """  # noqa: S608 - put together from fixed names only
)


@dataclass(frozen=True, slots=True)
class People:
    """Some people in one election."""

    session: Session
    organisation_id: uuid.UUID
    election_id: uuid.UUID
    contacts: Collection[uuid.UUID]

    @property
    def where(self) -> dict[str, object]:
        """The values that every statement here asks for."""
        return {
            "organisation": self.organisation_id,
            "election": self.election_id,
            "contacts": list(self.contacts),
        }


def lock(people: People) -> Sequence[Record]:
    """Hold the rows that they have, in the order of their ids, and return them.

    Evidence is to be read after this: a statement that waited for somebody else's row would still see the
    evidence as it was before the wait.
    """
    return [Record(*row) for row in _LOCK.rows(people.session, people.where)]


def evidence_of(
    people: People,
) -> tuple[Mapping[uuid.UUID, list[PledgeEvidence]], Mapping[uuid.UUID, list[Mark]]]:
    """All that stands of what they told us, and all marks that count of their having voted."""
    pledges: defaultdict[uuid.UUID, list[PledgeEvidence]] = defaultdict(list)
    marks: defaultdict[uuid.UUID, list[Mark]] = defaultdict(list)
    for is_mark, contact_id, *evidence in _EVIDENCE.rows(people.session, people.where):
        if is_mark:
            marks[contact_id].append(Mark(*evidence[:MARK_FIELDS]))
        else:
            pledges[contact_id].append(PledgeEvidence(*evidence))
    return pledges, marks


def update(people: People, records: Sequence[Record]) -> None:
    """Put these values into rows that are held."""
    if records:
        _UPDATE.do(people.session, {**people.where, **_columns(records)})


def insert(people: People, records: Sequence[Record]) -> frozenset[uuid.UUID]:
    """Make these rows, and return whose row somebody else made first: those are to be looked at again."""
    if not records:
        return frozenset()
    made = _INSERT.rows(people.session, {**people.where, **_columns(records)})
    return frozenset(record.contact_id for record in records) - frozenset(
        contact_id for (contact_id,) in made
    )


def _columns(records: Sequence[Record]) -> dict[str, list[object]]:
    columns = zip(*map(attrgetter(*_NAMES), records), strict=True)
    return {name: list(column) for name, column in zip(_NAMES, columns, strict=True)}
