"""Conversations: what people wrote to us, looked at by those who answer them, and what they decide."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, not_, select

from dialer.domain.access import Permission, require
from dialer.domain.conversing import Line
from dialer.domain.errors import InvalidTransition, ValidationFailed
from dialer.domain.inbound_text import Classified, classify
from dialer.domain.opt_out import SAID_BY_TEXT
from dialer.services.context import Context
from dialer.services.messaging.conversation_handover import dealt_with
from dialer.services.messaging.conversation_reach import reach_conversation, texts_within, visible
from dialer.services.messaging.conversation_views import ConversationView, conversation_views
from dialer.services.messaging.messages import message_views
from dialer.services.messaging.no_to_texts import bar_from_texts, release_waiting
from dialer.services.messaging.seen_texts import check_none_doubted, check_none_waits
from dialer.services.messaging.views import MessageView
from dialer.services.paging import Page, Slice, cut
from dialer.store.models.conversations import Conversation
from dialer.store.models.messaging import Message
from dialer.store.queries.conversation_lines import Place, page_of_line, place_in
from dialer.store.queries.conversations import Shown, page_of_conversations, standing_noes, with_tag
from dialer.store.session import UnitOfWork

NO_CURSOR: Final = "This cursor isn’t one of this list. Start again without it."
SHOWN_MESSAGES: Final = 200
"""How many texts of one conversation are shown with it, the latest ones."""
_LATER: Final = "later"
"""What marks a place in a line that is after those that come before all others."""


@dataclass(frozen=True, slots=True)
class ConversationSearch:
    """Which conversations; what is None doesn't matter."""

    state: str | None = None
    campaign_id: uuid.UUID | None = None
    assigned_to: uuid.UUID | None = None
    assigned: bool | None = None
    """Whether somebody is to answer, whoever it is."""
    line: Line | None = None
    """Only those that stand in this line, the one that has stood there longest first; among what waits for a
    coordinator those that frightened somebody before all others."""
    tag: str | None = None
    answered: bool | None = None
    """Whether nobody waits there."""


def classify_text(ctx: Context, body: str) -> Classified:
    """What a text would ask of us, and by which rule, if it came from somebody we know nothing of."""
    require(ctx.actor, Permission.MESSAGE_CLASSIFY)
    return classify(body)


def list_conversations(ctx: Context, search: ConversationSearch, page: Page) -> Slice[ConversationView]:
    """Conversations in which somebody wrote to us, the latest text first; of those the ones that exist for
    this actor (`visible`).

    A walk shows the order in which things stood when it began, so that it meets each of them once. Those of
    a number that is blocked are only in the line of these.
    """
    require(ctx.actor, Permission.CONVERSATION_READ)
    if search.line is not None:
        return _in_line(ctx, search, search.line, page)
    as_of, after = _place(ctx, page)
    with ctx.unit() as unit:
        found = page_of_conversations(unit, _conditions(ctx, search), as_of, after, page.limit + 1)
        some = cut(found, page, lambda shown: _key(as_of, shown))
        rows = [shown.conversation for shown in some.items]
        views = {view.id: view for view in conversation_views(unit, rows)}
        return some.map(lambda shown: views[shown.conversation.id])


def _in_line(ctx: Context, search: ConversationSearch, line: Line, page: Page) -> Slice[ConversationView]:
    with ctx.unit() as unit:
        after = None if page.after is None else _line_place(page.after)
        found = page_of_line(unit, line, _conditions(ctx, search), after, page.limit + 1)
        some = cut(found, page, lambda row: _line_key(line, row))
        return Slice(conversation_views(unit, some.items), some.next)


def get_conversation(
    ctx: Context, conversation_id: uuid.UUID
) -> tuple[ConversationView, Sequence[MessageView]]:
    """A conversation with its latest texts, the oldest of them first. Who sees only their own campaigns sees
    what was texted in those, or in none.
    """
    with ctx.unit(by_keys=True) as unit:
        row = reach_conversation(ctx, unit, conversation_id, Permission.CONVERSATION_READ)
        query = select(Message).where(
            Message.organisation_id == unit.organisation_id,
            Message.number == row.number,
            *texts_within(ctx.actor),
        )
        latest = unit.session.scalars(query.order_by(Message.id.desc()).limit(SHOWN_MESSAGES)).all()
        in_order = sorted(latest, key=lambda message: (message.created_at, message.id))
        return conversation_views(unit, [row])[0], message_views(ctx, unit, in_order)


