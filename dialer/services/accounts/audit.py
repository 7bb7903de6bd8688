"""Reading the audit log. It is written by `Context.audit`, in the transaction of each change."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import Select, select

from dialer.domain.access import Permission, require
from dialer.services.accounts.views import AuditEntryView
from dialer.services.context import Context
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.store.models.accounts import AuditEntry


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What to look for; None looks for anything. `object_id` goes with `object_kind`."""

    actor_id: uuid.UUID | None = None
    action: str | None = None
    object_kind: str | None = None
    object_id: str | None = None
    since: dt.datetime | None = None


def list_audit_entries(ctx: Context, wanted: AuditFilter, page: Page) -> Slice[AuditEntryView]:
    """Who did what, newest first."""
    require(ctx.actor, Permission.AUDIT_READ)
    query = _entries(ctx, wanted).order_by(AuditEntry.id.desc()).limit(page.limit + 1)
    if (after := after_id(page)) is not None:
        query = query.where(AuditEntry.id < after)
    with ctx.unit() as unit:
        views = [_view(entry) for entry in unit.session.scalars(query)]
    return cut(views, page, lambda view: (str(view.id),))


def _entries(ctx: Context, wanted: AuditFilter) -> Select[AuditEntry]:
    query = select(AuditEntry).where(AuditEntry.organisation_id == ctx.organisation_id)
    exact = {
        AuditEntry.actor_id: wanted.actor_id,
        AuditEntry.action: wanted.action,
        AuditEntry.object_kind: wanted.object_kind,
        AuditEntry.object_id: wanted.object_id,
    }
    for column, value in exact.items():
        if value is not None:
            query = query.where(column == value)
    return query if wanted.since is None else query.where(AuditEntry.at >= wanted.since)


def _view(entry: AuditEntry) -> AuditEntryView:
    return AuditEntryView(
        id=entry.id,
        at=entry.at,
        actor_id=entry.actor_id,
        actor_role=entry.actor_role,
        action=entry.action,
        object_kind=entry.object_kind,
        object_id=entry.object_id,
        changes=dict(entry.changes),
        reason=entry.reason,
        request_id=entry.request_id,
    )
