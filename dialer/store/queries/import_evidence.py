"""Evidence that a chunk brings about people who were known before its row: support, ways of voting, votes."""

from __future__ import annotations

import uuid
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.store.queries.uuids import UUID7

# Evidence without a time of its own, and a pledge read from a pledge column, only fill what is empty.
_SUPPORT: Final = f"""
    INSERT INTO pledge (organisation_id, id, election_id, contact_id, support, source, dated, at, import_id,
        recorded_at)
    SELECT DISTINCT ON (s.contact_id) :organisation, {UUID7}, CAST(:election AS uuid), s.contact_id,
        s.support,
        s.support_source, s.support_at IS NOT NULL, coalesce(s.support_at, :now), CAST(:import AS uuid), :now
    FROM import_stage AS s
    LEFT JOIN voter_record AS known ON known.organisation_id = :organisation
        AND known.election_id = :election AND known.contact_id = s.contact_id
    WHERE s.fate IN ('matched', 'duplicate') AND s.support IS NOT NULL
      AND (known.support IS NULL OR NOT s.support_weak)
      AND NOT EXISTS (
        SELECT FROM pledge AS told
        WHERE told.organisation_id = :organisation AND told.election_id = :election
          AND told.contact_id = s.contact_id AND told.support = s.support AND told.source = s.support_source
          AND told.dated = (s.support_at IS NOT NULL) AND (NOT told.dated OR told.at = s.support_at))
    ORDER BY s.contact_id, s.support_weak, s."row"
    RETURNING contact_id
"""
_METHOD: Final = f"""
    INSERT INTO pledge (organisation_id, id, election_id, contact_id, voting_method, source, dated, at,
        import_id, recorded_at)
    SELECT DISTINCT ON (s.contact_id) :organisation, {UUID7}, CAST(:election AS uuid), s.contact_id,
        s.voting_method, 'import', false, :now, CAST(:import AS uuid), :now
    FROM import_stage AS s
    LEFT JOIN voter_record AS known ON known.organisation_id = :organisation
        AND known.election_id = :election AND known.contact_id = s.contact_id
    WHERE s.fate IN ('matched', 'duplicate') AND s.voting_method IS NOT NULL AND known.voting_method IS NULL
    ORDER BY s.contact_id, s."row"
    RETURNING contact_id
"""
# A mark that was taken back stays so: the same file says nothing new.
_VOTES: Final = f"""
    INSERT INTO turnout_mark (organisation_id, id, election_id, contact_id, state, source, dated, at,
        import_id, recorded_at)
    SELECT DISTINCT ON (s.contact_id) :organisation, {UUID7}, CAST(:election AS uuid), s.contact_id,
        'counted', 'import', s.voted_at IS NOT NULL, coalesce(s.voted_at, :now), CAST(:import AS uuid), :now
    FROM import_stage AS s
    WHERE s.fate IN ('matched', 'duplicate') AND s.voted AND NOT EXISTS (
        SELECT FROM turnout_mark AS known
        WHERE known.organisation_id = :organisation AND known.election_id = :election
          AND known.contact_id = s.contact_id
          AND (known.state = 'counted' OR known.source = 'import')
          AND (s.voted_at IS NULL OR (known.source = 'import' AND known.dated AND known.at = s.voted_at)))
    ORDER BY s.contact_id, s.voted_at, s."row"
    RETURNING contact_id
"""


def add_evidence(session: Session, parameters: dict[str, object]) -> set[uuid.UUID]:
    """Write what is new of it; returns whom it is about: their records are to be recomputed."""
    return {
        contact_id
        for statement in (_SUPPORT, _METHOD, _VOTES)
        for contact_id in session.scalars(text(statement), parameters)
    }
