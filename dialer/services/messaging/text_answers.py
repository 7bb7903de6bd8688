"""Answers in texts to us: heard by the campaign's rules, and taken into the tables of pledges and turnout.

Taken by itself is only what is certain: one answer, to a text that named it and asked for it (“VOTED” to any
of ours), from somebody known who has the number alone. The rest is kept in doubt for whoever answers.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, replace

from dialer.domain.answer_words import read_words
from dialer.domain.inbound_rules import OTHER
from dialer.domain.inbound_text import Classified
from dialer.domain.letter_quotes import parted
from dialer.domain.text_answers import Doubt, Facts, hear
from dialer.domain.texting import EMAIL
from dialer.services.calling.queue_sync import sync_queues
from dialer.services.context import Context
from dialer.services.gotv.record import record_support, record_turnout, withdraw_evidence
from dialer.services.people.opt_outs import holders
from dialer.store.models import new_id
from dialer.store.models.calling import Campaign
from dialer.store.models.conversations import Conversation
from dialer.store.models.messaging import Message
from dialer.store.models.people import Contact
from dialer.store.models.text_answers import TextAnswer
from dialer.store.queries.text_answers import asked_before, standing_answers, tags_of_others
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer is called, and what it says."""

    label: str
    facts: Facts


def hear_answers(
    ctx: Context, unit: UnitOfWork, conversation: Conversation, message: Message, said: Classified
) -> bool:
    """Take or keep in doubt what a text answers; whether it is taken, so that nobody needs to read it.

    Called before anything follows from the text, so that the conversation is as it was: where it is in
    review, nothing is taken by itself. A text that asks for anything (a no, help) answers nothing.
    """
    if said.klass != OTHER or said.rule == "help":
        return False
    at = message.sent_at or message.created_at
    question = asked_before(unit, conversation.number, at)
    campaign = _campaign(unit, (question and question.campaign_id) or conversation.campaign_id)
    if campaign is None:
        return False
    taken = read_words(campaign.text_answers)
    for_ = taken.told_apart(question.asked.for_ if question is not None else ())
    asked = replace(question.asked, for_=for_) if question is not None else None
    heard = hear(_own_words(message), taken.rules_asked(for_), asked, at)
    if heard is None:
        return False
    doubt = heard.doubt or _whose(unit, conversation)
    for rule in heard.rules:
        told = Told(rule.label, rule.facts)
        answer = new_answer(ctx, conversation, message, campaign.election_id, told)
        answer.campaign_id = campaign.id
        _keep(ctx, unit, answer, conversation.contact_id, doubt)
    return doubt is None


def _own_words(message: Message) -> str:
    """What they wrote: of a letter without the one that it answers, which names the same words."""
    return parted(message.body).own if message.channel == EMAIL else message.body


def new_answer(
    ctx: Context, conversation: Conversation, message: Message, election_id: uuid.UUID, told: Told
) -> TextAnswer:
    """An answer that isn't written down yet."""
    return TextAnswer(
        organisation_id=conversation.organisation_id,
        id=new_id(),
        message_id=message.id,
        conversation_id=conversation.id,
        campaign_id=conversation.campaign_id,
        election_id=election_id,
        blast_id=message.answers_blast_id,
        label=told.label,
        support=told.facts.support,
        voting_method=told.facts.voting_method,
        voted=told.facts.voted,
        needs_lift=told.facts.needs_lift,
        tags=list(told.facts.tags),
        added_tags=[],
        at=message.sent_at or message.created_at,
        recorded_at=ctx.now,
    )


def take(ctx: Context, unit: UnitOfWork, answer: TextAnswer, contact_id: uuid.UUID) -> None:
    """Have an answer stand as evidence of this person; what the same text was taken for about the same
    question before is dropped.
    """
    for other in standing_answers(unit, answer.message_id):
        is_another = other.id != answer.id and other.state == "taken"
        if is_another and facts_of(other).about_the_same(facts_of(answer)):
            drop(ctx, unit, other)
    answer.state, answer.contact_id = "taken", contact_id
    answer.account_id = ctx.actor.account_id
    answer.pledge_id = record_support(
        unit,
        contact_id=contact_id,
        election_id=answer.election_id,
        support=answer.support,
        voting_method=answer.voting_method,
        needs_lift=answer.needs_lift or None,
        source="text",
        at=answer.at,
        campaign_id=answer.campaign_id,
        account_id=ctx.actor.account_id,
    )
    if answer.voted:
        answer.mark_id = _mark(ctx, unit, answer, contact_id)
    answer.added_tags = _put_tags(unit, contact_id, answer.tags)
    unit.session.add(answer)
    unit.session.flush()
    about = {"conversation_id": str(answer.conversation_id), "answer_id": str(answer.id)}
    ctx.audit(unit, "answer.taken", "contact", contact_id, about)


