"""What somebody here says that a person's texts told: answers recorded, taken from doubt, and dropped."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from dialer.domain.access import Permission
from dialer.domain.answer_words import AnswerWords, read_words
from dialer.domain.errors import Conflict, InvalidTransition, NotFound, ValidationFailed
from dialer.domain.text_answers import NOTHING, USUAL, Facts
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.gotv.elections import current_election
from dialer.services.messaging.conversation_reach import reach_conversation
from dialer.services.messaging.text_answers import Told, drop, facts_of, new_answer, take
from dialer.services.people.opt_outs import holders
from dialer.store.models.accounts import Account
from dialer.store.models.calling import Campaign
from dialer.store.models.conversations import Conversation
from dialer.store.models.messaging import Message
from dialer.store.models.people import Contact
from dialer.store.models.text_answers import TextAnswer
from dialer.store.queries.conversations import last_inbound
from dialer.store.queries.text_answers import answers_in, standing_answers
from dialer.store.session import UnitOfWork

NOBODYS = "Nobody is known to have this number or address. Say first who wrote."
SEVERAL = "Several people have this number or address. Say which of them it was."
NOT_THEIRS = "They don’t have this number or address."


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer of a conversation, with the person it is of and who recorded it by hand."""

    id: uuid.UUID
    message_id: uuid.UUID
    contact_id: uuid.UUID | None
    contact_name: str = field(repr=False)
    campaign_id: uuid.UUID | None
    blast_id: uuid.UUID | None
    label: str
    facts: Facts
    state: str
    doubt: str | None
    by: uuid.UUID | None
    by_name: str = field(repr=False)
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who has the number."""

    id: uuid.UUID
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ToldView:
    """What a conversation told: its answers, who may have given them, and what its campaign takes."""

    answers: tuple[AnswerView, ...]
    people: tuple[Holder, ...]
    contact_id: uuid.UUID | None
    is_said: bool
    """Whether one of us said that it is this person, or nobody else has the number."""
    words: AnswerWords


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """An answer that somebody read out of a text: one of the campaign's by its `label`, else the facts.

    `contact_id` says whose it is, where the conversation doesn't; `message_id` in which text, else the last.
    """

    label: str = ""
    facts: Facts = NOTHING
    contact_id: uuid.UUID | None = None
    message_id: uuid.UUID | None = None


def conversation_answers(ctx: Context, conversation_id: uuid.UUID) -> ToldView:
    """The answers of a conversation that stand or are in doubt, and the people who have its number."""
    with ctx.unit() as unit:
        row = reach_conversation(ctx, unit, conversation_id, Permission.CONVERSATION_READ)
        answers = answer_views(unit, answers_in(unit, row.id))
        campaign = _campaign(unit, row)
        words = read_words(campaign.text_answers) if campaign is not None else AnswerWords()
        people = tuple(Holder(one.id, _name(one)) for one in _people(unit, holders(unit, [row.number])))
        is_said = len(people) == 1 or row.contact_chosen_at is not None
        return ToldView(tuple(answers), people, row.contact_id, is_said, words)


@again_after_deadlock
def record_answer(ctx: Context, conversation_id: uuid.UUID, wanted: NewAnswer) -> AnswerView:
    """Write down what somebody's text told, as evidence of when they wrote it. Recorded again it is the same
    answer; another one about the same question, out of the same text, takes its place.
    """
    with ctx.unit() as unit:
        row = reach_conversation(ctx, unit, conversation_id, Permission.CONVERSATION_ANSWER, lock=True)
        message = _text(unit, row, wanted.message_id)
        campaign = _campaign(unit, row)
        told = _meant(campaign, wanted)
        contact_id = _whose(unit, row, wanted.contact_id)
        for known in standing_answers(unit, message.id):
            if known.state == "taken" and (known.contact_id, facts_of(known)) == (contact_id, told.facts):
                return answer_views(unit, [known])[0]
        election_id = campaign.election_id if campaign is not None else current_election(unit).id
        answer = new_answer(ctx, row, message, election_id, told)
        take(ctx, unit, answer, contact_id)
        _pass_over(ctx, unit, message.id)
        return answer_views(unit, [answer])[0]


@again_after_deadlock
def take_answer(
    ctx: Context, conversation_id: uuid.UUID, answer_id: uuid.UUID, contact_id: uuid.UUID | None = None
) -> AnswerView:
    """Say that an answer in doubt is one; what else its text might have meant is passed over."""
    with ctx.unit() as unit:
        row = reach_conversation(ctx, unit, conversation_id, Permission.CONVERSATION_ANSWER, lock=True)
        answer = _answer(unit, row, answer_id)
        if answer.state == "dropped":
            raise InvalidTransition("This answer was taken back, or passed over.", state=answer.state)
        if answer.state == "doubtful":
            take(ctx, unit, answer, _whose(unit, row, contact_id or answer.contact_id))
            _pass_over(ctx, unit, answer.message_id)
        return answer_views(unit, [answer])[0]


@again_after_deadlock
def drop_answer(ctx: Context, conversation_id: uuid.UUID, answer_id: uuid.UUID) -> AnswerView:
    """Say that an answer is none: what it told is as if it had never been. Again: changes nothing."""
    with ctx.unit() as unit:
        row = reach_conversation(ctx, unit, conversation_id, Permission.CONVERSATION_ANSWER, lock=True)
        answer = _answer(unit, row, answer_id)
        if answer.state != "dropped":
            drop(ctx, unit, answer)
        return answer_views(unit, [answer])[0]


def answer_views(unit: UnitOfWork, answers: Sequence[TextAnswer]) -> list[AnswerView]:
    """Answers as they are shown."""
    people = _people(unit, [one.contact_id for one in answers if one.contact_id is not None])
    names = {one.id: _name(one) for one in people}
    callers = _callers(unit, [one.account_id for one in answers if one.account_id is not None])
    return [
        AnswerView(
            id=one.id,
            message_id=one.message_id,
            contact_id=one.contact_id,
            contact_name=names.get(one.contact_id, "") if one.contact_id else "",
            campaign_id=one.campaign_id,
            blast_id=one.blast_id,
            label=one.label,
            facts=facts_of(one),
            state=one.state,
            doubt=one.doubt if one.state == "doubtful" else None,
            by=one.account_id,
            by_name=callers.get(one.account_id, "") if one.account_id else "",
            at=one.at,
        )
        for one in answers
    ]


def _pass_over(ctx: Context, unit: UnitOfWork, message_id: uuid.UUID) -> None:
    """Somebody has read the text: what was in doubt about it isn't any more."""
    for other in standing_answers(unit, message_id):
        if other.state == "doubtful":
            drop(ctx, unit, other)


