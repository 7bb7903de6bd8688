"""`/turnout/marks`: marks that wait for a human, and what is done with them."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from marshmallow import Schema, ValidationError, fields, validates_schema

from dialer.domain.access import Permission
from dialer.domain.turnout import MARK_STATES, MARK_WHYS, TURNOUT_SOURCES
from dialer.services.gotv import mark_settling as deeds
from dialer.services.gotv.mark_review import MarkSearch, MarkView, get_mark, list_marks, waiting_marks
from dialer.services.gotv.mark_settling import SettledMarks
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Id, Instant, Text, Whole, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.desk import context
from dialer.web.guard import allow

turnout_marks = Resource("turnout_marks", "Marks of turnout that wait for a human")


class TurnoutMarkSchema(Schema):
    """A mark as it came, how it stands and why it waits; whom it is about, as far as that is known."""

    id = Id(required=True)
    election_id = Id(required=True)
    elector_number = Text(required=True, allow_none=True)
    polling_district = Text(required=True, allow_none=True)
    state = Choice(*MARK_STATES, required=True)
    why = Choice(*MARK_WHYS, required=True, allow_none=True)
    source = Choice(*TURNOUT_SOURCES, required=True)
    at = Instant(required=True)
    recorded_at = Instant(required=True)
    contact_id = Id(required=True, allow_none=True)
    account_id = Id(required=True, allow_none=True)
    by_name = Text(required=True, allow_none=True)
    token_id = Id(required=True, allow_none=True)
    undone_at = Instant(required=True, allow_none=True)
    reason = Text(required=True, allow_none=True)


class TurnoutMarkQuery(PageQuery):
    """Which marks; without an election those of the current one."""

    election_id = Id()
    state = Choice(*MARK_STATES)
    why = Choice(*MARK_WHYS)
    account_id = Id()
    token_id = Id()
    polling_district = Text(max_length=100)


class MarkMatchSchema(Schema):
    """Who it is."""

    contact_id = Id(required=True)


class MarkDistrictSchema(Schema):
    """The district in which it was noted."""

    polling_district = Text(blank=False, max_length=100, required=True)


class MarkReasonSchema(Schema):
    """Why it counts for nobody; it stays in the history."""

    reason = Text(blank=False, max_length=500, required=True)


class MarksOfSchema(Schema):
    """Whose marks: all that were made with one token, or by one account, in the current election
    unless `election_id` names another; `why` narrows them.
    """

    token_id = Id()
    account_id = Id()
    why = Choice(*MARK_WHYS)
    election_id = Id()

    @validates_schema
    def one_of_both(self, data: dict[str, Any], **_: object) -> None:
        """Not both, and not neither."""
        if ("token_id" in data) == ("account_id" in data):
            raise ValidationError("Give either token_id or account_id.", "token_id")


class DroppedMarksSchema(MarksOfSchema):
    """The same, with the reason."""

    reason = Text(blank=False, max_length=500, required=True)


class SettledMarksSchema(Schema):
    """How many marks were settled, and how many people count as voted by it who didn't before."""

    marks = Whole(required=True)
    people = Whole(required=True)


class WaitingOfSchema(Schema):
    """How many of an account's marks wait."""

    account_id = Id(required=True, allow_none=True)
    by_name = Text(required=True, allow_none=True)
    held = Whole(required=True)
    not_found = Whole(required=True, data_key="unknown", attribute="unknown")
    whys = fields.Dict(keys=Text(), values=Whole(), required=True)
    polling_districts = fields.Dict(keys=Text(), values=Whole(), required=True, attribute="districts")


class WaitingMarksSchema(Schema):
    """Whose marks wait in the current election."""

    held = Whole(required=True)
    not_found = Whole(required=True, data_key="unknown", attribute="unknown")
    by_account = fields.List(fields.Nested(WaitingOfSchema), required=True)