def drop(ctx: Context, unit: UnitOfWork, answer: TextAnswer) -> None:
    """Take an answer back, as if it had never been; one in doubt is passed over."""
    was_taken = answer.state == "taken"
    answer.state, answer.dropped_at, answer.dropped_by = "dropped", ctx.now, ctx.actor.account_id
    unit.session.flush()
    evidence = [one for one in (answer.pledge_id, answer.mark_id) if one is not None]
    if answer.mark_id is not None and answer.contact_id is not None:
        sync_queues(unit, now=ctx.now, contact_ids=[answer.contact_id])  # the queue before records
    if evidence:
        withdraw_evidence(unit, at=ctx.now, evidence_ids=evidence)
    if answer.contact_id is not None and answer.added_tags:
        kept = tags_of_others(unit, answer.contact_id, answer.id)
        _take_tags(unit, answer.contact_id, set(answer.added_tags) - kept)
    if was_taken and answer.contact_id is not None:
        about = {"conversation_id": str(answer.conversation_id), "answer_id": str(answer.id)}
        ctx.audit(unit, "answer.dropped", "contact", answer.contact_id, about)


def standing(answer: TextAnswer) -> Told:
    """What an answer is called, and what it says."""
    return Told(answer.label, facts_of(answer))


def facts_of(answer: TextAnswer) -> Facts:
    """What an answer says."""
    return Facts(answer.support, answer.voting_method, answer.voted, tuple(answer.tags), answer.needs_lift)


def _keep(
    ctx: Context, unit: UnitOfWork, answer: TextAnswer, contact_id: uuid.UUID | None, doubt: Doubt | None
) -> None:
    if doubt is None and contact_id is not None:
        take(ctx, unit, answer, contact_id)
        return
    answer.state, answer.doubt = "doubtful", doubt
    answer.contact_id = None if doubt is Doubt.SHARED else contact_id
    unit.session.add(answer)
    unit.session.flush()


def _whose(unit: UnitOfWork, conversation: Conversation) -> Doubt | None:
    """What is in doubt about who wrote, or about the conversation as a whole."""
    if conversation.state == "review":
        return Doubt.IN_REVIEW
    having = holders(unit, [conversation.number])
    if not having:
        return Doubt.NOBODY
    is_said = conversation.contact_chosen_at is not None and conversation.contact_id in having
    return None if is_said or (len(having) == 1 and conversation.contact_id in having) else Doubt.SHARED


def _campaign(unit: UnitOfWork, campaign_id: uuid.UUID | None) -> Campaign | None:
    if campaign_id is None:
        return None
    return unit.session.get(Campaign, (unit.organisation_id, campaign_id))


def _mark(ctx: Context, unit: UnitOfWork, answer: TextAnswer, contact_id: uuid.UUID) -> uuid.UUID:
    return record_turnout(
        unit,
        contact_id=contact_id,
        election_id=answer.election_id,
        source="sms",
        at=answer.at,
        account_id=ctx.actor.account_id,
    )


def _put_tags(unit: UnitOfWork, contact_id: uuid.UUID, tags: list[str]) -> list[str]:
    """Those of the tags that the person didn't have."""
    if not tags:
        return []
    contact = _locked(unit, contact_id)
    added = [tag for tag in tags if tag not in contact.tags]
    contact.tags = [*contact.tags, *added]
    return added


def _take_tags(unit: UnitOfWork, contact_id: uuid.UUID, tags: Collection[str]) -> None:
    contact = _locked(unit, contact_id)
    contact.tags = [tag for tag in contact.tags if tag not in tags]
    unit.session.flush()


def _locked(unit: UnitOfWork, contact_id: uuid.UUID) -> Contact:
    key = (unit.organisation_id, contact_id)
    return unit.session.get_one(Contact, key, with_for_update={"key_share": True}, populate_existing=True)
