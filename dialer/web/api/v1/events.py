"""`/events`: what people sign up for, phone-bank sessions among it (contract §11)."""

from __future__ import annotations

from typing import Any, cast

from flask import url_for
from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.errors import NotFound, ValidationFailed
from dialer.domain.event import (
    CAPACITY_MOST,
    EVENT_KINDS,
    EVENT_STATES,
    PLACE_LONGEST,
    PLACES_MOST,
    REASON_LONGEST,
    RSVP_STATES,
    TITLE_LONGEST,
    WEEKS_MOST,
    Span,
)
from dialer.services.accounts.organisations import system_actor
from dialer.services.organising import events as deeds
from dialer.services.organising import rsvps
from dialer.services.organising.views import EventView, RsvpView
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Flag, Id, Instant, Text, Whole, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.desk import context, desk, moment
from dialer.web.guard import allow

events = Resource("events", "What people sign up for: phone-bank sessions, canvasses, rallies")


class NewEventSchema(Schema):
    """An event; a phone-bank session is one of kind `phone_bank` with a `campaign_id`. With `weeks` as many
    are made, a week apart on the clocks of the campaign, all with one `series_id`.
    """

    kind = Choice(*EVENT_KINDS, required=True)
    title = Text(required=True, blank=False, max_length=TITLE_LONGEST)
    seat_code = Text(allow_none=True, load_default=None, max_length=9)
    place = Text(required=True, blank=False, max_length=PLACE_LONGEST)
    postcode = Text(allow_none=True, load_default=None, max_length=10)
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    capacity = Whole(least=1, most=CAPACITY_MOST, allow_none=True, load_default=None)
    campaign_id = Id(allow_none=True, load_default=None)
    weeks = Whole(least=1, most=WEEKS_MOST, load_default=1)


class EventFieldsSchema(Schema):
    """What may be changed once people have signed up. When it is may not: call it off, and make another."""

    title = Text(blank=False, max_length=TITLE_LONGEST)
    place = Text(blank=False, max_length=PLACE_LONGEST)
    capacity = Whole(least=1, most=CAPACITY_MOST, allow_none=True)


class MyRsvpSchema(Schema):
    """A sign-up, as whoever signed up sees it."""

    id = Id(required=True)
    event_id = Id(required=True)
    state = Choice(*RSVP_STATES, required=True)
    seats = Whole(required=True, attribute="places")


class EventSchema(Schema):
    """An event. `going` and `waiting` are places; `timezone` is where its clocks are; `mine` is the sign-up
    of whoever asks.
    """

    id = Id(required=True)
    kind = Choice(*EVENT_KINDS, required=True)
    title = Text(required=True)
    seat_code = Text(required=True, allow_none=True)
    place = Text(required=True)
    postcode = Text(required=True, allow_none=True)
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    timezone = Text(required=True)
    capacity = Whole(required=True, allow_none=True)
    going = Whole(required=True)
    waiting = Whole(required=True)
    campaign_id = Id(required=True, allow_none=True)
    series_id = Id(required=True, allow_none=True)
    state = Choice(*EVENT_STATES, required=True)
    cancelled_because = Text(required=True, allow_none=True)
    mine = fields.Nested(MyRsvpSchema, required=True, allow_none=True)
    created_at = Instant(required=True)


class CallingOffSchema(Schema):
    """Why it is called off, if one likes to say: those who signed up are told, and volunteers read it."""

    reason = Text(load_default="", max_length=REASON_LONGEST)


class EventQuery(PageQuery):
    """Those that aren't over at `from` (now, unless given). `near` needs the postcodes of the country, which
    aren't loaded here yet: it is refused.
    """

    near = Text(max_length=10)
    since = Instant(data_key="from")
    kind = Choice(*EVENT_KINDS)
    campaign_id = Id()
    series_id = Id()
    cancelled = Flag(load_default=False, metadata={"query": True})


class NewRsvpSchema(Schema):
    """Who comes, and that we may write to them about it; `seats` counts them and who they bring."""

    name = Text(required=True, blank=False, max_length=200)
    phone = Text(load_default="", max_length=40)
    email = Text(load_default="", max_length=254)
    consent = Flag(required=True)
    seats = Whole(least=1, most=PLACES_MOST, load_default=1)


class RsvpSchema(Schema):
    """What became of it: `going`, or `waitlist` where it is full."""

    id = Id(required=True)
    state = Choice(*RSVP_STATES, required=True)


