"""Bring a staged and matched chunk of an import into the tables, each in one set-based statement."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.store.queries.import_match import Scope
from dialer.store.queries.uuids import UUID7


@dataclass(frozen=True, slots=True)
class Merge:
    """One chunk's merge. `skip`: people who are there already keep their fields as they are."""

    scope: Scope
    list_id: uuid.UUID
    election_id: uuid.UUID
    now: dt.datetime
    skip: bool

    def parameters(self) -> dict[str, Any]:
        """The names that the statements use."""
        return {
            **self.scope.parameters(),
            "list": self.list_id,
            "election": self.election_id,
            "now": self.now,
            "skip": self.skip,
        }


_PLAIN: Final = (
    "elector_markers",
    "date_of_birth",
    "first_name",
    "last_name",
    "email",
    "email_key",
    "address",
    "postcode",
    "constituency",
    "ward",
    "polling_district",
    "polling_station",
    "language",
    "notes",
    "needs_lift",
)
_NEW_TAGS: Final = """c.tags || coalesce((SELECT array_agg(tag ORDER BY nth)
    FROM unnest({tags}) WITH ORDINALITY AS given(tag, nth) WHERE tag <> ALL (c.tags)), '{{}}')"""
_FIRST_KEY: Final = "coalesce(s.first_key, c.first_key)"
_LAST_KEY: Final = "coalesce(s.last_key, c.last_key)"

_UPDATES: Final = {
    **{name: f"coalesce(s.{name}, c.{name})" for name in _PLAIN},
    "first_key": _FIRST_KEY,
    "last_key": _LAST_KEY,
    "name_key": f"{_FIRST_KEY} || {_LAST_KEY}",
    "elector_number": "coalesce(s.elector_number, c.elector_number)",
    "elector_key": "coalesce(s.elector_key, c.elector_key)",
    "register": "CASE WHEN s.elector_key IS NULL THEN c.register ELSE :register END",
    "external_id": "coalesce(c.external_id, s.external_id)",
    "id_source": """CASE WHEN c.external_id IS NULL AND s.external_id IS NOT NULL
        THEN :source ELSE c.id_source END""",
    "tags": _NEW_TAGS.format(tags="s.tags"),
    "custom": "c.custom || coalesce(s.custom, '{}')",
    "status": "CASE WHEN s.deceased THEN 'deceased' ELSE c.status END",
}
_REPEATED: Final = {
    **{name: f"coalesce(c.{name}, s.{name})" for name in _PLAIN},
    "tags": _NEW_TAGS.format(tags="tagged.tags"),
    "custom": "coalesce(noted.custom, '{}') || c.custom",
    "status": "CASE WHEN s.deceased THEN 'deceased' ELSE c.status END",
}


def _assignments(values: dict[str, str]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in values.items())


def _differs(values: dict[str, str]) -> str:
    old = ", ".join(f"c.{name}" for name in values)
    return f"ROW({', '.join(values.values())}) IS DISTINCT FROM ROW({old})"


def _first_filled(names: tuple[str, ...]) -> str:
    filled = '(array_agg({0} ORDER BY "row") FILTER (WHERE {0} IS NOT NULL))[1] AS {0}'
    return ", ".join(filled.format(name) for name in names)


_CREATED: Final = (*_PLAIN, "external_id", "elector_number", "elector_key", "name_key")

