"""Telling people of an event that they signed up for: each thing once, by a phone that is shown to be theirs
and that texts can go to, else by email.

A phone that nobody has shown to be theirs gets one text, whose link shows it (contract §13), and no more
until then. What still waits to go is dropped when somebody signs off, or the event is called off; when it
gets another place, it is written anew.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, delete, false, func, select, update
from sqlalchemy.dialects.postgresql import insert

from dialer.domain.access import Permission, require
from dialer.domain.errors import Conflict
from dialer.domain.event_letter import Told, in_letter, in_text
from dialer.domain.message_gate import takes_texts
from dialer.domain.phone import Phone, read_phone
from dialer.domain.reminders import REMINDERS, UNCONFIRMED_A_DAY, USE, Notice
from dialer.services.accounts.phones import is_confirmed
from dialer.services.context import Context
from dialer.services.messaging.figures import Move, count_moves
from dialer.services.messaging.number_bars import barred
from dialer.services.messaging.outgoing import queue_text, texts_can_go
from dialer.store.models.accounts import Account, Organisation
from dialer.store.models.events import Event, EventNotice, Rsvp
from dialer.store.models.messaging import Message
from dialer.store.queries.event_changes import changes_of
from dialer.store.session import UnitOfWork

PURPOSE: Final = "event"


class Reminded(StrEnum):
    """How somebody is told; `once_shown`: by text, once they have shown that the phone is theirs."""

    BY_TEXT = "by_text"
    BY_EMAIL = "by_email"
    ONCE_SHOWN = "once_shown"
    NOT = "not"


_DAY: Final = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class _Way:
    """Where somebody is told, in what languages; `asks` where the phone isn't shown to be theirs yet."""

    to: str
    languages: Sequence[str]
    by_email: bool = False
    asks: bool = False


def tell(
    ctx: Context, unit: UnitOfWork, event: Event, row: Rsvp, *, kind: Notice, until: dt.datetime
) -> None:
    """Have somebody told, unless they were before; nothing arrives after `until`. Whoever can't be told has
    nothing sent, and that is written down too, so that it isn't tried for ever.
    """
    if not _is_first(ctx, unit, row, kind):
        return
    way = _way(ctx, unit, row, kind)
    if way is None:
        return
    moved_at = changes_of(unit, event.id).moved_at
    told = Told(
        title=event.title,
        place=event.place,
        starts_at=event.starts_at,
        zone=event.timezone,
        url=private_url(ctx, row),
        organisation=unit.session.get_one(Organisation, unit.organisation_id).name,
        waits=row.state == "waitlist",
        asks=way.asks,
        moved=moved_at is not None and row.created_at < moved_at,
        reason=event.cancelled_because,
    )
    message_id = _queue(ctx, unit, event, way=way, kind=kind, told=told, until=until)
    unit.session.execute(update(EventNotice).where(_notice(unit, row, kind)).values(message_id=message_id))


def private_url(ctx: Context, row: Rsvp) -> str:
    """The address of somebody's own page of an event."""
    return f"{ctx.public_url.rstrip('/')}/e/{row.code}"


def tell_anew(ctx: Context, unit: UnitOfWork, event: Event) -> None:
    """Let nobody go to the place where an event was to be, it being locked: what waits is written anew, and
    whoever was reminded is reminded once more, by the sweep.
    """
    guests = select(Rsvp.id).where(Rsvp.organisation_id == unit.organisation_id, Rsvp.event_id == event.id)
    dropped = take_back(unit, Rsvp.event_id == event.id)
    unit.session.execute(
        delete(EventNotice).where(
            EventNotice.organisation_id == unit.organisation_id,
            EventNotice.rsvp_id.in_(guests),
            EventNotice.kind.in_(REMINDERS),
        )
    )
    for rsvp_id, kind in dropped:
        if kind not in REMINDERS:
            row = unit.session.get_one(Rsvp, (unit.organisation_id, rsvp_id))
            tell(ctx, unit, event, row, kind=kind, until=event.ends_at)


