"""Photographs of tellers' sheets and receipts of marks have their time; what was marked stays."""

from __future__ import annotations

import datetime as dt
import io
import uuid

import pytest
from sqlalchemy import func, select, update

from dialer.domain.errors import NotFound
from dialer.services.context import Context
from dialer.services.gotv.teller_sheets import (
    NewSheet,
    SheetView,
    add_sheet,
    get_sheet,
    key_sheet,
    sheet_photo,
    undo_sheet,
)
from dialer.services.gotv.telling_leftovers import delete_old_sheet_photos, forget_old_receipts
from dialer.services.gotv.turnout import mark_turnout
from dialer.services.gotv.views import NewMark
from dialer.store.models.gotv import TurnoutMark
from dialer.store.models.teller_sheets import TellerSheet
from dialer.store.models.tellers import MarkReceipt
from tests.pictures import png
from tests.services.gotv.electors import make_electors
from tests.texting import system

HOUR = dt.timedelta(hours=1)


def photographed(ctx: Context) -> SheetView:
    new = NewSheet("AA", ctx.now - 2 * HOUR, ctx.now - HOUR)
    sheet = add_sheet(ctx, new, io.BytesIO(png()))
    assert sheet_photo(ctx, sheet.id).data
    return sheet


def photos(ctx: Context) -> int:
    with ctx.unit() as unit:
        kept = select(func.count()).where(TellerSheet.photo.is_not(None))
        return unit.session.scalar(kept) or 0


def test_a_photograph_goes_28_days_after_its_sheet_ended_and_the_marks_stay(ctx: Context) -> None:
    make_electors(ctx, "AA-1")
    sheet = photographed(ctx)
    key_sheet(ctx, sheet.id, ["1"])
    just_not = system(ctx).at(sheet.to_at + dt.timedelta(days=28))
    assert (delete_old_sheet_photos(just_not), photos(ctx)) == (0, 1)
    then = just_not.at(just_not.now + dt.timedelta(seconds=1))
    assert (delete_old_sheet_photos(then), delete_old_sheet_photos(then), photos(ctx)) == (1, 0, 0)
    after = get_sheet(ctx, sheet.id)
    assert (after.has_photo, after.counted) == (False, 1)
    with pytest.raises(NotFound):
        sheet_photo(ctx, sheet.id)


def test_a_photograph_goes_with_a_sheet_that_is_taken_back(ctx: Context) -> None:
    kept, back = photographed(ctx), photographed(ctx)
    undo_sheet(ctx, back.id, reason="last year's")
    assert (photos(ctx), get_sheet(ctx, back.id).has_photo, get_sheet(ctx, kept.id).has_photo) == (
        1,
        False,
        True,
    )


def test_receipts_are_forgotten_after_28_days_and_the_marks_stay(ctx: Context) -> None:
    make_electors(ctx, "AA-1", "AA-2")
    old, new = uuid.uuid4(), uuid.uuid4()
    mark_turnout(ctx, [NewMark("AA-1", client_id=old), NewMark("AA-2", client_id=new)])
    with ctx.unit() as unit:
        for client_id, days in ((old, 29), (new, 27)):
            came = update(MarkReceipt).where(MarkReceipt.client_id == client_id)
            unit.session.execute(came.values(recorded_at=ctx.now - dt.timedelta(days=days)))
    assert (forget_old_receipts(system(ctx)), forget_old_receipts(system(ctx))) == (1, 0)
    with ctx.unit() as unit:
        assert unit.session.scalars(select(MarkReceipt.client_id)).all() == [new]
        assert unit.session.scalar(select(func.count()).select_from(TurnoutMark)) == 2
