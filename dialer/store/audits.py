"""Who did what, gathered while a unit of work goes on and written as its last act: together with the figures
that it bumps (`queries.counters`), or else by itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from dialer.store.quick import Quick

_PENDING: Final = "dialer.audits"

INSERT: Final = """
    INSERT INTO audit_entry (
        organisation_id, id, at, actor_id, actor_role, action, object_kind, object_id, changes, reason,
        request_id)
    SELECT one.organisation_id, one.id, one.at, one.actor_id, one.actor_role, one.action, one.object_kind,
           one.object_id, CAST(one.changes AS jsonb), one.reason, one.request_id
    FROM unnest(
        CAST(:audited_of AS uuid[]), CAST(:audited_ids AS uuid[]), CAST(:audited_at AS timestamptz[]),
        CAST(:audited_actors AS uuid[]), CAST(:audited_roles AS text[]), CAST(:audited_actions AS text[]),
        CAST(:audited_kinds AS text[]), CAST(:audited_objects AS text[]), CAST(:audited_changes AS text[]),
        CAST(:audited_reasons AS text[]), CAST(:audited_requests AS text[])
    ) AS one(organisation_id, id, at, actor_id, actor_role, action, object_kind, object_id, changes, reason,
             request_id)
"""
_WRITE: Final = Quick(INSERT)

_COLUMNS: Final[Mapping[str, str]] = {
    "audited_of": "organisation_id",
    "audited_ids": "id",
    "audited_at": "at",
    "audited_actors": "actor_id",
    "audited_roles": "actor_role",
    "audited_actions": "action",
    "audited_kinds": "object_kind",
    "audited_objects": "object_id",
    "audited_changes": "changes",
    "audited_reasons": "reason",
    "audited_requests": "request_id",
}


def note(session: Session, entry: Mapping[str, Any]) -> None:
    """Have an entry (by the names of its columns) written before the commit. In a savepoint it is written at
    once, so that it is undone with it.
    """
    row = {**entry, "changes": json.dumps(entry["changes"])}
    if session.in_nested_transaction():
        _WRITE.do(session, _columns([row]))
    else:
        session.info.setdefault(_PENDING, []).append(row)


def take(session: Session) -> dict[str, list[Any]]:
    """What `INSERT` is to be given of what waits, which is forgotten then. In a savepoint that is nothing."""
    return _columns(() if session.in_nested_transaction() else session.info.pop(_PENDING, ()))


def _columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    return {given: [row[name] for row in rows] for given, name in _COLUMNS.items()}


@event.listens_for(Session, "before_commit")
def _write_rest(session: Session) -> None:
    if _PENDING in session.info and not session.in_nested_transaction():
        _WRITE.do(session, take(session))


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, ended: SessionTransaction) -> None:
    if not ended.nested:
        session.info.pop(_PENDING, None)
