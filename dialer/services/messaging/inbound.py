"""Texts to us: decided and committed in the request that brings them, before it is answered (contract §7).

The carrier delivers each but once, so what is asked for again later (its list of texts) comes in here too;
one with a SID that was seen before changes nothing.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import asdict, dataclass, field
from typing import Final

from sqlalchemy import select

from dialer.domain.access import Permission, require
from dialer.domain.email_address import channel_of
from dialer.domain.inbound_rules import OPT_IN, OPT_OUT, OTHER, REVIEW
from dialer.domain.inbound_text import Classified, classify
from dialer.domain.message import LETTER_ENCODING
from dialer.domain.opt_out import SAID_BY_TEXT
from dialer.domain.segments import measure
from dialer.domain.texting import EMAIL
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.messaging.attachments import note_attachments
from dialer.services.messaging.automatic_answers import answer_help, confirm_stop
from dialer.services.messaging.consequences import revive
from dialer.services.messaging.conversation_notes import now_about
from dialer.services.messaging.needing_answers import note_inbound
from dialer.services.messaging.no_to_texts import (
    bar_from_texts,
    let_back_in,
    release_waiting,
    was_out_by_text,
)
from dialer.services.messaging.replies import count_reply
from dialer.services.messaging.sender_figures import count_inbound
from dialer.services.messaging.service_settings import answers_itself
from dialer.services.messaging.text_answers import hear_answers
from dialer.services.people.opt_outs import holders
from dialer.store.models import new_id
from dialer.store.models.conversations import Conversation
from dialer.store.models.messaging import Message, Sender
from dialer.store.queries.conversations import blast_before, last_text_to, locked_conversation, owner_of
from dialer.store.session import UnitOfWork

_BY_CARRIER: Final = {"STOP": OPT_OUT, "START": OPT_IN, "HELP": OTHER}
"""The carrier's own reading of a text (`OptOutType`)."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something that came with a text: its name at the carrier (empty: not told), and of what kind it is."""

    sid: str
    content_type: str


@dataclass(frozen=True, slots=True)
class InboundText:
    """One text as the carrier has it: `number` wrote `body` to `sender`, which is ours.

    `opt_out_type` is `STOP`, `START` or `HELP` where the carrier has read it as that and acted upon it. A
    letter is one as well: its `number` is an address, its `sid` may be missing, and it has a `subject`.
    `service` is the Messaging Service that it came through, where the carrier names one.
    """

    sid: str | None
    number: str = field(repr=False)
    sender: str = field(repr=False)
    body: str = field(repr=False)
    received_at: dt.datetime
    opt_out_type: str | None = None
    attachments: tuple[Attachment, ...] = ()
    subject: str | None = None
    service: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of it; `new` is false when it had come before."""

    message_id: uuid.UUID
    klass: str
    rule: str
    new: bool = True


@again_after_deadlock
def receive(ctx: Context, text: InboundText) -> Received:
    """Take a text in, once: keep it, say which class it is, and do at once what that asks for.

    An opt-out holds when this returns. What may be one puts the conversation up for review, and nothing
    automatic is sent to the number until a person has decided. START lifts what was said by text. A number
    that was marked dead before lives. What it answers is taken where that is certain (`text_answers`).
    """
    require(ctx.actor, Permission.CARRIER_TELL)
    with ctx.unit() as unit:
        conversation = locked_conversation(unit, text.number, ctx.now)
        if (known := _seen(unit, text.sid)) is not None:
            return known
        before = last_text_to(unit, text.number)
        said = _classified(unit, text, before)
        revive(unit, text.number, text.received_at, ctx.now)
        message = take_in(ctx, unit, conversation, text, said, before=before)
        if text.opt_out_type in _BY_CARRIER:
            answers_itself(unit, text.service, ctx.now)
        return Received(message.id, said.klass, said.rule)


def take_in(
    ctx: Context,
    unit: UnitOfWork,
    conversation: Conversation,
    text: InboundText,
    said: Classified,
    *,
    before: Message | None,
    certain: bool = True,
) -> Message:
    """Keep a text or letter in its (locked) conversation and do at once what it asks for. `before` is what
    they last had from us. Where it isn't `certain` who wrote it, nothing in it is taken for an answer.
    """
    _continue(ctx, unit, conversation, text, before)
    message = _keep(ctx, unit, conversation, text, said)
    taken = certain and hear_answers(ctx, unit, conversation, message, said)
    _act(ctx, unit, conversation, said, text)
    note_inbound(ctx, unit, conversation, said, taken=taken)
    return message


def _seen(unit: UnitOfWork, sid: str | None) -> Received | None:
    row = unit.session.scalars(
        select(Message).where(Message.organisation_id == unit.organisation_id, Message.carrier_sid == sid)
    ).one_or_none()
    if row is None:
        return None
    return Received(row.id, row.inbound_class or OTHER, row.inbound_rule or "", new=False)


def _classified(unit: UnitOfWork, text: InboundText, before: Message | None) -> Classified:
    """Our own reading, and the carrier's where it heard a no, or a yes after a no."""
    out = was_out_by_text(unit, text.number, text.received_at)
    ours = classify(
        text.body, our_last_text=before.body if before is not None else None, opted_out_by_text=out
    )
    if text.attachments and ours.rule == "no_words":
        ours = Classified(OTHER, "attachment")
    theirs = _BY_CARRIER.get(text.opt_out_type or "")
    if theirs == OPT_OUT and ours.klass != OPT_OUT:
        return Classified(OPT_OUT, "carrier_stop")
    if theirs == OPT_IN and ours.klass == OTHER and out:
        return Classified(OPT_IN, "carrier_start")
    if text.opt_out_type == "HELP" and ours.klass == OTHER:
        return Classified(OTHER, "help")
    return ours


