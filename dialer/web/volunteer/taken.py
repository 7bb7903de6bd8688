"""What came of a talk that a coordinator took over: the outcome form of the call screen, for them."""

from __future__ import annotations

import uuid
from dataclasses import replace

from flask import Blueprint, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import AssignmentClosed, NotFound
from dialer.domain.talk import Stage, Talk
from dialer.services.calling.campaigns import get_campaign
from dialer.services.calling.corrections import correct_result
from dialer.services.calling.results import record_result
from dialer.services.calling.taken_over import took_over
from dialer.services.calling.views import AssignmentView
from dialer.services.context import Context
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.notices import tell
from dialer.web.volunteer import reports, screen
from dialer.web.volunteer.hand import talk_in_hand

taken = Blueprint("taken", __name__, url_prefix="/call/taken")


@taken.get("/<uuid:assignment_id>")
@allow(Permission.CALL_SUPERVISE)
def ask(assignment_id: uuid.UUID) -> str:
    """What happened? With what the volunteer had filled in until it was taken over."""
    ctx, view, told = _taken(assignment_id)
    return _page(ctx, view, told)


@taken.post("/<uuid:assignment_id>/stop")
@allow(Permission.CALL_SUPERVISE)
def stop(assignment_id: uuid.UUID) -> Response:
    """“Stop contacting me”, the first press: the foot asks, and the second press saves."""
    return redirect(f"/call/taken/{assignment_id}?stop=1", code=303)


@taken.post("/<uuid:assignment_id>/result")
@allow(Permission.CALL_SUPERVISE)
def save(assignment_id: uuid.UUID) -> str | Response:
    """Save it, or put right what was saved. The volunteer's own page, while they have it open, shows that it
    is done.
    """
    ctx, view, told = _taken(assignment_id)
    told = reports.heard_from(reports.with_note(told, request.form), request.form)
    campaign = get_campaign(ctx, view.campaign_id)
    if ready := request.form.get("ready"):
        return _page(ctx, view, reports.with_ready_time(told, ready, ctx.now, campaign.timezone))
    if "keep" in request.form:
        return _page(ctx, view, told)
    if errors := reports.faults(told, campaign, ctx.now):
        return _page(ctx, view, told, errors)
    report = reports.report(told, campaign.timezone)
    put_right = view.state == "completed" and "correcting" in request.form
    try:
        saved = correct_result(ctx, view.id, report) if put_right else record_result(ctx, view.id, report)
    except AssignmentClosed:
        tell(
            gettext("The volunteer has said meanwhile what came of it. Put it right if it is wrong."),
            "warn",
        )
        return redirect(f"/call/taken/{assignment_id}", code=303)
    tell(gettext("Saved: what came of your talk with %(name)s.", name=screen.full_name(saved.contact)))
    return redirect(_shifts(view), code=303)


def _taken(assignment_id: uuid.UUID) -> tuple[Context, AssignmentView, Talk]:
    """A talk that the coordinator took over; any other one isn't there."""
    ctx = context()
    if not took_over(ctx, assignment_id):
        raise NotFound
    view, told = talk_in_hand(ctx, assignment_id)
    return ctx, view, replace(told, stage=Stage.OUTCOME)


def _page(ctx: Context, view: AssignmentView, told: Talk, errors: dict[str, str] | None = None) -> str:
    campaign = get_campaign(ctx, view.campaign_id)
    room, tries = f"/call/taken/{view.id}", campaign.max_attempts
    around = screen.Setting(
        room,
        campaign.timezone,
        tries,
        0,
        ctx.now,
        taken_from=_shifts(view),
        home_language=campaign.home_language,
    )
    page = screen.call_screen(view, told, around, stopping="stop" in request.args)
    return render_template("volunteer/outcome.html", page=page, errors=errors, campaign_name=campaign.name)


def _shifts(view: AssignmentView) -> str:
    return f"/campaigns/{view.campaign_id}/shifts"
