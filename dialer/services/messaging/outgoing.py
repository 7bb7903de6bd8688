"""The one way on which a text leaves: it becomes a row, and the job that sends finds it.

No door and no deed talks to the carrier itself (design §2, law 2): a code, an answer, a reply and a blast's
messages all wait as `queued` rows for `sending`.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

from sqlalchemy import func, select

from dialer.domain.email_address import channel_of
from dialer.domain.errors import Conflict
from dialer.domain.message import LETTER_ENCODING
from dialer.domain.message_gate import Skip
from dialer.domain.segments import measure
from dialer.domain.texting import CHANNELS, EMAIL, SMS
from dialer.services.context import Context
from dialer.services.messaging.figures import Move, count_moves
from dialer.store.models import new_id
from dialer.store.models.calling import Campaign
from dialer.store.models.conversations import Conversation
from dialer.store.models.messaging import Message, Sender
from dialer.store.queries.own_numbers import given_back
from dialer.store.session import UnitOfWork

URGENT: Final = 10
"""The place in the line of what a person waits for: codes, answers, confirmations."""
USUAL: Final = 100

_JOBS: Final = {SMS: "workers.jobs.send_messages", EMAIL: "workers.jobs.send_letters"}
_URGENT_PURPOSES: Final = frozenset({"code", "sign_in", "help", "stop_confirmation", "reply"})


def queue_text(
    unit: UnitOfWork,
    ctx: Context,
    *,
    number: str,
    body: str,
    purpose: str,
    contact_id: uuid.UUID | None = None,
    campaign_id: uuid.UUID | None = None,
    blast_id: uuid.UUID | None = None,
    sender: str | None = None,
    priority: int | None = None,
    skip: Skip | None = None,
    message_id: uuid.UUID | None = None,
    not_before: dt.datetime | None = None,
    not_after: dt.datetime | None = None,
    picture: str | None = None,
    subject: str | None = None,
) -> Message:
    """Have one text sent to an E.164 number soon, or a letter with a `subject` to an address: a row of this
    transaction, and a job once it is committed.

    Codes, sign-in links, help and the confirmation of an opt-out pass the gates about the number alone
    (suppression, but for the confirmation; country; kind of line); whatever else belongs to a campaign
    passes all of them. `sender` is the one that the person knows, else the campaign's first, else the
    organisation's first. `Conflict` when there is none. With `skip` it is written down as left out for that
    reason, and never sent. With `not_before` it waits until then; what would arrive
    after `not_after` is skipped. `picture` is the code of one that goes with
    it, which its sender must be able to send there.
    """
    channel = channel_of(number)
    encoding, segments = _measured(body, channel)
    message = Message(
        organisation_id=unit.organisation_id,
        id=message_id or new_id(),
        direction="outbound",
        purpose=purpose,
        blast_id=blast_id,
        campaign_id=campaign_id,
        contact_id=contact_id,
        number=number,
        sender=sender or sender_to(ctx, unit, number, campaign_id),
        body=body,
        encoding=encoding,
        segments=segments if picture is None else 1,
        channel=channel,
        subject=subject if channel == EMAIL else None,
        priority=priority if priority is not None else _priority(purpose),
        state="skipped" if skip else "queued",
        skip_reason=skip,
        not_before=not_before or ctx.now,
        not_after=not_after,
        created_by=ctx.actor.account_id,
        created_at=ctx.now,
        picture_code=picture,
    )
    unit.session.add(message)
    unit.session.flush()
    count_moves(unit, [Move(blast_id, campaign_id, purpose, None, message.state, reason_after=skip)])
    if skip is None:
        ask_to_send(ctx, unit, channel)
    return message


def ask_to_send(ctx: Context, unit: UnitOfWork, channel: str = SMS) -> None:
    """Once this unit is committed, have a worker look for texts, or letters, to send."""
    unit.after_commit(lambda: enqueue_sending(ctx, channel))


def enqueue_sending(ctx: Context, channel: str | None = None) -> None:
    """Ask a worker to send the texts or letters (None: both) that wait."""
    for one in (channel,) if channel is not None else CHANNELS:
        ctx.jobs.enqueue("messages", _JOBS[one], str(ctx.organisation_id))


def _measured(body: str, channel: str) -> tuple[str, int]:
    """How it travels, and in how many parts: a letter has none."""
    if channel == EMAIL:
        return LETTER_ENCODING, 0
    found = measure(body)
    return found.encoding, found.segments


def sender_to(ctx: Context, unit: UnitOfWork, number: str, campaign_id: uuid.UUID | None) -> str:
    """Where a text to this number, or a letter to this address, comes from. `Conflict` when nobody can."""
    if channel_of(number) == EMAIL:
        return letters_from(ctx, unit, number, campaign_id)
    address = _known_sender(unit, number) or _campaigns_sender(unit, campaign_id) or any_sender(unit)
    if address is None:
        raise Conflict("There is no number yet that texts can come from. Give a campaign one.")
    return address


def texts_can_go(unit: UnitOfWork, number: str) -> bool:
    """Whether there is a number that a text to this one can come from, whatever campaign it is of."""
    return _known_sender(unit, number) is not None or any_sender(unit) is not None


def letters_from(ctx: Context, unit: UnitOfWork, address: str, campaign_id: uuid.UUID | None) -> str:
    """Which address a single letter comes from: the one its reader knows, else the campaign's, else the usual
    one. `Conflict` where there is none.
    """
    found = _known_sender(unit, address) or _campaigns_sender(unit, campaign_id, EMAIL)
    if not (found or ctx.messaging.mail.sender):
        raise Conflict("There is no address yet that letters can come from. Set email.from.")
    return found or ctx.messaging.mail.sender


def _priority(purpose: str) -> int:
    return URGENT if purpose in _URGENT_PURPOSES else USUAL


def _known_sender(unit: UnitOfWork, number: str) -> str | None:
    known = select(Conversation.sender).where(
        Conversation.organisation_id == unit.organisation_id,
        Conversation.number == number,
        Conversation.sender.not_in(given_back(unit)),
    )
    return unit.session.scalar(known)


def _campaigns_sender(unit: UnitOfWork, campaign_id: uuid.UUID | None, channel: str = SMS) -> str | None:
    if campaign_id is None:
        return None
    campaign = unit.session.get(Campaign, (unit.organisation_id, campaign_id))
    senders = campaign.senders if campaign is not None else ()
    gone = set(unit.session.scalars(given_back(unit))) if senders else set()
    senders = [one for one in senders if one not in gone]
    return _first_going(unit, [one for one in senders if channel_of(one) == channel])


def any_sender(unit: UnitOfWork) -> str | None:
    """The first that the organisation has used, else the first that a campaign names; one that is stopped
    only where there is no other, one that was given back never.
    """
    gone = given_back(unit)
    texting = (
        Sender.organisation_id == unit.organisation_id,
        Sender.kind != EMAIL,
        Sender.address.not_in(gone),
    )
    used = select(Sender.address).where(*texting).order_by(Sender.id)
    going = unit.session.scalar(used.where(Sender.pause_reason.is_(None)).limit(1))
    if going is not None:
        return going
    named = (
        select(Campaign.senders)
        .where(Campaign.organisation_id == unit.organisation_id, func.cardinality(Campaign.senders) > 0)
        .order_by(Campaign.id)
    )
    stopped = unit.session.scalars(used).all()
    left_out = {*stopped, *unit.session.scalars(gone)}
    every = (sender for senders in unit.session.scalars(named) for sender in senders)
    others = (sender for sender in every if channel_of(sender) == SMS)
    return next((one for one in others if one not in left_out), None) or next(iter(stopped), None)


def _first_going(unit: UnitOfWork, addresses: Sequence[str]) -> str | None:
    """The first of these that isn't stopped, else the first of them."""
    query = select(Sender.address).where(
        Sender.organisation_id == unit.organisation_id,
        Sender.address.in_(addresses),
        Sender.pause_reason.is_not(None),
    )
    stopped = set(unit.session.scalars(query)) if addresses else set()
    return next((one for one in addresses if one not in stopped), next(iter(addresses), None))
