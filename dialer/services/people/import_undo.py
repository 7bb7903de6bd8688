"""Ask for an import to be taken back."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from dialer.domain.access import Permission, require
from dialer.domain.errors import Conflict, InvalidTransition
from dialer.services.claiming import is_silent
from dialer.services.context import Context
from dialer.services.people.imports import import_of, import_view
from dialer.services.people.suppression_undo import check_bars_may_go
from dialer.services.people.views import ImportView
from dialer.store.models.imports import Import
from dialer.store.queries.import_undo import reached_since
from dialer.store.session import UnitOfWork


def undo_import(ctx: Context, import_id: uuid.UUID, *, force: bool = False) -> ImportView:
    """Have a worker take away what only this import brought, never a no; asked again: as it is.

    `Conflict` with `messages` and `calls` once something went out to people of whom it brought something, or
    a text waits to, unless `force`: then these stay; for a list that bars numbers see `check_bars_may_go`.
    `InvalidTransition` while it isn't over.
    """
    require(ctx.actor, Permission.IMPORT_RUN)
    with ctx.unit() as unit:
        row = import_of(unit, import_id, lock=True)
        _require_bars(ctx, row)
        if row.options.get("dry_run"):
            raise InvalidTransition("This was a trial: there is nothing to undo.", state=row.state)
        if row.state in {"undoing", "undone"}:
            return import_view(row)
        if row.state not in {"completed", "cancelled", "failed"}:
            raise InvalidTransition("This import isn’t over. Stop it first.", state=row.state)
        if row.list_id is None:
            check_bars_may_go(unit, row, force=force)
        elif not force:
            _check_nothing_went_out(unit, row)
        row.state, row.undo, row.undo_after, row.leased_until = "undoing", {"forced": force}, None, None
        ctx.audit(unit, "import.undo_started", "import", import_id, {"forced": force})
        unit.after_commit(lambda: enqueue_undo(ctx, import_id))
        unit.session.flush()
        return import_view(row)


def _require_bars(ctx: Context, row: Import) -> None:
    """What bars numbers is let go only by who may bar them."""
    if row.list_id is None:
        require(ctx.actor, Permission.SUPPRESSION_MANAGE)


def _check_nothing_went_out(unit: UnitOfWork, row: Import) -> None:
    since = reached_since(unit.session, unit.organisation_id, row.id, row.created_at)
    if any(since):
        raise Conflict(
            f"Since then people from this list were texted or are about to be (texts: {since.messages:,}), or"
            f" were called (calls: {since.calls:,}). Texts that wait can be cancelled with their blast. Undo"
            " with “force”, and these people stay.",
            messages=since.messages,
            calls=since.calls,
        )


def resume_undos(ctx: Context) -> int:
    """Ask again for every import that is being undone and whose worker has gone silent; how many."""
    require(ctx.actor, Permission.IMPORT_RUN)
    with ctx.unit() as unit:
        waiting = unit.session.scalars(
            select(Import.id).where(
                Import.organisation_id == unit.organisation_id,
                Import.state == "undoing",
                is_silent(Import, ctx.now),
            )
        ).all()
    for import_id in waiting:
        enqueue_undo(ctx, import_id)
    return len(waiting)


def enqueue_undo(ctx: Context, import_id: uuid.UUID) -> None:
    """Ask a worker to take an import back soon."""
    ctx.jobs.enqueue("imports", "workers.jobs.undo_import", str(ctx.organisation_id), str(import_id))
