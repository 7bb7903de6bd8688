"""Texts, looked at one by one or by what they belong to."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Select, select

from dialer.domain.access import Permission, require
from dialer.domain.email_address import read_address
from dialer.domain.errors import NotFound
from dialer.domain.phone import PhoneFault, read_phone
from dialer.services.context import Context
from dialer.services.messaging.figures import BLAST
from dialer.services.messaging.letters_said import letters_said
from dialer.services.messaging.pictures import picture_path
from dialer.services.messaging.single_waits import Wait, waits_of
from dialer.services.messaging.views import MessageView
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.store.models.messaging import Message
from dialer.store.queries.conversation_rows import LastInbound
from dialer.store.queries.first_texts import who_pressed
from dialer.store.queries.link_codes import opened_of
from dialer.store.session import UnitOfWork

SECRET: tuple[str, ...] = ("code", "sign_in")
"""What these say opens an account: only the phone that they go to may read it."""


@dataclass(frozen=True, slots=True)
class MessageSearch:
    """Which texts are asked for; what is None doesn't matter. `number` is in any usual writing.

    Those of a blast are the ones that its figures count: texts that were sent to try it are none of them.
    """

    blast_id: uuid.UUID | None = None
    contact_id: uuid.UUID | None = None
    number: str | None = None
    direction: str | None = None
    state: str | None = None


def list_messages(ctx: Context, search: MessageSearch, page: Page) -> Slice[MessageView]:
    """The texts that are asked for, in the order in which they were written down."""
    require(ctx.actor, Permission.MESSAGE_READ)
    with ctx.unit() as unit:
        query = wanted(ctx, unit, search)
        if query is None:
            return Slice([])
        if (after := after_id(page)) is not None:
            query = query.where(Message.id > after)
        rows = unit.session.scalars(query.order_by(Message.id).limit(page.limit + 1)).all()
        found = cut(rows, page, lambda row: (str(row.id),))
        return Slice(message_views(ctx, unit, found.items), found.next)


def get_message(ctx: Context, message_id: uuid.UUID) -> MessageView:
    """One text."""
    require(ctx.actor, Permission.MESSAGE_READ)
    with ctx.unit() as unit:
        row = unit.session.get(Message, (unit.organisation_id, message_id))
        if row is None:
            raise NotFound
        return message_views(ctx, unit, [row])[0]


def message_views(ctx: Context, unit: UnitOfWork, rows: Sequence[Message]) -> list[MessageView]:
    """Texts as they are shown; those that somebody wrote to one person with what they wait for."""
    waits = waits_of(ctx, unit, rows)
    pressed_by = who_pressed(unit, [row.batch_id for row in rows if row.batch_id and row.pressed_at])
    opened = opened_of(unit, [row for row in rows if row.purpose == BLAST])
    letters = letters_said(unit, rows)
    return [
        replace(
            message_view(row, waits.get(row.id)),
            pressed_by=pressed_by.get(row.batch_id) if row.batch_id else None,
            clicked_at=opened[row.id].at if row.id in opened else None,
            clicks=opened[row.id].clicks if row.id in opened else 0,
            letter=letters.get(row.id),
        )
        for row in rows
    ]


def message_view(row: Message | LastInbound, wait: Wait | None = None) -> MessageView:
    """A text as it is shown. Codes and sign-in links are not."""
    return MessageView(
        id=row.id,
        blast_id=row.blast_id,
        campaign_id=row.campaign_id,
        contact_id=row.contact_id,
        direction=row.direction,
        purpose=row.purpose,
        sender=row.sender,
        number=row.number,
        body="" if row.purpose in SECRET else row.body,
        state=row.state,
        segments=row.segments,
        encoding=row.encoding,
        error_code=row.error_code,
        error_detail=row.error_detail,
        bounce=row.bounce if isinstance(row, Message) else None,
        carrier_sid=row.carrier_sid,
        cost=row.cost,
        currency=row.cost_currency,
        skip_reason=row.skip_reason,
        created_at=row.created_at,
        sent_at=row.sent_at,
        delivered_at=row.delivered_at,
        inbound_class=row.inbound_class,
        inbound_rule=row.inbound_rule,
        attachments=tuple(one["content_type"] for one in row.attachments or ()),
        waiting_reason=wait.reason if wait else None,
        waits_until=wait.until if wait else None,
        pressed_at=row.pressed_at,
        picture_path=picture_path(row.picture_code) if row.picture_code else None,
        channel=row.channel,
        subject=row.subject,
    )


def _place(ctx: Context, written: str) -> str | None:
    """A number, or an address, in any usual writing, as texts and letters have it; None for neither."""
    if "@" in written:
        return read_address(written)
    found = read_phone(written, ctx.phones)
    return None if isinstance(found, PhoneFault) else found.number


def wanted(ctx: Context, unit: UnitOfWork, search: MessageSearch) -> Select[Message] | None:
    """The query for these; None where nothing can be found, since the number is none."""
    query = select(Message).where(Message.organisation_id == unit.organisation_id)
    for name in ("blast_id", "contact_id", "direction", "state"):
        value = getattr(search, name)
        if value is not None:
            query = query.where(getattr(Message, name) == value)
    if search.blast_id is not None:
        query = query.where(Message.purpose == BLAST)
    if search.number is not None:
        place = _place(ctx, search.number)
        if place is None:
            return None
        query = query.where(Message.number == place)
    return query
