"""Pictures in texts: taken in without what they tell of whoever took them, shown, retired."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from sqlalchemy import select

from dialer.domain.access import Permission, require
from dialer.domain.errors import Conflict, Forbidden, NotFound, ValidationFailed
from dialer.domain.picture import SIZE_MOST, NoPictureError, read_picture
from dialer.domain.picture import Picture as Found
from dialer.services.context import Context, Units
from dialer.services.kept_files import (
    NAME_MOST,
    keep_once,
    list_kept,
    named,
    put_away,
    reach_kept,
    read_whole,
)
from dialer.services.paging import Page, Slice
from dialer.store.models.pictures import Picture
from dialer.store.session import UnitOfWork

OFFERED: Final = 100
"""How many are offered with an answer."""
_CODE: Final = 14
"""Letters of an address that is short enough for a text and that nobody guesses: 70 bits."""


@dataclass(frozen=True, slots=True)
class PictureView:
    """A picture, without its bytes. `url` is where everybody who has the address sees it."""

    id: uuid.UUID
    name: str
    url: str
    content_type: str
    size: int
    width: int
    height: int
    sha256: str
    made_by: uuid.UUID | None
    created_at: dt.datetime
    retired_at: dt.datetime | None
    gone_at: dt.datetime | None = None
    """Since when nobody sees it any more, and why: it was `withdrawn`, or its time was over (`retention`)."""
    gone_why: str | None = None


@dataclass(frozen=True, slots=True)
class OfferedPicture:
    """One that may go with a text to one person, by what it shows."""

    id: uuid.UUID
    name: str


@dataclass(frozen=True, slots=True)
class Image:
    """The bytes of a picture, and what they are."""

    content_type: str
    data: bytes = field(repr=False)
    sha256: str


def add_picture(ctx: Context, file: BinaryIO, name: str) -> tuple[PictureView, bool]:
    """Keep a picture (`ValidationFailed`, `PayloadTooLarge` for what is none), and whether it is new: the
    same one is there once, under the name that it has.
    """
    require(ctx.actor, Permission.PICTURE_MANAGE)
    name = named(name, f"Say what it shows, in {NAME_MOST} characters at most.")
    too_large = f"A picture may have {SIZE_MOST // 1024} kB. Make it smaller first."
    found = _read(read_whole(file, SIZE_MOST, too_large))
    fields = {
        "name": name,
        "content_type": found.content_type,
        "width": found.width,
        "height": found.height,
    }
    with ctx.unit() as unit:
        row, new = keep_once(ctx, unit, Picture, found.data, fields, letters=_CODE)
        if new:
            ctx.audit(unit, "picture.added", "picture", row.id)
        return picture_view(ctx, row), new


def list_pictures(ctx: Context, page: Page, *, retired: bool = False) -> Slice[PictureView]:
    """The pictures that may be used, in the order they were made; or those that were retired."""
    require(ctx.actor, Permission.PICTURE_READ)
    with ctx.unit() as unit:
        found = list_kept(unit, Picture, page, retired=retired)
        return found.map(lambda row: picture_view(ctx, row))


def offered_pictures(ctx: Context) -> list[OfferedPicture]:
    """What may go with an answer, or with a text to one person: the latest pictures first."""
    require(ctx.actor, Permission.CONVERSATION_ANSWER)
    with ctx.unit() as unit:
        of_us = (Picture.organisation_id == unit.organisation_id, Picture.retired_at.is_(None))
        query = select(Picture.id, Picture.name).where(*of_us).order_by(Picture.id.desc())
        return [OfferedPicture(row.id, row.name) for row in unit.session.execute(query.limit(OFFERED))]


def get_picture(ctx: Context, picture_id: uuid.UUID) -> PictureView:
    """One picture, retired ones too."""
    require(ctx.actor, Permission.PICTURE_READ)
    with ctx.unit() as unit:
        return picture_view(ctx, reach_picture(unit, picture_id))


def retire_picture(ctx: Context, picture_id: uuid.UUID) -> PictureView:
    """Offer it no more; texts that lead to it still do. Retired already: no change. `Forbidden` for
    whoever sees only their own campaigns, unless they added it: all campaigns may use it.
    """
    require(ctx.actor, Permission.PICTURE_MANAGE)
    with ctx.unit() as unit:
        row = reach_picture(unit, picture_id)
        if not may_retire(ctx, row.made_by):
            raise Forbidden("Whoever added it, or a coordinator, puts it away.")
        put_away(ctx, unit, row, "picture.retired", "picture")
        return picture_view(ctx, row)


def may_retire(ctx: Context, made_by: uuid.UUID | None) -> bool:
    """Whether the actor may put a picture away that this account added."""
    return ctx.actor.campaign_ids is None or (made_by is not None and made_by == ctx.actor.account_id)


def public_picture(units: Units, code: str, has: Callable[[str], bool]) -> Image | None:
    """What whoever was sent the address sees; without its bytes where they have the one of that SHA-256
    already; None where it is gone. `NotFound` for any other address.
    """
    with units.read() as unit:
        row = unit.session.scalar(select(Picture).where(Picture.code == code))
        if row is None:
            raise NotFound
        if row.gone_at is not None:
            return None
        sha256 = row.sha256.hex()
        return Image(row.content_type, b"" if has(sha256) else row.data, sha256)


def code_of_picture(unit: UnitOfWork, picture_id: uuid.UUID) -> str | None:
    """The code of a picture that may be used; None where there is none."""
    key = (unit.organisation_id, picture_id)
    row = unit.session.get(Picture, key, with_for_update={"read": True})  # nobody withdraws it meanwhile
    return row.code if row is not None and row.retired_at is None else None


def check_there(unit: UnitOfWork, picture_id: uuid.UUID | None) -> None:
    """Refuse (`picture_gone`) what has a picture that was taken away; meanwhile nobody takes it away."""
    key = (unit.organisation_id, picture_id)
    row = unit.session.get(Picture, key, with_for_update={"read": True}) if picture_id else None
    if row is not None and row.gone_at is not None:
        detail = "Its picture was taken away, so its texts would lead to nothing. Write another without it."
        raise Conflict(detail, reason="picture_gone")


def picture_path(code: str) -> str:
    """Where a picture is seen within the installation."""
    return f"/p/{code}"


def picture_address(ctx: Context, code: str) -> str:
    """Where everybody who has the address sees a picture."""
    return f"{ctx.public_url}{picture_path(code)}"


def _read(data: bytes) -> Found:
    try:
        return read_picture(data)
    except NoPictureError as error:
        raise ValidationFailed.at("/file", str(error)) from None


def reach_picture(unit: UnitOfWork, picture_id: uuid.UUID) -> Picture:
    """One picture's row; `NotFound` where there is none."""
    return reach_kept(unit, Picture, picture_id)


def picture_view(ctx: Context, row: Picture) -> PictureView:
    """A picture as it is shown."""
    return PictureView(
        id=row.id,
        name=row.name,
        url=picture_address(ctx, row.code),
        content_type=row.content_type,
        size=row.size,
        width=row.width,
        height=row.height,
        sha256=row.sha256.hex(),
        made_by=row.made_by,
        created_at=row.created_at,
        retired_at=row.retired_at,
        gone_at=row.gone_at,
        gone_why=row.gone_why,
    )
