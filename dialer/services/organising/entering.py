"""Entering somebody into an event: who they are, and one sign-up for each person."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true

from dialer.domain.access import Role
from dialer.domain.errors import InvalidTransition
from dialer.domain.event import fits
from dialer.domain.reminders import Notice
from dialer.services.accounts.credentials import new_code
from dialer.services.accounts.phones import is_confirmed
from dialer.services.context import Context
from dialer.services.organising.telling import forget, tell
from dialer.store.models import new_id
from dialer.store.models.accounts import Account, AccountCampaign
from dialer.store.models.events import Event, Rsvp
from dialer.store.session import UnitOfWork

NOT_ANY_MORE: Final = "Nobody can sign up for this any more."


@dataclass(frozen=True, slots=True)
class Who:
    """Whoever signs up: one of us, or somebody by their phone or address."""

    name: str
    account_id: uuid.UUID | None = None
    phone: str | None = None
    email: str | None = None

    def is_in(self) -> ColumnElement[bool]:
        """The sign-ups that are theirs."""
        same = [
            column == value
            for column, value in (
                (Rsvp.account_id, self.account_id),
                (Rsvp.phone, self.phone),
                (Rsvp.email, self.email),
            )
            if value is not None
        ]
        return or_(*same)


def known(unit: UnitOfWork, account_id: uuid.UUID) -> Who:
    """One of us, who may have signed up before by the phone that is shown to be theirs, or by email."""
    account = unit.session.get_one(Account, (unit.organisation_id, account_id))
    shown = account.phone is not None and is_confirmed(unit, account_id, account.phone)
    email = account.email.lower() if account.email else None
    return Who(account.name, account_id, account.phone if shown else None, email)


def account_of(unit: UnitOfWork, event: Event, phone: str | None, email: str | None) -> uuid.UUID | None:
    """Which of us has this phone, else this address, as far as whoever runs the event may see them.

    Anybody may type somebody's number into a form, and the list then shows whose it is: so only volunteers of
    its campaign are recognised, for an event of no campaign all volunteers, and who signed up for it already.
    """
    seen = or_(and_(Account.role == Role.VOLUNTEER, _belongs_to(event)), _is_in(event))
    for is_theirs, given in ((Account.phone == phone, phone), (func.lower(Account.email) == email, email)):
        found = (
            unit.session.scalar(
                select(Account.id).where(
                    Account.organisation_id == unit.organisation_id, Account.active, is_theirs, seen
                )
            )
            if given is not None
            else None
        )
        if found is not None:
            return found
    return None


def _belongs_to(event: Event) -> ColumnElement[bool]:
    if event.campaign_id is None:
        return true()
    return exists().where(
        AccountCampaign.organisation_id == Account.organisation_id,
        AccountCampaign.account_id == Account.id,
        AccountCampaign.campaign_id == event.campaign_id,
    )


def _is_in(event: Event) -> ColumnElement[bool]:
    return exists().where(
        Rsvp.organisation_id == Account.organisation_id,
        Rsvp.event_id == event.id,
        Rsvp.account_id == Account.id,
        Rsvp.state != "withdrawn",
    )


def make_theirs(ctx: Context, unit: UnitOfWork, event: Event, who: Who) -> None:
    """Give one of us, who shows who they are, what they signed up for by a form, the event being locked: so
    they hold one place, are told once, and may sign off.
    """
    theirs = _sign_ups(unit, event, who)
    if not theirs or theirs[0].account_id is not None:
        return
    for before in theirs[1:]:
        if before.account_id is not None:  # taken back long ago: a person has one row
            unit.session.delete(before)
    unit.session.flush()
    row = theirs[0]
    row.account_id, row.name = who.account_id, who.name
    row.phone = row.email = row.phone_confirmed_at = None
    unit.session.flush()
    ctx.audit(unit, "event.sign_up_known", "rsvp", row.id, {"event_id": str(event.id)})


def enter(ctx: Context, unit: UnitOfWork, event: Event, who: Who, places: int) -> Rsvp:
    """Sign somebody up, the event being locked; whoever is signed up has what they have."""
    theirs = _sign_ups(unit, event, who)
    if theirs and theirs[0].state != "withdrawn":
        return theirs[0]
    check_open(event, ctx.now, NOT_ANY_MORE)
    row = _come_back(unit, theirs, who) if theirs else _new_row(ctx, unit, event, who)
    row.places = places
    row.state_since = ctx.now
    if fits(places, event.capacity, event.taken):
        row.state, event.taken = "going", event.taken + places
    else:
        row.state, event.waiting = "waitlist", event.waiting + places
        forget(unit, row, Notice.SIGNED_UP)
    unit.session.flush()
    ctx.audit(unit, "event.signed_up", "rsvp", row.id, {"event_id": str(event.id), "state": row.state})
    tell(ctx, unit, event, row, kind=Notice.SIGNED_UP, until=event.ends_at)
    return row


def check_open(event: Event, now: dt.datetime, refusal: str) -> None:
    """Raise InvalidTransition where it was called off or is over."""
    if event.state != "planned":
        raise InvalidTransition(refusal, state=event.state)
    if event.ends_at <= now:
        raise InvalidTransition(refusal, state="over")


def _sign_ups(unit: UnitOfWork, event: Event, who: Who) -> Sequence[Rsvp]:
    """Those that stand first, of them and of those taken back the account's own, then the oldest."""
    query = (
        select(Rsvp)
        .where(Rsvp.organisation_id == unit.organisation_id, Rsvp.event_id == event.id, who.is_in())
        .order_by(Rsvp.state == "withdrawn", Rsvp.account_id.is_(None), Rsvp.id)
        .execution_options(populate_existing=True)
    )
    return unit.session.scalars(query).all()


def _come_back(unit: UnitOfWork, theirs: Sequence[Rsvp], who: Who) -> Rsvp:
    """The row of somebody who signed off, with what they say of themselves now: they are told there."""
    row = theirs[0]
    for other in theirs[1:]:  # taken back too, under a name that is the row's now
        unit.session.delete(other)
    unit.session.flush()
    if row.account_id is None:
        if row.phone != who.phone:
            row.phone_confirmed_at = None
        row.name, row.account_id = who.name, who.account_id
        row.phone, row.email = (None, None) if who.account_id else (who.phone, who.email)
    return row


def _new_row(ctx: Context, unit: UnitOfWork, event: Event, who: Who) -> Rsvp:
    row = Rsvp(
        organisation_id=unit.organisation_id,
        id=new_id(),
        event_id=event.id,
        account_id=who.account_id,
        name=who.name,
        phone=who.phone if who.account_id is None else None,
        email=who.email if who.account_id is None else None,
        code=new_code(),
        created_at=ctx.now,
    )
    unit.session.add(row)
    return row
