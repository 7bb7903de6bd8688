"""Conversations: what people wrote to us, looked at by those who answer them, and what they decide."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import ColumnElement, select

from dialer.domain.access import Permission, require
from dialer.domain.errors import InvalidTransition, NotFound, ValidationFailed
from dialer.domain.inbound_text import Classified, classify
from dialer.domain.opt_out import SAID_BY_TEXT
from dialer.services.context import Context
from dialer.services.messaging.messages import message_view
from dialer.services.messaging.no_to_texts import bar_from_texts, release_waiting
from dialer.services.messaging.views import MessageView
from dialer.services.paging import Page, Slice, cut
from dialer.store.models.messaging import Conversation, Message
from dialer.store.models.people import Contact
from dialer.store.queries.conversations import (
    Shown,
    last_inbound,
    noes_since,
    page_of_conversations,
    standing_noes,
)
from dialer.store.session import UnitOfWork

SHOWN_MESSAGES: Final = 200
"""How many texts of one conversation are shown with it, the latest ones."""


@dataclass(frozen=True, slots=True)
class Writer:
    """The person behind a number, where that is known."""

    id: uuid.UUID
    first_name: str | None = field(repr=False)
    last_name: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class ConversationView:
    """All texts to and from one number. `last` is the latest that came in, `opted_out_at` since when a no
    to texts stands for the number.
    """

    id: uuid.UUID
    number: str = field(repr=False)
    contact: Writer | None
    campaign_id: uuid.UUID | None
    sender: str | None
    state: str
    last: MessageView | None
    last_inbound_at: dt.datetime | None
    created_at: dt.datetime
    opted_out_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class ConversationSearch:
    """Which conversations; what is None doesn't matter."""

    state: str | None = None
    campaign_id: uuid.UUID | None = None


def classify_text(ctx: Context, body: str) -> Classified:
    """What a text would ask of us, and by which rule, if it came from somebody we know nothing of."""
    require(ctx.actor, Permission.MESSAGE_CLASSIFY)
    return classify(body)


def list_conversations(ctx: Context, search: ConversationSearch, page: Page) -> Slice[ConversationView]:
    """Conversations in which somebody wrote to us, the latest text first.

    A walk shows the order in which things stood when it began, so that it meets each of them once.
    """
    require(ctx.actor, Permission.CONVERSATION_READ)
    as_of, after = _place(ctx, page)
    with ctx.unit() as unit:
        found = page_of_conversations(unit, _conditions(search), as_of, after, page.limit + 1)
        some = cut(found, page, lambda shown: _key(as_of, shown))
        views = {view.id: view for view in _views(unit, [shown.conversation for shown in some.items])}
        return some.map(lambda shown: views[shown.conversation.id])


def get_conversation(
    ctx: Context, conversation_id: uuid.UUID
) -> tuple[ConversationView, Sequence[MessageView]]:
    """A conversation with its latest texts, the oldest of them first."""
    require(ctx.actor, Permission.CONVERSATION_READ)
    with ctx.unit() as unit:
        row = _row(unit, conversation_id)
        query = select(Message).where(
            Message.organisation_id == unit.organisation_id, Message.number == row.number
        )
        latest = unit.session.scalars(query.order_by(Message.id.desc()).limit(SHOWN_MESSAGES)).all()
        return _views(unit, [row])[0], [message_view(message) for message in reversed(latest)]


def close_conversation(ctx: Context, conversation_id: uuid.UUID) -> ConversationView:
    """Put a conversation away until somebody writes again. One under review has to be decided first."""
    require(ctx.actor, Permission.CONVERSATION_MANAGE)
    with ctx.unit() as unit:
        row = _row(unit, conversation_id, lock=True)
        if row.state == "review":
            detail = "Somebody may have asked for no more texts. Decide about that, then it can be closed."
            raise InvalidTransition(detail, state=row.state)
        if row.state != "closed":
            row.state = "closed"
            ctx.audit(unit, "conversation.closed", "conversation", row.id)
        unit.session.flush()
        return _views(unit, [row])[0]


def decide(ctx: Context, conversation_id: uuid.UUID, *, opt_out: bool) -> ConversationView:
    """Say whether what somebody wrote was a no to texts. If it was, it holds at once and the conversation is
    closed; if not, it is open, and what waited for the number goes on. Where a no stands for the number
    already, it goes on standing, and the conversation is closed whatever is said of this text.
    """
    require(ctx.actor, Permission.CONVERSATION_MANAGE)
    with ctx.unit() as unit:
        row = _row(unit, conversation_id, lock=True)
        decided = "closed" if opt_out else "open"
        if row.state not in ("review", decided):
            raise InvalidTransition("There is nothing to decide here any more.", state=row.state)
        if row.state == "review":
            row.state = "closed" if standing_noes(unit, row.number) else decided
            _follow(ctx, unit, row, opt_out=opt_out)
        unit.session.flush()
        return _views(unit, [row])[0]


def _follow(ctx: Context, unit: UnitOfWork, row: Conversation, *, opt_out: bool) -> None:
    ctx.audit(unit, "conversation.decided", "conversation", row.id, {"opt_out": opt_out})
    if opt_out:
        bar_from_texts(ctx, unit, row.number, row.contact_id, SAID_BY_TEXT)
    release_waiting(ctx, unit, row.number)


def _row(unit: UnitOfWork, conversation_id: uuid.UUID, *, lock: bool = False) -> Conversation:
    key = (unit.organisation_id, conversation_id)
    row = unit.session.get(Conversation, key, with_for_update=lock or None)
    if row is None:
        raise NotFound
    return row


def _conditions(search: ConversationSearch) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if search.state is not None:
        conditions.append(Conversation.state == search.state)
    if search.campaign_id is not None:
        conditions.append(Conversation.campaign_id == search.campaign_id)
    return conditions


def _key(as_of: dt.datetime, shown: Shown) -> tuple[str, ...]:
    return (as_of.isoformat(), shown.at.isoformat(), str(shown.conversation.id))


def _place(ctx: Context, page: Page) -> tuple[dt.datetime, tuple[dt.datetime, uuid.UUID] | None]:
    """When the walk began, and the key it goes on after."""
    if page.after is None:
        return ctx.now, None
    try:
        began, at, last = page.after
        return _instant(began), (_instant(at), uuid.UUID(last))
    except ValueError:
        detail = "This cursor isn’t one of this list. Start again without it."
        raise ValidationFailed.at("/cursor", detail) from None


def _instant(text: str) -> dt.datetime:
    instant = dt.datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(text)
    return instant


def _views(unit: UnitOfWork, rows: Sequence[Conversation]) -> list[ConversationView]:
    numbers = [row.number for row in rows]
    latest, noes = last_inbound(unit, numbers), noes_since(unit, numbers)
    writers = _writers(unit, [row.contact_id for row in rows if row.contact_id is not None])
    return [
        ConversationView(
            id=row.id,
            number=row.number,
            contact=writers.get(row.contact_id) if row.contact_id is not None else None,
            campaign_id=row.campaign_id,
            sender=row.sender,
            state=row.state,
            last=message_view(latest[row.number]) if row.number in latest else None,
            last_inbound_at=row.last_inbound_at,
            created_at=row.created_at,
            opted_out_at=noes.get(row.number),
        )
        for row in rows
    ]


def _writers(unit: UnitOfWork, contact_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Writer]:
    query = select(Contact.id, Contact.first_name, Contact.last_name).where(
        Contact.organisation_id == unit.organisation_id, Contact.id.in_(contact_ids)
    )
    return {row.id: Writer(row.id, row.first_name, row.last_name) for row in unit.session.execute(query)}
