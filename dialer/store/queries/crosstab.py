"""A campaign's people counted by two things at once, in one statement and a bounded time."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from psycopg.errors import LockNotAvailable, QueryCanceled
from sqlalchemy import Row, func, select, text
from sqlalchemy.exc import OperationalError

from dialer.domain.crosstab import BUSY, MOST_COLUMNS, MOST_ROWS, TOO_LONG, Counts, Dimension, Side
from dialer.domain.errors import Unavailable
from dialer.store.models.calling import Campaign
from dialer.store.queries.callable_people import list_sizes
from dialer.store.session import UnitOfWork

COUNTED_WITHIN_S: Final = 10
"""So long a table may be counted; longer, and whoever asks is told to ask for less."""

_MEMORY: Final = "64MB"
"""So much each step of it may hold: a million people fit, and nothing is sorted on disk."""
BUSY_WITHIN_S: Final = 2
"""So long is waited for another table of the organisation to be counted: one at a time, since each takes a
whole processor, and polling day has use for the others.
"""

_PERSON: Final = "JOIN contact c ON c.organisation_id = :organisation AND c.id = person.contact_id"
_RECORD: Final = """
    LEFT JOIN voter_record v ON v.organisation_id = :organisation AND v.election_id = :election
      AND v.contact_id = person.contact_id
"""
_STANDING: Final = """
    r.organisation_id = :organisation AND r.campaign_id = :campaign
    AND r.superseded_at IS NULL AND r.voided_at IS NULL
"""
_LAST: Final = f"""
    LEFT JOIN (
        SELECT DISTINCT ON (r.contact_id) r.contact_id, r.disposition, r.account_id, r.at FROM result r
        WHERE {_STANDING} ORDER BY r.contact_id, r.at DESC, r.id DESC
    ) AS last ON last.contact_id = person.contact_id
"""  # noqa: S608 - words of ours
_ANSWER: Final = f"""
    LEFT JOIN (
        SELECT DISTINCT ON (a.contact_id) a.contact_id, a.answer_id FROM answer a
        JOIN result r ON r.organisation_id = a.organisation_id AND r.id = a.result_id
        JOIN script_version s ON s.organisation_id = a.organisation_id AND s.id = a.script_version_id
        WHERE {_STANDING} AND a.node_id = :SIDE_node AND s.script_id = CAST(:SIDE_script AS uuid)
        ORDER BY a.contact_id, r.at DESC, r.id DESC
    ) AS SIDE_answer ON SIDE_answer.contact_id = person.contact_id
"""  # noqa: S608 - words of ours
_EACH: Final = "LEFT JOIN LATERAL unnest(MANY) WITH ORDINALITY AS SIDE_one (key, nth) ON true"
_TAGS: Final = _EACH.replace("MANY", "c.tags")
_LISTS: Final = _EACH.replace("MANY", "person.lists")
_MEMBER: Final = """
    LEFT JOIN (
        SELECT account_id, array_agg(team_id) AS teams FROM membership
        WHERE organisation_id = :organisation GROUP BY account_id
    ) AS SIDE_of ON SIDE_of.account_id = last.account_id
"""
_TEAMS: Final = _EACH.replace("MANY", "SIDE_of.teams")

_BY: Final[Mapping[Dimension, tuple[str, tuple[str, ...]]]] = {
    Dimension.SUPPORT: ("v.support::text", (_RECORD,)),
    Dimension.VOTING_METHOD: ("v.voting_method", (_RECORD,)),
    Dimension.VOTED: ("CASE WHEN v.voted_at IS NULL THEN 'no' ELSE 'yes' END", (_RECORD,)),
    Dimension.SOURCE: ("v.learned_source", (_RECORD,)),
    Dimension.POLLING_DISTRICT: ("c.polling_district", (_PERSON,)),
    Dimension.WARD: ("c.ward", (_PERSON,)),
    Dimension.CONSTITUENCY: ("c.constituency", (_PERSON,)),
    Dimension.LANGUAGE: ("c.language", (_PERSON,)),
    Dimension.TAG: ("SIDE_one.key", (_PERSON, _TAGS)),
    Dimension.LIST: ("SIDE_one.key::text", (_LISTS,)),
    Dimension.DISPOSITION: ("last.disposition", (_LAST,)),
    Dimension.VOLUNTEER: ("last.account_id::text", (_LAST,)),
    Dimension.TEAM: ("SIDE_one.key::text", (_LAST, _MEMBER, _TEAMS)),
    Dimension.DAY: ("to_char(last.at AT TIME ZONE CAST(:zone AS text), 'YYYY-MM-DD')", (_LAST,)),
    Dimension.HOUR: ("to_char(last.at AT TIME ZONE CAST(:zone AS text), 'HH24')", (_LAST,)),
    Dimension.ANSWER: ("SIDE_answer.answer_id", (_ANSWER,)),
}
"""What a side splits by, and what must be joined for it, in this order; SIDE is the side's own name."""

