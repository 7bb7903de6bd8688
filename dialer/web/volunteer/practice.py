"""“First, ring someone who isn't real”: the same screens with nobody at the other end."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, redirect, render_template, request, session
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.talk import Stage, Talk
from dialer.services.accounts.practising import note_practice
from dialer.services.calling.views import AssignmentView
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.volunteer import reports, screen
from dialer.web.volunteer.mrs_pritchard import hint_at, practice_call, she_says
from dialer.web.volunteer.steps import after_press, finished, one_back
from dialer.web.words import DEFAULT_ZONE

practice = Blueprint("practice", __name__, url_prefix="/practice")

ROOM = "/practice/call"
_KEPT = "practice"


@practice.get("")
@allow(Permission.SHIFT_RUN)
def intro() -> str:
    """What happens, and that it can't go wrong."""
    return render_template("volunteer/practice.html")


@practice.post("/start")
@allow(Permission.SHIFT_RUN)
def start() -> Response:
    """Ring Mrs Pritchard."""
    session[_KEPT] = {}
    return redirect(ROOM, code=303)


@practice.get("/call")
@allow(Permission.SHIFT_RUN)
def show() -> str:
    """The step, or the question of what happened."""
    return _render(*_in_hand())


def _in_hand() -> tuple[AssignmentView, Talk]:
    ctx = context()
    view, talk = practice_call(ctx.actor.name, session.get(_KEPT, {}), ctx.now)
    return view, reports.with_note(talk, request.form)


def _render(view: AssignmentView, talk: Talk, errors: dict[str, str] | None = None) -> str:
    around = screen.Setting(ROOM, DEFAULT_ZONE, 3, 0, context().now)
    step = talk.heard().path(view.script.script)[-1].id if view.script else None
    ended = talk.stage is Stage.OUTCOME
    here = None if ended else step
    page = screen.call_screen(view, talk, around, stopping="stop" in request.args, says=she_says(here))
    template = "outcome" if ended else "person"
    return render_template(f"volunteer/{template}.html", page=page, errors=errors, hint=hint_at(here))


def _keep(talk: Talk) -> Response:
    short = replace(
        talk, notes=talk.notes[: reports.NOTES_MAX]
    )  # a cookie holds no more, and nobody reads it
    session[_KEPT] = short.timed(context().now).draft()
    return redirect(ROOM, code=303)


@practice.post("/call/answer")
@allow(Permission.SHIFT_RUN)
def answer() -> Response:
    """An answer, or on without one."""
    return _keep(after_press(*_in_hand(), request.form))


@practice.post("/call/back")
@allow(Permission.SHIFT_RUN)
def change_last_answer() -> Response:
    """One step back."""
    return _keep(one_back(*_in_hand()))


@practice.post("/call/finish")
@allow(Permission.SHIFT_RUN)
def finish() -> Response:
    """The call is over."""
    return _keep(finished(*_in_hand(), request.form))


@practice.post("/call/resume-script")
@allow(Permission.SHIFT_RUN)
def resume_script() -> Response:
    """Back to the words."""
    _, talk = _in_hand()
    return _keep(talk.back_in_script())


@practice.post("/call/stop")
@allow(Permission.SHIFT_RUN)
def stop() -> Response:
    """“Stop contacting me”, the first press."""
    return redirect(f"{ROOM}?stop=1", code=303)


@practice.post("/call/result")
@allow(Permission.SHIFT_RUN)
def save() -> str | Response:
    """Where a real call would be saved: nothing is."""
    view, talk = _in_hand()
    talk = reports.heard_from(talk, request.form)
    if "keep" in request.form:
        return _keep(talk)
    if talk.heard().disposition is None:
        return _render(view, talk, errors={"disposition": reports.say_what_happened()})
    if long := reports.note_fault(talk):
        return _render(view, talk, errors={"notes": long})
    session.pop(_KEPT, None)
    note_practice(context())
    return redirect("/practice/done", code=303)


@practice.get("/done")
@allow(Permission.SHIFT_RUN)
def done() -> str:
    """That's all there is to it."""
    return render_template("volunteer/practised.html")
