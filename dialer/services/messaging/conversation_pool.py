"""Who answers next: whoever has time takes the conversation that has waited longest, and has it alone.

It stays theirs for `messaging.hold_s` seconds from when they last did something with it; then anybody may
take it, and until somebody does they may go on. What a coordinator gives to somebody stays with them.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, func, select

from dialer.domain.access import Permission, require
from dialer.domain.conversing import PASS_FOR, Line
from dialer.domain.errors import Conflict
from dialer.services.context import Context
from dialer.services.messaging.conversation_reach import reach_conversation, visible
from dialer.services.messaging.conversation_views import ConversationView, conversation_views
from dialer.store.models.conversations import Conversation
from dialer.store.queries.conversation_lines import (
    count_up_to,
    free_for,
    locked_next,
    locked_of,
    page_of_line,
    spare,
)
from dialer.store.session import UnitOfWork

SHOWN: Final = 50
"""How many of somebody's own are shown."""
COUNTED: Final = 100
"""As far as those that wait are counted."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for somebody: their own, the one that has waited longest first, and how many others there
    are that they may take, counted as far as 100.
    """

    mine: Sequence[ConversationView]
    others: int


def who_waits(ctx: Context) -> Waiting:
    """What waits for the actor’s answer."""
    require(ctx.actor, Permission.CONVERSATION_ANSWER)
    me = _account(ctx)
    with ctx.unit() as unit:
        mine = _mine(ctx, unit, me)
        others = count_up_to(unit, Line.ANSWER, free_for(me, ctx.actor.campaign_ids, ctx.now), COUNTED)
        return Waiting(conversation_views(unit, mine), others)


def waits_for(ctx: Context) -> tuple[int, int]:
    """How many wait for the actor’s own answer, and how many others that they may take; each up to 100."""
    require(ctx.actor, Permission.CONVERSATION_ANSWER)
    me = _account(ctx)
    with ctx.unit() as unit:
        mine = count_up_to(unit, Line.ANSWER, _is_mine(ctx, me), COUNTED)
        return mine, count_up_to(unit, Line.ANSWER, free_for(me, ctx.actor.campaign_ids, ctx.now), COUNTED)


def take_next(ctx: Context, *, another: bool = False) -> ConversationView | None:
    """Take whoever has waited longest: asked again, the same one until it is answered. With `another` one
    more beside those; `Conflict` where they have as many as one person may
    (`messaging.conversations_at_once`). None where nobody waits.

    Of two who ask at once each gets another one.
    """
    require(ctx.actor, Permission.CONVERSATION_ANSWER)
    me = _account(ctx)
    with ctx.unit(by_keys=True) as unit:
        _in_turn(unit, me)
        mine = _mine(ctx, unit, me)
        row = None if another else _still_mine(unit, me, mine)
        row = row or _take(ctx, unit, me, mine)
        if row is None:
            return None
        keep_hold(ctx, row)
        unit.session.flush()
        return conversation_views(unit, [row])[0]


def look_at(ctx: Context, conversation_id: uuid.UUID) -> None:
    """Keep a conversation that somebody took and looks at now: theirs for as long again."""
    with ctx.unit() as unit:
        row = reach_conversation(ctx, unit, conversation_id, Permission.CONVERSATION_ANSWER, lock=True)
        keep_hold(ctx, row)


def give_back(ctx: Context, conversation_id: uuid.UUID) -> None:
    """Leave a conversation to others. For an hour it isn’t offered to the same person again."""
    with ctx.unit() as unit:
        row = reach_conversation(ctx, unit, conversation_id, Permission.CONVERSATION_ANSWER, lock=True)
        if row.assigned_to != ctx.actor.account_id:
            raise Conflict("It isn’t yours to give back.")
        row.assigned_to = row.held_until = None
        spare(unit, _account(ctx), row, ctx.now, ctx.now + PASS_FOR)
        ctx.audit(unit, "conversation.given_back", "conversation", row.id)


def keep_hold(ctx: Context, row: Conversation) -> None:
    """Have what the actor took stay theirs for as long again."""
    if row.assigned_to == ctx.actor.account_id and row.held_until is not None:
        row.held_until = ctx.now + dt.timedelta(seconds=ctx.messaging.hold_s)


def _take(ctx: Context, unit: UnitOfWork, me: uuid.UUID, mine: Sequence[Conversation]) -> Conversation | None:
    if sum(row.held_until is not None for row in mine) >= ctx.messaging.conversations_at_once:
        most = ctx.messaging.conversations_at_once
        raise Conflict(f"You have {most} who wait. Answer one of them first.", most=most)
    row = locked_next(unit, free_for(me, ctx.actor.campaign_ids, ctx.now))
    if row is not None:
        row.assigned_to, row.held_until = me, ctx.now
        ctx.audit(unit, "conversation.taken", "conversation", row.id)
    return row


def _mine(ctx: Context, unit: UnitOfWork, me: uuid.UUID) -> Sequence[Conversation]:
    """Those that wait for this person's answer. What they hold too long is theirs until somebody takes it."""
    return page_of_line(unit, Line.ANSWER, _is_mine(ctx, me), None, SHOWN)


def _still_mine(unit: UnitOfWork, me: uuid.UUID, mine: Sequence[Conversation]) -> Conversation | None:
    """The first of these that nobody else has taken since they were read, locked."""
    return next((row for row in mine if locked_of(unit, row.id, me) is not None), None)


def _is_mine(ctx: Context, me: uuid.UUID) -> list[ColumnElement[bool]]:
    return [Conversation.assigned_to == me, *visible(ctx.actor)]


def _in_turn(unit: UnitOfWork, me: uuid.UUID) -> None:
    """Of one person’s two windows the second sees what the first took."""
    name = func.hashtextextended(f"answers {unit.organisation_id}{me}", 0)
    unit.session.execute(select(func.pg_advisory_xact_lock(name)))


def _account(ctx: Context) -> uuid.UUID:
    if ctx.actor.account_id is None:
        raise Conflict("Only somebody with an account of their own can answer people.")
    return ctx.actor.account_id
