"""`/sessions/{id}/supervise`: a coordinator listens in, whispers to the volunteer, or takes the talk over."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from marshmallow import Schema

from dialer.domain.access import Permission
from dialer.domain.supervision import AWAY, MODES
from dialer.services.calling import supervising as deeds
from dialer.services.calling.line_asking import BrowserToken
from dialer.services.calling.supervising import SupervisionView
from dialer.services.calling.views import SessionView
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Id, Instant, Text, path_id
from dialer.web.api.v1.sessions import BrowserTokenSchema, SessionSchema
from dialer.web.desk import context, desk
from dialer.web.guard import allow

supervisions = Resource("supervisions", "Listening in, whispering to a volunteer, taking a talk over")


class SuperviseSchema(Schema):
    """How to take part; by `phone`, which is rung, or by `browser`."""

    mode = Choice(*MODES, required=True)
    via = Choice("phone", "browser", load_default="phone")
    phone = Text(max_length=40, allow_none=True, load_default=None)


class SupervisionFieldsSchema(Schema):
    """How to take part from now on; `volunteer: away` lets them go out of the talk that was taken over."""

    mode = Choice(*MODES)
    volunteer = Choice(AWAY)


class SupervisionSchema(Schema):
    """A coordinator with a volunteer; `joined_at` is null until they are in the room."""

    id = Id(required=True)
    session_id = Id(required=True)
    supervisor_id = Id(required=True)
    name = Text(required=True)
    mode = Text(required=True)
    volunteer = Text(required=True)
    via = Text(required=True)
    since = Instant(required=True)
    joined_at = Instant(allow_none=True, required=True)


@supervisions.route("/sessions/<session_id>/supervise")
class Supervise(MethodView):
    """A coordinator in a volunteer's room."""

    @allow(Permission.CALL_SUPERVISE)
    @supervisions.arguments(SuperviseSchema)
    @supervisions.response(202, SupervisionSchema)
    def post(self, body: dict[str, Any], session_id: str) -> SupervisionView:
        """Come into the room of a volunteer. The volunteer sees who it is. Asked again: the same."""
        return deeds.supervise(context(), path_id(session_id), **body)

    @allow(Permission.CALL_SUPERVISE)
    @supervisions.arguments(SupervisionFieldsSchema)
    @supervisions.response(200, SupervisionSchema)
    def patch(self, body: dict[str, Any], session_id: str) -> SupervisionView:
        """Take part in another way, in the middle of it."""
        return deeds.change_supervision(context(), path_id(session_id), **body)

    @allow(Permission.CALL_SUPERVISE)
    @supervisions.response(204)
    def delete(self, session_id: str) -> None:
        """Leave the room."""
        deeds.leave_supervision(context(), path_id(session_id))


@supervisions.route("/sessions/<session_id>/supervise/token", methods=["POST"])
@allow(Permission.CALL_SUPERVISE)
@supervisions.response(200, BrowserTokenSchema)
def token(session_id: str) -> BrowserToken:
    """Let my browser open my leg, for less than an hour."""
    return deeds.supervision_token(context(), path_id(session_id), desk().voice_tokens)


@supervisions.route("/sessions/<session_id>/leave-it", methods=["POST"])
@allow(Permission.SHIFT_RUN)
@supervisions.response(200, SessionSchema)
def leave_it(session_id: str) -> SessionView:
    """Leave the talk to the coordinator who has taken it over, and note what came of it meanwhile."""
    return deeds.leave_it_to_them(context(), path_id(session_id))
