"""The call screen outside of a talk: start, next person, pause, end."""

from __future__ import annotations

import uuid
from typing import Final

from flask import Blueprint, redirect, render_template, request, session
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import Forbidden, InvalidTransition, NotFound, RateLimited, ValidationFailed
from dialer.domain.shift import REST
from dialer.services.accounts.my_languages import set_my_languages
from dialer.services.calling.assignments import get_assignment, save_draft
from dialer.services.calling.campaign_ends import Farewell, farewell_of
from dialer.services.calling.campaigns import get_campaign
from dialer.services.calling.corrections import correct_result, recorded_notes
from dialer.services.calling.leaderboards import name_me
from dialer.services.calling.next_contact import next_assignment
from dialer.services.calling.sessions import (
    current_session,
    end_session,
    heartbeat,
    pause_session,
    resume_session,
    start_session,
)
from dialer.services.calling.standstill import standstill_of
from dialer.services.calling.views import AssignmentView, LineView, NobodyNow, SessionView
from dialer.services.context import Context
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.notices import tell
from dialer.web.softphone import offer_browser
from dialer.web.volunteer import line_join, on_line, reports, rooms
from dialer.web.volunteer.hand import id_in_form, show_talk, talk_in_hand, to_call
from dialer.web.volunteer.kind_words import end_kind_words, is_at_work, kind_words, kind_words_stand
from dialer.web.volunteer.line import shown
from dialer.web.volunteer.putting_through import followed
from dialer.web.volunteer.softphone import leave_here

shift = Blueprint("shift", __name__, url_prefix="/call")

LAST = "last_call"
"""The cookie's name for the assignment whose result was saved last in this browser."""
PAUSED_AT: Final = "paused_at"
"""The same for the one that was saved last as they paused."""


@shift.get("")
@allow(Permission.SHIFT_RUN)
def show() -> str:
    """The screen for the state that the server knows."""
    ctx = context()
    offer_browser()
    now = current_session(ctx)
    if kind_words_stand(now):
        return kind_words(ctx, now)
    if is_at_work(now):
        end_kind_words()
    if now is None or _is_over(now):
        return _without_shift(ctx, now)
    if now.state == "paused" and now.line is None:
        return rooms.paused(ctx, now)
    if now.assignment_id and (now.state != "paused" or now.line):
        view, talk = talk_in_hand(ctx, now.assignment_id)
        return show_talk(ctx, view, followed(ctx, view, talk), stopping="stop" in request.args)
    return _between_calls(ctx, now)


def _is_over(now: SessionView) -> bool:
    """Whether nothing is left of a shift whose campaign is over: it ends any moment."""
    return now.end_reason is not None and now.assignment_id is None and now.state == "wrap_up"


def _without_shift(ctx: Context, now: SessionView | None) -> str:
    """Where to start; or, where their campaign has ended, thanks. Whom they had in hand then, on a phone of
    their own, they finish first.
    """
    goodbye = farewell_of(ctx) if now is None else Farewell(now, None)
    if goodbye is None or "start" in request.args:
        return rooms.idle(ctx)
    last = _last(ctx)
    if last and "correct" in request.args:
        return _put_right(ctx, last)
    if goodbye.assignment_id is None or "over" in request.args:
        return rooms.campaign_over(ctx, goodbye.shift, last)
    view, talk = talk_in_hand(ctx, goodbye.assignment_id)
    return show_talk(ctx, view, talk, stopping="stop" in request.args)


def _between_calls(ctx: Context, now: SessionView) -> str:
    if now.state != "paused" and session.pop(PAUSED_AT, None) == session.get(LAST):
        session.pop(LAST, None)  # what they saved before their pause was on the page all through it
    waiting, last = request.args.get("wait"), _last(ctx)
    if now.line is not None:
        return _on_line(ctx, now, now.line, None if waiting else last)
    if waiting:
        return rooms.waiting(ctx, now, waiting)
    if last and "correct" in request.args:
        return _put_right(ctx, last)
    return rooms.saved(ctx, now, last) if last else rooms.idle(ctx, now)


def _on_line(ctx: Context, now: SessionView, line: LineView, last: AssignmentView | None) -> str:
    """On a line of their own the next person is put through by itself, also while the last result stands on
    the page.
    """
    if last is None or now.state not in ("ready", "wrap_up"):
        return on_line.waiting(ctx, now, line, last)
    if "correct" in request.args:
        return _put_right(ctx, last)
    return rooms.saved(ctx, now, last, shown(now, line, ctx.now, standstill_of(ctx, now)))


def _put_right(ctx: Context, last: AssignmentView) -> str:
    view, told = talk_in_hand(ctx, last.id)
    return show_talk(ctx, view, told.finishing(reached=told.reached is not False))


