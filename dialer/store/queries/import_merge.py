"""Bring a staged and matched chunk of an import into the tables, each in one set-based statement."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.store.queries.import_changes import RETURNED, confirm_changes, recorded, recorded_numbers
from dialer.store.queries.import_create import Standing, Told, create_people
from dialer.store.queries.import_evidence import add_evidence
from dialer.store.queries.import_keys import keys_hold_already
from dialer.store.queries.import_match import Scope
from dialer.store.queries.import_names import CHANGED_NAME, FILLED_NAME
from dialer.store.queries.import_stage import PLAIN
from dialer.store.queries.number_lines import KNOWN_KIND
from dialer.store.queries.opt_outs import OURS, ours_missing, with_ours
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


_NEW_TAGS: Final = """c.tags || coalesce((SELECT array_agg(tag ORDER BY nth)
    FROM unnest({tags}) WITH ORDINALITY AS given(tag, nth) WHERE tag <> ALL (c.tags)), '{{}}')"""

_UPDATES: Final = {
    **{name: f"coalesce(s.{name}, c.{name})" for name in PLAIN},
    **CHANGED_NAME,
    "elector_number": "coalesce(s.elector_number, c.elector_number)",
    "elector_key": "coalesce(s.elector_key, c.elector_key)",
    "register": "CASE WHEN s.elector_key IS NULL THEN c.register ELSE :register END",
    "external_id": "coalesce(c.external_id, s.external_id)",
    "id_source": """CASE WHEN c.external_id IS NULL AND s.external_id IS NOT NULL
        THEN :source ELSE c.id_source END""",
    "tags": _NEW_TAGS.format(tags="s.tags"),
    "custom": "c.custom || coalesce(s.custom, '{}')",
    "status": """CASE WHEN s.deceased THEN 'deceased' WHEN s.added AND c.status = 'moved' THEN 'active'
        ELSE c.status END""",
}
_REPEATED: Final = {
    **{name: f"coalesce(c.{name}, s.{name})" for name in PLAIN},
    **FILLED_NAME,
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


_UPDATE: Final = recorded(f"""
    UPDATE contact AS c SET {_assignments(_UPDATES)}, updated_at = :now
    FROM import_stage AS s
    WHERE c.organisation_id = :organisation AND c.id = s.contact_id AND s.fate = 'matched' AND NOT :skip
      AND {_differs(_UPDATES)}
    RETURNING {RETURNED}
""")
# A row that repeats an earlier one fills what that one left empty, and overrides nothing.
_FILL: Final = recorded(f"""
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
        SELECT contact_id, bool_or(deceased) AS deceased, {_first_filled((*PLAIN, "first_key", "last_key"))}
        FROM repeated GROUP BY contact_id
    )
    UPDATE contact AS c SET {_assignments(_REPEATED)}, updated_at = :now
    FROM plain AS s
    LEFT JOIN tagged ON tagged.contact_id = s.contact_id
    LEFT JOIN noted ON noted.contact_id = s.contact_id
    WHERE c.organisation_id = :organisation AND c.id = s.contact_id AND NOT :skip AND {_differs(_REPEATED)}
    RETURNING {RETURNED}
""")
_KNOWN: Final = "s.fate IN ('matched', 'duplicate')"
_PHONES: Final = recorded_numbers(f"""
    INSERT INTO contact_phone (organisation_id, contact_id, number, line_type, position)
    SELECT :organisation, s.contact_id, given.number, {KNOWN_KIND}, given.nth - 1 + coalesce(
        (SELECT max(position) + 1 FROM contact_phone AS p
         WHERE p.organisation_id = :organisation AND p.contact_id = s.contact_id), 0)
    FROM import_stage AS s,
        unnest(s.numbers, s.line_types) WITH ORDINALITY AS given(number, line_type, nth)
    WHERE {_KNOWN} AND NOT :skip AND NOT EXISTS (
        SELECT FROM contact_phone AS p WHERE p.organisation_id = :organisation
          AND p.contact_id = s.contact_id AND p.number = given.number OFFSET 0)
    ORDER BY s."row", given.nth
    ON CONFLICT DO NOTHING
    RETURNING contact_id, number
""")
_MEMBERS: Final = f"""
    INSERT INTO list_member (organisation_id, list_id, contact_id, import_id)
    SELECT DISTINCT :organisation, CAST(:list AS uuid), s.contact_id, CAST(:import AS uuid)
    FROM import_stage AS s
    WHERE {_KNOWN}
    ON CONFLICT DO NOTHING
    RETURNING contact_id
"""
_COUNT_MEMBERS: Final = """
    UPDATE contact_list SET contact_count = contact_count + :joined
    WHERE organisation_id = :organisation AND id = :list
"""
_SEEN: Final = """
    INSERT INTO import_contact (organisation_id, import_id, contact_id, "row", why, changed)
    SELECT :organisation, CAST(:import AS uuid), contact_id, "row", why,
        CASE WHEN fate = 'matched' THEN false END
    FROM import_stage WHERE fate IN ('created', 'matched')
