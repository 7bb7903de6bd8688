"""Events, phone-bank sessions among them: made, listed, called off (contract §11)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, tuple_

from dialer.domain.access import Permission, require
from dialer.domain.errors import FieldError, InvalidTransition, NotFound, ValidationFailed
from dialer.domain.event import LONGEST, WEEKS_MOST, Span, clean_reason, faults, faults_of_times, weekly
from dialer.domain.quiet_hours import USUAL_ZONE
from dialer.services.calling.reach import reach_campaign
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.organising.reminding import enqueue_reminding
from dialer.services.organising.telling import take_back
from dialer.services.organising.views import EventView, event_view
from dialer.services.paging import Page, Slice, after_moment, cut
from dialer.store.models import new_id
from dialer.store.models.events import Event, Rsvp
from dialer.store.queries.event_changes import changes_of
from dialer.store.session import UnitOfWork

CLOCKS_BACK: Final = dt.timedelta(hours=2)
THE_FIRST: Final = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
"""No event is from before it, and moments can be asked for from which nothing can be taken away."""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """What is said of an event; `weeks` of them are made, a week apart on the clocks of its campaign."""

    kind: str
    title: str
    place: str
    span: Span
    campaign_id: uuid.UUID | None = None
    postcode: str | None = None
    seat_code: str | None = None
    capacity: int | None = None
    weeks: int = 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events are asked for: those not over at `since`, also the cancelled ones where `cancelled`, or
    where the actor signed up for them (`cancelled_of_mine`).
    """

    since: dt.datetime
    kind: str | None = None
    campaign_id: uuid.UUID | None = None
    series_id: uuid.UUID | None = None
    cancelled: bool = False
    cancelled_of_mine: bool = False


def make_event(ctx: Context, new: NewEvent) -> EventView:
    """Make an event, and those that follow it week by week; the first of them.

    `ValidationFailed` names what can't be taken. An event of no campaign is everybody's, so only who sees
    all campaigns makes one.
    """
    require(ctx.actor, Permission.EVENT_MANAGE)
    if errors := list(faults_of_new(new, ctx.now)):
        raise ValidationFailed(errors=errors)
    with ctx.unit() as unit:
        zone = _zone(ctx, unit, new.campaign_id)
        series_id = new_id() if new.weeks > 1 else None
        rows = [_row(ctx, new, span, zone, series_id) for span in weekly(new.span, zone, new.weeks)]
        unit.session.add_all(rows)
        unit.session.flush()
        for row in rows:
            ctx.audit(unit, "event.made", "event", row.id, {"kind": row.kind})
        return event_view(rows[0])


def list_events(ctx: Context, wanted: Wanted, page: Page) -> Slice[EventView]:
    """Those in reach, the soonest first, each with the actor's own sign-up."""
    require(ctx.actor, Permission.EVENT_READ)
    query = _with_mine(ctx).where(_in_reach(ctx), *_not_over(wanted.since))
    if not wanted.cancelled:
        is_mine = Rsvp.state.in_(("going", "waitlist")) if wanted.cancelled_of_mine else false()
        query = query.where(or_(Event.state == "planned", is_mine))
    for column, value in (
        (Event.kind, wanted.kind),
        (Event.campaign_id, wanted.campaign_id),
        (Event.series_id, wanted.series_id),
    ):
        if value is not None:
            query = query.where(column == value)
    if (after := after_moment(page)) is not None:
        query = query.where(tuple_(Event.starts_at, Event.id) > after)
    query = query.order_by(Event.starts_at, Event.id).limit(page.limit + 1)
    with ctx.unit() as unit:
        views = [event_view(row, mine) for row, mine in unit.session.execute(query)]
    return cut(views, page, lambda view: (view.starts_at.isoformat(), str(view.id)))


def get_event(ctx: Context, event_id: uuid.UUID) -> EventView:
    """One event in reach."""
    require(ctx.actor, Permission.EVENT_READ)
    with ctx.unit() as unit:
        found = unit.session.execute(
            _with_mine(ctx).where(_in_reach(ctx), Event.id == event_id)
        ).one_or_none()
        if found is None:
            raise NotFound
        return event_view(*found, changes=changes_of(unit, event_id).times)


@again_after_deadlock
def cancel_event(ctx: Context, event_id: uuid.UUID, reason: str = "") -> EventView:
    """Call an event off, for a reason that those who signed up are told, if one is given; again: no change.

    `InvalidTransition` once it is over, `ValidationFailed` at `/reason` where that is too long.
    """
    because = clean_reason(reason)
    with ctx.unit() as unit:
        row = managed_event(ctx, unit, event_id)
        if row.state == "planned":
            if row.ends_at <= ctx.now:
                raise InvalidTransition("It is over already.", state="over")
            call_off(ctx, unit, row, because)
        return event_view(row)


