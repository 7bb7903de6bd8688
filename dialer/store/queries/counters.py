"""Figures that are kept and not counted (design §2, law 9).

Bumps are gathered on the unit of work and written in one statement as its last act: the rows that
everybody shares are locked for the length of a commit only, always in the same order, so that no two
transactions can wait for each other. Each connection has a stripe of its own, and readers add them up.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import event, text
from sqlalchemy.orm import Session, SessionTransaction

from dialer.domain.live_topics import CAMPAIGN
from dialer.store import audits, changes
from dialer.store.queries import sender_hours, text_spending
from dialer.store.queries.text_spending import Place, Spent
from dialer.store.quick import Quick
from dialer.store.session import UnitOfWork

STRIPES: Final = 8
_PENDING: Final = "dialer.counters"

Key = tuple[str, uuid.UUID, str]
"""Scope (`campaign`, `election`, `organisation`), the id of the thing, the name of the figure."""

_FIGURES: Final = """
    INSERT INTO counter (organisation_id, scope, scope_id, name, stripe, value)
    SELECT :organisation, scope, scope_id, name, pg_backend_pid() % :stripes, delta
    FROM unnest(CAST(:scopes AS text[]), CAST(:ids AS uuid[]), CAST(:names AS text[]),
                CAST(:deltas AS bigint[])) AS bump(scope, scope_id, name, delta)
    ORDER BY scope, scope_id, name
    ON CONFLICT (organisation_id, scope, scope_id, name, stripe)
    DO UPDATE SET value = counter.value + excluded.value
"""
_MINUTES: Final = """
    INSERT INTO campaign_minute (organisation_id, campaign_id, minute, attempts, contacted)
    SELECT :organisation, campaign_id, minute, attempts, contacted
    FROM unnest(CAST(:campaigns AS uuid[]), CAST(:minutes AS timestamptz[]), CAST(:attempts AS int[]),
                CAST(:contacted AS int[])) AS bump(campaign_id, minute, attempts, contacted)
    ORDER BY campaign_id, minute
    ON CONFLICT (organisation_id, campaign_id, minute)
    DO UPDATE SET attempts = campaign_minute.attempts + excluded.attempts,
                  contacted = campaign_minute.contacted + excluded.contacted
"""
_WRITE: Final = Quick(f"WITH minute AS ({_MINUTES}), audited AS ({audits.INSERT}) {_FIGURES}")
"""In one turn, so that the minute's row, which a whole campaign shares, is locked for the length of a commit,
and with what was done by whom. PostgreSQL carries the main statement out first and then those that nothing
reads: the order is one.
"""

_READ = text(
    """
    SELECT name, sum(value) AS value FROM counter
    WHERE organisation_id = :organisation AND scope = :scope AND scope_id = ANY(:ids)
    GROUP BY name HAVING sum(value) <> 0
    """
)


_FORGET = text(
    """
    DELETE FROM counter
    WHERE organisation_id = :organisation AND scope = :scope AND name < :before
    """
)


@dataclass(slots=True)
class _Pending:
    """What one unit of work still has to write."""

    organisation_id: uuid.UUID
    figures: Counter[Key] = field(default_factory=Counter)
    attempts: Counter[tuple[uuid.UUID, dt.datetime]] = field(default_factory=Counter)
    contacted: Counter[tuple[uuid.UUID, dt.datetime]] = field(default_factory=Counter)
    spent: defaultdict[Place, Spent] = field(default_factory=lambda: defaultdict(Spent))
    of_senders: Counter[sender_hours.Place] = field(default_factory=Counter)


def bump(unit: UnitOfWork, scope: str, scope_id: uuid.UUID, name: str, delta: int = 1) -> None:
    """Add `delta` to a figure when the unit of work commits."""
    bump_all(unit, {(scope, scope_id, name): delta})


def bump_all(unit: UnitOfWork, deltas: Mapping[Key, int]) -> None:
    """Add each delta to its figure when the unit of work commits."""
    with _pending(unit) as pending:
        for key, delta in deltas.items():
            pending.figures[key] += delta
    for scope, scope_id in {(scope, scope_id) for scope, scope_id, _ in deltas}:
        changes.note(unit.session, scope, scope_id)


def bump_minute(
    unit: UnitOfWork, campaign_id: uuid.UUID, at: dt.datetime, *, attempts: int = 0, contacted: int = 0
) -> None:
    """Add attempts and talks to the minute of `at` when the unit of work commits."""
    minute = (campaign_id, at.replace(second=0, microsecond=0))
    with _pending(unit) as pending:
        pending.attempts[minute] += attempts
        pending.contacted[minute] += contacted
    changes.note(unit.session, CAMPAIGN, campaign_id)


def bump_spending(unit: UnitOfWork, amounts: Iterable[tuple[Place, Spent]]) -> None:
    """Add to what texts have cost when the unit of work commits."""
    with _pending(unit) as pending:
        for place, spent in amounts:
            pending.spent[place] += spent


def bump_senders(unit: UnitOfWork, counts: Iterable[tuple[sender_hours.Place, int]]) -> None:
    """Add to what became of senders' texts when the unit of work commits."""
    with _pending(unit) as pending:
        for place, count in counts:
            pending.of_senders[place] += count