"""
_REPEATS: Final = """
    INSERT INTO import_duplicate (organisation_id, import_id, "row", contact_id, why)
    SELECT :organisation, CAST(:import AS uuid), "row", contact_id, why
    FROM import_stage WHERE fate = 'duplicate'
"""
_MARK_CHANGED: Final = """
    UPDATE import_contact SET changed = true
    WHERE organisation_id = :organisation AND import_id = :import AND why IS NOT NULL
      AND contact_id = ANY(ARRAY(
        SELECT contact_id FROM import_stage
        WHERE fate = 'matched' AND contact_id = ANY(CAST(:changed AS uuid[]))))
"""
# Whom this file also has as present, at another address say, is not gone.
_LEAVE: Final = recorded(f"""
    UPDATE contact AS c SET status = 'moved', updated_at = :now
    FROM import_stage AS s
    WHERE c.organisation_id = :organisation AND c.id = s.gone_id AND c.status = 'active' AND NOT :skip
      AND NOT EXISTS (
        SELECT FROM import_contact AS seen
        WHERE seen.organisation_id = :organisation AND seen.import_id = :import AND seen.contact_id = c.id)
    RETURNING {RETURNED}
""")
_OPT_OUTS: Final = f"""
    INSERT INTO opt_out (organisation_id, id, contact_id, channel, source, created_at)
    SELECT DISTINCT ON (s.person_id, channel) :organisation, {UUID7}, s.person_id, channel, 'import', :now
    FROM (
        SELECT coalesce(contact_id, gone_id) AS person_id, refused FROM import_stage WHERE refused IS NOT NULL
    ) AS s, unnest(s.refused) AS channel
    WHERE s.person_id IS NOT NULL
    ON CONFLICT DO NOTHING
    RETURNING contact_id
"""
# Who said no themselves stays out by that; the list's is kept for when they take theirs back.
_NOES_BENEATH: Final = f"""
    UPDATE opt_out AS o SET beneath = {with_ours("o")}
    FROM (
        SELECT DISTINCT coalesce(contact_id, gone_id) AS person_id, unnest(refused) AS channel
        FROM import_stage WHERE refused IS NOT NULL AND fate <> 'created'
    ) AS s
    WHERE o.organisation_id = :organisation AND o.contact_id = s.person_id AND o.channel = s.channel
      AND o.lifted_at IS NULL AND {ours_missing("o")}
"""
_CONSENTS: Final = f"""
    INSERT INTO consent (organisation_id, id, contact_id, channel, source, at, import_id)
    SELECT DISTINCT ON (s.contact_id, yes.channel) :organisation, {UUID7}, s.contact_id, yes.channel,
        'import', :now, CAST(:import AS uuid)
    FROM import_stage AS s, unnest(s.consented) AS yes(channel)
    WHERE s.contact_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM consent AS given
        WHERE given.organisation_id = :organisation AND given.contact_id = s.contact_id
          AND given.channel = yes.channel AND given.withdrawn_at IS NULL)
    ON CONFLICT DO NOTHING
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
    """What a chunk brought.

    `standings`: what is known of the votes of those it made. Of those who were known, `changed`: who are not
    as they were, or are new in the list; `told`: of whom there is new evidence. `left` counts those gone from
    the register, `unknown_left` rows of such people whom nobody knew.
    """

    counts: Counts
    standings: Sequence[Standing]
    changed: frozenset[uuid.UUID]
    told: frozenset[uuid.UUID]
    left: int
    unknown_left: int


class _Found(NamedTuple):
    """What there is to do in a staged chunk: of its rows, and at the end of those of new people."""

    created: int
    known: int
    noes: int
    yeses: int
    gone: int
    unknown_gone: int
    support: int
    method: int
    voted: int


_LOOK: Final = """
    SELECT count(*) FILTER (WHERE fate = 'created'), count(*) FILTER (WHERE fate IN ('matched', 'duplicate')),
        count(*) FILTER (WHERE refused IS NOT NULL), count(*) FILTER (WHERE consented IS NOT NULL),
        count(*) FILTER (WHERE fate = 'gone'), count(*) FILTER (WHERE fate = 'gone' AND gone_id IS NULL),
        count(support) FILTER (WHERE fate = 'created'), count(voting_method) FILTER (WHERE fate = 'created'),
        count(*) FILTER (WHERE fate = 'created' AND voted)
    FROM import_stage
"""
# Who leaves stands in `gone_id`; that an unknown person is gone changes nothing.
_COUNT: Final = """
    SELECT count(*) FILTER (WHERE fate = 'created') AS created,
        count(*) FILTER (WHERE fate = 'matched' AND contact_id = ANY(CAST(:changed AS uuid[])))
            + count(*) FILTER (WHERE fate = 'gone' AND gone_id = ANY(CAST(:left AS uuid[]))) AS updated,
        count(*) FILTER (WHERE fate = 'matched' AND contact_id <> ALL(CAST(:changed AS uuid[])))
            + count(*) FILTER (WHERE fate = 'gone' AND gone_id = ANY(CAST(:left AS uuid[])) IS NOT TRUE)
            AS unchanged,
        count(*) FILTER (WHERE fate IN ('duplicate', 'gone_again')) AS duplicates,
        count(*) FILTER (WHERE fate = 'rejected') AS rejected
    FROM import_stage
"""