_COUNTED: Final = """
    WITH person AS (
        SELECT m.contact_idLISTS FROM list_member m
        WHERE m.organisation_id = :organisation AND m.list_id = ANY (CAST(:lists AS uuid[]))
        GROUP BY m.contact_id
    ),
    split AS (
        SELECT coalesce(trim(ROW_KEY), '') AS r, coalesce(trim(COLUMN_KEY), '') AS c,
               ROW_FIRST AS row_first, COLUMN_FIRST AS column_first
        FROM person JOINED
        WHERE WANTED
    ),
    cell AS (
        SELECT r, c, row_first, column_first, count(*) AS people FROM split WHERE KNOWN GROUP BY 1, 2, 3, 4
    ),
    figure AS (
        SELECT r, c, grouping(r) = 1 AS all_rows, grouping(c) = 1 AS all_columns,
               CAST(coalesce(CASE grouping(r, c)
                   WHEN 0 THEN sum(people)
                   WHEN 1 THEN sum(people) FILTER (WHERE column_first)
                   WHEN 2 THEN sum(people) FILTER (WHERE row_first)
                   ELSE sum(people) FILTER (WHERE row_first AND column_first)
               END, 0) AS bigint) AS people
        FROM cell GROUP BY GROUPING SETS ((r, c), (r), (c), ())
    ),
    of_rows AS (SELECT r, people FROM figure WHERE all_columns AND NOT all_rows),
    of_columns AS (SELECT c, people FROM figure WHERE all_rows AND NOT all_columns)
    SELECT r, c, all_rows, all_columns, people,
           (SELECT count(*) FROM of_rows) AS row_count, (SELECT count(*) FROM of_columns) AS column_count
    FROM figure
    WHERE (all_rows OR r IN (SELECT r FROM of_rows ORDER BY people DESC, r LIMIT :most_rows))
      AND (all_columns OR c IN (SELECT c FROM of_columns ORDER BY people DESC, c LIMIT :most_columns))
"""

_SCRIPTS: Final = f"""
    SELECT DISTINCT s.script_id FROM result r
    JOIN answer a ON a.organisation_id = r.organisation_id AND a.result_id = r.id
    JOIN script_version s ON s.organisation_id = a.organisation_id AND s.id = a.script_version_id
    WHERE {_STANDING}
"""  # noqa: S608 - words of ours

