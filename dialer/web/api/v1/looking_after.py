"""`/volunteers/{id}/messages`, `/volunteers/{id}/past`: a word to one volunteer, and what they did."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.services.accounts.browsers import browsers_of, sign_out_everywhere
from dialer.services.calling.volunteer_past import VolunteerPast, past_of_volunteer
from dialer.services.messaging.volunteer_texts import VolunteerText, text_volunteer, texts_with_volunteer
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Flag, Id, Instant, Text, Whole, path_id
from dialer.web.api.paging import PageQuery, page_of, show_page
from dialer.web.api.v1.messages import MessagePage, MessageSchema, WordsSchema, show_message
from dialer.web.desk import context
from dialer.web.guard import allow

looking_after = Resource("looking-after", "What volunteers did, and a word to one of them")


class NewVolunteerMessageSchema(WordsSchema):
    """A text, or a letter, to one volunteer, as it is."""


class PastSessionSchema(Schema):
    """One of their sessions; `ended_at` is null while it goes on."""

    id = Id(required=True)
    campaign_id = Id(required=True)
    campaign = Text(required=True)
    started_at = Instant(required=True)
    ended_at = Instant(required=True, allow_none=True)
    calls = Whole(required=True)
    talks = Whole(required=True)


class VolunteerPastSchema(Schema):
    """All of somebody's sessions in reach added up, and the latest 20. `time_s` is from their beginnings to
    their ends.
    """

    sessions_count = Whole(required=True)
    calls = Whole(required=True)
    talks = Whole(required=True)
    time_s = Whole(required=True)
    sessions = fields.List(fields.Nested(PastSessionSchema), required=True)


class BrowserSchema(Schema):
    """A browser in which they are signed in, or `remembered`: it lets them in by one press."""

    since = Instant(required=True)
    last_seen_at = Instant(required=True)
    remembered = Flag(required=True)


class BrowsersSchema(Schema):
    """All of them, the last seen first."""

    data = fields.List(fields.Nested(BrowserSchema), required=True)


@looking_after.route("/volunteers/<volunteer_id>/browsers")
class Browsers(MethodView):
    """Where a volunteer is signed in."""

    @allow(Permission.VOLUNTEER_READ)
    @looking_after.response(200, BrowsersSchema)
    def get(self, volunteer_id: str) -> dict[str, object]:
        """The browsers that let them in now."""
        return {"data": browsers_of(context(), path_id(volunteer_id))}

    @allow(Permission.VOLUNTEER_MANAGE)
    @looking_after.response(204)
    def delete(self, volunteer_id: str) -> None:
        """Sign them out of all of them, and let links made already open nothing: a phone was lost."""
        sign_out_everywhere(context(), path_id(volunteer_id))


@looking_after.route("/volunteers/<volunteer_id>/messages")
class VolunteerMessages(MethodView):
    """What was written to a volunteer, and what they wrote."""

    @allow(Permission.MESSAGE_READ)
    @looking_after.arguments(PageQuery, location="query")
    @looking_after.response(200, MessagePage)
    def get(self, query: dict[str, Any], volunteer_id: str) -> dict[str, object]:
        """By the number and address that they have now, since they came; the latest first. What campaigns
        sent there is none of it.
        """
        found = texts_with_volunteer(context(), path_id(volunteer_id), page_of(query))
        return show_page(found.map(show_message))

    @allow(Permission.MESSAGE_SEND)
    @looking_after.arguments(NewVolunteerMessageSchema)
    @looking_after.response(201, MessageSchema)
    def post(self, given: dict[str, Any], volunteer_id: str) -> tuple[dict[str, object], int, dict[str, str]]:
        """Write to them soon, through the gate that all texts pass; in quiet hours it waits. 409 with the
        `reason` where they may not be written to so. What they answer comes into the inbox.
        """
        written = text_volunteer(context(), VolunteerText(path_id(volunteer_id), **given))
        return show_message(written), 201, {"Location": url_for("messages.Message", message_id=written.id)}


@looking_after.route("/volunteers/<volunteer_id>/past")
class Past(MethodView):
    """What a volunteer did."""

    @allow(Permission.VOLUNTEER_READ)
    @looking_after.response(200, VolunteerPastSchema)
    def get(self, volunteer_id: str) -> VolunteerPast:
        """Their sessions, calls, talks and time, in the campaigns that you see."""
        return past_of_volunteer(context(), path_id(volunteer_id))