def close_conversation(
    ctx: Context, conversation_id: uuid.UUID, *, seen: uuid.UUID | None = None
) -> ConversationView:
    """Put a conversation away until somebody writes again. One under review has to be decided first;
    `Conflict` where they wrote again after the text that was `seen`.
    """
    with ctx.unit() as unit:
        row = reach_conversation(ctx, unit, conversation_id, Permission.CONVERSATION_ANSWER, lock=True)
        if row.state == "review":
            detail = "Somebody may have asked for no more texts. Decide about that, then it can be closed."
            raise InvalidTransition(detail, state=row.state)
        check_none_waits(unit, row, seen)
        row.unanswered_since = None
        dealt_with(row)
        if row.state != "closed":
            row.state = "closed"
            ctx.audit(unit, "conversation.closed", "conversation", row.id)
        unit.session.flush()
        return conversation_views(unit, [row])[0]


def decide(
    ctx: Context, conversation_id: uuid.UUID, *, opt_out: bool, seen: uuid.UUID | None = None
) -> ConversationView:
    """Say whether what somebody wrote was a no to texts. If it was, it holds at once and the conversation is
    closed; if not, it is open, and what waited for the number goes on. Where a no stands for the number
    already, it goes on standing, and the conversation is closed whatever is said of this text. `Conflict`
    where it was none, and after the text that was `seen` came another that may be one.
    """
    with ctx.unit() as unit:
        row = reach_conversation(ctx, unit, conversation_id, Permission.CONVERSATION_MANAGE, lock=True)
        decided = "closed" if opt_out else "open"
        if row.state not in ("review", decided):
            raise InvalidTransition("There is nothing to decide here any more.", state=row.state)
        if row.state == "review":
            if not opt_out:
                check_none_doubted(unit, row, seen)
            row.state = "closed" if standing_noes(unit, row.number) else decided
            _follow(ctx, unit, row, opt_out=opt_out)
        unit.session.flush()
        return conversation_views(unit, [row])[0]


def _follow(ctx: Context, unit: UnitOfWork, row: Conversation, *, opt_out: bool) -> None:
    ctx.audit(unit, "conversation.decided", "conversation", row.id, {"opt_out": opt_out})
    if row.state == "closed":
        row.unanswered_since = None
    if opt_out:
        bar_from_texts(ctx, unit, row.number, row.contact_id, SAID_BY_TEXT)
    release_waiting(ctx, unit, row.number)


def _conditions(ctx: Context, search: ConversationSearch) -> list[ColumnElement[bool]]:
    conditions = visible(ctx.actor)
    if search.line is not Line.BLOCKED:
        conditions.append(Conversation.blocked_at.is_(None))
    if search.tag is not None:
        conditions += with_tag(search.tag)
    if search.state is not None:
        conditions.append(Conversation.state == search.state)
    if search.campaign_id is not None:
        conditions.append(Conversation.campaign_id == search.campaign_id)
    if search.assigned_to is not None:
        conditions.append(Conversation.assigned_to == search.assigned_to)
    if search.answered is not None:
        nobody_waits = Conversation.unanswered_since.is_(None)
        conditions.append(nobody_waits if search.answered else not_(nobody_waits))
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
        raise ValidationFailed.at("/cursor", NO_CURSOR) from None


def _line_key(line: Line, row: Conversation) -> tuple[str, ...]:
    later, at, id_ = place_in(line, row)
    return (_LATER if later else "", at.isoformat(), str(id_))


def _line_place(after: Sequence[str]) -> Place:
    try:
        later, at, last = after
        return later == _LATER, _instant(at), uuid.UUID(last)
    except ValueError:
        raise ValidationFailed.at("/cursor", NO_CURSOR) from None


def _instant(text: str) -> dt.datetime:
    instant = dt.datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(text)
    return instant