@dataclass(frozen=True, slots=True)
class Made:
    """Whom a chunk made: what is known of their votes, and what else there is to do in it."""

    standings: Sequence[Standing]
    found: _Found


def make_people(session: Session, merge: Merge) -> Made:
    """Make whom nobody knew, where `hold_parents` holds what their rows refer to.

    This touches nothing that was there before, so another half of the chunk may be at it at the same time.
    """
    parameters = merge.parameters()
    found = _Found(*session.execute(text(_LOOK)).one())
    told = Told(found.support, found.method, found.voted)
    with keys_hold_already(session):
        standings = create_people(session, parameters, told) if found.created else []
        _run_all(session, (_SEEN, _REPEATS) if found.known else (_SEEN,), parameters)
    return Made(standings, found)


def merge_others(session: Session, merge: Merge, made: Made) -> Merged:
    """Apply the staged rows that named somebody known, after those of new people, and count every row's fate.

    What follows from new evidence and new noes is the caller's to do.
    """
    parameters, found, standings = merge.parameters(), made.found, made.standings
    if found.created:
        session.execute(text(_COUNT_MEMBERS), {**parameters, "joined": found.created})
    known = _merge_known(session, parameters) if found.known else _Known()
    left = _run(session, (_LEAVE,), parameters) if found.gone else set()
    if found.noes and (found.known or found.gone):
        session.execute(text(_NOES_BENEATH), parameters | OURS)
    changed = known.changed | left | _run(session, _wishes(found), parameters)
    told = add_evidence(session, parameters) if found.known else set[uuid.UUID]()
    present = {"changed": list(changed | told), "left": list(left)}
    if present["changed"]:
        session.execute(text(_MARK_CHANGED), parameters | present)
    counts = Counts(*session.execute(text(_COUNT), present).one())
    everybody = frozenset(changed | known.joined)
    return Merged(counts, standings, everybody, frozenset(told), len(left), found.unknown_gone)


def _wishes(found: _Found) -> tuple[str, ...]:
    return (*((_OPT_OUTS,) if found.noes else ()), *((_CONSENTS,) if found.yeses else ()))


def merge_stage(session: Session, merge: Merge) -> Merged:
    """Apply every staged row: `make_people`, then `merge_others`."""
    return merge_others(session, merge, make_people(session, merge))


class _Known(NamedTuple):
    """Whom a chunk changed of those who were there, and who of them is new in the list."""

    changed: frozenset[uuid.UUID] = frozenset()
    joined: frozenset[uuid.UUID] = frozenset()


def _merge_known(session: Session, parameters: dict[str, Any]) -> _Known:
    """Update whom rows named who were there, fill in what repeated rows add, and put them all in the list."""
    changed = _run(session, (_UPDATE, _FILL, _PHONES), parameters)
    confirm_changes(session, parameters)
    return _Known(frozenset(changed), frozenset(_join(session, parameters)))


def _run_all(session: Session, statements: tuple[str, ...], parameters: dict[str, Any]) -> None:
    for statement in statements:
        session.execute(text(statement), parameters)


def _run(session: Session, statements: tuple[str, ...], parameters: dict[str, Any]) -> set[uuid.UUID]:
    return {
        contact_id for statement in statements for contact_id in session.scalars(text(statement), parameters)
    }


def _join(session: Session, parameters: dict[str, Any]) -> set[uuid.UUID]:
    joined = _run(session, (_MEMBERS,), parameters)
    if joined:
        session.execute(text(_COUNT_MEMBERS), {**parameters, "joined": len(joined)})
    return joined


_GROWING: Final = """contact, contact_phone, list_member, import_contact, opt_out, suppression, pledge,
    voter_record, turnout_mark, name_word"""


def learn_sizes(session: Session) -> None:
    """Tell the planner how large the tables are now: one that has just grown is planned for as if empty.

    A small sample does, at a tenth of the cost, until PostgreSQL takes one of its own.
    """
    session.execute(text("SET LOCAL default_statistics_target = 10"))
    session.execute(text(f"ANALYZE {_GROWING}"))


def renumbered_rows(session: Session) -> Iterator[tuple[int, bool]]:
    """Rows whose elector number was somebody else's, and whether nothing else was left to know them by."""
    rows = session.execute(text("SELECT \"row\", fate = 'rejected' FROM import_stage WHERE renumbered"))
    return iter([(row[0], row[1]) for row in rows])
