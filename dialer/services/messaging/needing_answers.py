"""Since when somebody waits for an answer: kept with the conversation as texts come and go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Boolean, ColumnElement, exists, literal_column, update

from dialer.domain.conversing import wants_answer
from dialer.domain.inbound_rules import OPT_OUT
from dialer.domain.inbound_text import Classified
from dialer.domain.phone import LineType
from dialer.services.context import Context
from dialer.store.models.conversations import Conversation
from dialer.store.models.people import ContactPhone, Suppression
from dialer.store.queries.conversations import standing_noes
from dialer.store.queries.texting_rules import not_mobile
from dialer.store.session import UnitOfWork

REPLY: Final = "reply"
"""The purpose of a text that answers somebody."""
_DEAD_OR_LANDLINE: Final = ContactPhone.dead_at.is_not(None) | (ContactPhone.line_type == LineType.LANDLINE)
_NEVER_TEXTED: Final[ColumnElement[bool]] = literal_column(
    not_mobile("conversation.number", "false"), Boolean
)


def note_inbound(
    ctx: Context, unit: UnitOfWork, conversation: Conversation, said: Classified, *, taken: bool = False
) -> None:
    """Note a text that came into a (locked) conversation, once everything was done that it asks for: who
    wrote waits for an answer from their first text on that nobody has answered.

    Not after a no, since nobody may answer; nor where the text was `taken` for something that needs none. One
    from a blocked number is counted, and shown to nobody.
    """
    if conversation.blocked_at is not None:
        conversation.blocked_texts += 1
        if conversation.state == "open":
            conversation.state = "closed"
    elif said.klass == OPT_OUT:
        conversation.unanswered_since = None
    elif _waits(unit, conversation, said) and not taken:
        conversation.unanswered_since = conversation.unanswered_since or ctx.now


def wait_again(unit: UnitOfWork, numbers: Sequence[str | None], now: dt.datetime) -> None:
    """Note that answers to these numbers never went out, or didn't arrive: who wrote from there still waits
    for one. Not where nobody can answer, which may be why: after a no, or where the gate or the carrier would
    refuse each answer, since the number was taken off them, proved dead or a landline, or never takes texts.
    Who shares a number shares that it is dead or a landline. To be asked once that is written down.
    """
    if not numbers:
        return
    of_it = (Suppression.organisation_id == Conversation.organisation_id) & (
        Suppression.number == Conversation.number
    )
    said_no = exists().where(
        of_it,
        Suppression.channel == "sms",
        Suppression.reason == "opt_out",
        Suppression.lifted_at.is_(None),
    )
    takes_no_texts = exists().where(
        ContactPhone.organisation_id == Conversation.organisation_id,
        ContactPhone.number == Conversation.number,
        (ContactPhone.contact_id == Conversation.contact_id)
        & (ContactPhone.removed_at.is_not(None) | _DEAD_OR_LANDLINE)
        | Conversation.contact_id.is_(None) & _DEAD_OR_LANDLINE,
    )
    unit.session.execute(
        update(Conversation)
        .where(
            Conversation.organisation_id == unit.organisation_id,
            Conversation.number.in_([number for number in numbers if number is not None]),
            Conversation.state == "open",
            Conversation.blocked_at.is_(None),
            Conversation.unanswered_since.is_(None),
            ~said_no,
            ~takes_no_texts,
            ~_NEVER_TEXTED,
        )
        .values(unanswered_since=now)
    )


def note_single(unit: UnitOfWork, number: str) -> None:
    """Note that somebody wrote to a number of their own accord: nobody waits there any more."""
    unit.session.execute(
        update(Conversation)
        .where(
            Conversation.organisation_id == unit.organisation_id,
            Conversation.number == number,
            Conversation.unanswered_since.is_not(None),
        )
        .values(unanswered_since=None)
    )


def _waits(unit: UnitOfWork, conversation: Conversation, said: Classified) -> bool:
    return wants_answer(said.klass, said.rule) and not standing_noes(unit, conversation.number)