_CREATE: Final = f"""
    INSERT INTO contact (organisation_id, id, {", ".join(_CREATED)}, first_key, last_key, register, id_source,
        tags, custom, status, created_by_import, created_at, updated_at)
    SELECT :organisation, new_id, {", ".join(_CREATED)}, coalesce(first_key, ''), coalesce(last_key, ''),
        CASE WHEN elector_key IS NULL THEN '' ELSE :register END,
        CASE WHEN external_id IS NULL THEN '' ELSE :source END,
        coalesce(tags, '{{}}'), coalesce(custom, '{{}}'),
        CASE WHEN deceased THEN 'deceased' ELSE 'active' END, :import, :now, :now
    FROM import_stage WHERE fate = 'created' ORDER BY "row"
"""
_UPDATE: Final = f"""
    UPDATE contact AS c SET {_assignments(_UPDATES)}, updated_at = :now
    FROM import_stage AS s
    WHERE c.organisation_id = :organisation AND c.id = s.contact_id AND s.fate = 'matched' AND NOT :skip
      AND {_differs(_UPDATES)}
    RETURNING c.id
"""
# A row that repeats an earlier one fills what that one left empty, and overrides nothing.
_FILL: Final = f"""
    WITH repeated AS (SELECT * FROM import_stage WHERE fate = 'duplicate'),
    tagged AS (
        SELECT contact_id, array_agg(DISTINCT tag) AS tags
        FROM repeated, unnest(tags) AS tag GROUP BY contact_id
    ),
    noted AS (
        SELECT contact_id, jsonb_object_agg(key, value ORDER BY "row" DESC) AS custom
        FROM repeated, jsonb_each(custom) GROUP BY contact_id
    ),
    plain AS (
        SELECT contact_id, bool_or(deceased) AS deceased, {_first_filled(_PLAIN)}
        FROM repeated GROUP BY contact_id
    )
    UPDATE contact AS c SET {_assignments(_REPEATED)}, updated_at = :now
    FROM plain AS s
    LEFT JOIN tagged ON tagged.contact_id = s.contact_id
    LEFT JOIN noted ON noted.contact_id = s.contact_id
    WHERE c.organisation_id = :organisation AND c.id = s.contact_id AND NOT :skip AND {_differs(_REPEATED)}
    RETURNING c.id
"""
_PHONES: Final = """
    INSERT INTO contact_phone (organisation_id, contact_id, number, line_type, position)
    SELECT :organisation, s.contact_id, given.number, given.line_type, given.nth - 1 + CASE
        WHEN s.fate = 'created' THEN 0
        ELSE coalesce((SELECT max(position) + 1 FROM contact_phone AS p
                       WHERE p.organisation_id = :organisation AND p.contact_id = s.contact_id), 0) END
    FROM import_stage AS s,
        unnest(s.numbers, s.line_types) WITH ORDINALITY AS given(number, line_type, nth)
    WHERE s.contact_id IS NOT NULL AND (s.fate = 'created' OR NOT :skip)
    ORDER BY s."row", given.nth
    ON CONFLICT DO NOTHING
    RETURNING contact_id
"""
_MEMBERS: Final = """
    WITH joined AS (
        INSERT INTO list_member (organisation_id, list_id, contact_id, import_id)
        SELECT DISTINCT :organisation, CAST(:list AS uuid), contact_id, CAST(:import AS uuid)
        FROM import_stage WHERE contact_id IS NOT NULL
        ON CONFLICT DO NOTHING RETURNING 1
    )
    UPDATE contact_list SET contact_count = contact_count + (SELECT count(*) FROM joined)
    WHERE organisation_id = :organisation AND id = :list
"""
_SEEN: Final = """
    INSERT INTO import_contact (organisation_id, import_id, contact_id, "row")
    SELECT :organisation, CAST(:import AS uuid), contact_id, min("row")
    FROM import_stage WHERE contact_id IS NOT NULL GROUP BY contact_id
    ON CONFLICT DO NOTHING
"""
_OPT_OUTS: Final = f"""
    INSERT INTO opt_out (organisation_id, id, contact_id, channel, source, created_at)
    SELECT DISTINCT ON (s.contact_id, channel) :organisation, {UUID7}, s.contact_id, channel, 'import', :now
    FROM import_stage AS s, unnest(s.refused) AS channel
    WHERE s.contact_id IS NOT NULL
    ON CONFLICT DO NOTHING
    RETURNING contact_id
"""
_CONSENTS: Final = f"""
    INSERT INTO consent (organisation_id, id, contact_id, channel, source, at)
    SELECT DISTINCT ON (s.contact_id, channel) :organisation, {UUID7}, s.contact_id, channel, 'import', :now
    FROM import_stage AS s, unnest(s.consented) AS channel
    WHERE s.contact_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM consent AS given
        WHERE given.organisation_id = :organisation AND given.contact_id = s.contact_id
          AND given.channel = channel AND given.withdrawn_at IS NULL)
    ON CONFLICT DO NOTHING
    RETURNING contact_id
"""
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
    WHERE s.contact_id IS NOT NULL AND s.support IS NOT NULL AND (known.support IS NULL OR NOT s.support_weak)
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
    WHERE s.contact_id IS NOT NULL AND s.voting_method IS NOT NULL AND known.voting_method IS NULL
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
    WHERE s.contact_id IS NOT NULL AND s.voted AND NOT EXISTS (
        SELECT FROM turnout_mark AS known
        WHERE known.organisation_id = :organisation AND known.election_id = :election
          AND known.contact_id = s.contact_id
          AND (known.state = 'counted' OR known.source = 'import')
          AND (s.voted_at IS NULL OR (known.source = 'import' AND known.dated AND known.at = s.voted_at)))
    ORDER BY s.contact_id, s.voted_at, s."row"
    RETURNING contact_id
