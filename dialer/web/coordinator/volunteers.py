"""Volunteers: added, let in, invited, held up and let go on, sent home, their results taken back."""

from __future__ import annotations

import uuid
from typing import Any

from flask import render_template, request, session, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import RuleBroken, ValidationFailed
from dialer.services.accounts.sign_in_links import create_invite
from dialer.services.accounts.views import VolunteerView
from dialer.services.accounts.volunteers import (
    NewVolunteer,
    VolunteerChanges,
    change_volunteer,
    create_volunteer,
    get_volunteer,
    list_volunteers,
)
from dialer.services.calling.campaigns import list_campaigns
from dialer.services.calling.corrections import void_results
from dialer.services.calling.held_up import held_up_volunteers
from dialer.services.calling.sessions import let_go_on as let_session_go_on
from dialer.services.context import Context
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.confirming import Asking
from dialer.web.coordinator.forms import (
    Answer,
    Faults,
    asked,
    chosen_ids,
    everything,
    faults_of,
    go,
    next_address,
    page_asked,
    said,
    same_names,
)
from dialer.web.desk import context
from dialer.web.guard import allow

FIELD_AT = same_names("name", "phone", "email", "campaign_ids")
_LINK_KEY = "shown_once"


def waiting_volunteers(ctx: Context) -> list[VolunteerView]:
    """Who waits for a coordinator: to be let in, or for a new sign-in link."""
    return [
        person
        for person in everything(lambda page: list_volunteers(ctx, page))
        if person.active and (person.waiting_campaign_ids or person.asked_for_link_at)
    ]


def volunteers_of(ctx: Context, campaign_id: uuid.UUID) -> list[VolunteerView]:
    """Who calls for one campaign."""
    return [
        person
        for person in everything(lambda page: list_volunteers(ctx, page))
        if person.active and campaign_id in person.campaign_ids
    ]


@coordinator.get("/volunteers")
@allow(Permission.VOLUNTEER_READ)
def volunteers() -> str:
    """Everybody who calls, and the form that adds somebody."""
    first = asked("campaign_id")
    return _list_page({"campaign_ids": [first] if first else []})


@coordinator.post("/volunteers")
@allow(Permission.VOLUNTEER_MANAGE)
def add_volunteer() -> Answer:
    """Add somebody; their page is where their link is made."""
    new = NewVolunteer(said("name"), chosen_ids("campaign_ids"), said("email"), said("phone"))
    try:
        person = create_volunteer(context(), new)
    except RuleBroken as error:
        return _list_page(_sent(), faults_of(error, FIELD_AT)), error.status
    words = gettext("%(name)s is added. Make a sign-in link and send it to them.", name=person.name)
    return go("coordinator.volunteer", words, volunteer_id=person.id)


@coordinator.get("/volunteers/<uuid:volunteer_id>")
@allow(Permission.VOLUNTEER_READ)
def volunteer(volunteer_id: uuid.UUID) -> str:
    """One volunteer."""
    ctx = context()
    person = get_volunteer(ctx, volunteer_id)
    return _person_page(ctx, person, {**_as_is(person)})


@coordinator.post("/volunteers/<uuid:volunteer_id>")
@allow(Permission.VOLUNTEER_MANAGE)
def save_volunteer(volunteer_id: uuid.UUID) -> Answer:
    """Change who they are and what they call for."""
    ctx = context()
    changes = VolunteerChanges(said("name"), said("email"), said("phone"), None, chosen_ids("campaign_ids"))
    try:
        change_volunteer(ctx, volunteer_id, changes)
    except RuleBroken as error:
        person = get_volunteer(ctx, volunteer_id)
        return _person_page(ctx, person, _sent(), faults_of(error, FIELD_AT)), error.status
    return go("coordinator.volunteer", gettext("Saved."), volunteer_id=volunteer_id)


@coordinator.post("/volunteers/<uuid:volunteer_id>/invite")
@allow(Permission.VOLUNTEER_MANAGE)
def invite_volunteer(volunteer_id: uuid.UUID) -> Response:
    """Make a sign-in link; the next page shows it, once. It answers their request for one."""
    ctx = context()
    person = get_volunteer(ctx, volunteer_id)
    session[_LINK_KEY] = {"name": person.name, "url": create_invite(ctx, volunteer_id).url}
    return go("coordinator.volunteer", volunteer_id=volunteer_id)


@coordinator.post("/volunteers/<uuid:volunteer_id>/approve")
@allow(Permission.VOLUNTEER_MANAGE)
def approve_volunteer(volunteer_id: uuid.UUID) -> Response:
    """Let somebody in who joined by a link that asks for it."""
    ctx = context()
    person = get_volunteer(ctx, volunteer_id)
    wanted = [*person.campaign_ids, *person.waiting_campaign_ids]
    change_volunteer(ctx, volunteer_id, VolunteerChanges(campaign_ids=wanted))
    return go("coordinator.campaigns", gettext("%(name)s is in and can call now.", name=person.name))