def call_off(ctx: Context, unit: UnitOfWork, row: Event, because: str | None = None) -> None:
    """Call a planned event off, it being locked: what was to be told isn't, and everybody is told of that."""
    row.state, row.cancelled_at, row.cancelled_because = "cancelled", ctx.now, because
    ctx.audit(unit, "event.cancelled", "event", row.id, reason=because)
    unit.session.flush()
    take_back(unit, Rsvp.event_id == row.id)
    unit.after_commit(lambda: enqueue_reminding(ctx))


def call_off_all(ctx: Context, unit: UnitOfWork, campaign_id: uuid.UUID) -> None:
    """Call off what a campaign that ends has planned."""
    to_come = select(Event).where(
        Event.organisation_id == unit.organisation_id,
        Event.campaign_id == campaign_id,
        Event.state == "planned",
        Event.starts_at > ctx.now,
    )
    for row in unit.session.scalars(to_come.order_by(Event.id).with_for_update()).all():
        call_off(ctx, unit, row)


def managed_event(ctx: Context, unit: UnitOfWork, event_id: uuid.UUID, *, lock: bool = True) -> Event:
    """An event that the actor runs, locked where it is to change: who only looks keeps nobody waiting."""
    require(ctx.actor, Permission.EVENT_MANAGE)
    row = lock_event(unit, event_id) if lock else unit.session.get(Event, (unit.organisation_id, event_id))
    if row is None or not _runs(ctx, row):
        raise NotFound
    return row


def lock_event(unit: UnitOfWork, event_id: uuid.UUID) -> Event | None:
    """An event, with nobody else giving places away in it meanwhile."""
    return unit.session.get(Event, (unit.organisation_id, event_id), with_for_update=True)


def reaches(ctx: Context, event: Event) -> bool:
    """Whether an event exists for the actor: it is everybody's, or of a campaign of theirs."""
    return event.campaign_id is None or ctx.actor.sees_campaign(event.campaign_id)


def _runs(ctx: Context, event: Event) -> bool:
    return reaches(ctx, event) and (event.campaign_id is not None or ctx.actor.campaign_ids is None)


def _in_reach(ctx: Context) -> ColumnElement[bool]:
    of_us = Event.organisation_id == ctx.organisation_id
    if ctx.actor.campaign_ids is None:
        return of_us
    theirs = or_(Event.campaign_id.is_(None), Event.campaign_id.in_(ctx.actor.campaign_ids))
    return and_(of_us, theirs)


def _not_over(since: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    """None lasts longer than `LONGEST`, or an hour more where clocks go back in it, so those of years ago
    needn't be read to see that they are over.
    """
    begun = since - LONGEST - CLOCKS_BACK if since > THE_FIRST else since
    return Event.ends_at > since, Event.starts_at > begun


def _with_mine(ctx: Context) -> Select[Event, Rsvp | None]:
    is_mine = and_(
        Rsvp.organisation_id == Event.organisation_id,
        Rsvp.event_id == Event.id,
        Rsvp.account_id == ctx.actor.account_id,
    )
    return select(Event, Rsvp).outerjoin(Rsvp, is_mine)


def faults_of_new(new: NewEvent, now: dt.datetime) -> Iterator[FieldError]:
    """All that is wrong with what is said of an event that is to be made."""
    yield from faults(new.title, new.place, new.capacity, new.seat_code, new.postcode)
    yield from faults_of_times(new.span, now)
    if not 1 <= new.weeks <= WEEKS_MOST:
        yield FieldError("/weeks", "Choose between 1 and 26 weeks.")


def _zone(ctx: Context, unit: UnitOfWork, campaign_id: uuid.UUID | None) -> str:
    if campaign_id is None:
        if ctx.actor.campaign_ids is not None:
            raise ValidationFailed.at("/campaign_id", "Say which of your campaigns it is for.")
        return USUAL_ZONE
    try:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.EVENT_MANAGE)
    except NotFound:
        raise ValidationFailed.at("/campaign_id", "There is no campaign with this id.") from None
    unit.session.refresh(campaign, with_for_update={"read": True})  # it doesn't end in this instant
    if campaign.state == "ended":
        raise ValidationFailed.at("/campaign_id", "This campaign has ended.")
    return campaign.timezone


def _row(ctx: Context, new: NewEvent, span: Span, zone: str, series_id: uuid.UUID | None) -> Event:
    return Event(
        organisation_id=ctx.organisation_id,
        id=new_id(),
        campaign_id=new.campaign_id,
        series_id=series_id,
        kind=new.kind,
        title=" ".join(new.title.split()),
        place=" ".join(new.place.split()),
        postcode=new.postcode.strip().upper() if new.postcode else None,
        seat_code=new.seat_code,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        timezone=zone,
        capacity=new.capacity,
        taken=0,
        waiting=0,
        state="planned",
        created_by=ctx.actor.account_id,
        created_at=ctx.now,
    )
