"""What a worker does about what came with texts: fetches it, and then has the carrier forget it.

Each step is claimed in the row and committed, then asked of the carrier, then written down; it may be done
twice. A step that fails is tried again, later each time; what can't be had in days is lost, and says why.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from sqlalchemy import select

from dialer.carrier.attachment_port import Attachments
from dialer.carrier.port import Carrier, CarrierError
from dialer.domain.access import Permission, require
from dialer.domain.attachment import (
    AT_WORK,
    GIVEN_UP_AFTER,
    GONE,
    NOT_FETCHED,
    SIZE_MOST,
    TOO_LARGE,
    sort_out,
)
from dialer.domain.recording import next_try
from dialer.logs import get_logger
from dialer.services.context import Context
from dialer.services.messaging.attachments import ask_to_fetch, sealed
from dialer.services.messaging.letter_parts import IN_LETTER, LetterParts
from dialer.store.models.attachments import Attachment
from dialer.store.models.messaging import Message
from dialer.store.session import UnitOfWork

log = get_logger(__name__)

AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True)
class Work:
    """One as it was claimed. `sid` is empty where its name at the carrier isn't known yet."""

    id: uuid.UUID
    message_id: uuid.UUID
    text_sid: str
    sid: str
    state: str
    attempts: int
    created_at: dt.datetime


class TooLargeError(Exception):
    """More comes than may."""


class _Taking:
    """What comes, as long as it isn't too much."""

    def __init__(self) -> None:
        self.data = bytearray()

    def take(self, piece: bytes) -> None:
        self.data += piece
        if len(self.data) > SIZE_MOST:
            raise TooLargeError


def due_attachments(ctx: Context) -> Sequence[uuid.UUID]:
    """Those to be fetched, or forgotten at the carrier."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        query = select(Attachment.id).where(
            Attachment.organisation_id == unit.organisation_id,
            Attachment.settled_at.is_(None),
            Attachment.due_at <= ctx.now,
        )
        return unit.session.scalars(query.order_by(Attachment.due_at).limit(AT_ONCE)).all()


def ask_if_due(ctx: Context) -> None:
    """Have a worker do what is due."""
    if due_attachments(ctx):
        ask_to_fetch(ctx)


def mind_attachment(ctx: Context, carrier: Carrier, secret_key: str, attachment_id: uuid.UUID) -> None:
    """Fetch one and have the carrier forget it, if it is due and nobody else is at it."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    work = _claim(ctx, attachment_id)
    if work is None:
        return
    kept_at: Attachments = LetterParts(ctx) if work.sid.startswith(IN_LETTER) else carrier.attachments
    try:
        if work.state == "waiting":
            _fetch(ctx, kept_at, secret_key, work)
        else:
            kept_at.delete(work.text_sid, work.sid)
            _change(ctx, work, settled_at=ctx.now)
    except CarrierError as error:
        log.warning("the carrier could not be asked about an attachment", reason=error.reason)
        _again(ctx, work)


def _claim(ctx: Context, attachment_id: uuid.UUID) -> Work | None:
    with ctx.unit() as unit:
        row = unit.session.get(Attachment, (unit.organisation_id, attachment_id), with_for_update=True)
        if row is None or row.settled_at is not None or row.due_at > ctx.now:
            return None
        text = unit.session.get_one(Message, (unit.organisation_id, row.message_id))
        row.attempts += 1
        row.due_at = ctx.now + AT_WORK
        return Work(
            id=row.id,
            message_id=row.message_id,
            text_sid=text.carrier_sid or "",
            sid=row.sid,
            state=row.state,
            attempts=row.attempts,
            created_at=row.created_at,
        )


def _fetch(ctx: Context, at_carrier: Attachments, secret_key: str, work: Work) -> None:
    """Have it here, encrypted, before the carrier forgets it. What is too large stays there."""
    sid, taking = work.sid or _named(ctx, at_carrier, work), _Taking()
    try:
        is_there = bool(sid) and at_carrier.fetch(work.text_sid, sid, taking.take)
    except TooLargeError:
        _lose(ctx, work, TOO_LARGE)
        return
    if not is_there:
        _lose(ctx, work, GONE)
        return
    found = sort_out(bytes(taking.data))
    values = asdict(sealed(secret_key, found.data, work.id))
    size, now = len(found.data), ctx.now
    kept = {"content_type": found.content_type, "size": size, "due_at": now, "attempts": 0}
    if _change(ctx, work, state="kept", **kept, **values):
        ask_to_fetch(ctx)


def _named(ctx: Context, at_carrier: Attachments, work: Work) -> str:
    """Its name at the carrier: of those of its text that none other has; empty where none is left."""
    listed = at_carrier.of_text(work.text_sid)
    with ctx.unit() as unit:
        rows = _of_text(unit, work.message_id)
        taken = {row.sid for row in rows}
        sid = next((sid for sid in listed if sid not in taken), "")
        for row in rows:
            if row.id == work.id:
                row.sid = sid
        return sid


def _of_text(unit: UnitOfWork, message_id: uuid.UUID) -> Sequence[Attachment]:
    query = (
        select(Attachment)
        .where(Attachment.organisation_id == unit.organisation_id, Attachment.message_id == message_id)
        .order_by(Attachment.nth)
        .with_for_update()
    )
    return unit.session.scalars(query).all()


def _again(ctx: Context, work: Work) -> None:
    """Later, and later each time; in the end not at all."""
    if ctx.now - work.created_at < GIVEN_UP_AFTER:
        _change(ctx, work, due_at=ctx.now + next_try(work.attempts))
    elif work.state == "waiting":
        _lose(ctx, work, NOT_FETCHED)
    else:
        log.warning("the carrier still has an attachment that we keep")
        _change(ctx, work, settled_at=ctx.now)


def _lose(ctx: Context, work: Work, why: str) -> None:
    log.warning("an attachment could not be fetched", why=why)
    _change(ctx, work, state="lost", why=why, settled_at=ctx.now)


def _change(ctx: Context, work: Work, **values: object) -> bool:
    """Write down what became of it; False where it has moved on meanwhile."""
    with ctx.unit() as unit:
        row = unit.session.get(Attachment, (unit.organisation_id, work.id), with_for_update=True)
        if row is None or row.state != work.state:
            return False
        for name, value in values.items():
            setattr(row, name, value)
        return True
