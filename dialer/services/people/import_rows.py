"""Rows that named somebody who was known, and by which rule: what came in twice is explained."""

from __future__ import annotations

import uuid
from typing import Final

from dialer.domain.access import Permission, require
from dialer.domain.person import RULES
from dialer.services.context import Context
from dialer.services.paging import Page, Slice, cut
from dialer.services.people.import_report import number_after
from dialer.services.people.imports import import_of
from dialer.services.people.views import KnownRowView
from dialer.store.queries.import_rows import KnownRow, known_rows

OUTCOMES: Final = ("updated", "unchanged", "duplicate")


def list_known_rows(
    ctx: Context, import_id: uuid.UUID, page: Page, outcome: str | None = None
) -> Slice[KnownRowView]:
    """Rows whose person was there, or stands in an earlier row, in their order; of one outcome, or all."""
    require(ctx.actor, Permission.IMPORT_RUN)
    with ctx.unit() as unit:
        import_of(unit, import_id)
        rows = known_rows(
            unit.session,
            unit.organisation_id,
            import_id,
            outcome=outcome,
            after=number_after(page),
            limit=page.limit + 1,
        )
    return cut(rows, page, lambda row: (str(row.row),)).map(_view)


def _view(row: KnownRow) -> KnownRowView:
    return KnownRowView(row.row, row.outcome, RULES[row.why], row.contact_id, row.first_row)
