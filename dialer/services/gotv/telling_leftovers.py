"""What telling leaves and nobody needs for long: photographs of sheets, and receipts of marks."""

from __future__ import annotations

from typing import Final

from sqlalchemy import delete, select

from dialer.domain.access import Permission, require
from dialer.domain.retention import RETENTION, TELLING_DAYS, kept_since
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.store.models.teller_sheets import TellerSheet
from dialer.store.models.tellers import MarkReceipt

PHOTOS: Final = 100
RECEIPTS: Final = 10_000


@again_after_deadlock
def delete_old_sheet_photos(ctx: Context) -> int:
    """Delete the photographs of sheets whose time is over; how many. What was keyed from them stays."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        query = select(TellerSheet).where(
            TellerSheet.organisation_id == unit.organisation_id,
            TellerSheet.photo_type.is_not(None),
            TellerSheet.to_at < kept_since(ctx.now, TELLING_DAYS),
        )
        rows = unit.session.scalars(query.limit(PHOTOS).with_for_update(skip_locked=True)).all()
        for row in rows:
            row.photo = row.photo_type = None
            ctx.audit(unit, "teller_sheet.photo_deleted", "teller_sheet", row.id, {"why": RETENTION})
        return len(rows)


@again_after_deadlock
def forget_old_receipts(ctx: Context) -> int:
    """Forget what was answered to phones so long ago that none asks again; how many. The marks stay."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        of_us = MarkReceipt.organisation_id == unit.organisation_id
        old = (
            select(MarkReceipt.client_id)
            .where(of_us, MarkReceipt.recorded_at < kept_since(ctx.now, TELLING_DAYS))
            .limit(RECEIPTS)
        )
        gone = delete(MarkReceipt).where(of_us, MarkReceipt.client_id.in_(old))
        return len(unit.session.scalars(gone.returning(MarkReceipt.client_id)).all())
