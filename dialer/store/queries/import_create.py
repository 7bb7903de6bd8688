"""The fast path of an import: people nobody knew, with everything that hangs on them.

Most rows of most chunks. Nothing has to be compared and nothing can be in the way: each row is a person of
its own, whom nobody else sees before the commit.
"""

from __future__ import annotations

import uuid
from typing import Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.store.queries.import_stage import PLAIN
from dialer.store.queries.number_lines import KNOWN_KIND
from dialer.store.queries.uuids import UUID7

_COPIED: Final = (*PLAIN, "external_id", "elector_number", "elector_key", "name_key")

_PEOPLE: Final = f"""
    INSERT INTO contact (organisation_id, id, {", ".join(_COPIED)}, first_key, last_key, register, id_source,
        tags, custom, status, created_by_import, created_at, updated_at)
    SELECT :organisation, contact_id, {", ".join(_COPIED)}, coalesce(first_key, ''), coalesce(last_key, ''),
        CASE WHEN elector_key IS NULL THEN '' ELSE :register END,
        CASE WHEN external_id IS NULL THEN '' ELSE :source END,
        coalesce(tags, '{{}}'), coalesce(custom, '{{}}'),
        CASE WHEN deceased THEN 'deceased' ELSE 'active' END, :import, :now, :now
    FROM import_stage WHERE fate = 'created'
"""
_PHONES: Final = f"""
    INSERT INTO contact_phone (organisation_id, contact_id, number, line_type, position)
    SELECT :organisation, s.contact_id, given.number, {KNOWN_KIND}, given.nth - 1
    FROM import_stage AS s,
        unnest(s.numbers, s.line_types) WITH ORDINALITY AS given(number, line_type, nth)
    WHERE s.fate = 'created'
"""
_MEMBERS: Final = """
    INSERT INTO list_member (organisation_id, list_id, contact_id, import_id)
    SELECT :organisation, CAST(:list AS uuid), contact_id, CAST(:import AS uuid)
    FROM import_stage WHERE fate = 'created'
"""
# With the person's own id, which no other pledge has: making one takes longer than writing the row.
_SUPPORT: Final = """
    INSERT INTO pledge (organisation_id, id, election_id, contact_id, support, source, dated, at, import_id,
        recorded_at)
    SELECT :organisation, contact_id, CAST(:election AS uuid), contact_id, support, support_source,
        support_at IS NOT NULL, coalesce(support_at, :now), CAST(:import AS uuid), :now
    FROM import_stage WHERE fate = 'created' AND support IS NOT NULL
"""
_METHOD: Final = f"""
    INSERT INTO pledge (organisation_id, id, election_id, contact_id, voting_method, source, dated, at,
        import_id, recorded_at)
    SELECT :organisation, {UUID7}, CAST(:election AS uuid), contact_id, voting_method, 'import', false, :now,
        CAST(:import AS uuid), :now
    FROM import_stage WHERE fate = 'created' AND voting_method IS NOT NULL
"""
_VOTES: Final = f"""
    INSERT INTO turnout_mark (organisation_id, id, election_id, contact_id, state, source, dated, at,
        import_id, recorded_at)
    SELECT :organisation, {UUID7}, CAST(:election AS uuid), contact_id, 'counted', 'import',
        voted_at IS NOT NULL, coalesce(voted_at, :now), CAST(:import AS uuid), :now
    FROM import_stage WHERE fate = 'created' AND voted
"""
# All that is known of them stands in one row: it is their present value (`gotv.record` says it of anybody).
_RECORDS: Final = """
    INSERT INTO voter_record (organisation_id, election_id, contact_id, support, voting_method, learned_at,
        learned_source, voted_at, voted_source)
    SELECT :organisation, CAST(:election AS uuid), contact_id, support, voting_method,
        CASE WHEN support IS NOT NULL THEN coalesce(support_at, :now)
            WHEN voting_method IS NOT NULL THEN :now END,
        CASE WHEN support IS NOT NULL THEN support_source WHEN voting_method IS NOT NULL THEN 'import' END,
        CASE WHEN voted THEN coalesce(voted_at, :now) END, CASE WHEN voted THEN 'import' END
    FROM import_stage
    WHERE fate = 'created' AND (support IS NOT NULL OR voting_method IS NOT NULL OR voted)
"""
_STANDINGS: Final = """
    SELECT support, voted, count(*) FROM import_stage
    WHERE fate = 'created' AND (support IS NOT NULL OR voting_method IS NOT NULL OR voted)
    GROUP BY support, voted
"""
_IDS: Final = "SELECT contact_id FROM import_stage WHERE fate = 'created'"


class Standing(NamedTuple):
    """How many new people came with this support, and as having voted or not."""

    support: int | None
    voted: bool
    people: int


class Told(NamedTuple):
    """Of how many new people their rows tell the support, the way of voting, and that they have voted."""

    support: int
    method: int
    voted: int


def create_people(session: Session, parameters: dict[str, object], told: Told) -> list[Standing]:
    """Make everybody whom nobody knew; returns what is known of their votes.

    Where the list, the election and the import are held, every key that these rows refer to holds. Nothing
    is written that anybody else may want to write at the same time: the list's count is the caller's.
    """
    for statement in (_PEOPLE, _PHONES, _MEMBERS):
        session.execute(text(statement), parameters)
    if not any(told):
        return []
    for statement, count in zip((_SUPPORT, _METHOD, _VOTES), told, strict=True):
        if count:
            session.execute(text(statement), parameters)
    session.execute(text(_RECORDS), parameters)
    return [Standing(*row) for row in session.execute(text(_STANDINGS))]


def created_ids(session: Session) -> set[uuid.UUID]:
    """Who of the staged chunk is new."""
    return set(session.scalars(text(_IDS)))
