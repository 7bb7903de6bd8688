"""Mappings that somebody gave once, remembered by the headers of the list for the next one like it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from dialer.domain.access import Permission, require
from dialer.domain.errors import NotFound
from dialer.domain.importing.delimited import Record, show_lost_letters
from dialer.domain.importing.header import HEADER_WITHIN, Columns, mapping_keys
from dialer.domain.importing.memory import headers_key
from dialer.services.context import Context
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.services.people.views import ImportMappingView
from dialer.store.models import new_id
from dialer.store.models.imports import ImportMapping
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class Recalled:
    """A mapping: the list's header that is known, and what somebody chose for columns, numbered from 0."""

    id: uuid.UUID
    header: Record
    chosen: dict[int, str]


def recall(ctx: Context, records: list[Record]) -> Recalled | None:
    """Find among a list's first records a header for which somebody gave a mapping; the topmost one."""
    keys = {
        key: record
        for record in reversed(records[:HEADER_WITHIN])
        if not record.fault and (key := headers_key(record.cells))
    }
    with ctx.unit() as unit:
        known = unit.session.scalars(
            select(ImportMapping).where(
                ImportMapping.organisation_id == unit.organisation_id, ImportMapping.headers_key.in_(keys)
            )
        )
        found = [Recalled(row.id, keys[row.headers_key], _by_number(row)) for row in known]
    return min(found, default=None, key=lambda one: one.header.row)


def _by_number(row: ImportMapping) -> dict[int, str]:
    return {int(index): field for index, field in row.mapping.items()}


def remember(ctx: Context, unit: UnitOfWork, columns: Columns) -> None:
    """Keep what somebody chose for these headers, in place of what was kept for them before."""
    key = headers_key(columns.headers) if columns.row else None
    if key is None or not columns.chosen:
        return
    kept = {
        "headers": list(map(show_lost_letters, columns.headers)),
        "mapping": {str(index): columns.fields[index] for index in sorted(columns.chosen)},
        "created_by": ctx.actor.account_id,
        "updated_at": ctx.now,
    }
    statement = insert(ImportMapping).values(
        organisation_id=unit.organisation_id, id=new_id(), headers_key=key, created_at=ctx.now, **kept
    )
    unit.session.execute(
        statement.on_conflict_do_update(index_elements=["organisation_id", "headers_key"], set_=kept)
    )


def list_import_mappings(ctx: Context, page: Page) -> Slice[ImportMappingView]:
    """Every mapping that is remembered, the newest headers first."""
    require(ctx.actor, Permission.IMPORT_RUN)
    with ctx.unit() as unit:
        statement = select(ImportMapping).where(ImportMapping.organisation_id == unit.organisation_id)
        if (after := after_id(page)) is not None:
            statement = statement.where(ImportMapping.id < after)
        rows = unit.session.scalars(statement.order_by(ImportMapping.id.desc()).limit(page.limit + 1)).all()
        return cut(rows, page, lambda row: (str(row.id),)).map(_view)


def forget_import_mapping(ctx: Context, mapping_id: uuid.UUID) -> None:
    """Forget a mapping: the next list with these headers is recognised anew. What is in stays as it is."""
    require(ctx.actor, Permission.IMPORT_RUN)
    with ctx.unit() as unit:
        row = unit.session.get(ImportMapping, (unit.organisation_id, mapping_id))
        if row is None:
            raise NotFound
        unit.session.delete(row)
        ctx.audit(unit, "import_mapping.forgotten", "import_mapping", mapping_id)


def _view(row: ImportMapping) -> ImportMappingView:
    keys = mapping_keys(row.headers)
    chosen = {keys[index]: field for index, field in _by_number(row).items()}
    return ImportMappingView(row.id, row.headers, chosen, row.created_at, row.updated_at)