def take_back(unit: UnitOfWork, which: ColumnElement[bool]) -> list[tuple[uuid.UUID, Notice]]:
    """Let nothing go out any more that waits for the sign-ups that are `which`; gives what it was."""
    waiting = select(EventNotice.message_id).join(
        Rsvp, (Rsvp.organisation_id == EventNotice.organisation_id) & (Rsvp.id == EventNotice.rsvp_id)
    )
    dropped = unit.session.execute(
        update(Message)
        .where(
            Message.organisation_id == unit.organisation_id,
            Message.id.in_(waiting.where(EventNotice.organisation_id == unit.organisation_id, which)),
            Message.state == "queued",
        )
        .values(state="cancelled", lease=None, leased_until=None)
        .returning(Message.id, Message.campaign_id)
        .execution_options(synchronize_session=False)
    ).all()
    count_moves(unit, [Move(None, one.campaign_id, PURPOSE, "queued", "cancelled") for one in dropped])
    forget_dropped = EventNotice.message_id.in_([one.id for one in dropped])
    forgotten = unit.session.execute(
        delete(EventNotice)
        .where(EventNotice.organisation_id == unit.organisation_id, forget_dropped)
        .returning(EventNotice.rsvp_id, EventNotice.kind)
    )
    return sorted((row.rsvp_id, Notice(row.kind)) for row in forgotten)


def forget(unit: UnitOfWork, row: Rsvp, kind: Notice) -> None:
    """Let somebody be told of it again: whoever signs off and comes back may move up, or wait, once more."""
    unit.session.execute(delete(EventNotice).where(_notice(unit, row, kind)))


def could_be_told(
    ctx: Context, unit: UnitOfWork, event: Event, rows: Sequence[Rsvp]
) -> dict[uuid.UUID, bool]:
    """Of those who would come in vain unless they are told: whether anything went, or still may. Whoever is
    still to be told isn't in it.
    """
    went = _what_went(unit, [row.id for row in rows])
    moved_at = changes_of(unit, event.id).moved_at
    found = {}
    kinds: Sequence[Notice]
    for row in rows:
        if event.state == "cancelled":
            kinds, until = (Notice.CANCELLED,), event.ends_at
        elif moved_at is not None and row.state == "going" and row.state_since < moved_at:
            kinds, until = REMINDERS, event.starts_at - USE
        elif (row.id, Notice.MOVED_UP) in went:
            kinds, until = (Notice.MOVED_UP, *REMINDERS), event.ends_at
        else:
            continue
        said = [went[row.id, kind] for kind in kinds if (row.id, kind) in went]
        if said or until <= ctx.now:
            found[row.id] = any(said)
    return found


def _what_went(unit: UnitOfWork, rsvp_ids: Sequence[uuid.UUID]) -> dict[tuple[uuid.UUID, str], bool]:
    went = Message.state.not_in(("skipped", "failed", "undelivered", "cancelled"))
    query = (
        select(EventNotice.rsvp_id, EventNotice.kind, func.coalesce(went, false()))
        .outerjoin(
            Message,
            (Message.organisation_id == EventNotice.organisation_id) & (Message.id == EventNotice.message_id),
        )
        .where(EventNotice.organisation_id == unit.organisation_id, EventNotice.rsvp_id.in_(rsvp_ids))
    )
    return {(row[0], row[1]): row[2] for row in unit.session.execute(query)}


def _is_first(ctx: Context, unit: UnitOfWork, row: Rsvp, kind: Notice) -> bool:
    made = (
        insert(EventNotice)
        .values(organisation_id=unit.organisation_id, rsvp_id=row.id, kind=kind, made_at=ctx.now)
        .on_conflict_do_nothing()
        .returning(EventNotice.kind)
    )
    return unit.session.scalar(made) is not None


def _notice(unit: UnitOfWork, row: Rsvp, kind: Notice) -> ColumnElement[bool]:
    return (
        (EventNotice.organisation_id == unit.organisation_id)
        & (EventNotice.rsvp_id == row.id)
        & (EventNotice.kind == kind)
    )


