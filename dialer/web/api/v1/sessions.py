"""`/sessions`: a volunteer's shifts, and the next contact in them (contract §6)."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from flask import Response, jsonify, url_for
from flask.views import MethodView
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from dialer.domain.access import Permission
from dialer.domain.shift import LONGEST_REST
from dialer.services.calling import in_call, line_asking, moving, next_contact
from dialer.services.calling import sessions as deeds
from dialer.services.calling.standstill import with_standstill
from dialer.services.calling.views import NobodyNow, SessionView
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Flag, Id, Instant, Text, Whole, path_id
from dialer.web.api.v1.assignments import AssignmentSchema, assignment_shown
from dialer.web.api.v1.beside import HelpSchema, SupervisedSchema
from dialer.web.api.v1.transfers import TransferSchema
from dialer.web.desk import context, desk
from dialer.web.guard import allow
from dialer.web.streams.handover import MEDIA_TYPE
from dialer.web.streams.opening import LAST_EVENT_ID, open_session_stream

sessions = Resource("sessions", "Volunteers' shifts, and the next contact in them")


MOVED_MOST: Final = 500
LONGEST_REST_S: Final = int(LONGEST_REST.total_seconds())

_EVENTS: Final = (
    "Events `session`, `assignment` and `call`, with the bodies of `GET /sessions/{id}`, `GET "
    "/assignments/{id}` and `GET /calls/{id}`: the present state at once, then each change within a second. "
    "A comment comes each 15 seconds. With `Last-Event-ID` nothing is sent that it names."
)


class NewSessionSchema(Schema):
    """How the volunteer calls."""

    via = Choice("own_phone", "browser", "phone", load_default="own_phone")
    phone = Text(max_length=40, allow_none=True, load_default=None)


class AskForLineSchema(Schema):
    """How the volunteer wants to be on the line: as before, unless named; the phone to ring."""

    via = Choice("browser", "phone", allow_none=True, load_default=None)
    phone = Text(max_length=40, allow_none=True, load_default=None)


class LineSchema(Schema):
    """The volunteer's own line, for people who are dialled: `none`, `ringing` or `open`. To dial in: ring one
    of the numbers, press star, type the PIN, which nobody but they are shown.
    """

    state = Text(required=True)
    pin = Text(required=True, allow_none=True)
    numbers = fields.List(Text(), required=True)


class BrowserTokenSchema(Schema):
    """What a softphone shows the carrier to call for this session. With the parameter `Assignment` its leg
    rings whom the session has in hand.
    """

    token = Text(required=True)
    identity = Text(required=True)
    expires_at = Instant(required=True)


class SwitchSchema(Schema):
    """On or off; the same again changes nothing."""

    on = Flag(required=True)


class RestSchema(Schema):
    """How long it lasts, in seconds; without an end it does until the session goes on."""

    for_s = Whole(least=1, most=LONGEST_REST_S, allow_none=True, load_default=None)


class TalkSchema(Schema):
    """The talk on the volunteer's line: whether they are muted; since when the other one is on hold, and when
    those come back by themselves; the last try to put them through to somebody; whether the carrier heard a
    machine, null while nobody can tell, and whether the campaign's message may be left on it.
    """

    muted = Flag(required=True)
    on_hold_since = Instant(allow_none=True, required=True)
    back_at = Instant(allow_none=True, required=True)
    transfer = fields.Nested(TransferSchema, allow_none=True)
    machine = Flag(allow_none=True, required=True)
    may_leave_message = Flag(required=True)


class MoveSchema(Schema):
    """Where the volunteer goes on, and how they call there: as before, unless named."""

    campaign_id = Id(required=True)
    via = Choice("own_phone", "browser", "phone", allow_none=True, load_default=None)
    phone = Text(max_length=40, allow_none=True, load_default=None)


class MoveManySchema(Schema):
    """Where they go on, and who: `session_ids`, or `all` who are on a shift in the campaign."""

    to = Id(required=True)
    session_ids = fields.List(Id(), validate=validate.Length(max=MOVED_MOST), load_default=list)
    all = Flag(load_default=False)

    @validates_schema
    def one_of_them(self, data: dict[str, Any], **_: object) -> None:
        """Nobody is moved by mistake."""
        if bool(data.get("session_ids")) == data.get("all", False):
            raise ValidationError({"session_ids": ["Name the sessions, or say all."]})


class NotMovedSchema(Schema):
    """Who stays, and why."""

    session_id = Id(required=True)
    detail = Text(required=True)


class MovedSchema(Schema):
    """How many went at once, how many go after their call, and who doesn't."""

    moved = Whole(required=True)
    after_call = Whole(required=True)
    refused = fields.List(fields.Nested(NotMovedSchema), required=True)