def _meant(campaign: Campaign | None, wanted: NewAnswer) -> Told:
    rules = read_words(campaign.text_answers).rules if campaign is not None else USUAL
    if wanted.label:
        found = next((rule for rule in (*rules, *USUAL) if rule.label == wanted.label), None)
        if found is None:
            raise ValidationFailed.at("/label", "The campaign has no answer of this name.")
        return Told(found.label, found.facts)
    if wanted.facts.says_nothing:
        raise ValidationFailed.at("", "Say what they told: support, voting, or that they voted.")
    same = next((rule for rule in (*rules, *USUAL) if rule.facts == wanted.facts), None)
    return Told(same.label if same is not None else "", wanted.facts)


def _whose(unit: UnitOfWork, row: Conversation, contact_id: uuid.UUID | None) -> uuid.UUID:
    """Whose answer it is: the person named, else the one the conversation is with; they have the number."""
    having = holders(unit, [row.number])
    if contact_id is not None:
        if contact_id not in having:
            raise ValidationFailed.at("/contact_id", NOT_THEIRS)
        return contact_id
    known = row.contact_id
    if known is not None and known in having and (len(having) == 1 or row.contact_chosen_at is not None):
        return known
    raise Conflict(SEVERAL if having else NOBODYS)


def _text(unit: UnitOfWork, row: Conversation, message_id: uuid.UUID | None) -> Message:
    """A text that came in this conversation, else the last one."""
    if message_id is None:
        found = last_inbound(unit, row.number)
    else:
        found = unit.session.get(Message, (unit.organisation_id, message_id))
    if found is None or (found.number, found.direction) != (row.number, "inbound"):
        raise ValidationFailed.at("/message_id", "They wrote no text with this id.")
    return found


def _answer(unit: UnitOfWork, row: Conversation, answer_id: uuid.UUID) -> TextAnswer:
    answer = unit.session.get(TextAnswer, (unit.organisation_id, answer_id))
    if answer is None or answer.conversation_id != row.id:
        raise NotFound
    return answer


def _campaign(unit: UnitOfWork, row: Conversation) -> Campaign | None:
    if row.campaign_id is None:
        return None
    return unit.session.get(Campaign, (unit.organisation_id, row.campaign_id))


def _people(unit: UnitOfWork, ids: Sequence[uuid.UUID]) -> Sequence[Contact]:
    if not ids:
        return ()
    query = select(Contact).where(Contact.organisation_id == unit.organisation_id, Contact.id.in_(ids))
    return unit.session.scalars(query.order_by(Contact.first_name, Contact.id).limit(100)).all()


def _name(one: Contact) -> str:
    return " ".join(part for part in (one.first_name, one.last_name) if part)


def _callers(unit: UnitOfWork, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    if not ids:
        return {}
    query = select(Account.id, Account.name).where(
        Account.organisation_id == unit.organisation_id, Account.id.in_(ids)
    )
    return {row.id: row.name for row in unit.session.execute(query)}
