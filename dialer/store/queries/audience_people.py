"""The people whom a filter picks: counted, and read in the order of their ids."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from dialer.domain.filters.tree import Filter
from dialer.store.queries.audience_sql import Condition
from dialer.store.session import UnitOfWork

_PICKED: Final = """
    FROM contact c {sample}
    WHERE c.organisation_id = :organisation AND ({condition} OR false)
"""
"""`OR false` keeps the planner from making joins of conditions, whose sizes it can only guess: each person is
looked up in them by a key that has an index, or in a hash.
"""

PATIENCE_S: Final = 1.0
"""So long the next people are sought among all, in a page or a chunk that somebody may wait for."""

LOOKED_AT: Final = 100_000
"""So many people are looked at instead."""

Answer = TypeVar("Answer")

_SAMPLED_PEOPLE: Final = 10_000
"""As many people are looked at, about, where all would take too long."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a filter picks at a moment, with the facts of one election. It names no other audience."""

    rule: Filter
    election_id: uuid.UUID
    now: dt.datetime


def count_people(unit: UnitOfWork, asked: Asked) -> int:
    """How many people are picked."""
    return _counted(unit, asked, "")


def count_within(unit: UnitOfWork, asked: Asked, patience_s: float) -> tuple[int, bool]:
    """How many people are picked, and whether all were counted.

    Where that takes longer than `patience_s` seconds, it is told from some pages of the table, drawn at
    random but the same each time.
    """
    unit.session.execute(WORK_MEMORY)
    counted = _within(unit, patience_s, lambda: count_people(unit, asked))
    return (_estimated(unit, asked), False) if counted is None else (counted, True)


def people_after(
    unit: UnitOfWork, asked: Asked, after: uuid.UUID | None, limit: int
) -> tuple[Sequence[uuid.UUID], uuid.UUID | None]:
    """The next of the people picked, by id, and after whom to go on; None: that was all.

    Where hardly anybody is picked, finding the next may take a look at everybody. When that takes longer than
    `PATIENCE_S`, only the next `LOOKED_AT` people are looked at: fewer than `limit` may be found among them,
    or nobody, though more follow.
    """
    edge = None
    people = _within(unit, PATIENCE_S, lambda: _next(unit, asked, after, None, limit))
    if people is None:
        edge = unit.session.scalar(
            _EDGE, {"organisation": unit.organisation_id, "after": after, "skipped": LOOKED_AT - 1}
        )
        people = _next(unit, asked, after, edge, limit)
    return people, people[-1] if len(people) == limit else edge


def _next(
    unit: UnitOfWork, asked: Asked, after: uuid.UUID | None, edge: uuid.UUID | None, limit: int
) -> Sequence[uuid.UUID]:
    more = """AND (CAST(:after AS uuid) IS NULL OR c.id > :after)
        AND (CAST(:edge AS uuid) IS NULL OR c.id <= :edge) ORDER BY c.id LIMIT :limit"""
    statement, given = _statement(unit, asked, "SELECT c.id", "", more)
    return unit.session.scalars(statement, {**given, "after": after, "edge": edge, "limit": limit}).all()


_EDGE: Final = text(
    """
    SELECT id FROM contact
    WHERE organisation_id = :organisation AND (CAST(:after AS uuid) IS NULL OR id > :after)
    ORDER BY id OFFSET :skipped LIMIT 1
    """
)


def _within(unit: UnitOfWork, patience_s: float, ask: Callable[[], Answer]) -> Answer | None:
    """The answer, or None where the database has none in time."""
    usual = unit.session.scalar(_USUAL)
    try:
        with unit.session.begin_nested():
            unit.session.execute(_PATIENCE, {"patience": f"{int(patience_s * 1000)}ms"})
            answer = ask()
            unit.session.execute(_PATIENCE, {"patience": usual})
            return answer
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _CANCELLED:
            raise
    return None


_JOIN: Final = text(
    """
    WITH joined AS (
        INSERT INTO list_member (organisation_id, list_id, contact_id)
        SELECT :organisation, :list, id FROM unnest(CAST(:people AS uuid[])) AS picked(id)
        ON CONFLICT DO NOTHING RETURNING 1
    )
    UPDATE contact_list SET contact_count = contact_count + (SELECT count(*) FROM joined)
    WHERE organisation_id = :organisation AND id = :list
    RETURNING (SELECT count(*) FROM joined)
    """
)


def put_on_list(unit: UnitOfWork, list_id: uuid.UUID, people: Sequence[uuid.UUID]) -> int:
    """Put people on a list; how many weren't on it."""
    given = {"organisation": unit.organisation_id, "list": list_id, "people": list(people)}
    return unit.session.scalar(_JOIN, given) or 0


_USUAL: Final = text("SELECT current_setting('statement_timeout')")
_PATIENCE: Final = text("SELECT set_config('statement_timeout', :patience, true)")
WORK_MEMORY: Final = text("SET LOCAL work_mem = '64MB'")
"""So that who is on a list, or was texted, is put into a hash once and not looked up for each person."""

_CANCELLED: Final = "57014"

_PEOPLE_ROWS: Final = text("SELECT reltuples::float8 FROM pg_class WHERE oid = 'contact'::regclass")


def _estimated(unit: UnitOfWork, asked: Asked) -> int:
    rows: float = unit.session.scalar(_PEOPLE_ROWS) or 0
    share = min(1.0, _SAMPLED_PEOPLE / max(rows, 1.0))
    sample = f"TABLESAMPLE SYSTEM ({share * 100:.6f}) REPEATABLE (0)"
    looked_at = unit.session.scalar(text(f"SELECT count(*) FROM contact {sample}")) or 0  # noqa: S608 - a figure
    return round(_counted(unit, asked, sample) * rows / max(looked_at, 1))


def _counted(unit: UnitOfWork, asked: Asked, sample: str) -> int:
    statement, given = _statement(unit, asked, "SELECT count(*)", sample, "")
    return unit.session.scalar(statement, given) or 0


def _statement(
    unit: UnitOfWork, asked: Asked, head: str, sample: str, tail: str
) -> tuple[Any, dict[str, Any]]:
    condition = Condition(asked.rule, asked.now)
    given = {**condition.given, "organisation": unit.organisation_id, "election": asked.election_id}
    return text(f"{head} {_PICKED.format(sample=sample, condition=condition.sql)} {tail}"), given
