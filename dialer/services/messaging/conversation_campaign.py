"""Which campaign answers somebody whom none has texted: said by a coordinator who sees all.

What a campaign has texted is that campaign's. Whoever writes without that, a stranger above all, belongs to
none, so that no volunteer is offered it and no organiser sees it, until somebody says whose it is.
"""

from __future__ import annotations

import uuid

from dialer.domain.access import Permission
from dialer.domain.errors import Conflict, Forbidden, ValidationFailed
from dialer.services.context import Context
from dialer.services.messaging.answering import answers_in
from dialer.services.messaging.conversation_reach import reach_conversation
from dialer.services.messaging.conversation_views import ConversationView, conversation_views
from dialer.store.models.accounts import Account
from dialer.store.models.calling import Campaign
from dialer.store.models.conversations import Conversation
from dialer.store.queries.conversations import is_of_a_campaign
from dialer.store.session import UnitOfWork


def give_to_campaign(
    ctx: Context, conversation_id: uuid.UUID, campaign_id: uuid.UUID | None
) -> ConversationView:
    """Have a campaign answer somebody, or none of them. From then on its organisers and volunteers may see
    what was written so far, which is of no campaign, and its answers count for it. Whoever had it keeps it
    where they are in that campaign.

    `Conflict` once a text of theirs belongs to a campaign, or one of ours that went out or waits to: then
    those who were in it go on with it.
    """
    with ctx.unit() as unit:
        row = reach_conversation(ctx, unit, conversation_id, Permission.CONVERSATION_MANAGE, lock=True)
        if ctx.actor.campaign_ids is not None:
            raise Forbidden
        if row.campaign_id != campaign_id:
            _check(unit, row, campaign_id)
            about = {"before": _word(row.campaign_id), "to": _word(campaign_id)}
            row.campaign_id = campaign_id
            if campaign_id is not None and not _keeps(unit, row, campaign_id):
                row.assigned_to = row.held_until = None
            ctx.audit(unit, "conversation.given_to_campaign", "conversation", row.id, about)
        unit.session.flush()
        return conversation_views(unit, [row])[0]


def may_be_given(ctx: Context, conversation_id: uuid.UUID) -> bool:
    """Whether the actor may still say which campaign a conversation is of."""
    if ctx.actor.campaign_ids is not None or not ctx.actor.may(Permission.CONVERSATION_MANAGE):
        return False
    with ctx.unit() as unit:
        row = reach_conversation(ctx, unit, conversation_id, Permission.CONVERSATION_MANAGE)
        return not is_of_a_campaign(unit, row.number)


def _check(unit: UnitOfWork, row: Conversation, campaign_id: uuid.UUID | None) -> None:
    if is_of_a_campaign(unit, row.number):
        raise Conflict("They write with a campaign already, and that goes on with them.")
    if campaign_id is None:
        return
    campaign = unit.session.get(Campaign, (unit.organisation_id, campaign_id))
    if campaign is None or campaign.state == "ended":
        raise ValidationFailed.at("/campaign_id", "There is no campaign with this id that hasn’t ended.")


def _keeps(unit: UnitOfWork, row: Conversation, campaign_id: uuid.UUID) -> bool:
    if row.assigned_to is None:
        return True
    account = unit.session.get_one(Account, (unit.organisation_id, row.assigned_to))
    return answers_in(unit, account, campaign_id)


def _word(campaign_id: uuid.UUID | None) -> str | None:
    return None if campaign_id is None else str(campaign_id)