@coordinator.post("/volunteers/<uuid:volunteer_id>/deactivate")
@allow(Permission.VOLUNTEER_MANAGE)
def deactivate_volunteer(volunteer_id: uuid.UUID) -> Response:
    """Send somebody home: their tokens and sessions end at once."""
    person = change_volunteer(context(), volunteer_id, VolunteerChanges(active=False))
    words = gettext("%(name)s is signed out everywhere. What they recorded stays.", name=person.name)
    return go("coordinator.volunteer", words, volunteer_id=volunteer_id)


@coordinator.post("/volunteers/<uuid:volunteer_id>/reactivate")
@allow(Permission.VOLUNTEER_MANAGE)
def reactivate_volunteer(volunteer_id: uuid.UUID) -> Response:
    """Let somebody back; they need a new link."""
    person = change_volunteer(context(), volunteer_id, VolunteerChanges(active=True))
    words = gettext("%(name)s may come back. Make a sign-in link for them.", name=person.name)
    return go("coordinator.volunteer", words, volunteer_id=volunteer_id)


@coordinator.post("/volunteers/<uuid:volunteer_id>/go-on")
@allow(Permission.VOLUNTEER_MANAGE)
def let_go_on(volunteer_id: uuid.UUID) -> Response:
    """Let a volunteer go on who passed over too many people."""
    ctx = context()
    for held in held_up_volunteers(ctx):
        if held.volunteer_id == volunteer_id:
            let_session_go_on(ctx, held.shift_id)
    return go("coordinator.volunteer", gettext("They can go on."), volunteer_id=volunteer_id)


@coordinator.get("/volunteers/<uuid:volunteer_id>/void")
@allow(Permission.VOLUNTEER_VOID)
def ask_void(volunteer_id: uuid.UUID) -> str:
    """Ask before a volunteer's results are taken back."""
    return _void_page(get_volunteer(context(), volunteer_id))


@coordinator.post("/volunteers/<uuid:volunteer_id>/void")
@allow(Permission.VOLUNTEER_VOID)
def void_volunteer(volunteer_id: uuid.UUID) -> Answer:
    """Take back everything they recorded."""
    ctx = context()
    try:
        if not said("reason"):
            raise ValidationFailed.at("/reason", gettext("Say why: it stays in the history."))
        taken = void_results(ctx, volunteer_id, reason=said("reason"))
    except RuleBroken as error:
        faults = faults_of(error, same_names("reason"))
        return _void_page(get_volunteer(ctx, volunteer_id), faults), error.status
    words = ngettext("One result is taken back.", "%(num)s results are taken back.", taken.results)
    return go("coordinator.volunteer", words, volunteer_id=volunteer_id)


def _list_page(values: dict[str, Any], errors: Faults | None = None) -> str:
    ctx = context()
    found = list_volunteers(ctx, page_asked())
    campaigns = everything(lambda page: list_campaigns(ctx, page))
    names = {campaign.id: campaign.name for campaign in campaigns}
    return render_template(
        "coordinator/volunteers.html",
        people=found.items,
        next_page=next_address(found, "coordinator.volunteers"),
        waiting=waiting_volunteers(ctx),
        campaigns=[campaign for campaign in campaigns if campaign.state != "ended"],
        campaign_names=lambda ids: ", ".join(names[each] for each in ids if each in names),
        limited={held.volunteer_id for held in held_up_volunteers(ctx)},
        values=values,
        errors=errors or {},
    )


def _person_page(
    ctx: Context, person: VolunteerView, values: dict[str, Any], errors: Faults | None = None
) -> str:
    campaigns = everything(lambda page: list_campaigns(ctx, page))
    return render_template(
        "coordinator/volunteer.html",
        person=person,
        values=values,
        errors=errors or {},
        campaigns=[one for one in campaigns if one.state != "ended" or one.id in person.campaign_ids],
        limited=any(held.volunteer_id == person.id for held in held_up_volunteers(ctx)),
        shown_link=session.pop(_LINK_KEY, None),
        may_void=ctx.actor.may(Permission.VOLUNTEER_VOID),
    )


def _void_page(person: VolunteerView, errors: Faults | None = None) -> str:
    asking = Asking(
        section="calls",
        question=gettext("Take back all results of %(name)s?", name=person.name),
        consequence=gettext(
            "Pledges, turnout and queue become as if their calls had never been made. The history keeps all."
        ),
        action=url_for("coordinator.void_volunteer", volunteer_id=person.id),
        deed=gettext("Take them back"),
        back=url_for("coordinator.volunteer", volunteer_id=person.id),
        keep=gettext("Keep them"),
        reason=gettext("It stands in the audit log."),
    )
    values = {"reason": said("reason")}
    return render_template("coordinator/confirm.html", asking=asking, values=values, errors=errors or {})


def _as_is(person: VolunteerView) -> dict[str, Any]:
    return {
        "name": person.name,
        "phone": person.phone or "",
        "email": person.email or "",
        "campaign_ids": [str(each) for each in person.campaign_ids],
    }


def _sent() -> dict[str, Any]:
    return {
        **{name: said(name) for name in ("name", "phone", "email")},
        "campaign_ids": request.form.getlist("campaign_ids"),
    }
