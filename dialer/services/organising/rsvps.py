"""Signing up for an event, and off: who is first has the place, and whoever waits moves up.

Every change is made with the event's row locked, so that of those who race for the last place one gets it;
the table itself refuses more than there are (`ck_event_taken`).
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import TypedDict

from sqlalchemy import ColumnElement, Select, and_, select

from dialer.domain.access import Permission, require
from dialer.domain.errors import Conflict, FieldError, NotFound, ValidationFailed
from dialer.domain.event import PLACES_MOST, faults, fits, move_up
from dialer.domain.reminders import Notice
from dialer.services.accounts.account_fields import clean_email_or_none, clean_name, clean_phone_or_none
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.organising.entering import Who, account_of, check_open, enter, known, make_theirs
from dialer.services.organising.events import lock_event, managed_event, reaches
from dialer.services.organising.telling import could_be_told, forget, take_back, tell, tell_anew
from dialer.services.organising.views import EventView, Guest, RsvpView, event_view, rsvp_view
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.store.models.accounts import Account
from dialer.store.models.events import Event, Rsvp
from dialer.store.queries.event_changes import CHANGED
from dialer.store.session import UnitFactory, UnitOfWork


@dataclass(frozen=True, slots=True)
class RsvpForm:
    """What anybody says who signs up: a name, a phone or an email, and that we may write to them about it."""

    name: str
    phone: str = ""
    email: str = ""
    consent: bool = False
    places: int = 1


def organisation_of_event(units: UnitFactory, event_id: uuid.UUID) -> uuid.UUID:
    """Whose event it is. Raises NotFound where there is none."""
    with units.read() as unit:
        found = unit.session.scalar(select(Event.organisation_id).where(Event.id == event_id))
    if found is None:
        raise NotFound
    return found


@again_after_deadlock
def sign_up(ctx: Context, event_id: uuid.UUID, form: RsvpForm) -> RsvpView:
    """Sign somebody up who filled in a form: they go, or wait where it is full. The same person again has
    what they have.

    Raises ValidationFailed at `/name`, `/phone`, `/email`, `/consent` or `/seats`, and InvalidTransition
    where it was called off or is over.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    phone = clean_phone_or_none(form.phone, ctx.phones)
    email = clean_email_or_none(form.email)
    name = clean_name(form.name)
    if phone is None and email is None:
        raise ValidationFailed.at("/phone", "Give a phone number or an email, to be told if it changes.")
    if not form.consent:
        raise ValidationFailed.at("/consent", "Say that we may write to you about this.")
    if not 1 <= form.places <= PLACES_MOST:
        raise ValidationFailed.at("/seats", f"Choose between 1 and {PLACES_MOST}.")
    with ctx.unit() as unit:
        event = lock_event(unit, event_id)
        if event is None:
            raise NotFound
        account_id = account_of(unit, event, phone, email)
        return rsvp_view(enter(ctx, unit, event, Who(name, account_id, phone, email), form.places))


@again_after_deadlock
def come_myself(ctx: Context, event_id: uuid.UUID) -> RsvpView:
    """Sign the actor up, who is known; what they signed up for by the form is theirs then. Refusals as for
    `sign_up`.
    """
    account_id = _own_account(ctx)
    with ctx.unit() as unit:
        event = lock_event(unit, event_id)
        if event is None or not reaches(ctx, event):
            raise NotFound
        return rsvp_view(come(ctx, unit, event, account_id))


def come(ctx: Context, unit: UnitOfWork, event: Event, account_id: uuid.UUID) -> Rsvp:
    """As `come_myself`, for one of us and an event of theirs, which is locked."""
    who = known(unit, account_id)
    make_theirs(ctx, unit, event, who)
    return enter(ctx, unit, event, who, 1)