class SessionSchema(Schema):
    """A volunteer's shift."""

    id = Id(required=True)
    campaign_id = Id(required=True)
    volunteer_id = Id(required=True)
    state = Text(required=True)
    via = Text()
    calls = Whole(required=True)
    talks = Whole()
    started_at = Instant(required=True)
    assignment_id = Id(allow_none=True)
    limited = Flag()
    pause_reason = Text(allow_none=True)
    moving_to = Id(allow_none=True)
    moved_to = Id(allow_none=True)
    stayed_from = Id(allow_none=True)
    rests_until = Instant(allow_none=True)
    end_reason = Text(allow_none=True)
    line = fields.Nested(LineSchema, allow_none=True)
    talk = fields.Nested(TalkSchema, allow_none=True)
    help = fields.Nested(HelpSchema, allow_none=True)
    supervision = fields.Nested(SupervisedSchema, allow_none=True)
    standstill = Text(allow_none=True)


@sessions.route("/campaigns/<campaign_id>/sessions", methods=["POST"])
@allow(Permission.SHIFT_RUN)
@sessions.arguments(NewSessionSchema)
@sessions.response(201, SessionSchema)
def start(body: dict[str, Any], campaign_id: str) -> tuple[SessionView, int, dict[str, str]]:
    """Begin a shift; an earlier one in this campaign ends, and its open assignment moves here."""
    made = deeds.start_session(context(), path_id(campaign_id), **body)
    return made, 201, {"Location": url_for("sessions.Session", session_id=made.id)}


@sessions.route("/campaigns/<campaign_id>/sessions/move", methods=["POST"])
@allow(Permission.VOLUNTEER_MANAGE)
@sessions.arguments(MoveManySchema)
@sessions.response(200, MovedSchema)
def move_many(body: dict[str, Any], campaign_id: str) -> dict[str, object]:
    """Have volunteers go on in another campaign: these shifts, or all. Who has somebody in hand goes after
    that; who can't go is named, with why.
    """
    ids = None if body["all"] else body["session_ids"]
    found = moving.move_sessions(context(), path_id(campaign_id), body["to"], ids)
    refused = [{"session_id": one, "detail": why} for one, why in found.refused]
    return {"moved": found.moved, "after_call": found.after_call, "refused": refused}


@sessions.route("/sessions/<session_id>/move")
class SessionMove(MethodView):
    """Going on in another campaign."""

    @allow(Permission.SHIFT_RUN)
    @sessions.arguments(MoveSchema)
    @sessions.response(200, SessionSchema)
    def post(self, body: dict[str, Any], session_id: str) -> SessionView:
        """Go on in another campaign: the session there, or, while somebody is in hand, this one with
        `moving_to`. The line stays open. Without `via` nobody is rung who isn't on a line yet.
        """
        how = moving.How(body["via"], body["phone"])
        return moving.move_session(context(), path_id(session_id), body["campaign_id"], how)

    @allow(Permission.SHIFT_RUN)
    @sessions.response(200, SessionSchema)
    def delete(self, session_id: str) -> SessionView:
        """Stay after all, while that hasn't happened yet."""
        return moving.stay(context(), path_id(session_id))


@sessions.route("/sessions/<session_id>")
class Session(MethodView):
    """One shift."""

    @allow(Permission.SHIFT_RUN)
    @sessions.response(200, SessionSchema)
    def get(self, session_id: str) -> SessionView:
        """A shift as it stands; `standstill` says why nobody is rung for whoever waits on their line."""
        ctx = context()
        return with_standstill(ctx, deeds.get_session(ctx, path_id(session_id)))