def _continue(
    ctx: Context, unit: UnitOfWork, conversation: Conversation, text: InboundText, before: Message | None
) -> None:
    """Bring the conversation up to now: who it is, what they last had from us, and which sender they know."""
    if not _is_still_who_was_said(unit, conversation, before):
        written_to = before.contact_id if before is not None else None
        now_about(conversation, owner_of(unit, text.number, written_to))
        conversation.contact_chosen_at = None
    if before is not None and before.campaign_id is not None:
        conversation.campaign_id = before.campaign_id
    if conversation.sender is None or _is_sender(unit, text.sender):
        conversation.sender = text.sender
    conversation.last_inbound_at = ctx.now


def _is_still_who_was_said(unit: UnitOfWork, conversation: Conversation, before: Message | None) -> bool:
    """Whether it is the person whom one of us said it was: until they lose the number, or we text somebody
    else who has it.
    """
    said_at = conversation.contact_chosen_at
    if said_at is None or conversation.contact_id not in holders(unit, [conversation.number]):
        return False
    is_to_another = before is not None and before.contact_id not in {None, conversation.contact_id}
    return not (is_to_another and before is not None and before.created_at > said_at)


def _is_sender(unit: UnitOfWork, address: str) -> bool:
    query = select(Sender.id).where(Sender.organisation_id == unit.organisation_id, Sender.address == address)
    return unit.session.scalar(query) is not None


def _keep(
    ctx: Context, unit: UnitOfWork, conversation: Conversation, text: InboundText, said: Classified
) -> Message:
    channel = channel_of(text.number)
    encoding, segments = (LETTER_ENCODING, 0) if channel == EMAIL else _measured(text.body)
    blast_id = blast_before(unit, text.number, text.received_at)
    if blast_id is not None:
        count_reply(unit, blast_id, said.klass)
    count_inbound(unit, text.sender, ctx.now, said.klass)
    message = Message(
        organisation_id=unit.organisation_id,
        id=new_id(),
        direction="inbound",
        channel=channel,
        subject=text.subject,
        number=text.number,
        sender=text.sender,
        body=text.body,
        contact_id=conversation.contact_id,
        campaign_id=conversation.campaign_id,
        encoding=encoding,
        segments=segments,
        state="received",
        carrier_sid=text.sid,
        inbound_class=said.klass,
        inbound_rule=said.rule,
        answers_blast_id=blast_id,
        attachments=[asdict(one) for one in text.attachments] or None,
        created_at=ctx.now,
        sent_at=text.received_at,
    )
    unit.session.add(message)
    unit.session.flush()
    note_attachments(ctx, unit, message)
    return message


def _measured(body: str) -> tuple[str, int]:
    found = measure(body)
    return found.encoding, found.segments


def _act(
    ctx: Context, unit: UnitOfWork, conversation: Conversation, said: Classified, text: InboundText
) -> None:
    """Do what a text asks for. One under review stays so until a person decides, whatever comes but a no, and
    nothing automatic answers meanwhile (contract §7). What the carrier says it took for a keyword
    (`OptOutType`) it has answered itself, and gets no second answer.
    """
    is_answered = bool(text.opt_out_type)
    if said.klass == OPT_OUT:
        new = bar_from_texts(ctx, unit, conversation.number, conversation.contact_id, SAID_BY_TEXT)
        if conversation.state == "review":
            release_waiting(ctx, unit, conversation.number)
        conversation.state = "closed"
        if new and not is_answered and conversation.blocked_at is None:
            confirm_stop(ctx, unit, conversation)
        return
    if said.klass == OPT_IN:
        let_back_in(ctx, unit, conversation.number, text.received_at, reason="They texted to be back in")
    if said.rule == "help" and conversation.state != "review" and not is_answered:
        answer_help(ctx, unit, conversation)
    if said.klass == REVIEW:
        conversation.state = "review"
    elif conversation.state != "review":
        conversation.state = "open"
