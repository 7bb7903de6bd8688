"""Somebody's own page of an event, under the private link that they were sent: no sign-in, no more than that
they come, or can't, and that the phone on which they read it is theirs.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from sqlalchemy import select

from dialer.domain.access import Permission, require
from dialer.domain.errors import NotFound
from dialer.services.accounts.phones import keep_confirmed
from dialer.services.context import Context
from dialer.services.organising.events import lock_event
from dialer.services.organising.rsvps import leave
from dialer.services.organising.telling import PURPOSE, phone_is_theirs
from dialer.services.organising.views import EventView, event_view
from dialer.store.models.accounts import Account
from dialer.store.models.events import Event, EventNotice, Rsvp
from dialer.store.models.messaging import Message
from dialer.store.queries.event_changes import changes_of
from dialer.store.session import UnitFactory, UnitOfWork


@dataclass(frozen=True, slots=True)
class PrivatePage:
    """What it shows. `asks`: whether they are to say that the phone is theirs, so that we may remind them."""

    event: EventView
    name: str = field(repr=False)
    state: str
    asks: bool


def organisation_of_private_link(units: UnitFactory, code: str) -> uuid.UUID | None:
    """Whose event it is about; None where there is no such link."""
    with units.read() as unit:
        return unit.session.scalar(select(Rsvp.organisation_id).where(Rsvp.code == code))


def look_at_private_page(ctx: Context, code: str) -> PrivatePage:
    """The event, and whether they come. Looking changes nothing, so that a preview doesn't either."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        row = _row(unit, code)
        event = unit.session.get_one(Event, (unit.organisation_id, row.event_id))
        asks = row.state != "withdrawn" and _texted(unit, row) is not None and not phone_is_theirs(unit, row)
        view = event_view(event, changes=changes_of(unit, event.id).times)
        return PrivatePage(view, row.name, row.state, asks)


def leave_by_link(ctx: Context, code: str) -> None:
    """Take one's own sign-up back; again: no change."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        found = _row(unit, code)
        event = lock_event(unit, found.event_id)
        if event is None:
            raise NotFound
        unit.session.refresh(found)
        if found.state != "withdrawn":
            leave(ctx, unit, event, found)


def show_phone_by_link(ctx: Context, code: str) -> None:
    """Count the phone to which the link was texted as shown to be theirs: nobody else could read it there.

    Nothing changes where it went by email, or where they have another phone by now.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        row = _row(unit, code)
        number = _texted(unit, row)
        if number is None or phone_is_theirs(unit, row):
            return
        if row.account_id is not None:
            keep_confirmed(ctx, unit, row.account_id, number)
        else:
            row.phone_confirmed_at = ctx.now
            ctx.audit(unit, "phone.confirmed", "rsvp", row.id)


def _row(unit: UnitOfWork, code: str) -> Rsvp:
    row = unit.session.scalar(
        select(Rsvp).where(Rsvp.organisation_id == unit.organisation_id, Rsvp.code == code)
    )
    if row is None:
        raise NotFound
    return row


def _texted(unit: UnitOfWork, row: Rsvp) -> str | None:
    """Their phone, where the link went to it by text."""
    account = (
        unit.session.get_one(Account, (unit.organisation_id, row.account_id)) if row.account_id else None
    )
    phone = account.phone if account is not None else row.phone
    if phone is None:
        return None
    sent_there = (
        select(Message.id)
        .join(
            EventNotice,
            (EventNotice.organisation_id == Message.organisation_id) & (EventNotice.message_id == Message.id),
        )
        .where(
            Message.organisation_id == unit.organisation_id,
            EventNotice.rsvp_id == row.id,
            Message.number == phone,
            Message.purpose == PURPOSE,
        )
        .limit(1)
    )
    return phone if unit.session.scalar(sent_there) is not None else None
