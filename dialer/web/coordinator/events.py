"""A campaign's phone-bank sessions: planned, once or week by week, who comes, called off."""

from __future__ import annotations

import datetime as dt
import uuid
from functools import partial
from typing import Final

from flask import render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import InvalidTransition, NotFound, ValidationFailed
from dialer.domain.event import REASON_LONGEST, WEEKS_MOST, Span, faults
from dialer.domain.reading import Reading
from dialer.domain.wall_time import NoSuchTimeError, moment_of
from dialer.services.calling.campaigns import get_campaign
from dialer.services.calling.views import CampaignView
from dialer.services.organising.events import (
    NewEvent,
    Wanted,
    cancel_event,
    faults_of_new,
    get_event,
    list_events,
    make_event,
)
from dialer.services.organising.rsvps import EventChanges, change_event, guests_of, withdraw
from dialer.services.organising.views import EventView
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.confirming import Asking
from dialer.web.coordinator.forms import (
    Answer,
    Faults,
    asked,
    day_or_none,
    faults_of,
    go,
    next_address,
    page_asked,
    said,
    same_names,
    take_step,
    wall_time,
    whole_number,
)
from dialer.web.desk import context
from dialer.web.event_words import coming_words, waiting_words, when_words
from dialer.web.guard import allow

PAST: Final = dt.timedelta(days=90)
GUESTS_SHOWN: Final = 100
A_WHILE: Final = dt.timedelta(hours=1)
"""For how long it is, and until it begins, where neither can be read: no rule is broken by it."""

_FIELDS: Final = {
    "/title": "title",
    "/place": "place",
    "/on": "on",
    "/starts_at": "starts",
    "/ends_at": "ends",
    "/starts": "starts",
    "/ends": "ends",
    "/capacity": "capacity",
    "/weeks": "weeks",
}
_TYPED: Final = ("title", "on", "starts", "ends", "place", "capacity", "weeks")


@coordinator.get("/campaigns/<uuid:campaign_id>/phone-sessions")
@allow(Permission.EVENT_MANAGE)
def phone_sessions(campaign_id: uuid.UUID) -> str:
    """Those to come; those of the last months where the address asks for them."""
    return _page(campaign_id)


@coordinator.post("/campaigns/<uuid:campaign_id>/phone-sessions")
@allow(Permission.EVENT_MANAGE)
def plan_session(campaign_id: uuid.UUID) -> Answer:
    """Plan one, or one each week."""
    ctx = context()
    campaign = get_campaign(ctx, campaign_id)
    try:
        new = _wanted(campaign, ctx.now)
        make_event(ctx, new)
    except ValidationFailed as error:
        wrong = {at: gettext(fault) for at, fault in faults_of(error, _FIELDS).items()}
        return _page(campaign_id, wrong), 422
    words = (
        gettext("Planned. Volunteers see it from now on.") if new.weeks == 1 else gettext("All are planned.")
    )
    return go("coordinator.phone_sessions", words, campaign_id=campaign_id)


def _wanted(campaign: CampaignView, now: dt.datetime) -> NewEvent:
    form = Reading()
    on = form.take(_day, None)
    starts, ends = (form.take(partial(wall_time, field), None) for field in ("starts", "ends"))
    span = Span(now + A_WHILE, now + 2 * A_WHILE)
    if on is not None and starts is not None and ends is not None:
        span = Span(
            form.take(partial(_at, campaign, dt.datetime.combine(on, starts), "starts"), span.starts_at),
            form.take(partial(_at, campaign, dt.datetime.combine(on, ends), "ends"), span.ends_at),
        )
    new = NewEvent(
        kind="phone_bank",
        title=said("title"),
        place=said("place"),
        span=span,
        campaign_id=campaign.id,
        capacity=form.take(_capacity, None),
        weeks=form.take(lambda: whole_number("weeks") if said("weeks") else 1, 1),
    )
    form.check(faults_of_new(new, now))
    return new


def _day() -> dt.date:
    on = day_or_none("on")
    if on is None:
        raise ValidationFailed.at("/on", gettext("Say on which day."))
    return on


def _capacity() -> int | None:
    return whole_number("capacity") if said("capacity") else None


def _at(campaign: CampaignView, wall: dt.datetime, field: str) -> dt.datetime:
    try:
        return moment_of(wall, campaign.timezone)
    except (NoSuchTimeError, OverflowError):
        words = gettext("Clocks jump over this time on that day. Choose another.")
        raise ValidationFailed.at(f"/{field}", words) from None


def _page(campaign_id: uuid.UUID, errors: Faults | None = None) -> str:
    ctx = context()
    past = asked("past") == "1"
    since = ctx.now - PAST if past else ctx.now
    wanted = Wanted(since, "phone_bank", campaign_id, cancelled=True)
    found = list_events(ctx, wanted, page_asked())
    more = {"past": "1"} if past else {}
    return render_template(
        "coordinator/phone_sessions.html",
        campaign=get_campaign(ctx, campaign_id),
        sessions=found.items,
        next=next_address(found, "coordinator.phone_sessions", campaign_id=campaign_id, **more),
        past=past,
        now=ctx.now,
        values={name: request.form.get(name, "") for name in _TYPED},
        errors=errors or {},
        weeks_most=WEEKS_MOST,
        when_words=when_words,
        coming_words=coming_words,
        waiting_words=waiting_words,
    )


