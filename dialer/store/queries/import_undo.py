"""Take away, for a chunk of people, what only one import brought. See `services.people.import_undo_run`."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.store.queries.import_keys import keys_hold_already
from dialer.store.queries.import_undo_fields import Chunk
from dialer.store.queries.uuids import uuid_array

_NEXT: Final = """
    (SELECT contact_id FROM import_contact
     WHERE organisation_id = :organisation AND import_id = :import
       AND contact_id > coalesce(CAST(:after AS uuid), '00000000-0000-0000-0000-000000000000')
     ORDER BY contact_id LIMIT :limit)
    UNION
    (SELECT contact_id FROM import_change
     WHERE organisation_id = :organisation AND import_id = :import
       AND contact_id > coalesce(CAST(:after AS uuid), '00000000-0000-0000-0000-000000000000')
     ORDER BY contact_id LIMIT :limit)
    ORDER BY contact_id LIMIT :limit
"""
# Whoever is about to write something about them waits, and then finds them gone or as they are.
_LOCK: Final = """
    SELECT id FROM contact WHERE organisation_id = :organisation AND id = ANY(CAST(:people AS uuid[]))
    ORDER BY id FOR UPDATE
"""


def _there(table: str, more: str = "") -> str:
    return f"""EXISTS (SELECT FROM {table} AS t
        WHERE t.organisation_id = :organisation AND t.contact_id = c.id{more})"""


_TRACES: Final = (
    "message",
    "call",
    "conversation",
    "assignment",
    "result",
    "contact_progress",
    "answer",
    "door_result",
)
_IN_HAND: Final = """EXISTS (SELECT FROM contact_phone AS p
    JOIN hold AS h ON h.organisation_id = p.organisation_id AND h.number = p.number
    WHERE p.organisation_id = :organisation AND p.contact_id = c.id)"""
_CONTACTED: Final = " OR ".join((*map(_there, (*_TRACES, "hold")), _IN_HAND))
_REACHED: Final = f"""
    SELECT c.id FROM contact AS c
    WHERE c.organisation_id = :organisation AND c.id = ANY(CAST(:people AS uuid[])) AND ({_CONTACTED})
"""
_NAMED_BY_OTHERS: Final = """
    SELECT FROM import AS i
    JOIN import_contact AS named ON named.organisation_id = i.organisation_id AND named.import_id = i.id
    WHERE i.organisation_id = :organisation AND i.id <> :import AND i.state NOT IN ('undoing', 'undone')
"""
# Whoever another import put into the same list stays in it, by that import.
_LEAVE_LIST: Final = """
    WITH mine AS (
        SELECT m.list_id, m.contact_id, (
            SELECT i.id FROM import AS i
            JOIN import_contact AS named ON named.organisation_id = i.organisation_id
                AND named.import_id = i.id AND named.contact_id = m.contact_id
            WHERE i.organisation_id = :organisation AND i.list_id = m.list_id AND i.id <> :import
              AND i.state NOT IN ('undoing', 'undone')
            ORDER BY i.id LIMIT 1) AS heir
        FROM list_member AS m
        WHERE m.organisation_id = :organisation AND m.import_id = :import
          AND m.contact_id = ANY(CAST(:people AS uuid[]))
    ), handed AS (
        UPDATE list_member AS m SET import_id = mine.heir FROM mine
        WHERE mine.heir IS NOT NULL AND m.organisation_id = :organisation
          AND m.list_id = mine.list_id AND m.contact_id = mine.contact_id
    ), gone AS (
        DELETE FROM list_member AS m USING mine
        WHERE mine.heir IS NULL AND m.organisation_id = :organisation
          AND m.list_id = mine.list_id AND m.contact_id = mine.contact_id
        RETURNING m.list_id
    ), counted AS (
        UPDATE contact_list AS l SET contact_count = l.contact_count - lost.people
        FROM (SELECT list_id, count(*) AS people FROM gone GROUP BY list_id) AS lost
        WHERE l.organisation_id = :organisation AND l.id = lost.list_id
    )
    SELECT count(*) FROM gone
"""
_FORGET_EVIDENCE: Final = """
    DELETE FROM {table} WHERE organisation_id = :organisation AND election_id = :election
      AND import_id = :import AND contact_id = ANY(CAST(:people AS uuid[]))
    RETURNING contact_id
"""
_FORGET_CONSENTS: Final = """
    DELETE FROM consent WHERE organisation_id = :organisation AND import_id = :import
      AND contact_id = ANY(CAST(:people AS uuid[]))
    RETURNING id
"""
# A no covers what they have and what they get later (contract §4): while it stands somebody must have it.
_STANDING_NO: Final = " AND t.lifted_at IS NULL"
# Of those whom this import made, or one that is undone: why they can't go, or null.
_JUDGE: Final = f"""
    SELECT c.id, CASE
        WHEN {_CONTACTED} THEN 'contacted'
        WHEN EXISTS ({_NAMED_BY_OTHERS} AND named.contact_id = c.id) THEN 'other_imports'
        WHEN {_there("list_member")} THEN 'other_lists'
        WHEN {_there("opt_out", _STANDING_NO)} THEN 'noes'
        WHEN {_there("pledge")} OR {_there("turnout_mark")} OR {_there("consent")} THEN 'evidence'
        WHEN c.updated_at <> maker.created_at THEN 'changed'
        END AS why
    FROM contact AS c
    JOIN import AS maker ON maker.organisation_id = c.organisation_id AND maker.id = c.created_by_import
    WHERE c.organisation_id = :organisation AND c.id = ANY(CAST(:people AS uuid[]))
      AND (maker.id = :import OR maker.state IN ('undoing', 'undone'))
