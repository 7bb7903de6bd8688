"""Who writes: said by one of us where a number is shared, or made a contact where nobody has it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import or_, select

from dialer.domain.access import Permission, require
from dialer.domain.email_address import channel_of
from dialer.domain.errors import Conflict, ValidationFailed
from dialer.domain.text_answers import Doubt
from dialer.domain.texting import EMAIL
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.messaging.conversation_notes import said_to_be
from dialer.services.messaging.conversation_reach import reach_conversation
from dialer.services.messaging.text_answers import drop, new_answer, standing, take
from dialer.services.people.contact_fields import ContactFields
from dialer.services.people.contacts import create_contact
from dialer.services.people.opt_outs import holders
from dialer.store.models.conversations import Conversation
from dialer.store.models.messaging import Message
from dialer.store.queries.text_answers import answers_in
from dialer.store.session import UnitOfWork

_WHOSE = frozenset({Doubt.SHARED, Doubt.NOBODY})


@again_after_deadlock
def say_who(ctx: Context, conversation_id: uuid.UUID, contact_id: uuid.UUID) -> None:
    """Say which of the people who have the number writes. It holds until we text another of them.

    What they wrote since our last text, and what was nobody's, is theirs from now on; so are its answers, and
    those about which nothing was in doubt but whose they are.
    """
    with ctx.unit() as unit:
        row = reach_conversation(ctx, unit, conversation_id, Permission.CONVERSATION_ANSWER, lock=True)
        if contact_id not in holders(unit, [row.number]):
            raise ValidationFailed.at("/contact_id", "They don’t have this number or address.")
        about = {"contact_id": str(contact_id)}
        said_to_be(unit, row, contact_id)
        row.contact_chosen_at = ctx.now
        texts = _texts_in_question(unit, row)
        for text in texts:
            text.contact_id = contact_id
        unit.session.flush()
        _move_answers(ctx, unit, row, {text.id: text for text in texts}, contact_id)
        ctx.audit(unit, "conversation.person_said", "conversation", row.id, about)


def make_contact(ctx: Context, conversation_id: uuid.UUID, fields: ContactFields) -> uuid.UUID:
    """Make a person of a number or address that nobody has, with what is known of them. `Conflict` where
    somebody has it already.
    """
    require(ctx.actor, Permission.CONTACT_MANAGE)
    with ctx.unit() as unit:
        row = reach_conversation(ctx, unit, conversation_id, Permission.CONVERSATION_MANAGE)
        if holders(unit, [row.number]):
            raise Conflict("Somebody has this number or address already. Say that it was them.")
        number = row.number
    place: ContactFields = {"email": number} if channel_of(number) == EMAIL else {"phone": number}
    made = create_contact(ctx, {**fields, **place})
    say_who(ctx, conversation_id, made.id)
    return made.id


def _texts_in_question(unit: UnitOfWork, row: Conversation) -> Sequence[Message]:
    """Texts that came since we last wrote, and those that are nobody's."""
    of_number = (Message.organisation_id == unit.organisation_id, Message.number == row.number)
    ours = select(Message.id).where(*of_number, Message.direction == "outbound")
    last = unit.session.scalar(ours.order_by(Message.id.desc()).limit(1))
    since = Message.id > last if last is not None else Message.id.is_not(None)
    query = select(Message).where(
        *of_number, Message.direction == "inbound", or_(Message.contact_id.is_(None), since)
    )
    return unit.session.scalars(query.order_by(Message.id)).all()


def _move_answers(
    ctx: Context,
    unit: UnitOfWork,
    row: Conversation,
    texts: dict[uuid.UUID, Message],
    contact_id: uuid.UUID,
) -> None:
    for answer in answers_in(unit, row.id):
        if answer.message_id not in texts:
            continue
        if answer.state == "doubtful":
            answer.contact_id = contact_id
            if answer.doubt in _WHOSE:
                take(ctx, unit, answer, contact_id)
        elif answer.contact_id != contact_id:
            drop(ctx, unit, answer)
            theirs = new_answer(ctx, row, texts[answer.message_id], answer.election_id, standing(answer))
            theirs.campaign_id = answer.campaign_id
            take(ctx, unit, theirs, contact_id)
