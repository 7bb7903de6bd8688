"""An election's timetable: what is due, what comes next, and dates put right by hand."""

from __future__ import annotations

import uuid
from typing import Any, Final

from flask import Response as FlaskResponse
from flask import g, render_template, request
from flask_babel import gettext

from dialer.domain.access import Permission
from dialer.domain.errors import NotFound, ValidationFailed
from dialer.domain.timetable import ENTERABLE, MILESTONES, Milestone
from dialer.services.gotv.timetable import (
    TimetableView,
    clear_date,
    enter_date,
    get_timetable,
    next_deadline,
)
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.deadline_texts import offers
from dialer.web.coordinator.forms import Answer, Faults, day_or_none, faults_of, go, said, wall_time
from dialer.web.desk import context, desk
from dialer.web.guard import allow, may_open
from dialer.web.timetable_file import timetable_response
from dialer.web.timetable_words import LAW, SOURCE, WHAT, day_and_time, how_long, sentence

_FIELD_AT: Final = {"/due_on": "due_on", "/due_time": "due_time"}
_DATE, _NONE = "date", "none"
_SAYS_IT_ITSELF: Final = ("coordinator.timetable", "coordinator.milestone")


@coordinator.get("/elections/<uuid:election_id>/timetable")
@allow(Permission.ELECTION_READ)
def timetable(election_id: uuid.UUID) -> str:
    """The lines of an election's timetable, and what comes next in words."""
    found = get_timetable(context(), election_id)
    return render_template("coordinator/timetable.html", found=found, election=found.election, **_words())


@coordinator.get("/elections/<uuid:election_id>/timetable.ics")
@allow(Permission.ELECTION_READ)
def timetable_file(election_id: uuid.UUID) -> FlaskResponse:
    """The timetable for people's calendars."""
    ctx = context()
    return timetable_response(ctx, get_timetable(ctx, election_id))


@coordinator.get("/elections/<uuid:election_id>/timetable/<milestone>")
@allow(Permission.ELECTION_MANAGE)
def milestone(election_id: uuid.UUID, milestone: str) -> str:
    """One line: what the law says of it, whom it is about, and the form of another date."""
    if milestone not in MILESTONES:
        raise NotFound
    named = Milestone(milestone)
    found = get_timetable(context(), election_id)
    return _page(found, named, _as_is(found, named))


@coordinator.post("/elections/<uuid:election_id>/timetable/<milestone>")
@allow(Permission.ELECTION_MANAGE)
def save_milestone(election_id: uuid.UUID, milestone: str) -> Answer:
    """Enter another date by hand, or say that there is none."""
    ctx, named = context(), _named(milestone)
    try:
        on = None if said("which") == _NONE else day_or_none("due_on")
        if on is None and said("which") != _NONE:
            raise ValidationFailed.at("/due_on", gettext("Give the date, or say that there is none."))
        time = wall_time("due_time") if on is not None and said("due_time") else None
        enter_date(ctx, election_id, named, on, time)
    except ValidationFailed as error:
        found = get_timetable(ctx, election_id)
        return _page(found, named, _sent(), faults_of(error, _FIELD_AT)), 422
    return go("coordinator.timetable", gettext("Saved."), election_id=election_id)


@coordinator.post("/elections/<uuid:election_id>/timetable/<milestone>/usual")
@allow(Permission.ELECTION_MANAGE)
def usual_milestone(election_id: uuid.UUID, milestone: str) -> Answer:
    """Take back what was entered by hand."""
    clear_date(context(), election_id, _named(milestone))
    return go("coordinator.timetable", gettext("The usual date counts again."), election_id=election_id)


@coordinator.context_processor
def with_deadline() -> dict[str, Any]:
    """What comes next, for the line at the top of every coordinator's page."""
    return {"deadline_line": _deadline_line}


def _deadline_line() -> tuple[str, uuid.UUID] | None:
    """The sentence, and the election it is of; None while nothing is due within a fortnight."""
    if g.get("actor") is None or not may_open("coordinator.timetable") or request.endpoint in _SAYS_IT_ITSELF:
        return None
    coming = next_deadline(desk().units, g.actor.organisation_id, g.now)
    return None if coming is None else (sentence(coming.line, coming.timezone), coming.election_id)


def _named(milestone: str) -> Milestone:
    if milestone not in ENTERABLE:
        raise NotFound
    return Milestone(milestone)


def _words() -> dict[str, Any]:
    return {
        "what": WHAT,
        "law": LAW,
        "source": SOURCE,
        "day_and_time": day_and_time,
        "how_long": how_long,
        "sentence": sentence,
    }


def _as_is(found: TimetableView, named: Milestone) -> dict[str, str]:
    line = found.line(named)
    due = line.due
    return {
        "which": _NONE if line.is_by_hand and due is None else _DATE,
        "due_on": due.on.isoformat() if due else "",
        "due_time": f"{due.time:%H:%M}" if due and due.time else "",
    }


def _sent() -> dict[str, str]:
    return {name: said(name) for name in ("which", "due_on", "due_time")}


def _page(
    found: TimetableView,
    named: Milestone,
    values: dict[str, str],
    errors: Faults | None = None,
) -> str:
    return render_template(
        "coordinator/milestone.html",
        found=found,
        election=found.election,
        line=found.line(named),
        values=values,
        may_enter=named in ENTERABLE,
        errors=errors or {},
        **offers(context(), found, named),
        **_words(),
    )