def _last(ctx: Context) -> AssignmentView | None:
    """The talk that was just saved in this browser, while it is the reader's own."""
    if LAST not in session:
        return None
    try:
        return get_assignment(ctx, uuid.UUID(session[LAST]))
    except NotFound:
        session.pop(LAST)
        return None


@shift.get("/keys")
@allow(Permission.SHIFT_RUN)
def keys() -> str:
    """All keys, and the switch that turns them off."""
    return render_template("volunteer/keys.html")


@shift.post("/next")
@allow(Permission.SHIFT_RUN)
def next_person() -> Response:
    """Begin a shift where there is none, and take the next person."""
    ctx = context()
    end_kind_words()
    if "recorded" in request.form and not _add_note(ctx):
        return to_call()
    if _asks_how_to_join(ctx):
        return redirect(f"/call/join?campaign={id_in_form('campaign')}", code=303)
    return _given_next(ctx)


def _given_next(ctx: Context) -> Response:
    try:
        given = _take_next(ctx)
    except (RateLimited, InvalidTransition) as refusal:
        tell(gettext(refusal.detail), "warn")
        return to_call()
    session.pop(LAST, None)
    if isinstance(given, NobodyNow):
        return redirect(f"/call?wait={given.reason}", code=303)
    return to_call()


def _asks_how_to_join(ctx: Context) -> bool:
    """Whether a shift begins in a campaign that dials by itself, and not by hand."""
    if "by_hand" in request.form or current_session(ctx) is not None:
        return False
    return line_join.is_dialled(ctx, id_in_form("campaign"))


def _add_note(ctx: Context) -> bool:
    """Put the note that was added after saving into the result; False for one that is too long, which stays
    on the page. One that was recorded as it is holds nobody up.
    """
    view, told = talk_in_hand(ctx, id_in_form("recorded"))
    noted = reports.with_note(told, request.form)
    if view.state != "completed":
        return True
    if long := reports.note_fault(noted):
        if noted.notes.strip() in recorded_notes(ctx, view.id):
            return True
        save_draft(ctx, view.id, noted.draft())
        tell(long, "warn")
        return False
    if noted.notes == told.notes:
        return True
    zone = get_campaign(ctx, view.campaign_id).timezone
    try:
        correct_result(ctx, view.id, reports.report(noted, zone))
    except Forbidden:
        tell(gettext("Ten minutes have passed, so the note stayed out. A coordinator can add it."), "warn")
        return True
    save_draft(ctx, view.id, noted.draft())
    return True


def _take_next(ctx: Context) -> AssignmentView | NobodyNow:
    now = current_session(ctx) or start_session(ctx, id_in_form("campaign"))
    if now.state == "paused":
        now = resume_session(ctx, now.id)
    return next_assignment(ctx, now.id)


@shift.post("/pause")
@allow(Permission.SHIFT_RUN)
def pause() -> Response:
    """Nobody new until “Carry on”, or for the two minutes of a `rest`; a person in hand stays."""
    ctx = context()
    if "recorded" in request.form and not _add_note(ctx):
        return to_call()
    if now := current_session(ctx):
        pause_session(ctx, now.id, length=REST if "rest" in request.form else None)
        session[PAUSED_AT] = session.get(LAST)
    return to_call()


@shift.post("/resume")
@allow(Permission.SHIFT_RUN)
def resume() -> Response:
    """Carry on after a pause: whoever rings people one by one has the next at once."""
    ctx = context()
    end_kind_words()
    now = current_session(ctx)
    if now is None:
        return to_call()
    now = resume_session(ctx, now.id)
    if now.line is None and now.state == "ready" and now.assignment_id is None:
        return _given_next(ctx)
    return to_call()


@shift.post("/end")
@allow(Permission.SHIFT_RUN)
def end() -> str | Response:
    """End the shift and say what it came to."""
    ctx = context()
    session.pop(LAST, None)
    end_kind_words()
    leave_here()
    now = current_session(ctx)
    return rooms.ended(ctx, end_session(ctx, now.id)) if now else to_call()


@shift.post("/languages")
@allow(Permission.LANGUAGES_SET)
def languages() -> Response:
    """Say which languages one speaks."""
    try:
        set_my_languages(context(), request.form.getlist("languages"))
        tell(gettext("Saved."))
    except ValidationFailed as refusal:
        tell(refusal.errors[0].detail, "warn")
    return to_call()


@shift.post("/named")
@allow(Permission.SHIFT_RUN)
def named() -> Response:
    """Keep out of leaderboards, or come back onto them."""
    wanted = request.form.get("on") == "1"
    name_me(context(), wanted=wanted)
    tell(gettext("You’re named again.") if wanted else gettext("You aren’t named any more."))
    return to_call()


@shift.post("/heartbeat")
@allow(Permission.SHIFT_RUN)
def still_here() -> Response:
    """The page is open: the lease of the person in hand begins anew."""
    ctx = context()
    if now := current_session(ctx):
        heartbeat(ctx, now.id)
    return Response(status=204)
