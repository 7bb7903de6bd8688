"""A talk, step by step: each press is a form, and its answer leads back to `/call`.

So it works without a script, and a reload or the back button shows what the server knows.
"""

from __future__ import annotations

from flask import Blueprint, redirect, request, session
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import AssignmentClosed, Conflict, Forbidden, InvalidTransition
from dialer.domain.talk import Talk
from dialer.services.calling.assignments import save_draft, skip_assignment
from dialer.services.calling.campaigns import get_campaign
from dialer.services.calling.corrections import correct_result, undo_result
from dialer.services.calling.frightening import frightened
from dialer.services.calling.recordings import object_to
from dialer.services.calling.results import record_result
from dialer.services.calling.ringing import call_of_assignment
from dialer.services.calling.sessions import current_session
from dialer.services.calling.views import AssignmentView, CampaignView
from dialer.services.context import Context
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.notices import tell
from dialer.web.volunteer import reports, screen
from dialer.web.volunteer.hand import (
    id_in_form,
    in_hand,
    keep,
    person_in_form,
    show_talk,
    talk_in_hand,
    to_call,
)
from dialer.web.volunteer.kind_words import keep_kind_words, kind_words, kind_words_stand
from dialer.web.volunteer.line import MACHINE, heard_machine
from dialer.web.volunteer.shift import LAST
from dialer.web.volunteer.steps import after_press, finished, one_back

talk = Blueprint("talk", __name__, url_prefix="/call")


@talk.post("/answer")
@allow(Permission.RESULT_RECORD)
def answer() -> Response:
    """An answer to the step on the page, or on from it without one."""
    ctx, view, told = in_hand()
    return keep(ctx, view, after_press(view, told, request.form))


@talk.post("/back")
@allow(Permission.RESULT_RECORD)
def change_last_answer() -> Response:
    """One step back."""
    ctx, view, told = in_hand()
    return keep(ctx, view, one_back(view, told))


@talk.post("/speak-to")
@allow(Permission.RESULT_RECORD)
def speak_to() -> Response:
    """Somebody else of the household came to the phone."""
    ctx = context()
    view, told = talk_in_hand(ctx, id_in_form("assignment"))
    return keep(ctx, view, told.turned_to(person_in_form(view)))


@talk.post("/finish")
@allow(Permission.RESULT_RECORD)
def finish() -> Response:
    """The call is over, or nobody came to the phone."""
    ctx, view, told = in_hand()
    if request.form.get("outcome") != "reached" and heard_machine(call_of_assignment(ctx, view.id), told):
        return keep(ctx, view, told.finishing(reached=False, disposition=MACHINE))
    return keep(ctx, view, finished(view, told, request.form))


@talk.post("/resume-script")
@allow(Permission.RESULT_RECORD)
def resume_script() -> Response:
    """Back to the words: the call goes on after all."""
    ctx, view, told = in_hand()
    return keep(ctx, view, told.back_in_script())


@talk.post("/skip")
@allow(Permission.RESULT_RECORD)
def skip() -> Response:
    """Leave the person to somebody else."""
    try:
        skip_assignment(context(), id_in_form("assignment"))
        tell(gettext("Somebody else will ring them."))
    except AssignmentClosed:
        tell(gettext("They aren’t in your hands any more."), "warn")
    return to_call()


@talk.post("/frightened")
@allow(Permission.RESULT_RECORD)
def frighten() -> str | Response:
    """The person on the phone frightened them: they are taken off that person at once and for good, and are
    told that they did right, until they press on. Where somebody else is on their line by now, that talk is
    what a reload shows.
    """
    ctx, assignment_id = context(), id_in_form("assignment")
    rung = call_of_assignment(ctx, assignment_id)
    try:
        frightened(ctx, assignment_id)
    except (AssignmentClosed, Conflict) as refusal:
        tell(gettext(refusal.detail), "warn")
        return to_call()
    session.pop(LAST, None)
    now = current_session(ctx)
    keep_kind_words(now, assignment_id, unseen=rung is not None)
    return to_call() if kind_words_stand(now) else kind_words(ctx, now)


@talk.post("/stop")
@allow(Permission.RESULT_RECORD)
def stop() -> Response:
    """“Stop contacting me”, the first press: the foot asks, and the second press saves."""
    return redirect("/call?stop=1", code=303)


@talk.post("/stop-recording")
@allow(Permission.RESULT_RECORD)
def stop_recording() -> Response:
    """The person doesn’t want to be recorded: it ends, and what there is of the talk is deleted."""
    object_to(context(), id_in_form("assignment"))
    tell(gettext("The call isn’t recorded any more. What there was of it is deleted."))
    return to_call()


@talk.post("/result")
@allow(Permission.RESULT_RECORD)
def save() -> str | Response:
    """Save what happened, for everybody who came to the phone. Sent twice, it is saved once."""
    ctx, view, told = in_hand()
    told = reports.heard_from(told, request.form)
    campaign = get_campaign(ctx, view.campaign_id)
    if "keep" in request.form:
        return keep(ctx, view, told)
    if ready := request.form.get("ready"):
        return keep(ctx, view, reports.with_ready_time(told, ready, ctx.now, campaign.timezone))
    save_draft(ctx, view.id, told.draft())
    if errors := reports.faults(told, campaign, ctx.now):
        return show_talk(ctx, view, told, errors=errors)
    return _record(ctx, view, told, campaign)


@talk.post("/undo")
@allow(Permission.RESULT_CORRECT)
def undo() -> Response:
    """Take the result back: the person is in hand again, with all that was filled in. Later: put it right."""
    try:
        undo_result(context(), id_in_form("assignment"))
    except (Conflict, Forbidden):  # too late to take back, not to put right
        return redirect("/call?correct=1", code=303)
    except InvalidTransition:
        return to_call()
    session.pop(LAST, None)
    tell(gettext("Taken back. Nothing is recorded of this call yet."))
    return to_call()


def _record(ctx: Context, view: AssignmentView, told: Talk, campaign: CampaignView) -> Response:
    told_of = reports.report(told, campaign.timezone)
    put_right = "correcting" in request.form
    try:
        saved = correct_result(ctx, view.id, told_of) if put_right else record_result(ctx, view.id, told_of)
    except AssignmentClosed:
        tell(gettext("This call has another result already, and that one stands."), "warn")
        return to_call()
    except Forbidden:
        tell(gettext("Ten minutes have passed. A coordinator can still change it."), "warn")
        return to_call()
    session[LAST] = str(view.id)
    _say_what_follows(saved, told, screen.first_name(screen.speaker(view, told)))
    return to_call()


def _say_what_follows(saved: AssignmentView, told: Talk, name: str) -> None:
    heard = told.heard()
    if heard.disposition == "do_not_call" and heard.no_texts:
        tell(gettext("%(name)s won’t be called or texted again.", name=name))
    elif heard.disposition == "do_not_call":
        tell(gettext("%(name)s won’t be called again.", name=name))
    if saved.late:
        late = gettext("This took a while, so %(name)s may have gone to someone else.", name=name)
        kept = gettext("Your answers are saved all the same.")
        tell(f"{late} {kept}", "warn")
