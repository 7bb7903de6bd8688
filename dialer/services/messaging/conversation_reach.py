"""Which conversations exist for whom."""

from __future__ import annotations

import uuid

from sqlalchemy import ColumnElement, or_, select

from dialer.domain.access import Actor, Permission, Role, require
from dialer.domain.errors import NotFound
from dialer.services.context import Context
from dialer.services.messaging.messages import SECRET
from dialer.store.models.conversations import Conversation
from dialer.store.models.messaging import Message
from dialer.store.session import UnitOfWork


def reach_conversation(
    ctx: Context,
    unit: UnitOfWork,
    conversation_id: uuid.UUID,
    permission: Permission,
    *,
    lock: bool = False,
) -> Conversation:
    """A conversation that the actor may do this with, locked when something is to happen to it: whose it is
    is asked of the row as it is then.
    """
    require(ctx.actor, permission)
    query = select(Conversation).where(
        Conversation.organisation_id == unit.organisation_id,
        Conversation.id == conversation_id,
        *visible(ctx.actor),
    )
    row = unit.session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFound
    return row


def visible(actor: Actor) -> list[ColumnElement[bool]]:
    """Which conversations exist for somebody: all for coordinators, those of their campaigns for organisers;
    for volunteers those that they took or were given, while they are in that campaign and it isn’t blocked.
    """
    if actor.campaign_ids is None:
        return []
    in_theirs = Conversation.campaign_id.in_(actor.campaign_ids)
    if actor.role is Role.ORGANISER:
        return [in_theirs]
    return [
        Conversation.assigned_to == actor.account_id,
        Conversation.blocked_at.is_(None),
        or_(Conversation.campaign_id.is_(None), in_theirs),
    ]


def texts_within(actor: Actor) -> list[ColumnElement[bool]]:
    """Which texts of a conversation exist for somebody who may read it: all for coordinators; for others what
    was texted in their campaigns, or in none.
    """
    if actor.campaign_ids is None:
        return []
    return [
        or_(Message.campaign_id.is_(None), Message.campaign_id.in_(actor.campaign_ids)),
        or_(Message.purpose.is_(None), Message.purpose.not_in(SECRET)),
    ]
