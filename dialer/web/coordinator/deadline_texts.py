"""What follows from a date of the timetable at one press: an audience, and a draft of a text to it."""

from __future__ import annotations

import uuid
from typing import Any

from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.deadline import is_too_late
from dialer.domain.deadline_audiences import CONCERNED, FILTERS, READY, Ready
from dialer.domain.errors import Conflict, NotFound, ValidationFailed
from dialer.domain.filters.reading import read_filter
from dialer.domain.timetable import MILESTONES, Milestone
from dialer.services.calling.campaigns import list_campaigns
from dialer.services.context import Context
from dialer.services.gotv.deadline_audiences import (
    campaign_named,
    draft_text,
    occasion,
    of_use_until,
    ready_audience,
)
from dialer.services.gotv.timetable import TimetableView
from dialer.web.audience_words import sentence as rule_in_words
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import choices, chosen_id, everything, go, said
from dialer.web.deadline_texts import ready_name, text_words
from dialer.web.desk import context
from dialer.web.guard import allow


@coordinator.post("/elections/<uuid:election_id>/timetable/<milestone>/audiences")
@allow(Permission.AUDIENCE_MANAGE)
def make_ready_audience(election_id: uuid.UUID, milestone: str) -> Response:
    """Save the audience that a date is about, or show the one that is there."""
    named, ready = _named(milestone)
    try:
        found, made = ready_audience(context(), election_id, named, ready, ready_name(ready))
    except Conflict as error:
        return _back(election_id, named, gettext(error.detail))
    words = gettext("The audience is saved.") if made else gettext("This audience was there already.")
    return go("coordinator.audience", words, audience_id=found.id)


@coordinator.post("/elections/<uuid:election_id>/timetable/<milestone>/blasts")
@allow(Permission.AUDIENCE_MANAGE)
def draft_deadline_text(election_id: uuid.UUID, milestone: str) -> Response:
    """Write a draft about a date, or show the one that is there. Nobody gets it before it is launched."""
    ctx, (named, ready) = context(), _named(milestone)
    campaign_id = chosen_id("campaign_id")
    if campaign_id is None:
        return _back(election_id, named, gettext("Choose the campaign it belongs to."))
    try:
        about = occasion(ctx, election_id, named, ready)
        words = text_words(about, campaign_named(ctx, campaign_id))
        written, made = draft_text(ctx, about, campaign_id, ready_name(ready), words)
    except Conflict as error:
        return _back(election_id, named, gettext(error.detail))
    except ValidationFailed as error:
        return _back(election_id, named, gettext(error.errors[0].detail))
    told = (
        gettext("Kept as a draft. Nothing is sent yet.") if made else gettext("This draft was there already.")
    )
    return go("coordinator.blast", told, blast_id=written.id)


def offers(ctx: Context, found: TimetableView, milestone: Milestone) -> dict[str, Any]:
    """Whom a date is about, in words, and the campaigns that a text about it may belong to."""
    ready = CONCERNED.get(milestone, ())
    campaigns = everything(lambda page: list_campaigns(ctx, page)) if ready else []
    mine = [one for one in campaigns if one.election_id == found.election.id and one.state != "ended"]
    until = of_use_until(found, milestone)
    return {
        "may_draft": until is not None and not is_too_late(ctx.now, until),
        "ready": [(one, ready_name(one), rule_in_words(read_filter(FILTERS[one]), {})) for one in ready],
        "campaign_choices": choices(mine),
    }


def _named(milestone: str) -> tuple[Milestone, Ready]:
    if milestone not in MILESTONES or said("ready") not in READY:
        raise NotFound
    return Milestone(milestone), Ready(said("ready"))


def _back(election_id: uuid.UUID, milestone: Milestone, words: str) -> Response:
    return go("coordinator.milestone", words, "bad", election_id=election_id, milestone=milestone.value)