@again_after_deadlock
def stay_away(ctx: Context, event_id: uuid.UUID) -> None:
    """Take the actor's own sign-up back. Raises NotFound where there is none."""
    account_id = _own_account(ctx)
    with ctx.unit() as unit:
        event = lock_event(unit, event_id)
        if event is None:
            raise NotFound
        _leave_if_there(ctx, unit, event, Rsvp.account_id == account_id)


@again_after_deadlock
def withdraw(ctx: Context, rsvp_id: uuid.UUID) -> None:
    """Take a sign-up back: one's own, or any where one runs the event. The first who waits moves up.

    Raises NotFound also for one that was taken back before.
    """
    require(ctx.actor, Permission.EVENT_SIGN_UP)
    with ctx.unit() as unit:
        row = unit.session.get(Rsvp, (unit.organisation_id, rsvp_id))
        if row is None:
            raise NotFound
        if ctx.actor.account_id is not None and row.account_id == ctx.actor.account_id:
            event = lock_event(unit, row.event_id)
        elif ctx.actor.may(Permission.EVENT_MANAGE):
            event = managed_event(ctx, unit, row.event_id)
        else:
            event = None
        if event is None:
            raise NotFound
        _leave_if_there(ctx, unit, event, Rsvp.id == rsvp_id)


class EventChanges(TypedDict, total=False):
    """What may be changed of an event that people have signed up for. Not when it is: for that it is called
    off, which everybody is told, and another is made.
    """

    title: str
    place: str
    capacity: int | None


@again_after_deadlock
def change_event(ctx: Context, event_id: uuid.UUID, changes: EventChanges) -> EventView:
    """Change an event that is still to come. With more places, those who wait move up; of another place
    everybody is told who was reminded, or has something on the way.

    ValidationFailed names what can't be taken: fewer places than are taken among it.
    """
    with ctx.unit() as unit:
        event = managed_event(ctx, unit, event_id)
        check_open(event, ctx.now, "This can’t be changed any more.")
        title, place = changes.get("title", event.title), changes.get("place", event.place)
        capacity = changes.get("capacity", event.capacity)
        errors = list(faults(title, place, capacity, event.seat_code, event.postcode))
        if not errors and capacity is not None and capacity < event.taken:
            errors.append(FieldError("/capacity", "More have signed up already. Choose as many, or more."))
        if errors:
            raise ValidationFailed(errors=errors)
        new = {"title": " ".join(title.split()), "place": " ".join(place.split()), "capacity": capacity}
        changed = sorted(name for name, value in new.items() if getattr(event, name) != value)
        for name in changed:
            setattr(event, name, new[name])
        if changed:
            # in a savepoint it is written at once, and what is told now looks there
            with unit.session.begin_nested():
                ctx.audit(unit, CHANGED, "event", event.id, {"fields": changed})
        if "place" in changed:
            tell_anew(ctx, unit, event)
        _move_up(ctx, unit, event)
        return event_view(event)


def leave_all(
    ctx: Context, unit: UnitOfWork, account_id: uuid.UUID, of_campaigns: Collection[uuid.UUID] | None = None
) -> None:
    """Take back what somebody signed up for that is still to come, of these campaigns or (None) of all: they
    were sent home, or taken off them.
    """
    theirs = (
        select(Rsvp.event_id)
        .join(Event, and_(Event.organisation_id == Rsvp.organisation_id, Event.id == Rsvp.event_id))
        .where(
            Rsvp.organisation_id == unit.organisation_id,
            Rsvp.account_id == account_id,
            Rsvp.state != "withdrawn",
            Event.ends_at > ctx.now,
        )
    )
    if of_campaigns is not None:
        theirs = theirs.where(Event.campaign_id.in_(of_campaigns))
    for event_id in sorted(unit.session.scalars(theirs)):
        event = lock_event(unit, event_id)
        row = unit.session.scalar(_present(unit, event_id, Rsvp.account_id == account_id))
        if event is not None and row is not None:
            leave(ctx, unit, event, row)


