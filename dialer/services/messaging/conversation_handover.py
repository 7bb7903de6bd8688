"""Handing a conversation to a coordinator: with a reason, or because somebody was frightened."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from dialer.domain.access import Permission, require
from dialer.domain.conversing import FRIGHTENED, HANDOVER_REASONS, Line
from dialer.domain.errors import NotFound, ValidationFailed
from dialer.services.calling.reach import reach_campaign
from dialer.services.context import Context
from dialer.services.messaging.conversation_notes import keep_note
from dialer.services.messaging.conversation_reach import reach_conversation
from dialer.store.models.accounts import AuditEntry
from dialer.store.models.conversations import Conversation
from dialer.store.queries.conversation_lines import count_up_to, is_spared, spare
from dialer.store.session import UnitOfWork

COUNTED: Final = 100
"""As far as those that wait are counted."""
LATELY: Final = dt.timedelta(days=1)
"""For so long whoever had a conversation may say that it frightened them."""


def hand_over(ctx: Context, conversation_id: uuid.UUID, reason: str, note: str | None = None) -> None:
    """Leave a conversation to the coordinators, who see it before all others, with a note where one is given.
    It isn’t anybody’s meanwhile. Handed over again, what was said first stands.

    Because it was frightening: whoever says so never meets this person again, whichever number they write
    from; also where their time with it was over and it is with another by now. Said again, nothing changes.
    """
    if reason not in HANDOVER_REASONS:
        raise ValidationFailed.at("/reason", f"Give one of {', '.join(HANDOVER_REASONS)}.")
    if reason == FRIGHTENED and _is_over(ctx, conversation_id):
        return
    with ctx.unit() as unit:
        row = _reach(ctx, unit, conversation_id, reason)
        if note and note.strip():
            keep_note(ctx, unit, row, note)
        _hand_over(ctx, unit, row, reason)


@dataclass(frozen=True, slots=True)
class Handed:
    """How many conversations wait for a coordinator, each counted up to 100."""

    frightened: int
    others: int


def handed_over(ctx: Context, campaign_id: uuid.UUID) -> Handed:
    """What waits for a coordinator in a campaign."""
    with ctx.unit() as unit:
        reach_campaign(ctx, unit, campaign_id, Permission.CONVERSATION_MANAGE)
        of_it = Conversation.campaign_id == campaign_id
        frightening = Conversation.handed_over_for == FRIGHTENED
        counts = [
            count_up_to(unit, Line.COORDINATOR, [of_it, which], COUNTED)
            for which in (frightening, ~frightening)
        ]
        return Handed(*counts)


def dealt_with(row: Conversation) -> None:
    """A coordinator has gone on with it."""
    row.handed_over_at = row.handed_over_by = row.handed_over_for = None


def _reach(ctx: Context, unit: UnitOfWork, conversation_id: uuid.UUID, reason: str) -> Conversation:
    try:
        return reach_conversation(ctx, unit, conversation_id, Permission.CONVERSATION_ANSWER, lock=True)
    except NotFound:
        if reason != FRIGHTENED or not _had_it_lately(ctx, unit, conversation_id):
            raise
        key = (unit.organisation_id, conversation_id)
        return unit.session.get_one(Conversation, key, with_for_update=True)


def _had_it_lately(ctx: Context, unit: UnitOfWork, conversation_id: uuid.UUID) -> bool:
    """Whether the actor took a conversation, or was given it, within a day: its page may still be open."""
    me = ctx.actor.account_id
    taken = (AuditEntry.action == "conversation.taken") & (AuditEntry.actor_id == me)
    given = (AuditEntry.action == "conversation.assigned") & (AuditEntry.changes["to"].astext == str(me))
    found = select(AuditEntry.id).where(
        AuditEntry.organisation_id == unit.organisation_id,
        AuditEntry.object_kind == "conversation",
        AuditEntry.object_id == str(conversation_id),
        AuditEntry.at > ctx.now - LATELY,
        taken | given,
    )
    return me is not None and unit.session.scalar(found.limit(1)) is not None


def _hand_over(ctx: Context, unit: UnitOfWork, row: Conversation, reason: str) -> None:
    if reason == FRIGHTENED and ctx.actor.account_id is not None:
        spare(unit, ctx.actor.account_id, row, ctx.now, None)
    row.assigned_to = row.held_until = None
    if row.handed_over_at is None or reason == FRIGHTENED:
        row.handed_over_at = row.handed_over_at or ctx.now
        row.handed_over_by, row.handed_over_for = ctx.actor.account_id, reason
        ctx.audit(unit, "conversation.handed_over", "conversation", row.id, {"for": reason})


def _is_over(ctx: Context, conversation_id: uuid.UUID) -> bool:
    """Whether somebody has said before that this person frightened them: pressed twice, it was heard once."""
    require(ctx.actor, Permission.CONVERSATION_ANSWER)
    if ctx.actor.account_id is None:
        return False
    with ctx.unit() as unit:
        row = unit.session.get(Conversation, (unit.organisation_id, conversation_id))
        if row is None:
            raise NotFound
        return row.assigned_to != ctx.actor.account_id and is_spared(unit, ctx.actor.account_id, row)
