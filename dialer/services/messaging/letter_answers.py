"""Somebody writes to us by email: into the inbox, in the conversation with the address that we wrote to.

Whose words they are nobody can prove by the letter alone. One that names a letter of ours is taken as the
answer of whoever had that, wherever it was written from; any other as whoever it says wrote it. What is in
doubt is shown, and never counts as anybody's no or yes by itself: a person decides.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from dialer.domain.conversing import AUTOMATIC
from dialer.domain.inbound_rules import OPT_IN, OPT_OUT, OTHER, REVIEW
from dialer.domain.inbound_text import Classified, classify
from dialer.domain.incoming_letter import Doubt, Incoming, doubt_about, subject_alone
from dialer.domain.letter_noes import Ours, class_of_letter
from dialer.domain.texting import EMAIL
from dialer.services.context import Context
from dialer.services.messaging.dead_addresses import revive_address
from dialer.services.messaging.inbound import Attachment, InboundText, take_in
from dialer.services.messaging.letter_parts import IN_LETTER
from dialer.services.messaging.no_to_texts import was_out_by_text
from dialer.store.models.letters import IncomingLetter
from dialer.store.models.messaging import Message, Sender
from dialer.store.queries.conversations import last_letters_to, last_text_to, locked_conversation
from dialer.store.session import UnitOfWork

UNPROVEN: Final = "unproven"
OF_OURS: Final = 10
"""So many of our last letters are looked for in an answer: nobody says what is copied from them."""


def take_answer(
    ctx: Context, unit: UnitOfWork, row: IncomingLetter, letter: Incoming, about: Message | None
) -> Message | None:
    """Take a letter into the inbox; None for one that nobody could be answered at.

    `about` is the letter of ours that it names.
    """
    written_to = about.number if about is not None else None
    place = written_to or letter.sender
    if not place:
        return None
    conversation = locked_conversation(unit, place, ctx.now)
    doubt = doubt_about(letter, written_to)
    row.doubt = doubt
    before = about or last_text_to(unit, place)
    certain = doubt in {None, Doubt.OTHER_REPLY_TO}
    if certain:
        revive_address(unit, place, row.received_at, ctx.now)
    said = _read(unit, letter, place, before, row, certain=certain)
    return take_in(
        ctx,
        unit,
        conversation,
        _as_text(unit, row, letter, place=place, ours=_ours(ctx, unit, letter, before)),
        said,
        before=before,
        certain=certain and not letter.automatic,
    )


def _read(
    unit: UnitOfWork,
    letter: Incoming,
    place: str,
    before: Message | None,
    row: IncomingLetter,
    *,
    certain: bool,
) -> Classified:
    """What it asks of us: a machine's answer nothing; one in doubt no more than that somebody looks."""
    if letter.automatic:
        return Classified(OTHER, AUTOMATIC)
    ours = before.body if before is not None else None
    out = was_out_by_text(unit, place, row.received_at)
    older = last_letters_to(unit, place, OF_OURS)
    answered = [(before.subject, before.body)] if before is not None else []
    may_quote = dict.fromkeys(Ours(body, subject or "") for subject, body in [*answered, *older])
    said = class_of_letter(letter.body, list(may_quote), opted_out=out)
    if said.rule in {"no_words", "quoted", "our_words_back"} and (subject := subject_alone(letter.subject)):
        said = classify(subject, our_last_text=ours, opted_out_by_text=out)
    if said.rule == "no_words" and letter.attachments:
        said = Classified(OTHER, "attachment")
    if not certain and said.klass == OPT_OUT:
        return Classified(REVIEW, UNPROVEN)
    if not certain and said.klass == OPT_IN:
        return Classified(OTHER, said.rule)
    return said


def _as_text(
    unit: UnitOfWork, row: IncomingLetter, letter: Incoming, *, place: str, ours: str
) -> InboundText:
    return InboundText(
        sid=_free_name(unit, letter.message_id),
        number=place,
        sender=ours,
        body=letter.body,
        received_at=row.received_at,
        attachments=tuple(
            Attachment(f"{IN_LETTER}{row.id}:{part.nth}", part.content_type) for part in letter.attachments
        ),
        subject=letter.subject or None,
    )


def _ours(ctx: Context, unit: UnitOfWork, letter: Incoming, before: Message | None) -> str:
    """Which address of ours they wrote to, and are answered from: never one that only the letter names."""
    if before is not None and before.sender:
        return before.sender
    known = select(Sender.address).where(
        Sender.organisation_id == unit.organisation_id,
        Sender.kind == EMAIL,
        Sender.address.in_(letter.to),
    )
    return unit.session.scalar(known.limit(1)) or ctx.messaging.mail.sender


def _free_name(unit: UnitOfWork, message_id: str) -> str | None:
    """Its Message-ID, unless another letter has that: whoever sends one chooses it."""
    taken = select(Message.id).where(
        Message.organisation_id == unit.organisation_id, Message.carrier_sid == message_id
    )
    return message_id if message_id and unit.session.scalar(taken) is None else None