def guests_of(ctx: Context, event_id: uuid.UUID, page: Page) -> Slice[Guest]:
    """Who signed up for an event that the actor runs, in the order in which they did."""
    with ctx.unit() as unit:
        event = managed_event(ctx, unit, event_id, lock=False)
        query = (
            select(Rsvp, Account)
            .outerjoin(
                Account,
                and_(Account.organisation_id == Rsvp.organisation_id, Account.id == Rsvp.account_id),
            )
            .where(
                Rsvp.organisation_id == unit.organisation_id,
                Rsvp.event_id == event_id,
                Rsvp.state != "withdrawn",
            )
            .order_by(Rsvp.id)
            .limit(page.limit + 1)
        )
        if (after := after_id(page)) is not None:
            query = query.where(Rsvp.id > after)
        found = unit.session.execute(query).all()
        told = could_be_told(ctx, unit, event, [row for row, _ in found])
        guests = [_guest(row, account, told.get(row.id)) for row, account in found]
    return cut(guests, page, lambda guest: (str(guest.id),))


def _guest(row: Rsvp, account: Account | None, told: bool | None) -> Guest:
    return Guest(
        id=row.id,
        event_id=row.event_id,
        account_id=row.account_id,
        name=account.name if account else row.name,
        phone=account.phone if account else row.phone,
        email=account.email if account else row.email,
        state=row.state,
        places=row.places,
        created_at=row.created_at,
        told=told,
    )


def _own_account(ctx: Context) -> uuid.UUID:
    require(ctx.actor, Permission.EVENT_SIGN_UP)
    if ctx.actor.account_id is None:
        raise Conflict("Only somebody with an account of their own can sign up so.")
    return ctx.actor.account_id


def _present(unit: UnitOfWork, event_id: uuid.UUID, which: ColumnElement[bool]) -> Select[Rsvp]:
    """A sign-up that stands, read as it is once the event is locked."""
    return (
        select(Rsvp)
        .where(
            Rsvp.organisation_id == unit.organisation_id,
            Rsvp.event_id == event_id,
            Rsvp.state != "withdrawn",
            which,
        )
        .execution_options(populate_existing=True)
    )


def _leave_if_there(ctx: Context, unit: UnitOfWork, event: Event, which: ColumnElement[bool]) -> None:
    row = unit.session.scalar(_present(unit, event.id, which))
    if row is None:
        raise NotFound
    leave(ctx, unit, event, row)


def leave(ctx: Context, unit: UnitOfWork, event: Event, row: Rsvp) -> None:
    """Take a sign-up back, the event being locked: what was to be told isn't, and whoever waits moves up."""
    if row.state == "going":
        event.taken -= row.places
    else:
        event.waiting -= row.places
    row.state, row.state_since = "withdrawn", ctx.now
    ctx.audit(unit, "event.signed_off", "rsvp", row.id, {"event_id": str(event.id)})
    unit.session.flush()
    take_back(unit, Rsvp.id == row.id)
    forget(unit, row, Notice.MOVED_UP)
    if event.state == "planned" and event.ends_at > ctx.now:
        _move_up(ctx, unit, event)


def _move_up(ctx: Context, unit: UnitOfWork, event: Event) -> None:
    """Give free places to those who wait, first come first."""
    if event.waiting == 0 or not fits(1, event.capacity, event.taken):
        return
    waiting = unit.session.scalars(
        select(Rsvp)
        .where(
            Rsvp.organisation_id == unit.organisation_id,
            Rsvp.event_id == event.id,
            Rsvp.state == "waitlist",
        )
        .order_by(Rsvp.state_since, Rsvp.id)
    )
    line = [(row, row.places) for row in waiting]
    for row in move_up(line, event.capacity, event.taken):
        row.state, row.state_since = "going", ctx.now
        event.taken += row.places
        event.waiting -= row.places
        ctx.audit(unit, "event.moved_up", "rsvp", row.id, {"event_id": str(event.id)})
        unit.session.flush()
        tell(ctx, unit, event, row, kind=Notice.MOVED_UP, until=event.ends_at)
