"""`/turnout`: who has voted, as tellers and others note it. Internal until the polls close."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from dialer.domain.access import Permission
from dialer.domain.telling import Outcome
from dialer.domain.turnout import MAX_MARKS, TURNOUT_SOURCES
from dialer.services.gotv.turnout import mark_turnout
from dialer.services.gotv.turnout_summary import TurnoutSummary, turnout_summary
from dialer.services.gotv.turnout_undo import undo_turnout, undo_turnout_by_account, undo_turnout_by_token
from dialer.services.gotv.views import MarkedTurnout, NewMark, UndoneTurnout
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Id, Instant, Text, Whole
from dialer.web.desk import context
from dialer.web.guard import allow

turnout = Resource("turnout", "Who has voted; nobody may publish this before the polls close")

_AT_MOST = validate.Length(max=MAX_MARKS, error="Send at most {max} marks at once.")


class NumberSchema(Schema):
    """An elector number as written, and the polling district it was noted in."""

    elector_number = Text(blank=False, max_length=100, required=True)
    polling_district = Text(max_length=100, allow_none=True)


class MarkSchema(NumberSchema):
    """That somebody has voted."""

    at = Instant(allow_none=True)
    source = Choice(*TURNOUT_SOURCES)
    client_id = Id(
        allow_none=True,
        metadata={"description": "an id of the sender’s own: sent again, it is taken and answered once"},
    )


class MarksSchema(Schema):
    """Marks, each on its own; without `election_id` of the token's election, else of the current one."""

    election_id = Id()
    marks = fields.List(fields.Nested(MarkSchema), required=True, validate=_AT_MOST)


class ToldMarkSchema(Schema):
    """What became of a mark that named itself; of somebody who has voted, since when that is known."""

    client_id = Id(required=True)
    outcome = Choice(*Outcome, required=True)
    voted_at = Instant(required=True, allow_none=True)


class MarkedSchema(Schema):
    """What became of the marks: each is in one of the four."""

    accepted = Whole(required=True)
    duplicates = Whole(required=True)
    not_found = fields.List(Text(), required=True, data_key="unknown", attribute="unknown")
    held = fields.List(Text(), required=True)
    marks = fields.List(fields.Nested(ToldMarkSchema), required=True, attribute="each")


class UndoSchema(Schema):
    """The electors who haven't voted after all, or the token or account whose marks are all taken back."""

    election_id = Id()
    marks = fields.List(fields.Nested(NumberSchema), validate=_AT_MOST)
    token_id = Id()
    account_id = Id()
    reason = Text(blank=False, max_length=500, required=True)

    @validates_schema
    def one_of_these(self, data: dict[str, Any], **_: object) -> None:
        """Not two, and not none."""
        if sum(name in data for name in ("marks", "token_id", "account_id")) != 1:
            raise ValidationError("Give either marks, token_id or account_id.", "marks")


class UndoneSchema(Schema):
    """How many people's marks were taken back, and the numbers that nobody has."""

    undone = Whole(required=True)
    not_found = fields.List(Text(), required=True, data_key="unknown", attribute="unknown")


class SummaryQuery(Schema):
    """The campaign whose people are meant; without it everybody, in the current election."""

    campaign_id = Id()


class DistrictSchema(Schema):
    """Figures of one polling district; null for people without one. Of those who voted as many as were seen,
    and at most; null before polling day is known. `watched_s`: for how long of the day tellers watched.
    """

    polling_district = Text(required=True, allow_none=True)
    polling_station = Text(required=True, allow_none=True)
    electors = Whole(required=True)
    voted = Whole(required=True)
    voted_at_most = Whole(required=True, allow_none=True)
    pledged = Whole(required=True)
    pledged_voted = Whole(required=True)
    pledged_voted_at_most = Whole(required=True, allow_none=True)
    watched_s = Whole(required=True, allow_none=True)
    last_mark_at = Instant(required=True, allow_none=True)
    silent_for_s = Whole(required=True, allow_none=True)


class HourSchema(Schema):
    """How many voted in an hour of the election's own clock."""

    hour = Instant(required=True)
    voted = Whole(required=True)


class SummarySchema(Schema):
    """Turnout in figures. `pledged` is support 1 and 2."""

    electors = Whole(required=True)
    voted = Whole(required=True)
    voted_at_most = Whole(required=True, allow_none=True)
    pledged = Whole(required=True)
    pledged_voted = Whole(required=True)
    pledged_voted_at_most = Whole(required=True, allow_none=True)
    by_polling_district = fields.List(fields.Nested(DistrictSchema), required=True)
    by_hour = fields.List(fields.Nested(HourSchema), required=True)


@turnout.route("/turnout")
class Turnout(MethodView):
    """Marks of who has voted."""

    @allow(Permission.TURNOUT_RECORD)
    @turnout.arguments(MarksSchema)
    @turnout.response(200, MarkedSchema)
    def post(self, body: dict[str, Any]) -> MarkedTurnout:
        """Take marks; unknown numbers wait for their elector."""
        marks = [NewMark(**mark) for mark in body["marks"]]
        return mark_turnout(context(), marks, body.get("election_id"))


@turnout.route("/turnout/undo")
class TurnoutUndo(MethodView):
    """Marks that were wrong."""

    @allow(Permission.TURNOUT_UNDO)
    @turnout.arguments(UndoSchema)
    @turnout.response(200, UndoneSchema)
    def post(self, body: dict[str, Any]) -> UndoneTurnout:
        """Take back the marks of some electors, or all of one token or account."""
        if "account_id" in body:
            return undo_turnout_by_account(context(), body["account_id"], reason=body["reason"])
        if "token_id" in body:
            return undo_turnout_by_token(context(), body["token_id"], reason=body["reason"])
        marks = [NewMark(**mark) for mark in body["marks"]]
        return undo_turnout(context(), marks, reason=body["reason"], election_id=body.get("election_id"))


@turnout.route("/turnout/summary")
class Summary(MethodView):
    """Turnout in figures."""

    @allow(Permission.TURNOUT_READ)
    @turnout.arguments(SummaryQuery, location="query")
    @turnout.response(200, SummarySchema)
    def get(self, query: dict[str, Any]) -> TurnoutSummary:
        """How many have voted, by polling district and hour."""
        return turnout_summary(context(), query.get("campaign_id"))