"""


class Counts(NamedTuple):
    """How many rows of a chunk had which fate."""

    created: int
    updated: int
    unchanged: int
    duplicates: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Merged:
    """What a chunk brought. `told`: people of whom there is new evidence; `touched`: everybody it named."""

    counts: Counts
    told: frozenset[uuid.UUID]
    touched: frozenset[uuid.UUID]


_COUNT: Final = """
    SELECT count(*) FILTER (WHERE fate = 'created') AS created,
        count(*) FILTER (WHERE fate = 'matched' AND contact_id = ANY(CAST(:changed AS uuid[]))) AS updated,
        count(*) FILTER (WHERE fate = 'matched' AND contact_id <> ALL(CAST(:changed AS uuid[]))) AS unchanged,
        count(*) FILTER (WHERE fate = 'duplicate') AS duplicates,
        count(*) FILTER (WHERE fate = 'rejected') AS rejected
    FROM import_stage
"""
_MATCHED: Final = "SELECT contact_id FROM import_stage WHERE fate = 'matched'"
_TOUCHED: Final = "SELECT DISTINCT contact_id FROM import_stage WHERE contact_id IS NOT NULL"


def _run(session: Session, statements: tuple[str, ...], parameters: dict[str, Any]) -> set[uuid.UUID]:
    return {row[0] for statement in statements for row in session.execute(text(statement), parameters)}


def merge_stage(session: Session, merge: Merge) -> Merged:
    """Apply every staged row and count its fate. What follows from new evidence is the caller's to do."""
    parameters = merge.parameters()
    session.execute(text(_CREATE), parameters)
    changed = _run(session, (_UPDATE, _FILL, _PHONES), parameters)
    session.execute(text(_MEMBERS), parameters)
    session.execute(text(_SEEN), parameters)
    changed |= _run(session, (_OPT_OUTS, _CONSENTS), parameters)
    told = _run(session, (_SUPPORT, _METHOD, _VOTES), parameters)
    changed = (changed | told) & _run(session, (_MATCHED,), parameters)
    row = session.execute(text(_COUNT), {"changed": list(changed)}).one()
    return Merged(Counts(*row), frozenset(told), frozenset(_run(session, (_TOUCHED,), parameters)))


_GROWING: Final = """contact, contact_phone, list_member, import_contact, opt_out, suppression, pledge,
    voter_record, turnout_mark"""


def learn_sizes(session: Session) -> None:
    """Tell the planner how large the tables are now: one that has just grown is planned for as if empty."""
    session.execute(text(f"ANALYZE {_GROWING}"))


def renumbered_rows(session: Session) -> Iterator[tuple[int, bool]]:
    """Rows whose elector number was somebody else's, and whether nothing else was left to know them by."""
    rows = session.execute(text("SELECT \"row\", fate = 'rejected' FROM import_stage WHERE renumbered"))
    return iter([(row[0], row[1]) for row in rows])
