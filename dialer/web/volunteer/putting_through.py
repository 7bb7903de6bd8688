"""Ring my phone and put me through: asked for, watched, and followed to its end."""

from __future__ import annotations

import uuid
from typing import Final

from flask import Blueprint, redirect, session
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import AssignmentClosed, Conflict
from dialer.domain.talk import Talk
from dialer.services.accounts.phones import my_phones
from dialer.services.calling.assignments import save_draft
from dialer.services.calling.campaign_ends import farewell_of
from dialer.services.calling.ring_gate import VOTED, why_stopped
from dialer.services.calling.ringing import call_of_assignment, ring_me
from dialer.services.calling.sessions import current_session
from dialer.services.calling.standstill import standstill_of
from dialer.services.calling.views import AssignmentView, SessionView
from dialer.services.context import Context
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.notices import tell
from dialer.web.volunteer.hand import id_in_form, to_call
from dialer.web.volunteer.line import (
    OVER,
    after_the_end,
    beside_of,
    has_rung_them,
    is_over,
    line_of,
    marks_of,
    shown,
    shown_paused,
    why_not,
)

putting_through = Blueprint("putting_through", __name__, url_prefix="/call")

HEARD: Final = "line_over"
"""The cookie's name for the call whose end this browser was told of."""


@putting_through.post("/ring-me")
@allow(Permission.CALL_PLACE)
def ring_my_phone() -> Response:
    """Ring the volunteer's phone, then the person's; once, before that, ask which phone is theirs."""
    ctx = context()
    assignment_id = id_in_form("assignment")
    if not any(phone.confirmed for phone in my_phones(ctx)):
        return redirect("/call/phone", code=303)
    try:
        ring_me(ctx, assignment_id)
    except AssignmentClosed:
        tell(gettext("They aren’t in your hands any more."), "warn")
    except Conflict as refusal:
        tell(gettext(refusal.detail), "warn")
    return to_call()


@putting_through.get("/line")
@allow(Permission.CALL_PLACE)
def line() -> Response:
    """Where the line stands, in a word, for the page that asks; `stopped`: nobody is to ring now; `voted`:
    nor is this person, since they have voted. Of somebody
    on a line of their own: what their page stands for.
    """
    ctx = context()
    now = current_session(ctx)
    return Response(_line_word(ctx, now) if now else _word_without_shift(ctx), mimetype="text/plain")


def _line_word(ctx: Context, now: SessionView) -> str:
    if now.line:
        return shown(now, now.line, ctx.now, standstill_of(ctx, now))
    if now.state == "paused":
        return shown_paused(now)
    stage = _stage(ctx, now.assignment_id) if now.assignment_id else "none"
    return f"{stage}{beside_of(now)}{marks_of(now.talk, ctx.now)}"


def _word_without_shift(ctx: Context) -> str:
    return "none" if farewell_of(ctx) is None else OVER


def _stage(ctx: Context, assignment_id: uuid.UUID) -> str:
    stands = line_of(call_of_assignment(ctx, assignment_id))
    if stands is not None and stands.stage != "over":
        return stands.stage
    why = why_stopped(ctx, assignment_id)
    return VOTED if why == VOTED else "stopped" if why else "none"


def followed(ctx: Context, view: AssignmentView, talk: Talk) -> Talk:
    """The talk as the line leaves it; its end is said once, and then the volunteer decides."""
    call = call_of_assignment(ctx, view.id)
    if call is None or not is_over(call) or session.get(HEARD) == str(call.id):
        return talk
    session[HEARD] = str(call.id)
    if not has_rung_them(call):
        tell(why_not(call), "warn")
        return talk
    told = after_the_end(call, talk).timed(call.parted_at or call.ended_at or ctx.now)
    save_draft(ctx, view.id, told.draft())
    return told
