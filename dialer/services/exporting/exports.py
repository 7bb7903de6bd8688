"""Exports: a table is asked for, written by a worker, and taken away as a file while it lies there."""

from __future__ import annotations

import uuid
from contextlib import ExitStack
from typing import BinaryIO

from sqlalchemy import select

from dialer.domain.access import Permission, require
from dialer.domain.errors import InvalidTransition, NotFound, ValidationFailed
from dialer.domain.export import READS
from dialer.services.context import Context
from dialer.services.exporting.files import export_file
from dialer.services.exporting.run import enqueue_export
from dialer.services.exporting.tables import Wanted
from dialer.services.exporting.views import ExportView, export_view
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.store.models import new_id
from dialer.store.models.calling import Campaign
from dialer.store.models.exports import Export
from dialer.store.models.people import ContactList
from dialer.store.session import UnitOfWork


def start_export(ctx: Context, wanted: Wanted, of: str) -> ExportView:
    """Have a worker write a table down in a format; audited.

    Raises ValidationFailed for a campaign or a list that isn't there.
    """
    _require(ctx, wanted.kind)
    with ctx.unit() as unit:
        _check_there(unit, wanted)
        row = Export(
            organisation_id=unit.organisation_id,
            id=new_id(),
            kind=wanted.kind,
            format=of,
            campaign_id=wanted.campaign_id,
            list_id=wanted.list_id,
            created_by=ctx.actor.account_id,
            created_at=ctx.now,
        )
        unit.session.add(row)
        unit.session.flush()
        unit.session.refresh(row)
        ctx.audit(unit, f"{wanted.kind}.exported", "export", row.id, _about(row))
        unit.after_commit(lambda: enqueue_export(ctx, row.id))
        return export_view(row)


def get_export(ctx: Context, export_id: uuid.UUID) -> ExportView:
    """One export; `NotFound` when there is none such."""
    require(ctx.actor, Permission.EXPORT_RUN)
    with ctx.unit() as unit:
        row = _export_of(unit, export_id)
        _require(ctx, row.kind)
        return export_view(row)


def list_exports(ctx: Context, page: Page) -> Slice[ExportView]:
    """The exports of all kinds that the actor may read, newest first."""
    require(ctx.actor, Permission.EXPORT_RUN)
    kinds = [kind for kind, permission in READS.items() if ctx.actor.may(permission)]
    with ctx.unit() as unit:
        statement = select(Export).where(
            Export.organisation_id == unit.organisation_id, Export.kind.in_(kinds)
        )
        if (after := after_id(page)) is not None:
            statement = statement.where(Export.id < after)
        rows = unit.session.scalars(statement.order_by(Export.id.desc()).limit(page.limit + 1)).all()
        return cut(rows, page, lambda row: (str(row.id),)).map(export_view)


def take_export(ctx: Context, export_id: uuid.UUID) -> tuple[ExportView, BinaryIO]:
    """The file of an export that is whole, open for reading: it may be taken away meanwhile, and is read to
    its end all the same. That somebody took it is audited.

    Raises InvalidTransition while it isn't whole, and where it failed; NotFound once the file has gone.
    """
    require(ctx.actor, Permission.EXPORT_RUN)
    with ExitStack() as held:
        with ctx.unit() as unit:
            row = _export_of(unit, export_id)
            _require(ctx, row.kind)
            file = held.enter_context(_opened(ctx, row))
            ctx.audit(unit, "export.downloaded", "export", row.id, _about(row))
            view = export_view(row)
        held.pop_all()
        return view, file


def _opened(ctx: Context, row: Export) -> BinaryIO:
    if row.state == "expired":
        raise NotFound("This file has been taken away after its time. Export again.")
    if row.stored_as is None:
        raise InvalidTransition("There is no file yet. Ask again when it is completed.", state=row.state)
    try:
        return export_file(ctx.data_dir, row.stored_as).open("rb")
    except FileNotFoundError:
        raise NotFound("This file isn’t there any more. Export again.") from None


def _require(ctx: Context, kind: str) -> None:
    require(ctx.actor, Permission.EXPORT_RUN)
    require(ctx.actor, READS[kind])


def _about(row: Export) -> dict[str, str]:
    within = {"campaign_id": row.campaign_id, "list_id": row.list_id}
    return {"kind": row.kind, "format": row.format} | {
        name: str(value) for name, value in within.items() if value is not None
    }


def _check_there(unit: UnitOfWork, wanted: Wanted) -> None:
    for name, model in (("campaign_id", Campaign), ("list_id", ContactList)):
        thing_id = getattr(wanted, name)
        if thing_id is not None and unit.session.get(model, (unit.organisation_id, thing_id)) is None:
            raise ValidationFailed.at(f"/{name}", "There is nothing with this id.")


def _export_of(unit: UnitOfWork, export_id: uuid.UUID) -> Export:
    row = unit.session.get(Export, (unit.organisation_id, export_id))
    if row is None:
        raise NotFound
    return row
