"""One timeline of a person: calls, texts, pledges, noes and all else that happened, in one order by time."""

from __future__ import annotations

import contextlib
import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from dialer.domain.access import Permission, require
from dialer.domain.errors import ValidationFailed
from dialer.domain.timeline import Kind, kinds_for
from dialer.services.context import Context
from dialer.services.messaging.messages import message_views
from dialer.services.messaging.views import MessageView
from dialer.services.paging import Page, Slice, cut
from dialer.services.people.contacts import contact_of
from dialer.store.models.messaging import Message
from dialer.store.queries.timeline import Key, page_of_timeline
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened with a person. `by` is the name of who did it, None where it was they or we
    all; `note` is what was said or written down. `facts` depend on the kind. Of texts and emails `message` is
    the whole of it.
    """

    kind: Kind
    what: str
    at: dt.datetime
    id: uuid.UUID
    by: str | None
    campaign_id: uuid.UUID | None
    campaign: str | None
    note: str | None
    facts: Mapping[str, Any]
    message: MessageView | None = None


def timeline(
    ctx: Context, contact_id: uuid.UUID, page: Page, kinds: Collection[Kind] = ()
) -> Slice[Happening]:
    """What happened with somebody, the latest first, of the kinds that are wanted (none: all) and that the
    actor may read. For a page on which that somebody looked is audited already (`get_contact`).
    """
    require(ctx.actor, Permission.CONTACT_READ)
    with ctx.unit() as unit:
        contact_of(unit, contact_id)
        return _page(ctx, unit, contact_id, page, kinds)


def view_timeline(
    ctx: Context, contact_id: uuid.UUID, page: Page, kinds: Collection[Kind] = ()
) -> Slice[Happening]:
    """As `timeline`, for whoever asks for it alone: that they looked is audited."""
    require(ctx.actor, Permission.CONTACT_READ)
    with ctx.unit() as unit:
        contact_of(unit, contact_id)
        ctx.audit(unit, "contact.viewed", "contact", contact_id, {"part": "history"})
        return _page(ctx, unit, contact_id, page, kinds)


def _page(
    ctx: Context, unit: UnitOfWork, contact_id: uuid.UUID, page: Page, kinds: Collection[Kind]
) -> Slice[Happening]:
    shown = kinds_for(ctx.actor, kinds)
    rows = page_of_timeline(unit, contact_id, shown, _after(page), page.limit + 1)
    found = cut(rows, page, lambda row: (row.at.isoformat(), str(row.id), row.what))
    messages = _messages(ctx, unit, found.items)
    return found.map(lambda row: _happening(row, messages))


def _after(page: Page) -> Key | None:
    """Where the page before ended: when, what, and which part of it."""
    if page.after is None:
        return None
    key: Key | None = None
    with contextlib.suppress(ValueError):
        at, id_, what = page.after
        key = _aware(dt.datetime.fromisoformat(at)), uuid.UUID(id_), what
    if key is None or not key[2].isprintable():  # what the database can't hold
        raise ValidationFailed.at("/cursor", "This cursor isn’t one of this list. Start again without it.")
    return key


def _aware(at: dt.datetime) -> dt.datetime:
    if at.tzinfo is None:
        raise ValueError(at)
    return at


def _messages(ctx: Context, unit: UnitOfWork, rows: Sequence[Row[Any]]) -> dict[uuid.UUID, MessageView]:
    ids = [row.id for row in rows if row.kind in (Kind.TEXT, Kind.EMAIL)]
    if not ids:
        return {}
    found = unit.session.scalars(
        select(Message).where(Message.organisation_id == unit.organisation_id, Message.id.in_(ids))
    ).all()
    return {view.id: view for view in message_views(ctx, unit, found)}


def _happening(row: Row[Any], messages: Mapping[uuid.UUID, MessageView]) -> Happening:
    kind = Kind(row.kind)
    message = messages.get(row.id) if kind in (Kind.TEXT, Kind.EMAIL) else None
    return Happening(
        kind=kind,
        what=row.what,
        at=row.at,
        id=row.id,
        by=row.by,
        campaign_id=row.campaign_id,
        campaign=row.campaign,
        note=message.body if message else row.note,
        facts={name: value for name, value in row.facts.items() if value is not None},
        message=message,
    )