"""
_GO: Final = (
    *(
        f"""DELETE FROM {table}
        WHERE organisation_id = :organisation AND contact_id = ANY(CAST(:gone AS uuid[]))"""
        for table in ("contact_phone", "opt_out", "import_change")
    ),
    "DELETE FROM contact WHERE organisation_id = :organisation AND id = ANY(CAST(:gone AS uuid[]))",
)
_RECORDS_GO: Final = """
    WITH gone AS (
        DELETE FROM voter_record
        WHERE organisation_id = :organisation AND contact_id = ANY(CAST(:gone AS uuid[]))
        RETURNING election_id, support, voted_at IS NOT NULL AS voted, learned_campaign_id
    )
    SELECT election_id, support, voted, learned_campaign_id, count(*) FROM gone GROUP BY 1, 2, 3, 4
"""
_SINCE: Final = """
    FROM {table} AS t
    JOIN import_contact AS named ON named.organisation_id = t.organisation_id
        AND named.contact_id = t.contact_id AND named.import_id = :import
    WHERE t.organisation_id = :organisation AND {when} AND (
        named.why IS NULL OR named.changed OR EXISTS (
            SELECT FROM list_member AS m WHERE m.organisation_id = :organisation
              AND m.contact_id = t.contact_id AND m.import_id = :import))
"""
# A text that waits goes out whatever becomes of the list: it counts like one that has gone.
_SENT: Final = "SELECT count(*)" + _SINCE.format(
    table="message",
    when="t.direction = 'outbound' AND (t.attempted_at >= :since OR t.state = 'queued')",
)
_MADE: Final = f"""
    SELECT count(DISTINCT assignment_id) FROM (
        SELECT t.assignment_id {_SINCE.format(table="result", when="t.at >= :since")}
        UNION ALL
        SELECT t.assignment_id {_SINCE.format(table="call", when="t.attempted_at >= :since")}
    ) AS made
"""


class Since(NamedTuple):
    """What went out, since an import, to people of whom it brought something; texts that wait, too."""

    messages: int
    calls: int


def reached_since(session: Session, organisation_id: uuid.UUID, import_id: uuid.UUID, since: object) -> Since:
    """Count the texts and calls that went out to people of an import, and texts that wait to go out."""
    given = {"organisation": organisation_id, "import": import_id, "since": since}
    return Since(*(session.scalar(text(count), given) or 0 for count in (_SENT, _MADE)))


def next_people(
    session: Session, organisation_id: uuid.UUID, import_id: uuid.UUID, after: uuid.UUID | None, limit: int
) -> Chunk:
    """The next people whom the import named or changed."""
    given = {"organisation": organisation_id, "import": import_id, "after": after, "limit": limit}
    return Chunk(organisation_id, import_id, session.scalars(text(_NEXT), given).all())


def lock_people(session: Session, chunk: Chunk) -> None:
    """Keep everybody else from writing about them until the transaction ends."""
    session.execute(text(_LOCK), chunk.parameters())


def contacted(session: Session, chunk: Chunk) -> frozenset[uuid.UUID]:
    """Who of them was ever texted, called or in somebody's hands, or wrote to us."""
    return frozenset(session.scalars(text(_REACHED), chunk.parameters()))


def leave_list(session: Session, chunk: Chunk) -> int:
    """Take them out of the list that the import put them into; how many."""
    return session.scalar(text(_LEAVE_LIST), chunk.parameters()) or 0


def forget_evidence(session: Session, chunk: Chunk, election_id: uuid.UUID) -> list[uuid.UUID]:
    """Delete pledges and votes that the import brought: whom each was about."""
    given = {**chunk.parameters(), "election": election_id}
    return [
        contact_id
        for table in ("pledge", "turnout_mark")
        for contact_id in session.scalars(text(_FORGET_EVIDENCE.format(table=table)), given)
    ]


def forget_consents(session: Session, chunk: Chunk) -> int:
    """Delete the consents that the import brought; how many."""
    return len(session.execute(text(_FORGET_CONSENTS), chunk.parameters()).all())


class LostRecords(NamedTuple):
    """What was known of the votes of so many people who are gone, and which campaign learned it."""

    election_id: uuid.UUID
    support: int | None
    voted: bool
    campaign_id: uuid.UUID | None
    people: int


@dataclass(frozen=True, slots=True)
class TakenAway:
    """Who is gone, with what their records said, and how many stay for which reason."""

    people: frozenset[uuid.UUID]
    records: Sequence[LostRecords]
    stay: Counter[str]


def take_people_away(session: Session, chunk: Chunk) -> TakenAway:
    """Delete those who came with the import, or with one that is undone, and whom nothing holds.

    Who said no stays, so that it holds for the numbers and addresses that they get later, too. The figures
    that counted their records are the caller's.
    """
    gone, stay = list[uuid.UUID](), Counter[str]()
    for contact_id, why in session.execute(text(_JUDGE), chunk.parameters()):
        if why is None:
            gone.append(contact_id)
        else:
            stay[why] += 1
    return TakenAway(frozenset(gone), _delete(session, chunk, gone), stay)


def _delete(session: Session, chunk: Chunk, gone: Collection[uuid.UUID]) -> list[LostRecords]:
    """Delete people on whom nothing hangs any more but what goes with them: no other table is looked at."""
    if not gone:
        return []
    parameters = {**chunk.parameters(), "gone": uuid_array(gone)}
    with keys_hold_already(session):
        lost = [LostRecords(*row) for row in session.execute(text(_RECORDS_GO), parameters)]
        for statement in _GO:
            session.execute(text(statement), parameters)
    return lost