@sessions.route("/sessions/<session_id>/stream")
class SessionStream(MethodView):
    """A shift as it changes."""

    @allow(Permission.SHIFT_RUN)
    @sessions.response(200, description=_EVENTS)
    @sessions.doc(
        parameters=[LAST_EVENT_ID],
        responses={"200": {"description": _EVENTS, "content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}},
    )
    def get(self, session_id: str) -> Response:
        """Watch a shift: itself, whom it has in hand, and the call to them, as server-sent events."""
        return open_session_stream(path_id(session_id))


@sessions.route("/sessions/<session_id>/next", methods=["POST"])
@allow(Permission.SHIFT_RUN)
@sessions.doc(responses={"200": {"description": "The contact"}, "204": {"description": "Nobody just now"}})
@sessions.alt_response(200, schema=AssignmentSchema)
def next_one(session_id: str) -> Response:
    """The next contact: 200 with an assignment, or 204 with `Retry-After` when nobody is to be called now."""
    given = next_contact.next_assignment(context(), path_id(session_id))
    if isinstance(given, NobodyNow):
        return Response(status=204, headers={"Retry-After": str(given.retry_after_s)})
    return jsonify(assignment_shown(given))


@sessions.route("/sessions/<session_id>/line", methods=["POST"])
@allow(Permission.SHIFT_RUN)
@sessions.arguments(AskForLineSchema)
@sessions.response(202, SessionSchema)
def line(body: dict[str, Any], session_id: str) -> SessionView:
    """Have my line (back): ring my phone. While it rings, or I am on the line with it: no change."""
    return line_asking.ask_for_line(context(), path_id(session_id), **body)


@sessions.route("/sessions/<session_id>/token", methods=["POST"])
@allow(Permission.SHIFT_RUN)
@sessions.response(200, BrowserTokenSchema)
def token(session_id: str) -> line_asking.BrowserToken:
    """Let my browser open the line of this session, or ring whom it has in hand, for less than an hour."""
    return line_asking.browser_token(context(), path_id(session_id), desk().voice_tokens)


@sessions.route("/sessions/<session_id>/mute", methods=["POST"])
@allow(Permission.CALL_PLACE)
@sessions.arguments(SwitchSchema)
@sessions.response(200, SessionSchema)
def mute(body: dict[str, Any], session_id: str) -> SessionView:
    """Have whoever I talk with on my line hear me no more, or again. The next talk begins unmuted."""
    return in_call.mute(context(), path_id(session_id), on=body["on"])


@sessions.route("/sessions/<session_id>/hold", methods=["POST"])
@allow(Permission.CALL_PLACE)
@sessions.arguments(SwitchSchema)
@sessions.response(200, SessionSchema)
def hold(body: dict[str, Any], session_id: str) -> SessionView:
    """Ask whoever I talk with on my line to wait, or have them back. After three minutes they come back by
    themselves.
    """
    return in_call.hold(context(), path_id(session_id), on=body["on"])


@sessions.route("/sessions/<session_id>/heartbeat", methods=["POST"])
@allow(Permission.SHIFT_RUN)
@sessions.response(200, SessionSchema)
def heartbeat(session_id: str) -> SessionView:
    """Still there: the lease of the open assignment begins anew."""
    return deeds.heartbeat(context(), path_id(session_id))


@sessions.route("/sessions/<session_id>/pause", methods=["POST"])
@allow(Permission.SHIFT_RUN)
@sessions.arguments(RestSchema)
@sessions.response(200, SessionSchema)
def pause(body: dict[str, Any], session_id: str) -> SessionView:
    """Nobody new until it goes on: by itself after `for_s` seconds, which begin once nobody is in hand."""
    length = None if body["for_s"] is None else dt.timedelta(seconds=body["for_s"])
    return deeds.pause_session(context(), path_id(session_id), length=length)


@sessions.route("/sessions/<session_id>/resume", methods=["POST"])
@allow(Permission.SHIFT_RUN)
@sessions.response(200, SessionSchema)
def resume(session_id: str) -> SessionView:
    """Go on after a pause."""
    return deeds.resume_session(context(), path_id(session_id))


@sessions.route("/sessions/<session_id>/end", methods=["POST"])
@allow(Permission.SHIFT_RUN)
@sessions.response(200, SessionSchema)
def end(session_id: str) -> SessionView:
    """End the shift; what was open is due at once."""
    return deeds.end_session(context(), path_id(session_id))


@sessions.route("/sessions/<session_id>/let-go-on", methods=["POST"])
@allow(Permission.VOLUNTEER_MANAGE)
@sessions.response(200, SessionSchema)
def let_go_on(session_id: str) -> SessionView:
    """Let a volunteer go on who skipped too much."""
    return deeds.let_go_on(context(), path_id(session_id))
