"""Sheets that tellers wrote by hand: made, photographed, keyed number by number, taken back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from sqlalchemy import select

from dialer.domain.access import Permission, require
from dialer.domain.errors import NotFound, ValidationFailed
from dialer.domain.picture import NoPictureError, read_picture
from dialer.domain.turnout import TELLER
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.gotv.elections import current_election, election_of
from dialer.services.gotv.turnout import mark_turnout
from dialer.services.gotv.turnout_undo import take_back
from dialer.services.gotv.views import MarkedTurnout, NewMark
from dialer.services.kept_files import read_whole
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.store.models import new_id
from dialer.store.models.teller_sheets import TellerSheet
from dialer.store.queries import turnout_marks
from dialer.store.session import UnitOfWork

PHOTO_MOST: Final = 8 * 1024 * 1024
LONGEST: Final = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class NewSheet:
    """Where and from when until when a teller stood; without an election it is the current one's."""

    polling_district: str
    from_at: dt.datetime
    to_at: dt.datetime
    station: str | None = None
    election_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class SheetView:
    """A sheet, with how many of its numbers count, wait or were taken back."""

    id: uuid.UUID
    election_id: uuid.UUID
    polling_district: str
    station: str | None
    from_at: dt.datetime
    to_at: dt.datetime
    has_photo: bool
    made_by: uuid.UUID | None
    created_at: dt.datetime
    undone_at: dt.datetime | None
    counted: int
    waiting: int


@dataclass(frozen=True, slots=True)
class SheetPhoto:
    """The photograph of a sheet."""

    content_type: str
    data: bytes = field(repr=False)


def add_sheet(ctx: Context, new: NewSheet, photo: BinaryIO | None = None) -> SheetView:
    """Make a sheet, with a photograph of it where there is one (`ValidationFailed`, `PayloadTooLarge`)."""
    require(ctx.actor, Permission.TURNOUT_REVIEW)
    if not new.polling_district.strip():
        raise ValidationFailed.at("/polling_district", "Say which polling district it is of.")
    if not new.from_at < new.to_at <= new.from_at + LONGEST:
        raise ValidationFailed.at("/to_at", "A sheet ends after it begins, within a day.")
    if new.from_at > ctx.now:
        raise ValidationFailed.at("/from_at", "This is still to come.")
    picture = None if photo is None else _photo(photo)
    with ctx.unit() as unit:
        of = current_election(unit) if new.election_id is None else election_of(unit, new.election_id)
        row = TellerSheet(
            organisation_id=unit.organisation_id,
            id=new_id(),
            election_id=of.id,
            polling_district=new.polling_district.strip(),
            station=(new.station or "").strip() or None,
            from_at=new.from_at,
            to_at=new.to_at,
            photo=picture.data if picture else None,
            photo_type=picture.content_type if picture else None,
            made_by=ctx.actor.account_id,
            created_at=ctx.now,
        )
        unit.session.add(row)
        unit.session.flush()
        ctx.audit(unit, "teller_sheet.added", "teller_sheet", row.id, {"photo": picture is not None})
        return _views(unit, [row])[0]


def list_sheets(ctx: Context, page: Page) -> Slice[SheetView]:
    """The sheets of the current election, in the order they were made."""
    require(ctx.actor, Permission.TURNOUT_REVIEW)
    with ctx.unit() as unit:
        query = select(TellerSheet).where(
            TellerSheet.organisation_id == unit.organisation_id,
            TellerSheet.election_id == current_election(unit).id,
        )
        if (after := after_id(page)) is not None:
            query = query.where(TellerSheet.id > after)
        rows = unit.session.scalars(query.order_by(TellerSheet.id).limit(page.limit + 1)).all()
        found = cut(rows, page, lambda row: (str(row.id),))
        return Slice(_views(unit, found.items), found.next)


def get_sheet(ctx: Context, sheet_id: uuid.UUID) -> SheetView:
    """One sheet; `NotFound` where there is none."""
    require(ctx.actor, Permission.TURNOUT_REVIEW)
    with ctx.unit() as unit:
        return _views(unit, [_sheet(unit, sheet_id)])[0]


def sheet_photo(ctx: Context, sheet_id: uuid.UUID) -> SheetPhoto:
    """The photograph of a sheet; `NotFound` where there is none."""
    require(ctx.actor, Permission.TURNOUT_REVIEW)
    with ctx.unit() as unit:
        row = _sheet(unit, sheet_id)
        if row.photo is None or row.photo_type is None:
            raise NotFound
        return SheetPhoto(row.photo_type, row.photo)


def key_sheet(ctx: Context, sheet_id: uuid.UUID, numbers: Sequence[str]) -> MarkedTurnout:
    """Take numbers as they stand on a sheet. Whoever is on it twice, or is keyed by two people, counts once;
    who is on it has voted when it ends. `InvalidTransition` where the sheet was taken back.
    """
    sheet = get_sheet(ctx, sheet_id)
    marks = [NewMark(number, sheet.to_at, TELLER, sheet.polling_district) for number in numbers]
    return mark_turnout(ctx, marks, sheet.election_id, sheet_id=sheet_id)


@again_after_deadlock
def undo_sheet(ctx: Context, sheet_id: uuid.UUID, *, reason: str) -> int:
    """Take back a whole sheet: its marks, and that somebody watched; how many people's marks went. Its
    photograph is deleted.
    """
    require(ctx.actor, Permission.TURNOUT_UNDO)
    with ctx.unit() as unit:
        row = _sheet(unit, sheet_id)
        unit.session.refresh(row, with_for_update=True)
        row.undone_at = row.undone_at or ctx.now
        row.photo = row.photo_type = None
        undone = take_back(ctx, unit, turnout_marks.of_sheet(sheet_id), reason)
        ctx.audit(unit, "turnout.undone", "teller_sheet", sheet_id, {"undone": undone}, reason=reason)
        return undone


def _photo(file: BinaryIO) -> SheetPhoto:
    too_large = f"A photograph may have {PHOTO_MOST // 1024**2} MB. Make it smaller first."
    try:
        found = read_picture(read_whole(file, PHOTO_MOST, too_large), PHOTO_MOST)
    except NoPictureError as error:
        raise ValidationFailed.at("/photo", str(error)) from None
    return SheetPhoto(found.content_type, found.data)


def _sheet(unit: UnitOfWork, sheet_id: uuid.UUID) -> TellerSheet:
    row = unit.session.get(TellerSheet, (unit.organisation_id, sheet_id))
    if row is None:
        raise NotFound
    return row


def _views(unit: UnitOfWork, rows: Sequence[TellerSheet]) -> list[SheetView]:
    ids = [row.id for row in rows]
    keyed = turnout_marks.count_of_sheets(unit.session, unit.organisation_id, ids)
    return [
        SheetView(
            id=row.id,
            election_id=row.election_id,
            polling_district=row.polling_district,
            station=row.station,
            from_at=row.from_at,
            to_at=row.to_at,
            has_photo=row.photo_type is not None,
            made_by=row.made_by,
            created_at=row.created_at,
            undone_at=row.undone_at,
            counted=keyed[row.id].counted if row.id in keyed else 0,
            waiting=keyed[row.id].waiting if row.id in keyed else 0,
        )
        for row in rows
    ]