@turnout_marks.route("/turnout/marks")
class Marks(MethodView):
    """Marks, each with how it stands."""

    @allow(Permission.TURNOUT_REVIEW)
    @turnout_marks.arguments(TurnoutMarkQuery, location="query")
    @turnout_marks.response(200, paged(TurnoutMarkSchema))
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """Marks in the order they came."""
        page = page_of(query)
        state = query.pop("state", None)
        search = MarkSearch(**query, states=() if state is None else (state,))
        return show_page(list_marks(context(), search, page))


@turnout_marks.route("/turnout/marks/waiting")
class Waiting(MethodView):
    """Whose marks wait."""

    @allow(Permission.TURNOUT_REVIEW)
    @turnout_marks.response(200, WaitingMarksSchema)
    def get(self) -> dict[str, object]:
        """How many marks wait in the current election, by who made them, most first."""
        found = [one for one in waiting_marks(context()) if one.states]
        return {
            "held": sum(one.held for one in found),
            "unknown": sum(one.unknown for one in found),
            "by_account": found,
        }


@turnout_marks.route("/turnout/marks/count", methods=["POST"])
@allow(Permission.TURNOUT_REVIEW)
@turnout_marks.arguments(MarksOfSchema)
@turnout_marks.response(200, SettledMarksSchema)
def count_all(body: dict[str, Any]) -> SettledMarks:
    """Let all held marks of a token or account count, but for `deceased` and `moved` unless `why` says so;
    those of unknown numbers count when these are known.
    """
    return deeds.count_held(context(), MarkSearch(**body))


@turnout_marks.route("/turnout/marks/drop", methods=["POST"])
@allow(Permission.TURNOUT_REVIEW)
@turnout_marks.arguments(DroppedMarksSchema)
@turnout_marks.response(200, SettledMarksSchema)
def drop_all(body: dict[str, Any]) -> SettledMarks:
    """Drop all marks of a token or account that wait; they are kept, with the reason."""
    reason = body.pop("reason")
    return deeds.drop_waiting(context(), MarkSearch(**body), reason=reason)


@turnout_marks.route("/turnout/marks/<mark_id>")
class Mark(MethodView):
    """One mark."""

    @allow(Permission.TURNOUT_REVIEW)
    @turnout_marks.response(200, TurnoutMarkSchema)
    def get(self, mark_id: str) -> MarkView:
        """How it stands."""
        return get_mark(context(), path_id(mark_id))


@turnout_marks.route("/turnout/marks/<mark_id>/count", methods=["POST"])
@allow(Permission.TURNOUT_REVIEW)
@turnout_marks.response(200, TurnoutMarkSchema)
def count_one(mark_id: str) -> MarkView:
    """Let a held mark count for the person whose number it is."""
    return deeds.count_mark(context(), path_id(mark_id))


@turnout_marks.route("/turnout/marks/<mark_id>/match", methods=["POST"])
@allow(Permission.TURNOUT_REVIEW)
@turnout_marks.arguments(MarkMatchSchema)
@turnout_marks.response(200, TurnoutMarkSchema)
def match_one(body: dict[str, Any], mark_id: str) -> MarkView:
    """Say who it is: it counts for them."""
    return deeds.match_mark(context(), path_id(mark_id), body["contact_id"])


@turnout_marks.route("/turnout/marks/<mark_id>/district", methods=["POST"])
@allow(Permission.TURNOUT_REVIEW)
@turnout_marks.arguments(MarkDistrictSchema)
@turnout_marks.response(200, TurnoutMarkSchema)
def move_one(body: dict[str, Any], mark_id: str) -> MarkView:
    """Say in which district it was noted: it counts where its number fits one elector there."""
    return deeds.move_mark(context(), path_id(mark_id), body["polling_district"])


@turnout_marks.route("/turnout/marks/<mark_id>/drop", methods=["POST"])
@allow(Permission.TURNOUT_REVIEW)
@turnout_marks.arguments(MarkReasonSchema)
@turnout_marks.response(200, TurnoutMarkSchema)
def drop_one(body: dict[str, Any], mark_id: str) -> MarkView:
    """Take it for no vote; it is kept, with the reason."""
    return deeds.drop_mark(context(), path_id(mark_id), reason=body["reason"])
