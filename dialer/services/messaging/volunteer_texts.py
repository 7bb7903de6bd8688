"""A text, or letter, to one of our volunteers: written by a coordinator, through the one gate like any other.

It belongs to no campaign and goes to nobody we canvass: what stands against it is what stands against the
number, and quiet hours. What they answer comes into the inbox, as whatever comes from any number does.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import and_, func, or_, select

from dialer.domain.access import Permission, Role, require
from dialer.domain.email_address import channel_of
from dialer.domain.errors import Conflict, NotFound
from dialer.domain.message import ALONE
from dialer.domain.message_gate import Skip
from dialer.domain.texting import EMAIL, SMS
from dialer.services.accounts.volunteer_reach import in_reach
from dialer.services.context import Context
from dialer.services.messaging.messages import message_views
from dialer.services.messaging.needing_answers import note_single
from dialer.services.messaging.number_bars import barred
from dialer.services.messaging.outgoing import sender_to
from dialer.services.messaging.views import MessageView, TextPreview
from dialer.services.messaging.written import Ready, preview_of, reads, refuse, subject_reads, write_once
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.store.models.accounts import Account
from dialer.store.models.conversations import Conversation
from dialer.store.models.messaging import Message
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class VolunteerText:
    """What somebody wants to write to one volunteer. `id` is the text’s own, where a form that may be sent
    twice has drawn one; `subject` is that of a letter, which needs one.
    """

    volunteer_id: uuid.UUID
    body: str = field(repr=False)
    channel: str = SMS
    subject: str = field(default="", repr=False)
    id: uuid.UUID | None = None


def text_volunteer(ctx: Context, wanted: VolunteerText) -> MessageView:
    """Write to a volunteer, soon; in quiet hours when they are over (`waiting_reason`). One with the id of a
    text that was written down already is that text.

    `Conflict` where they can’t be reached so, with the gate’s `reason` where that is why; `ValidationFailed`
    where the text can’t be sent as it is.
    """
    require(ctx.actor, Permission.MESSAGE_SEND)
    with ctx.unit() as unit:
        ready = _ready(ctx, unit, wanted)
        message, is_new = write_once(ctx, unit, ready, purpose="single", message_id=wanted.id)
        if is_new:
            note_single(unit, ready.number)
            about = {"message_id": str(message.id), "channel": wanted.channel}
            ctx.audit(unit, "volunteer.written_to", "account", wanted.volunteer_id, about)
        return message_views(ctx, unit, [message])[0]


def preview_volunteer_text(ctx: Context, wanted: VolunteerText) -> TextPreview:
    """How it would read, and what it would take; refused as `text_volunteer` refuses."""
    require(ctx.actor, Permission.MESSAGE_SEND)
    with ctx.unit() as unit:
        return preview_of(ctx, unit, _ready(ctx, unit, wanted, dry=True))


def texts_with_volunteer(ctx: Context, volunteer_id: uuid.UUID, page: Page) -> Slice[MessageView]:
    """What was written to a volunteer and what they wrote, by the number and address that they have now,
    since they came; the latest first. What campaigns sent there is none of it.
    """
    require(ctx.actor, Permission.MESSAGE_READ)
    with ctx.unit() as unit:
        person = _volunteer(ctx, unit, volunteer_id)
        query = select(Message).where(
            Message.organisation_id == unit.organisation_id,
            Message.number.in_(_numbers(person)),
            Message.campaign_id.is_(None),
            or_(
                Message.direction == "inbound",
                and_(Message.direction == "outbound", Message.purpose.in_(sorted(ALONE))),
            ),
            Message.created_at >= person.created_at,
        )
        if (after := after_id(page)) is not None:
            query = query.where(Message.id < after)
        rows = unit.session.scalars(query.order_by(Message.id.desc()).limit(page.limit + 1)).all()
        found = cut(rows, page, lambda row: (str(row.id),))
        return Slice(message_views(ctx, unit, found.items), found.next)


def conversation_with_volunteer(ctx: Context, volunteer_id: uuid.UUID) -> uuid.UUID | None:
    """Where what they wrote stands in the inbox; None where they wrote nothing yet."""
    require(ctx.actor, Permission.MESSAGE_READ)
    with ctx.unit() as unit:
        person = _volunteer(ctx, unit, volunteer_id)
        query = select(Conversation.id).where(
            Conversation.organisation_id == unit.organisation_id,
            Conversation.number.in_(_numbers(person)),
        )
        return unit.session.scalar(query.order_by(Conversation.last_inbound_at.desc()).limit(1))


@dataclass(frozen=True, slots=True)
class WhoVolunteers:
    """A volunteer, for who reads what came from their number."""

    id: uuid.UUID
    name: str


def volunteer_at(ctx: Context, number: str) -> WhoVolunteers | None:
    """The volunteer who has this number or address, where there is one in reach."""
    return volunteers_at(ctx, [number]).get(number)


def volunteers_at(ctx: Context, places: Collection[str]) -> dict[str, WhoVolunteers]:
    """Which volunteers in reach have these numbers and addresses (in small letters)."""
    require(ctx.actor, Permission.VOLUNTEER_READ)
    email = func.lower(Account.email)
    query = select(Account.id, Account.name, Account.phone, email).where(
        Account.organisation_id == ctx.organisation_id,
        or_(Account.phone.in_(places), email.in_(places)),
        Account.role == Role.VOLUNTEER,
        in_reach(ctx),
    )
    with ctx.unit() as unit:
        rows = unit.session.execute(query).all()
    return {
        place: WhoVolunteers(account_id, name)
        for account_id, name, *reached in rows
        for place in reached
        if place in places
    }


def _ready(ctx: Context, unit: UnitOfWork, wanted: VolunteerText, *, dry: bool = False) -> Ready:
    person = _volunteer(ctx, unit, wanted.volunteer_id)
    number = _number(person, wanted.channel)
    if (reason := barred(ctx, unit, [number]).get(number)) is not None:
        raise refuse(reason, None, wanted.channel)
    return word_to(ctx, unit, number, wanted.body, wanted.subject, dry=dry)


def word_to(
    ctx: Context, unit: UnitOfWork, place: str, body: str, subject: str, *, dry: bool = False
) -> Ready:
    """A text to the number of one of us, or a letter to their address, as it reads; refused as by `reads`."""
    sender, is_letter = sender_to(ctx, unit, place, None), channel_of(place) == EMAIL
    read = reads(ctx, unit, body, None, None, number=place, sender=sender, dry=dry, is_letter=is_letter)
    return Ready(None, None, place, sender, read.body, subject_reads(subject, None) if is_letter else None)


def _number(person: Account, channel: str) -> str:
    """Where they are reached by it. A number counts once they have shown that it is theirs, or a coordinator
    has vouched for it.
    """
    if not person.active:
        raise Conflict("They were sent home. Let them back first.")
    if channel == EMAIL:
        if not person.email:
            raise refuse(Skip.NO_EMAIL, None, EMAIL)
        return person.email
    if not person.phone:
        raise refuse(Skip.NO_PHONE, None)
    if person.phone_confirmed_at is None:
        raise Conflict("They haven’t shown yet that this number is theirs. Write by email, or ring them.")
    return person.phone


def _numbers(person: Account) -> list[str]:
    return [one for one in (person.phone, person.email) if one]


def _volunteer(ctx: Context, unit: UnitOfWork, volunteer_id: uuid.UUID) -> Account:
    person = unit.session.scalar(
        select(Account).where(
            Account.organisation_id == ctx.organisation_id,
            Account.id == volunteer_id,
            Account.role == Role.VOLUNTEER,
            in_reach(ctx),
        )
    )
    if person is None:
        raise NotFound
    return person
