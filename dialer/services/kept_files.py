"""Files that are kept once, and offered until they are put away: what pictures and sounds have in common."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from typing import BinaryIO, Final, TypeVar

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from dialer.domain.errors import NotFound, PayloadTooLarge, ValidationFailed
from dialer.services.context import Context
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.services.short_codes import short_code
from dialer.store.models import new_id
from dialer.store.models.files import File
from dialer.store.session import UnitOfWork

NAME_MOST: Final = 100

Kept = TypeVar("Kept", bound=File)


def named(name: str, fault: str) -> str:
    """A file's name without room around it. `ValidationFailed` with this fault where it is none."""
    if not name.strip() or len(name.strip()) > NAME_MOST:
        raise ValidationFailed.at("/name", fault)
    return name.strip()


def read_whole(file: BinaryIO, most: int, too_large: str) -> bytes:
    """What stands in a file. `PayloadTooLarge`, said so, where that is more than `most` bytes."""
    data = file.read(most + 1)
    if len(data) > most:
        raise PayloadTooLarge(too_large)
    return data


def keep_once(
    ctx: Context,
    unit: UnitOfWork,
    model: type[Kept],
    data: bytes,
    fields: Mapping[str, object],
    *,
    letters: int,
) -> tuple[Kept, bool]:
    """Keep these bytes with what is known of them, under an address of so many letters; the row, and whether
    it is new: the same bytes are there once, under the name that they have.
    """
    sha256 = hashlib.sha256(data).digest()
    values = {
        "organisation_id": unit.organisation_id,
        "id": new_id(),
        "data": data,
        "size": len(data),
        "sha256": sha256,
        "code": short_code(letters),
        "made_by": ctx.actor.account_id,
        "created_at": ctx.now,
        **fields,
    }
    made = unit.session.scalar(insert(model).values(values).on_conflict_do_nothing().returning(model.id))
    standing = select(model).where(
        model.organisation_id == unit.organisation_id, model.sha256 == sha256, model.retired_at.is_(None)
    )
    return unit.session.scalars(standing).one(), made is not None


def list_kept(unit: UnitOfWork, model: type[Kept], page: Page, *, retired: bool) -> Slice[Kept]:
    """Those that may be used, in the order they were made; or those that were put away."""
    kept = model.retired_at.is_not(None) if retired else model.retired_at.is_(None)
    query = select(model).where(model.organisation_id == unit.organisation_id, kept)
    if (after := after_id(page)) is not None:
        query = query.where(model.id > after)
    rows = unit.session.scalars(query.order_by(model.id).limit(page.limit + 1)).all()
    return cut(rows, page, lambda row: (str(row.id),))


def reach_kept(unit: UnitOfWork, model: type[Kept], file_id: uuid.UUID) -> Kept:
    """One file's row; `NotFound` where there is none."""
    row = unit.session.get(model, (unit.organisation_id, file_id))
    if row is None:
        raise NotFound
    return row


def put_away(ctx: Context, unit: UnitOfWork, row: File, action: str, kind: str) -> None:
    """Offer a file no more. Put away already: no change."""
    unit.session.refresh(row, with_for_update=True)
    if row.retired_at is None:
        row.retired_at = ctx.now
        ctx.audit(unit, action, kind, row.id)
