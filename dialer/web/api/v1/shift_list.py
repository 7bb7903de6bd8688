"""`/campaigns/{id}/sessions` for those who look after volunteers, and the help that volunteers ask for."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.help_request import REASONS
from dialer.domain.shift import SHIFT_STATES
from dialer.services.calling import help_requests as deeds
from dialer.services.calling.help_requests import HelpRequestView
from dialer.services.calling.shift_list import list_shifts
from dialer.services.calling.views import SessionView
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Flag, Id, Instant, Text, Whole, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.api.v1.beside import HelpSchema, SupervisedSchema
from dialer.web.api.v1.sessions import SessionSchema
from dialer.web.desk import context
from dialer.web.guard import allow

shift_lists = Resource("shift-lists", "Volunteers' shifts as they stand, and the help they ask for")


class ListedSessionsQuery(PageQuery):
    """Which shifts: of one state, else all that go on."""

    state = Choice(*SHIFT_STATES)


class ListedSessionSchema(Schema):
    """A shift with its volunteer's name, and since when it stands as it does."""

    id = Id(required=True)
    campaign_id = Id(required=True)
    volunteer_id = Id(required=True)
    name = Text(required=True)
    state = Text(required=True)
    state_since = Instant(required=True)
    pause_reason = Text(allow_none=True, required=True)
    line = Text(required=True)
    via = Text(required=True)
    calls = Whole(required=True)
    talks = Whole(required=True)
    started_at = Instant(required=True)
    last_seen_at = Instant(required=True)
    limited = Flag(required=True)
    rings = Flag(required=True)
    joinable = Flag(
        required=True,
        metadata={
            "description": "whether a coordinator can come in: they are on their line, or in a call that "
            "goes through us"
        },
    )
    speaking_since = Instant(
        allow_none=True,
        required=True,
        metadata={
            "description": "when the person answered with whom they speak in a call that we put through"
        },
    )
    last_result = Text(allow_none=True, required=True)
    last_result_at = Instant(allow_none=True, required=True)
    help = fields.Nested(HelpSchema, allow_none=True, required=True)
    supervision = fields.Nested(SupervisedSchema, allow_none=True, required=True)


class AskForHelpSchema(Schema):
    """Why, if they like to say."""

    reason = Choice(*REASONS, allow_none=True, load_default=None)


class HelpQuery(PageQuery):
    """Which requests."""

    state = Choice("open", "closed")


class HelpRequestSchema(Schema):
    """A request for help, kept when it is over."""

    id = Id(required=True)
    campaign_id = Id(required=True)
    session_id = Id(required=True)
    volunteer_id = Id(required=True)
    reason = Text(allow_none=True, required=True)
    asked_at = Instant(required=True)
    taken_at = Instant(allow_none=True, required=True)
    taken_by = Id(allow_none=True, required=True)
    taken_by_name = Text(allow_none=True, required=True)
    closed_at = Instant(allow_none=True, required=True)
    outcome = Text(allow_none=True, required=True)


@shift_lists.route("/campaigns/<campaign_id>/sessions")
class ListedSessions(MethodView):
    """The shifts of a campaign."""

    @allow(Permission.VOLUNTEER_READ)
    @shift_lists.arguments(ListedSessionsQuery, location="query")
    @shift_lists.response(200, paged(ListedSessionSchema))
    def get(self, query: dict[str, Any], campaign_id: str) -> dict[str, object]:
        """Who calls just now: those that go on, and those that ended while help was asked for in them."""
        page = page_of(query)
        return show_page(list_shifts(context(), path_id(campaign_id), page, **query))


@shift_lists.route("/campaigns/<campaign_id>/help-requests")
class HelpRequests(MethodView):
    """Help that was asked for in a campaign."""

    @allow(Permission.VOLUNTEER_READ)
    @shift_lists.arguments(HelpQuery, location="query")
    @shift_lists.response(200, paged(HelpRequestSchema))
    def get(self, query: dict[str, Any], campaign_id: str) -> dict[str, object]:
        """Who asked for help, the first first."""
        page, state = page_of(query), query.get("state")
        closed = None if state is None else state == "closed"
        return show_page(deeds.list_help(context(), path_id(campaign_id), page, closed=closed))


@shift_lists.route("/sessions/<session_id>/help")
class Help(MethodView):
    """The help asked for in a shift."""

    @allow(Permission.SHIFT_RUN)
    @shift_lists.arguments(AskForHelpSchema)
    @shift_lists.response(200, SessionSchema)
    def post(self, body: dict[str, Any], session_id: str) -> SessionView:
        """Ask for help. Asked again: the same request."""
        return deeds.ask_for_help(context(), path_id(session_id), body["reason"])

    @allow(Permission.SHIFT_RUN)
    @shift_lists.response(204)
    def delete(self, session_id: str) -> None:
        """No help is needed any more."""
        deeds.withdraw_help(context(), path_id(session_id))


@shift_lists.route("/sessions/<session_id>/help/take", methods=["POST"])
@allow(Permission.VOLUNTEER_MANAGE)
@shift_lists.response(200, HelpRequestSchema)
def take(session_id: str) -> HelpRequestView:
    """I have seen it, and come. The volunteer reads it."""
    return deeds.take_help(context(), path_id(session_id))


@shift_lists.route("/sessions/<session_id>/help/resolve", methods=["POST"])
@allow(Permission.VOLUNTEER_MANAGE)
@shift_lists.response(200, HelpRequestSchema)
def resolve(session_id: str) -> HelpRequestView:
    """They were helped."""
    return deeds.close_help(context(), path_id(session_id))