def _way(ctx: Context, unit: UnitOfWork, row: Rsvp, kind: Notice) -> _Way | None:
    account = (
        unit.session.get_one(Account, (unit.organisation_id, row.account_id)) if row.account_id else None
    )
    if account is not None and not account.active:
        return None
    phone, email = (account.phone, account.email) if account else (row.phone, row.email)
    languages = [*(account.languages if account else ()), ctx.home_language]
    match _best(ctx, unit, phone, email, is_theirs=phone_is_theirs(unit, row)):
        case Reminded.BY_TEXT:
            return _Way(phone or "", languages)
        case Reminded.BY_EMAIL:
            return _Way((email or "").lower(), languages, by_email=True)
        case Reminded.ONCE_SHOWN if kind is Notice.SIGNED_UP and not _had_enough(ctx, unit, phone or ""):
            return _Way(phone or "", languages, asks=True)
    return None


def _best(
    ctx: Context, unit: UnitOfWork, phone: str | None, email: str | None, *, is_theirs: bool
) -> Reminded:
    """By text where one can come from somewhere and they never said no to them."""
    email = email.lower() if email else None
    never = barred(ctx, unit, [one for one in (phone, email) if one])
    texts_go = (
        phone is not None and phone not in never and _takes_texts(ctx, phone) and texts_can_go(unit, phone)
    )
    if texts_go and is_theirs:
        return Reminded.BY_TEXT
    if email and email not in never and ctx.messaging.mail.sender:
        return Reminded.BY_EMAIL
    return Reminded.ONCE_SHOWN if texts_go else Reminded.NOT


def how_i_am_reminded(ctx: Context) -> Reminded:
    """How the actor is told of events."""
    require(ctx.actor, Permission.EVENT_SIGN_UP)
    if ctx.actor.account_id is None:
        return Reminded.NOT
    with ctx.unit() as unit:
        account = unit.session.get_one(Account, (unit.organisation_id, ctx.actor.account_id))
        is_theirs = account.phone is not None and is_confirmed(unit, account.id, account.phone)
        return _best(ctx, unit, account.phone, account.email, is_theirs=is_theirs)


def phone_is_theirs(unit: UnitOfWork, row: Rsvp) -> bool:
    """Whether somebody's phone was shown to be theirs."""
    if row.account_id is None:
        return row.phone_confirmed_at is not None
    account = unit.session.get_one(Account, (unit.organisation_id, row.account_id))
    return account.phone is not None and is_confirmed(unit, row.account_id, account.phone)


def _takes_texts(ctx: Context, phone: str) -> bool:
    found = read_phone(phone, ctx.phones)
    return isinstance(found, Phone) and takes_texts(phone, found.type) and ctx.phones.allows(phone)


def _had_enough(ctx: Context, unit: UnitOfWork, number: str) -> bool:
    lately = (
        select(func.count())
        .select_from(Message)
        .where(
            Message.organisation_id == unit.organisation_id,
            Message.number == number,
            Message.purpose == PURPOSE,
            Message.created_at > ctx.now - _DAY,
            Message.state != "cancelled",
        )
    )
    return (unit.session.scalar(lately) or 0) >= UNCONFIRMED_A_DAY


def _queue(
    ctx: Context,
    unit: UnitOfWork,
    event: Event,
    *,
    way: _Way,
    kind: Notice,
    told: Told,
    until: dt.datetime,
) -> uuid.UUID | None:
    """The text or letter; None where there is nobody yet whom it could come from."""
    subject, body = (
        in_letter(kind, told, way.languages) if way.by_email else (None, in_text(kind, told, way.languages))
    )
    try:
        message = queue_text(
            unit,
            ctx,
            number=way.to,
            subject=subject,
            body=body,
            purpose="event",
            campaign_id=event.campaign_id,
            not_after=until,
        )
    except Conflict:
        return None
    return message.id
