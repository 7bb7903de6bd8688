"""Conversations given to somebody, and answered: by the one gate, ahead of every blast, each answer once."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import or_, select

from dialer.domain.access import Permission, Role
from dialer.domain.email_address import channel_of
from dialer.domain.errors import ValidationFailed
from dialer.domain.letter import answering_subject
from dialer.domain.message_gate import Skip, is_asked_for
from dialer.domain.texting import EMAIL
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.messaging.candidates import Candidate, candidate_of, requires_consent
from dialer.services.messaging.conversation_handover import dealt_with
from dialer.services.messaging.conversation_pool import keep_hold
from dialer.services.messaging.conversation_reach import reach_conversation
from dialer.services.messaging.conversation_views import Assignee, ConversationView, conversation_views
from dialer.services.messaging.messages import message_views
from dialer.services.messaging.number_bars import barred
from dialer.services.messaging.outgoing import sender_to
from dialer.services.messaging.seen_texts import unanswered_still
from dialer.services.messaging.views import MessageView, TextPreview
from dialer.services.messaging.written import Ready, preview_of, reads, refuse, write_once
from dialer.store.models.accounts import Account, AccountCampaign
from dialer.store.models.calling import Campaign
from dialer.store.models.conversations import Conversation
from dialer.store.models.messaging import Message
from dialer.store.queries.accounts import campaigns_of_teams, organisers_by_team, teams_in_reach
from dialer.store.queries.conversation_lines import is_spared
from dialer.store.session import UnitOfWork

ANSWERING: Final = frozenset({Role.ADMIN, Role.COORDINATOR})
"""Who answers in every campaign; all others only in theirs."""
ANSWERERS_SHOWN: Final = 300


@dataclass(frozen=True, slots=True)
class NewReply:
    """An answer. `id` is that of its text, where a form that may be sent twice has drawn one; `seen` the
    latest text of theirs that whoever writes it saw (None: not told).
    """

    conversation_id: uuid.UUID
    body: str = field(repr=False)
    id: uuid.UUID | None = None
    seen: uuid.UUID | None = None
    picture_id: uuid.UUID | None = None
    """Of a picture that goes with it where networks take pictures; elsewhere it leads to it."""


def assign_conversation(
    ctx: Context, conversation_id: uuid.UUID, account_id: uuid.UUID | None
) -> ConversationView:
    """Give a conversation to somebody who answers it, or to nobody in particular. Each change is in the audit
    log; of two at once the later stands.
    """
    with ctx.unit() as unit:
        row = reach_conversation(ctx, unit, conversation_id, Permission.CONVERSATION_MANAGE, lock=True)
        if account_id is not None:
            _check_may_answer(unit, row, account_id)
        if row.assigned_to != account_id:
            about = {"before": _word(row.assigned_to), "to": _word(account_id)}
            row.assigned_to, row.held_until = account_id, None
            if account_id is not None:
                dealt_with(row)
            ctx.audit(unit, "conversation.assigned", "conversation", row.id, about)
        unit.session.flush()
        return conversation_views(unit, [row])[0]


def who_may_answer(ctx: Context, conversation_id: uuid.UUID) -> list[Assignee]:
    """Volunteers and organisers to whom a conversation may be given, by name; the first 300."""
    with ctx.unit() as unit:
        row = reach_conversation(ctx, unit, conversation_id, Permission.CONVERSATION_MANAGE)
        query = select(Account.id, Account.name).where(
            Account.organisation_id == unit.organisation_id,
            Account.active,
            Account.role.in_((Role.VOLUNTEER, Role.ORGANISER)),
        )
        if row.campaign_id is not None:
            theirs = select(AccountCampaign.account_id).where(
                AccountCampaign.organisation_id == unit.organisation_id,
                AccountCampaign.campaign_id == row.campaign_id,
                AccountCampaign.approved,
            )
            by_team = organisers_by_team(unit.organisation_id, row.campaign_id)
            query = query.where(or_(Account.id.in_(theirs), Account.id.in_(by_team)))
        found = unit.session.execute(query.order_by(Account.name, Account.id).limit(ANSWERERS_SHOWN))
        return [Assignee(one.id, one.name) for one in found]


@again_after_deadlock
def reply(ctx: Context, wanted: NewReply) -> MessageView:
    """Answer somebody, soon: before any blast, from the sender that they know.

    `Conflict` with the `reason` where the number may get no text: a no holds, or what they wrote may be one
    and nobody has decided yet. `ValidationFailed` where the text can’t be sent as it is. Two who answer at
    once are both heard, one after the other; one with the id of an answer that was written down already is
    that answer.
    """
    with ctx.unit(by_keys=True) as unit:
        row = reach_conversation(ctx, unit, wanted.conversation_id, Permission.CONVERSATION_ANSWER, lock=True)
        ready = _ready(ctx, unit, row, wanted)
        message, is_new = write_once(ctx, unit, ready, purpose="reply", message_id=wanted.id)
        if is_new:
            about = {"message_id": str(message.id)}
            _note_answer(ctx, unit, row, wanted.seen)
            ctx.audit(unit, "conversation.answered", "conversation", row.id, about)
        return message_views(ctx, unit, [message])[0]


def preview_reply(ctx: Context, wanted: NewReply) -> TextPreview:
    """How an answer would read, and what it would take; refused as `reply` refuses."""
    with ctx.unit() as unit:
        row = reach_conversation(ctx, unit, wanted.conversation_id, Permission.CONVERSATION_ANSWER)
        return preview_of(ctx, unit, _ready(ctx, unit, row, wanted, dry=True))


def _note_answer(ctx: Context, unit: UnitOfWork, row: Conversation, seen: uuid.UUID | None) -> None:
    """Nobody waits here any more, but for what came after the text that was `seen`. Whoever took it goes on
    with it; what was handed to the coordinators has been dealt with once one of those who give conversations
    out has answered.
    """
    row.unanswered_since = unanswered_still(unit, row, seen)
    keep_hold(ctx, row)
    if ctx.actor.may(Permission.CONVERSATION_MANAGE):
        dealt_with(row)


def _check_may_answer(unit: UnitOfWork, row: Conversation, account_id: uuid.UUID) -> None:
    account = unit.session.get(Account, (unit.organisation_id, account_id))
    if account is None or not account.active or account.role in {Role.TELLER, Role.OBSERVER}:
        raise ValidationFailed.at("/volunteer_id", "There is nobody with this id who could answer.")
    if is_spared(unit, account_id, row):
        raise ValidationFailed.at("/volunteer_id", "They are never to meet this person again.")
    if row.campaign_id is not None and not answers_in(unit, account, row.campaign_id):
        raise ValidationFailed.at("/volunteer_id", "They aren’t in the campaign that this is about.")


def answers_in(unit: UnitOfWork, account: Account, campaign_id: uuid.UUID) -> bool:
    """Whether somebody answers in a campaign: who is in it, as an organiser also by a team of theirs, and
    whoever answers in all.
    """
    if account.role in ANSWERING:
        return True
    theirs = unit.session.get(AccountCampaign, (unit.organisation_id, account.id, campaign_id))
    if theirs is not None and theirs.approved:
        return True
    if account.role != Role.ORGANISER:
        return False
    teams = teams_in_reach(unit.session, unit.organisation_id, account.id)
    return campaign_id in campaigns_of_teams(unit.session, unit.organisation_id, teams)


def _ready(
    ctx: Context, unit: UnitOfWork, row: Conversation, wanted: NewReply, *, dry: bool = False
) -> Ready:
    campaign, channel = _campaign(unit, row), channel_of(row.number)
    writer = _writer(ctx, unit, row, campaign)
    if (reason := _against(ctx, unit, row, writer, campaign)) is not None:
        raise refuse(reason, row.contact_id, channel)
    sender = row.sender or sender_to(ctx, unit, row.number, row.campaign_id)
    person, is_letter = writer.person if writer is not None else None, channel == EMAIL
    read = reads(
        ctx,
        unit,
        wanted.body,
        person,
        campaign,
        number=row.number,
        sender=sender,
        picture_id=wanted.picture_id,
        dry=dry,
        is_letter=is_letter,
    )
    subject = _subject(unit, row.number) if is_letter else None
    return Ready(row.contact_id, campaign, row.number, sender, read.body, subject, read.picture)


def _subject(unit: UnitOfWork, address: str) -> str:
    """What an answer by letter is about: what the last letter was about, theirs or ours."""
    query = select(Message.subject).where(
        Message.organisation_id == unit.organisation_id,
        Message.number == address,
        Message.subject.is_not(None),
        Message.subject != "",
    )
    last = unit.session.scalar(query.order_by(Message.id.desc()).limit(1))
    return answering_subject(last or "")


def _writer(ctx: Context, unit: UnitOfWork, row: Conversation, campaign: Campaign | None) -> Candidate | None:
    if row.contact_id is None:
        return None
    has_asked = is_asked_for(row.state, row.last_inbound_at, ctx.now)
    channel = channel_of(row.number)
    return candidate_of(ctx, unit, row.contact_id, campaign, row.number, has_asked=has_asked, channel=channel)


def _against(
    ctx: Context, unit: UnitOfWork, row: Conversation, writer: Candidate | None, campaign: Campaign | None
) -> Skip | None:
    """What the gate would say. Where nobody knows who wrote, only the number speaks, and no consent of theirs
    is known either: they are answered while they wait for it.
    """
    if writer is not None:
        return writer.excluded
    if (bar := barred(ctx, unit, [row.number]).get(row.number)) is not None:
        return bar
    has_asked = is_asked_for(row.state, row.last_inbound_at, ctx.now)
    if campaign is not None and requires_consent(campaign, channel_of(row.number)) and not has_asked:
        return Skip.NO_CONSENT
    return Skip.IN_REVIEW if row.state == "review" else None


def _campaign(unit: UnitOfWork, row: Conversation) -> Campaign | None:
    """The campaign that the answer belongs to: none, where that has ended and people still write."""
    if row.campaign_id is None:
        return None
    campaign = unit.session.get_one(Campaign, (unit.organisation_id, row.campaign_id))
    return None if campaign.state == "ended" else campaign


def _word(account_id: uuid.UUID | None) -> str | None:
    return None if account_id is None else str(account_id)
