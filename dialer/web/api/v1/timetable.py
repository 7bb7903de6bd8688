"""`/elections/{id}/timetable`: until when what must be done, and dates put right by hand."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for
from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.deadline_audiences import CONCERNED, READY, Ready
from dialer.domain.errors import NotFound
from dialer.domain.timetable import ENTERABLE, KINDS, MILESTONES, NATIONS, Due, Milestone, Source
from dialer.services.gotv import timetable as deeds
from dialer.services.gotv.deadline_audiences import campaign_named, draft_text, occasion, ready_audience
from dialer.services.gotv.timetable import TimetableLine, TimetableView
from dialer.services.messaging.views import BlastView
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Day, Flag, Id, Instant, LocalTime, Text, Whole, path_id
from dialer.web.api.v1.audiences import SavedAudienceSchema, show_audience
from dialer.web.api.v1.blast_schemas import BlastSchema
from dialer.web.deadline_texts import ready_name, text_words
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.timetable_file import MIME, timetable_response, wants_calendar
from dialer.web.timetable_words import sentence

timetables = Resource("timetables", "An election’s deadlines")


class DueSchema(Schema):
    """A date on the clocks of the election’s zone; without a time the whole day counts."""

    due_on = Day(required=True)
    due_time = LocalTime(required=True, allow_none=True)
    source = Choice(*Source, required=True)


class TimetableLineSchema(Schema):
    """What is due and when; null where no date is known, or there is none here. `due_at` is the moment from
    which it is too late, `days_left` counts days of the calendar, `usual` is what would count if nobody had
    entered another date, `words` say it in the language asked for.
    """

    milestone = Choice(*MILESTONES, required=True)
    due_on = Day(required=True, allow_none=True)
    due_time = LocalTime(required=True, allow_none=True)
    due_at = Instant(required=True, allow_none=True)
    days_left = Whole(required=True, allow_none=True)
    is_over = Flag(required=True)
    source = Choice(*Source, required=True, allow_none=True)
    usual = fields.Nested(DueSchema, required=True, allow_none=True)
    changed_at = Instant(required=True, allow_none=True)
    changed_by = Id(required=True, allow_none=True)
    audiences = fields.List(
        Choice(*READY),
        required=True,
        metadata={"description": "whom it is about: audiences that can be made at one request"},
    )
    words = Text(required=True)


class TimetableSchema(Schema):
    """An election’s timetable by date; `next` is the milestone that comes first from now on."""

    election_id = Id(required=True)
    kind = Choice(*KINDS, required=True, allow_none=True)
    nation = Choice(*NATIONS, required=True, allow_none=True)
    timezone = Text(required=True)
    next = Choice(*MILESTONES, required=True, allow_none=True)
    data = fields.List(fields.Nested(TimetableLineSchema), required=True)


class EnteredDateSchema(Schema):
    """A date entered by hand; null says that there is no such thing at this election."""

    due_on = Day(required=True, allow_none=True)
    due_time = LocalTime(allow_none=True, load_default=None)


class ReadyAudienceSchema(Schema):
    """Which of the audiences that a date is about."""

    audience = Choice(*READY, required=True)


class DeadlineTextSchema(ReadyAudienceSchema):
    """Whom a text about a date is for, and the campaign, of the same election, that it belongs to."""

    campaign_id = Id(required=True)


@timetables.route("/elections/<election_id>/timetable")
class Timetable(MethodView):
    """The whole timetable."""

    @allow(Permission.ELECTION_READ)
    @timetables.response(200, TimetableSchema)
    @timetables.alt_response(200, content_type=MIME, description="With `Accept: text/calendar`, a calendar")
    def get(self, election_id: str) -> Response | dict[str, object]:
        """Until when voters can register and apply, what the source of each date is, and what comes next."""
        ctx = context()
        found = deeds.get_timetable(ctx, path_id(election_id))
        return timetable_response(ctx, found) if wants_calendar() else _shown(found)


@timetables.route("/elections/<election_id>/timetable/<milestone>")
class TimetableDate(MethodView):
    """One date of it."""

    @allow(Permission.ELECTION_MANAGE)
    @timetables.arguments(EnteredDateSchema)
    @timetables.response(200, TimetableSchema)
    def put(self, given: dict[str, Any], election_id: str, milestone: str) -> dict[str, object]:
        """Enter a date by hand: it counts from now on, and what the law says stays beside it."""
        named = _milestone(milestone)
        entered = deeds.enter_date(context(), path_id(election_id), named, given["due_on"], given["due_time"])
        return _shown(entered)

    @allow(Permission.ELECTION_MANAGE)
    @timetables.response(204)
    def delete(self, election_id: str, milestone: str) -> None:
        """Take back what was entered by hand: what the law says counts again."""
        deeds.clear_date(context(), path_id(election_id), _milestone(milestone))


@timetables.route("/elections/<election_id>/timetable/<milestone>/audiences")
class DeadlineAudiences(MethodView):
    """Whom a date is about."""

    @allow(Permission.AUDIENCE_MANAGE)
    @timetables.arguments(ReadyAudienceSchema)
    @timetables.response(201, SavedAudienceSchema)
    @timetables.alt_response(200, schema=SavedAudienceSchema, description="One with this rule was there")
    def post(
        self, given: dict[str, Any], election_id: str, milestone: str
    ) -> tuple[dict[str, object], int, dict[str, str]]:
        """Save the audience that a date is about: a rule like any other from then on. 409 for an election
        that isn’t the current one.
        """
        ready = Ready(given["audience"])
        found, made = ready_audience(
            context(), path_id(election_id), _any_milestone(milestone), ready, ready_name(ready)
        )
        where = {"Location": url_for("audiences.Audience", audience_id=found.id)}
        return show_audience(found), 201 if made else 200, where


@timetables.route("/elections/<election_id>/timetable/<milestone>/blasts")
class DeadlineTexts(MethodView):
    """Texts about a date."""

    @allow(Permission.AUDIENCE_MANAGE)
    @timetables.arguments(DeadlineTextSchema)
    @timetables.response(201, BlastSchema)
    @timetables.alt_response(200, schema=BlastSchema, description="Such a draft was there")
    def post(
        self, given: dict[str, Any], election_id: str, milestone: str
    ) -> tuple[BlastView, int, dict[str, str]]:
        """Write a draft about a date in English and Welsh, to the audience it is about, with its time and
        deadline set. Nobody gets it before it is launched.
        """
        ctx, ready = context(), Ready(given["audience"])
        about = occasion(ctx, path_id(election_id), _any_milestone(milestone), ready)
        campaign = campaign_named(ctx, given["campaign_id"])
        words = text_words(about, campaign)
        written, made = draft_text(ctx, about, campaign.id, ready_name(ready), words)
        return written, 201 if made else 200, {"Location": url_for("blasts.Blast", blast_id=written.id)}


def _any_milestone(named: str) -> Milestone:
    if named not in MILESTONES:
        raise NotFound
    return Milestone(named)


def _milestone(named: str) -> Milestone:
    if named not in ENTERABLE:
        raise NotFound
    return Milestone(named)


def _shown(found: TimetableView) -> dict[str, object]:
    election = found.election
    return {
        "election_id": election.id,
        "kind": election.kind,
        "nation": election.nation,
        "timezone": election.timezone,
        "next": found.next.milestone if found.next else None,
        "data": [_shown_line(line, election.timezone) for line in found.lines],
    }


def _shown_line(line: TimetableLine, zone: str) -> dict[str, object]:
    known = {} if line.due is None else _shown_due(line.due)
    return {
        "milestone": line.milestone,
        "due_on": None,
        "due_time": None,
        "source": Source.HAND if line.is_by_hand else None,
        **known,
        "due_at": line.due_at,
        "days_left": line.days_left,
        "is_over": line.is_over,
        "usual": line.usual and _shown_due(line.usual),
        "changed_at": line.changed_at,
        "changed_by": line.changed_by,
        "audiences": CONCERNED.get(line.milestone, ()),
        "words": sentence(line, zone),
    }


def _shown_due(due: Due) -> dict[str, object]:
    return {"due_on": due.on, "due_time": due.time, "source": due.source}
