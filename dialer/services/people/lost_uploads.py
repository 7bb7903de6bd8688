"""Uploads that nothing leads to any more: their process was killed, or their list deleted. They go."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import ColumnElement, or_, select

from dialer.domain.access import Permission, require
from dialer.services.context import Context
from dialer.services.people.import_files import discard_upload, uploads_before
from dialer.store.models.imports import Import

LOST_AFTER: Final = dt.timedelta(hours=24)
"""A file that no import waits for is left alone for so long: its import may be about to be written down."""

TRIED_KEPT: Final = dt.timedelta(days=7)
"""For so long a trial's file waits to be brought in."""


def discard_lost_uploads(ctx: Context) -> int:
    """Remove what lies there of uploads whose import is over, is gone or never was; of how many."""
    require(ctx.actor, Permission.IMPORT_RUN)
    found = uploads_before(ctx.data_dir, ctx.organisation_id, ctx.now - LOST_AFTER)
    if not found:
        return 0
    with ctx.unit() as unit:
        wanted = unit.session.scalars(
            select(Import.stored_as).where(
                Import.organisation_id == unit.organisation_id,
                Import.stored_as.in_(found),
                _waits(ctx.now),
            )
        ).all()
    lost = found - set(wanted)
    for stored_as in lost:
        discard_upload(ctx.data_dir, stored_as)
    return len(lost)


def _waits(now: dt.datetime) -> ColumnElement[bool]:
    """Which imports still need their file."""
    tried = Import.options["dry_run"].as_boolean() & (Import.state == "completed") & Import.trial_of.is_(None)
    under_way = Import.state.in_(("queued", "needs_mapping", "running"))
    return or_(under_way, tried & (Import.finished_at > now - TRIED_KEPT))