def read(unit: UnitOfWork, scope: str, scope_ids: Iterable[uuid.UUID]) -> dict[str, int]:
    """Return the committed figures of one or more things, added up by name; what is 0 is left out."""
    rows = unit.session.execute(
        _READ, {"organisation": unit.organisation_id, "scope": scope, "ids": list(scope_ids)}
    )
    return {name: int(value) for name, value in rows}


def forget_before(unit: UnitOfWork, scope: str, before: str) -> None:
    """Let go of figures that are named by a moment, such as those of a rate, up to one."""
    unit.session.execute(_FORGET, {"organisation": unit.organisation_id, "scope": scope, "before": before})


@contextlib.contextmanager
def _pending(unit: UnitOfWork) -> Iterator[_Pending]:
    """What waits for the commit. In a savepoint nothing waits, so that it is undone with it."""
    session = unit.session
    if session.in_nested_transaction():
        yield (at_once := _Pending(unit.organisation_id))
        _write(session, at_once)
    else:
        yield session.info.setdefault(_PENDING, _Pending(unit.organisation_id))


def _write_last(session: Session) -> None:
    if _PENDING in session.info and not session.in_nested_transaction():
        _write(session, session.info.pop(_PENDING))


event.listen(Session, "before_commit", _write_last, insert=True)  # and with it what `audits` has to write


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, ended: SessionTransaction) -> None:
    if not ended.nested:
        session.info.pop(_PENDING, None)


def _write(session: Session, pending: _Pending) -> None:
    given = {"organisation": pending.organisation_id, "stripes": STRIPES, **_figures(pending)}
    given |= _minutes(pending)
    if given["names"] or given["minutes"]:
        _WRITE.do(session, given | audits.take(session))
    text_spending.write(session, pending.organisation_id, STRIPES, pending.spent)
    sender_hours.write(session, pending.organisation_id, STRIPES, pending.of_senders)


def _figures(pending: _Pending) -> dict[str, list[object]]:
    changed = [(key, delta) for key, delta in pending.figures.items() if delta]
    return {
        "scopes": [scope for (scope, _, _), _ in changed],
        "ids": [scope_id for (_, scope_id, _), _ in changed],
        "names": [name for (_, _, name), _ in changed],
        "deltas": [delta for _, delta in changed],
    }


def _minutes(pending: _Pending) -> dict[str, list[object]]:
    attempts, contacted = pending.attempts, pending.contacted
    changed = [one for one in {**attempts, **contacted} if attempts[one] or contacted[one]]
    return {
        "campaigns": [campaign_id for campaign_id, _ in changed],
        "minutes": [minute for _, minute in changed],
        "attempts": [attempts[one] for one in changed],
        "contacted": [contacted[one] for one in changed],
    }
