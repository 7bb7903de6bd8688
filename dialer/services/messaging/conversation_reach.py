"""Which conversations exist for whom."""

from __future__ import annotations

import uuid

from sqlalchemy import ColumnElement, or_, select

from dialer.domain.access import Actor, Permission, Role, require
from dialer.domain.errors import NotFound
from dialer.services.context import Context
from dialer.store.models.messaging import Conversation
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
    for volunteers those that were given to them, while they are in that campaign.
    """
    if actor.campaign_ids is None:
        return []
    in_theirs = Conversation.campaign_id.in_(actor.campaign_ids)
    if actor.role is Role.ORGANISER:
        return [in_theirs]
    return [
        Conversation.assigned_to == actor.account_id,
        or_(Conversation.campaign_id.is_(None), in_theirs),
    ]
