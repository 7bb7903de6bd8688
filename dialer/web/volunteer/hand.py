"""The assignment that a form or the shift names, with the talk kept of it."""

from __future__ import annotations

import uuid
from dataclasses import replace

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from dialer.domain.errors import NotFound
from dialer.domain.phone import written
from dialer.domain.talk import Stage, Talk
from dialer.services.calling.assignments import get_assignment, save_draft
from dialer.services.calling.campaigns import get_campaign
from dialer.services.calling.recording_access import recorded_of
from dialer.services.calling.ring_gate import VOTED, WORDS, why_stopped
from dialer.services.calling.ringing import call_of_assignment
from dialer.services.calling.sessions import counts_so_far, current_session, heartbeat
from dialer.services.calling.standstill import standstill_of
from dialer.services.calling.transfer_choices import transfer_numbers
from dialer.services.calling.views import AssignmentView, SessionView
from dialer.services.context import Context
from dialer.services.messaging.written_lately import written_lately
from dialer.web.desk import context
from dialer.web.volunteer import reports, screen
from dialer.web.volunteer.line import Line, line_of, marks_of, shown
from dialer.web.volunteer.softphone import softphone_for
from dialer.web.volunteer.talking import in_call_of, put_through_of


def to_call() -> Response:
    """Back to the call screen, which shows what the server knows by then."""
    return redirect("/call", code=303)


def id_in_form(field: str) -> uuid.UUID:
    """An id that a form names; anything else isn't there."""
    try:
        return uuid.UUID(request.form.get(field, ""))
    except ValueError:
        raise NotFound from None


def talk_in_hand(ctx: Context, assignment_id: uuid.UUID) -> tuple[AssignmentView, Talk]:
    """An assignment, with its script read out to whoever is on the line."""
    view = get_assignment(ctx, assignment_id)
    talk = Talk.of(view.draft, str(view.contact.id))
    return _read_out(ctx, view, talk), talk


def _read_out(ctx: Context, view: AssignmentView, talk: Talk) -> AssignmentView:
    if talk.speaking_to == talk.contact:
        return view
    return get_assignment(ctx, view.id, speaking_to=uuid.UUID(talk.speaking_to))


def in_hand() -> tuple[Context, AssignmentView, Talk]:
    """What the form is about, with the form's note. An older page, made for another person at the same
    number, is taken for that person."""
    ctx = context()
    view, talk = talk_in_hand(ctx, id_in_form("assignment"))
    if request.form.get("contact", talk.speaking_to) != talk.speaking_to:
        talk = talk.turned_to(person_in_form(view))
    return ctx, view, reports.with_note(talk, request.form)


def person_in_form(view: AssignmentView) -> str:
    """The person of the household that the form names."""
    asked = request.form.get("contact", "")
    if asked not in {str(one.id) for one in screen.people_of(view)}:
        raise NotFound
    return asked


def keep(ctx: Context, view: AssignmentView, talk: Talk) -> Response:
    """Keep the talk; while it is open, this is a sign of life too."""
    save_draft(ctx, view.id, talk.timed(ctx.now).draft())
    if view.state == "open" and (shift := current_session(ctx)):
        heartbeat(ctx, shift.id)
    return to_call()


def _line(ctx: Context, view: AssignmentView, shift: SessionView | None) -> Line | None:
    """The line that is being put through for this person, while it is up."""
    if view.state != "open":
        return None
    line = line_of(call_of_assignment(ctx, view.id))
    if line is None or line.stage == "over":
        return None
    return line if shift is None else replace(line, marks=marks_of(shift.talk, ctx.now))


def _first_name(view: AssignmentView, talk: Talk) -> str:
    return screen.first_name(screen.speaker(view, talk))


def _shown(ctx: Context, shift: SessionView) -> str:
    """What the page stands for of somebody on a line of their own; nothing of anybody else."""
    return shown(shift, shift.line, ctx.now, standstill_of(ctx, shift)) if shift.line else ""


def _numbers_to_give(ctx: Context, shift: SessionView | None) -> list[tuple[str, str]]:
    """To whom a volunteer could put people through on a line of their own; on another call they read the
    number out.
    """
    if shift is None or shift.line is not None:
        return []
    return [(one.label, written(one.phone)) for one in transfer_numbers(ctx, shift.campaign_id)]


def show_talk(
    ctx: Context,
    view: AssignmentView,
    talk: Talk,
    *,
    stopping: bool = False,
    errors: dict[str, str] | None = None,
) -> str:
    """The page of a person in hand: the script's step, or what came of it."""
    campaign = get_campaign(ctx, view.campaign_id)
    shift = current_session(ctx)
    calls = counts_so_far(ctx, shift.id).calls if shift else 0
    line = _line(ctx, view, shift)
    stopped = why_stopped(ctx, view.id)
    around = screen.Setting(
        "/call",
        campaign.timezone,
        campaign.max_attempts,
        calls,
        ctx.now,
        line=line,
        may_ring_me=bool(campaign.caller_ids),
        browser=softphone_for(shift) if shift and campaign.caller_ids else None,
        stopped=WORDS[stopped] if stopped and stopped != VOTED else None,
        voted=stopped == VOTED,
        home_language=campaign.home_language,
        written=written_lately(ctx, view.id),
        shown=_shown(ctx, shift) if shift else "",
        over=shift is None and view.state == "expired",
        recorded=recorded_of(ctx, view.id),
        gives=_numbers_to_give(ctx, shift),
        in_call=in_call_of(ctx, shift, view, _first_name(view, talk), campaign.timezone)
        or put_through_of(ctx, view, line),
    )
    page = screen.call_screen(view, talk, around, stopping=stopping)
    template = "outcome" if talk.stage is Stage.OUTCOME else "person"
    return render_template(
        f"volunteer/{template}.html", page=page, errors=errors, campaign_name=campaign.name
    )