@coordinator.get("/phone-sessions/<uuid:event_id>")
@allow(Permission.EVENT_MANAGE)
def phone_session(event_id: uuid.UUID) -> str:
    """Who comes to one, and who waits."""
    return _session_page(event_id)


@coordinator.post("/phone-sessions/<uuid:event_id>")
@allow(Permission.EVENT_MANAGE)
def change_session(event_id: uuid.UUID) -> Answer:
    """Another title, place or number of places."""
    try:
        form = Reading()
        changes = EventChanges(title=said("title"), place=said("place"), capacity=form.take(_capacity, None))
        form.check(faults(changes["title"], changes["place"], None, None, None))
        change_event(context(), event_id, changes)
    except ValidationFailed as error:
        wrong = {at: gettext(fault) for at, fault in faults_of(error, _FIELDS).items()}
        return _session_page(event_id, wrong), 422
    except InvalidTransition as refusal:
        return go("coordinator.phone_session", gettext(refusal.detail), "warn", event_id=event_id)
    return go("coordinator.phone_session", gettext("Saved."), event_id=event_id)


def _session_page(event_id: uuid.UUID, errors: Faults | None = None) -> str:
    ctx = context()
    event = _of_campaign(get_event(ctx, event_id))
    guests = guests_of(ctx, event_id, page_asked(GUESTS_SHOWN))
    return render_template(
        "coordinator/phone_session.html",
        event=event,
        campaign=get_campaign(ctx, event.campaign_id) if event.campaign_id else None,
        guests=guests.items,
        next=next_address(guests, "coordinator.phone_session", event_id=event_id),
        is_over=event.ends_at <= ctx.now,
        values={name: said(name) for name in ("title", "place", "capacity")}
        if errors
        else {"title": event.title, "place": event.place, "capacity": event.capacity or ""},
        errors=errors or {},
        when_words=when_words,
        coming_words=coming_words,
        waiting_words=waiting_words,
    )


def _of_campaign(event: EventView) -> EventView:
    if event.campaign_id is None:
        raise NotFound
    return event


@coordinator.get("/phone-sessions/<uuid:event_id>/call-off")
@allow(Permission.EVENT_MANAGE)
def ask_to_call_off(event_id: uuid.UUID) -> str:
    """Ask before everybody is told."""
    return _ask_to_call_off(event_id)


def _ask_to_call_off(event_id: uuid.UUID, errors: Faults | None = None) -> str:
    event = _of_campaign(get_event(context(), event_id))
    asking = Asking(
        section="calls",
        question=gettext("Call this session off?"),
        consequence=gettext(
            "%(when)s: %(coming)s. Everybody who signed up is told, and it can’t be taken back.",
            when=when_words(event),
            coming=coming_words(event),
        ),
        action=url_for("coordinator.call_off", event_id=event_id),
        deed=gettext("Call it off"),
        back=url_for("coordinator.phone_session", event_id=event_id),
        keep=gettext("Leave it as it is"),
        reason=gettext("Whoever signed up is told so: “The hall is flooded”."),
        may_leave_out=True,
        longest=REASON_LONGEST,
    )
    values = {"reason": said("reason")}
    return render_template("coordinator/confirm.html", asking=asking, values=values, errors=errors or {})


@coordinator.post("/phone-sessions/<uuid:event_id>/call-off")
@allow(Permission.EVENT_MANAGE)
def call_off(event_id: uuid.UUID) -> Answer:
    """Call one off."""
    page = url_for("coordinator.phone_session", event_id=event_id)
    words = gettext("It is called off. Everybody who signed up is being told.")
    try:
        return take_step(partial(cancel_event, reason=said("reason")), event_id, words, page)
    except ValidationFailed as error:
        wrong = {at: gettext(fault) for at, fault in faults_of(error, same_names("reason")).items()}
        return _ask_to_call_off(event_id, wrong), 422


@coordinator.post("/phone-sessions/<uuid:event_id>/guests/<uuid:rsvp_id>/take-off")
@allow(Permission.EVENT_MANAGE)
def take_off(event_id: uuid.UUID, rsvp_id: uuid.UUID) -> Response:
    """Take somebody off the list who said that they can't come."""
    ctx = context()
    get_event(ctx, event_id)
    try:
        withdraw(ctx, rsvp_id)
    except (NotFound, InvalidTransition):
        return go(
            "coordinator.phone_session", gettext("They aren’t on it any more."), "warn", event_id=event_id
        )
    return go(
        "coordinator.phone_session",
        gettext("Taken off. Whoever waited first has the place."),
        event_id=event_id,
    )