_NAMES: Final = {
    Dimension.LIST: "SELECT id, name FROM contact_list",
    Dimension.VOLUNTEER: "SELECT id, name FROM account",
    Dimension.TEAM: "SELECT id, name FROM team",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is counted: people of a campaign's lists for whom all that is given holds. `known`: only those who
    stand in a group of both sides.
    """

    rows: Side
    columns: Side
    supports: tuple[int, ...] = ()
    polling_district: str | None = None
    voting_method: str | None = None
    voted: bool | None = None
    known: bool = False

    @property
    def conditions(self) -> dict[str, bool]:
        """What must hold of a person, and whether it was asked for."""
        return {
            "v.support = ANY (CAST(:supports AS int[]))": bool(self.supports),
            "c.polling_district = :polling_district": self.polling_district is not None,
            "v.voting_method = :voting_method": self.voting_method is not None,
            "(v.voted_at IS NOT NULL) = :voted": self.voted is not None,
        }


def count_people(unit: UnitOfWork, campaign: Campaign, wanted: Wanted) -> Counts:
    """Count them by both sides, one table of an organisation at a time. `Unavailable` where that takes longer
    than `COUNTED_WITHIN_S`, or where another is being counted for longer than `BUSY_WITHIN_S`.
    """
    given = {
        "organisation": unit.organisation_id,
        "campaign": campaign.id,
        "lists": list(list_sizes(unit, campaign.id)),
        "election": campaign.election_id,
        "zone": campaign.timezone,
        "supports": list(wanted.supports),
        "polling_district": wanted.polling_district,
        "voting_method": wanted.voting_method,
        "voted": wanted.voted,
        "rows_node": wanted.rows.node,
        "columns_node": wanted.columns.node,
        "rows_script": wanted.rows.script or campaign.script_id,
        "columns_script": wanted.columns.script or campaign.script_id,
        "most_rows": MOST_ROWS,
        "most_columns": MOST_COLUMNS,
    }
    try:
        _take_turn(unit)
        found = unit.session.execute(text(_statement(wanted)), given).all()
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            raise Unavailable(BUSY) from error
        if isinstance(error.orig, QueryCanceled):
            raise Unavailable(TOO_LONG, retry_after_s=60) from error
        raise
    return _counts(found)


def _take_turn(unit: UnitOfWork) -> None:
    """Until the transaction ends: what it may use of the database, and the organisation's one place."""
    for name, most in {
        "work_mem": f"'{_MEMORY}'",
        "max_parallel_workers_per_gather": 0,
        "statement_timeout": int(COUNTED_WITHIN_S * 1000),
        "lock_timeout": int(BUSY_WITHIN_S * 1000),
    }.items():
        unit.session.execute(text(f"SET LOCAL {name} = {most}"))
    place = func.hashtextextended(f"crosstab {unit.organisation_id}", 0)
    unit.session.execute(select(func.pg_advisory_xact_lock(place)))


def scripts_answered(unit: UnitOfWork, campaign_id: uuid.UUID) -> set[uuid.UUID]:
    """The scripts by whose questions people of a campaign gave the answers that stand."""
    given = {"organisation": unit.organisation_id, "campaign": campaign_id}
    return set(unit.session.scalars(text(_SCRIPTS), given))


def names_of(unit: UnitOfWork, side: Side, keys: Sequence[str]) -> dict[str, str]:
    """What the groups of a side are called, where their keys are ids."""
    if side.dimension not in _NAMES:
        return {}
    named = text(f"{_NAMES[side.dimension]} WHERE organisation_id = :organisation AND id = ANY (:ids)")
    ids = [uuid.UUID(key) for key in keys]
    rows = unit.session.execute(named, {"organisation": unit.organisation_id, "ids": ids})
    return {str(row.id): row.name for row in rows}


def _statement(wanted: Wanted) -> str:
    row_key, row_joins = _by(wanted.rows, "rows")
    column_key, column_joins = _by(wanted.columns, "columns")
    dimensions = (wanted.rows.dimension, wanted.columns.dimension)
    conditions = [condition for condition, is_asked in wanted.conditions.items() if is_asked]
    filters = [join for join in (_PERSON, _RECORD) if any(_alias(join) in each for each in conditions)]
    joined = "\n".join(dict.fromkeys([*filters, *row_joins, *column_joins]))
    parts = {
        "LISTS": ", array_agg(m.list_id) AS lists" if Dimension.LIST in dimensions else "",
        "ROW_KEY": row_key,
        "COLUMN_KEY": column_key,
        "JOINED": joined,
        "WANTED": " AND ".join(conditions) or "true",
        "ROW_FIRST": _first(wanted.rows, "rows"),
        "COLUMN_FIRST": _first(wanted.columns, "columns"),
        "KNOWN": "r <> '' AND c <> ''" if wanted.known else "true",
    }
    statement = _COUNTED
    for name, part in parts.items():
        statement = statement.replace(name, part)
    return statement


def _by(side: Side, name: str) -> tuple[str, list[str]]:
    key, joins = _BY[side.dimension]
    return key.replace("SIDE", name), [join.replace("SIDE", name) for join in joins]


def _first(side: Side, name: str) -> str:
    """Whether a row is the first of its person: who stands in several groups is one of all people once."""
    return f"coalesce({name}_one.nth, 1) = 1" if side.overlaps else "true"


def _alias(join: str) -> str:
    return "c." if join == _PERSON else "v."


def _counts(found: Sequence[Row[Any]]) -> Counts:
    whole = next(row for row in found if row.all_rows and row.all_columns)
    return Counts(
        people=whole.people,
        rows={row.r: row.people for row in found if row.all_columns and not row.all_rows},
        columns={row.c: row.people for row in found if row.all_rows and not row.all_columns},
        cells={(row.r, row.c): row.people for row in found if not row.all_rows and not row.all_columns},
        row_count=whole.row_count,
        column_count=whole.column_count,
    )
