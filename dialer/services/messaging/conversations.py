"""Conversations: what people wrote to us, looked at by those who answer them, and what they decide."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import ColumnElement, func, not_, or_, select

from dialer.domain.access import Permission, require
from dialer.domain.errors import InvalidTransition, ValidationFailed
from dialer.domain.inbound_text import Classified, classify
from dialer.domain.opt_out import SAID_BY_TEXT
from dialer.services.context import Context
from dialer.services.messaging.conversation_reach import reach_conversation, visible
from dialer.services.messaging.messages import SECRET, message_view, message_views
from dialer.services.messaging.no_to_texts import bar_from_texts, release_waiting
from dialer.services.messaging.views import MessageView
from dialer.services.paging import Page, Slice, cut
from dialer.store.models.accounts import Account
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
class Assignee:
    """Who answers."""

    id: uuid.UUID
    name: str = field(repr=False)


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
    assignee: Assignee | None
    last: MessageView | None
    last_inbound_at: dt.datetime | None
    created_at: dt.datetime
    opted_out_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class ConversationSearch:
    """Which conversations; what is None doesn't matter."""

    state: str | None = None
    campaign_id: uuid.UUID | None = None
    assigned_to: uuid.UUID | None = None
    assigned: bool | None = None
    """Whether somebody is to answer, whoever it is."""


def classify_text(ctx: Context, body: str) -> Classified:
    """What a text would ask of us, and by which rule, if it came from somebody we know nothing of."""
    require(ctx.actor, Permission.MESSAGE_CLASSIFY)
    return classify(body)


def list_conversations(ctx: Context, search: ConversationSearch, page: Page) -> Slice[ConversationView]:
    """Conversations in which somebody wrote to us, the latest text first; of those the ones that exist for
    this actor (`visible`).

    A walk shows the order in which things stood when it began, so that it meets each of them once.
    """
    require(ctx.actor, Permission.CONVERSATION_READ)
    as_of, after = _place(ctx, page)
    with ctx.unit() as unit:
        found = page_of_conversations(unit, _conditions(ctx, search), as_of, after, page.limit + 1)
        some = cut(found, page, lambda shown: _key(as_of, shown))
        rows = [shown.conversation for shown in some.items]
        views = {view.id: view for view in conversation_views(unit, rows)}
        return some.map(lambda shown: views[shown.conversation.id])


def get_conversation(
    ctx: Context, conversation_id: uuid.UUID
) -> tuple[ConversationView, Sequence[MessageView]]:
    """A conversation with its latest texts, the oldest of them first. Who sees only their own campaigns sees
    what was texted in those, or in none.
    """
    with ctx.unit() as unit:
        row = reach_conversation(ctx, unit, conversation_id, Permission.CONVERSATION_READ)
        query = select(Message).where(
            Message.organisation_id == unit.organisation_id, Message.number == row.number, *_of_theirs(ctx)
        )
        latest = unit.session.scalars(query.order_by(Message.id.desc()).limit(SHOWN_MESSAGES)).all()
        return conversation_views(unit, [row])[0], message_views(ctx, unit, latest[::-1])


def count_mine(ctx: Context) -> int:
    """How many open conversations wait for the actor’s own answer."""
    require(ctx.actor, Permission.CONVERSATION_READ)
    with ctx.unit() as unit:
        mine = ConversationSearch(state="open", assigned_to=ctx.actor.account_id)
        query = select(func.count()).where(
            Conversation.organisation_id == unit.organisation_id, *_conditions(ctx, mine)
        )
        return unit.session.scalar(query) or 0


def close_conversation(ctx: Context, conversation_id: uuid.UUID) -> ConversationView:
    """Put a conversation away until somebody writes again. One under review has to be decided first."""
    with ctx.unit() as unit:
        row = reach_conversation(ctx, unit, conversation_id, Permission.CONVERSATION_ANSWER, lock=True)
        if row.state == "review":
            detail = "Somebody may have asked for no more texts. Decide about that, then it can be closed."
            raise InvalidTransition(detail, state=row.state)
        if row.state != "closed":
            row.state = "closed"
            ctx.audit(unit, "conversation.closed", "conversation", row.id)
        unit.session.flush()
        return conversation_views(unit, [row])[0]


def decide(ctx: Context, conversation_id: uuid.UUID, *, opt_out: bool) -> ConversationView:
    """Say whether what somebody wrote was a no to texts. If it was, it holds at once and the conversation is
    closed; if not, it is open, and what waited for the number goes on. Where a no stands for the number
    already, it goes on standing, and the conversation is closed whatever is said of this text.
    """
    with ctx.unit() as unit:
        row = reach_conversation(ctx, unit, conversation_id, Permission.CONVERSATION_MANAGE, lock=True)
        decided = "closed" if opt_out else "open"
        if row.state not in ("review", decided):
            raise InvalidTransition("There is nothing to decide here any more.", state=row.state)
        if row.state == "review":
            row.state = "closed" if standing_noes(unit, row.number) else decided
            _follow(ctx, unit, row, opt_out=opt_out)
        unit.session.flush()
        return conversation_views(unit, [row])[0]


def _follow(ctx: Context, unit: UnitOfWork, row: Conversation, *, opt_out: bool) -> None:
    ctx.audit(unit, "conversation.decided", "conversation", row.id, {"opt_out": opt_out})
    if opt_out:
        bar_from_texts(ctx, unit, row.number, row.contact_id, SAID_BY_TEXT)
    release_waiting(ctx, unit, row.number)


def _of_theirs(ctx: Context) -> list[ColumnElement[bool]]:
    if ctx.actor.campaign_ids is None:
        return []
    return [
        or_(Message.campaign_id.is_(None), Message.campaign_id.in_(ctx.actor.campaign_ids)),
        or_(Message.purpose.is_(None), Message.purpose.not_in(SECRET)),
    ]


def _conditions(ctx: Context, search: ConversationSearch) -> list[ColumnElement[bool]]:
    conditions = visible(ctx.actor)
    if search.state is not None:
        conditions.append(Conversation.state == search.state)
    if search.campaign_id is not None:
        conditions.append(Conversation.campaign_id == search.campaign_id)
    if search.assigned_to is not None:
        conditions.append(Conversation.assigned_to == search.assigned_to)
    if search.assigned is not None:
        nobodys = Conversation.assigned_to.is_(None)
        conditions.append(not_(nobodys) if search.assigned else nobodys)
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


def conversation_views(unit: UnitOfWork, rows: Sequence[Conversation]) -> list[ConversationView]:
    """Conversations as they are shown."""
    numbers = [row.number for row in rows]
    latest, noes = last_inbound(unit, numbers), noes_since(unit, numbers)
    writers = _writers(unit, [row.contact_id for row in rows if row.contact_id is not None])
    assignees = _assignees(unit, [row.assigned_to for row in rows if row.assigned_to is not None])
    return [
        ConversationView(
            id=row.id,
            number=row.number,
            contact=writers.get(row.contact_id) if row.contact_id is not None else None,
            campaign_id=row.campaign_id,
            sender=row.sender,
            state=row.state,
            assignee=assignees.get(row.assigned_to) if row.assigned_to is not None else None,
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


def _assignees(unit: UnitOfWork, account_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Assignee]:
    query = select(Account.id, Account.name).where(
        Account.organisation_id == unit.organisation_id, Account.id.in_(account_ids)
    )
    return {row.id: Assignee(row.id, row.name) for row in unit.session.execute(query)} if account_ids else {}
