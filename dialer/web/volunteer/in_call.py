"""What a volunteer presses in a talk on their own line: mute, hold, put through, leave a message."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import NotFound, RuleBroken
from dialer.domain.result import HouseholdReport, Report
from dialer.services.calling import in_call as deeds
from dialer.services.calling.leaving_messages import leave_message
from dialer.services.calling.results import record_result
from dialer.services.calling.sessions import current_session
from dialer.services.calling.transfers import begin_transfer, cancel_transfer, complete_transfer
from dialer.services.calling.views import SessionView
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.notices import tell
from dialer.web.volunteer.hand import id_in_form, in_hand, to_call

in_call = Blueprint("in_call", __name__, url_prefix="/call")


@in_call.post("/mute")
@allow(Permission.CALL_PLACE)
def mute() -> Response:
    """Be heard no more, or again (`on`)."""
    return _switch(deeds.mute)


@in_call.post("/hold")
@allow(Permission.CALL_PLACE)
def hold() -> Response:
    """Have them wait, or come back (`on`)."""
    return _switch(deeds.hold)


@in_call.post("/transfer")
@allow(Permission.CALL_PLACE)
def ring_for_them() -> Response:
    """Put them on hold and have somebody else rung (`to`: a number, or a colleague)."""
    ctx, assignment_id = context(), id_in_form("assignment")
    return _pressed(lambda: begin_transfer(ctx, assignment_id, **_to()))


@in_call.post("/transfer/complete")
@allow(Permission.CALL_PLACE)
def leave_the_two() -> Response:
    """Let the two go on."""
    ctx, transfer_id = context(), id_in_form("transfer")
    return _pressed(
        lambda: complete_transfer(ctx, transfer_id), gettext("They’re talking to each other now.")
    )


@in_call.post("/transfer/cancel")
@allow(Permission.CALL_PLACE)
def call_off() -> Response:
    """Back to whoever is on hold."""
    ctx, transfer_id = context(), id_in_form("transfer")
    return _pressed(lambda: cancel_transfer(ctx, transfer_id))


@in_call.post("/machine")
@allow(Permission.RESULT_RECORD)
def machine() -> Response:
    """It is an answering machine: leave our message on it (`leave`), or nothing, and on to the next."""
    ctx, view, told = in_hand()
    if request.form.get("leave") == "message":
        done = gettext("The message is left after the beep. You’re free for the next.")
        return _pressed(lambda: leave_message(ctx, view.id), done)
    report = HouseholdReport(Report("answering_machine", notes=told.notes or None))
    return _pressed(lambda: record_result(ctx, view.id, report))


def _to() -> dict[str, Any]:
    """Whom the form names: a step of the script, a number in full, else a colleague's account."""
    if node := request.form.get("node"):
        return {"node": node}
    to = request.form.get("to", "")
    if to.startswith("+"):
        return {"phone": to}
    try:
        return {"account_id": uuid.UUID(to)}
    except ValueError:
        raise NotFound from None


def _switch(deed: Callable[..., SessionView]) -> Response:
    ctx = context()
    now = current_session(ctx)
    if now is None:
        return to_call()
    session_id = now.id
    return _pressed(lambda: deed(ctx, session_id, on=request.form.get("on") == "1"))


def _pressed(deed: Callable[[], object], done: str | None = None) -> Response:
    """Do it, or say why not; then the page as it is by now."""
    try:
        deed()
    except NotFound:
        raise
    except RuleBroken as refusal:
        tell(gettext(refusal.detail), "warn")
    else:
        if done is not None:
            tell(done)
    return to_call()