class GuestSchema(Schema):
    """Somebody who signed up; `volunteer_id` where it is one of us."""

    id = Id(required=True)
    event_id = Id(required=True)
    volunteer_id = Id(required=True, allow_none=True, attribute="account_id")
    name = Text(required=True)
    phone = Text(required=True, allow_none=True)
    email = Text(required=True, allow_none=True)
    state = Choice(*RSVP_STATES, required=True)
    seats = Whole(required=True, attribute="places")
    told = Flag(
        required=True,
        allow_none=True,
        metadata={
            "description": "whether they could be told that it was called off, is somewhere else than "
            "when they signed up, or that they moved up; null until then"
        },
    )
    created_at = Instant(required=True)


class MyEventSchema(Schema):
    """Which event I come to."""

    event_id = Id(required=True)


@events.route("/events")
class Events(MethodView):
    """All of them."""

    @allow(Permission.EVENT_READ)
    @events.arguments(EventQuery, location="query")
    @events.response(200, paged(EventSchema))
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """Those to come, the soonest first; volunteers see everybody's and those of their campaigns."""
        page = page_of(query)
        if query.pop("near", None) is not None:
            raise ValidationFailed.at("/near", "Where postcodes lie isn’t known here yet. Leave this out.")
        wanted = deeds.Wanted(**{"since": moment(), **query})
        return show_page(deeds.list_events(context(), wanted, page))

    @allow(Permission.EVENT_MANAGE)
    @events.arguments(NewEventSchema)
    @events.response(201, EventSchema)
    def post(self, given: dict[str, Any]) -> tuple[EventView, int, dict[str, str]]:
        """Make one, or a series of them week by week; the first is given."""
        span = Span(given.pop("starts_at"), given.pop("ends_at"))
        made = deeds.make_event(context(), deeds.NewEvent(**given, span=span))
        return made, 201, {"Location": url_for("events.Event", event_id=made.id)}


@events.route("/events/<event_id>")
class Event(MethodView):
    """One of them."""

    @allow(Permission.EVENT_READ)
    @events.response(200, EventSchema)
    def get(self, event_id: str) -> EventView:
        """One of them."""
        return deeds.get_event(context(), path_id(event_id))

    @allow(Permission.EVENT_MANAGE)
    @events.arguments(EventFieldsSchema)
    @events.response(200, EventSchema)
    def patch(self, given: dict[str, Any], event_id: str) -> EventView:
        """Change one that is still to come; with more places those who wait move up."""
        return rsvps.change_event(context(), path_id(event_id), cast("rsvps.EventChanges", given))


@events.route("/events/<event_id>/cancel", methods=["POST"])
@allow(Permission.EVENT_MANAGE)
@events.arguments(CallingOffSchema, required=False)
@events.response(200, EventSchema)
def cancel_event(given: dict[str, Any], event_id: str) -> EventView:
    """Call it off; again: no change, the first reason stays."""
    return deeds.cancel_event(context(), path_id(event_id), given["reason"])


@events.route("/events/<event_id>/rsvps")
class Rsvps(MethodView):
    """Who comes."""

    @allow(Permission.EVENT_MANAGE)
    @events.arguments(PageQuery, location="query")
    @events.response(200, paged(GuestSchema))
    def get(self, query: dict[str, Any], event_id: str) -> dict[str, object]:
        """Who signed up, in the order in which they did."""
        guests = rsvps.guests_of(context(), path_id(event_id), page_of(query))
        return show_page(guests)

    @allow(Permission.EVENT_SIGN_UP_PUBLIC)
    @events.arguments(NewRsvpSchema)
    @events.response(201, RsvpSchema)
    def post(self, given: dict[str, Any], event_id: str) -> RsvpView:
        """Sign up, without a token. The same phone or email again has what it has."""
        wanted = path_id(event_id)
        ctx = context(system_actor(rsvps.organisation_of_event(desk().units, wanted)))
        return rsvps.sign_up(ctx, wanted, rsvps.RsvpForm(places=given.pop("seats"), **given))


@events.route("/rsvps/<rsvp_id>")
class Rsvp(MethodView):
    """One sign-up."""

    @allow(Permission.EVENT_SIGN_UP)
    @events.response(204)
    def delete(self, rsvp_id: str) -> None:
        """Take it back: one's own, or anybody's where one runs the event. The first who waits moves up."""
        rsvps.withdraw(context(), path_id(rsvp_id))


@events.route("/me/rsvps", methods=["POST"])
@allow(Permission.EVENT_SIGN_UP)
@events.arguments(MyEventSchema)
@events.response(201, MyRsvpSchema)
def come_myself(given: dict[str, Any]) -> RsvpView:
    """Sign up as who I am. Again: what I have."""
    try:
        return rsvps.come_myself(context(), given["event_id"])
    except NotFound as error:
        raise ValidationFailed.at("/event_id", "There is no such event, or it isn’t yours to see.") from error
