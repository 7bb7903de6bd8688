"""An abusive number or address is blocked for all at once: nobody here is shown it, or writes to it or rings
it any more.

What comes from it is kept and counted, and a no in it is heard; a coordinator can take it back.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from dialer.domain.access import Permission
from dialer.domain.email_address import channel_of
from dialer.domain.suppressing import BLOCKED, OF_ADDRESSES, OF_NUMBERS
from dialer.domain.texting import EMAIL
from dialer.services.context import Context
from dialer.services.messaging.conversation_handover import dealt_with
from dialer.services.messaging.conversation_reach import reach_conversation
from dialer.services.messaging.conversation_views import ConversationView, conversation_views
from dialer.services.people.no_contact import lift_suppressions
from dialer.store.models import new_id
from dialer.store.models.conversations import Conversation
from dialer.store.models.people import Suppression
from dialer.store.queries.conversations import standing_noes
from dialer.store.session import UnitOfWork

REASON: Final = "manual"
"""Barred by us, so that lists of registers neither say so nor take it back."""


def block(ctx: Context, conversation_id: uuid.UUID) -> None:
    """Block the number of a conversation, for everybody and on every channel that a number has; once."""
    with ctx.unit() as unit:
        row = reach_conversation(ctx, unit, conversation_id, Permission.CONVERSATION_ANSWER, lock=True)
        if row.blocked_at is not None:
            return
        _bar(ctx, unit, row.number)
        row.blocked_at, row.blocked_by, row.blocked_texts = ctx.now, ctx.actor.account_id, 0
        row.assigned_to = row.held_until = row.unanswered_since = None
        if row.state == "open":
            row.state = "closed"
        dealt_with(row)
        ctx.audit(unit, "number.blocked", "conversation", row.id)


def unblock(ctx: Context, conversation_id: uuid.UUID, reason: str) -> ConversationView:
    """Take a block back. What came meanwhile waits for an answer, unless there was a no among it."""
    with ctx.unit() as unit:
        row = reach_conversation(ctx, unit, conversation_id, Permission.CONVERSATION_UNBLOCK, lock=True)
        if row.blocked_at is not None:
            lift_suppressions(ctx, unit, _bars(unit, row.number), reason, None)
            about = {"texts": row.blocked_texts}
            _let_in(ctx, unit, row)
            ctx.audit(unit, "number.unblocked", "conversation", row.id, about, reason=reason)
        unit.session.flush()
        return conversation_views(unit, [row])[0]


def let_in_number(ctx: Context, unit: UnitOfWork, number: str) -> None:
    """Show the conversation with a number again, once nothing bars it any more for having been blocked."""
    query = select(Conversation).where(
        Conversation.organisation_id == unit.organisation_id,
        Conversation.number == number,
        Conversation.blocked_at.is_not(None),
    )
    row = unit.session.scalar(query.with_for_update())
    if row is not None and not _bars(unit, number):
        _let_in(ctx, unit, row)


def _let_in(ctx: Context, unit: UnitOfWork, row: Conversation) -> None:
    if row.blocked_texts and row.state != "review" and not standing_noes(unit, row.number):
        row.state, row.unanswered_since = "open", ctx.now
    row.blocked_at = row.blocked_by = None
    row.blocked_texts = 0


def _bar(ctx: Context, unit: UnitOfWork, place: str) -> None:
    is_address = channel_of(place) == EMAIL
    rows = [
        {
            "organisation_id": unit.organisation_id,
            "id": new_id(),
            "email" if is_address else "number": place,
            "channel": channel,
            "reason": REASON,
            "source": BLOCKED,
            "created_by": ctx.actor.account_id,
            "created_at": ctx.now,
        }
        for channel in (OF_ADDRESSES if is_address else OF_NUMBERS)
    ]
    unit.session.execute(insert(Suppression).values(rows).on_conflict_do_nothing())


def _bars(unit: UnitOfWork, place: str) -> Sequence[Suppression]:
    """What bars a number or address because it was blocked; what was typed in besides stays."""
    query = select(Suppression).where(
        Suppression.organisation_id == unit.organisation_id,
        (Suppression.email if channel_of(place) == EMAIL else Suppression.number) == place,
        Suppression.source == BLOCKED,
        Suppression.lifted_at.is_(None),
    )
    return unit.session.scalars(query.with_for_update()).all()
