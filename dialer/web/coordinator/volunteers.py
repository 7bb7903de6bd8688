"""Volunteers: added, let in, invited, held up and let go on, sent home, their results taken back."""

from __future__ import annotations

import uuid
from typing import Any, Final

from flask import render_template, request, session, url_for
from flask_babel import gettext, ngettext
from uuid_utils.compat import uuid7
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import RuleBroken, ValidationFailed
from dialer.domain.texting import EMAIL, SMS
from dialer.services.accounts.account_search import AccountSearch, Doing
from dialer.services.accounts.browsers import browsers_of, sign_out_everywhere
from dialer.services.accounts.sign_in_links import create_invite
from dialer.services.accounts.views import VolunteerView
from dialer.services.accounts.volunteers import (
    NewVolunteer,
    VolunteerChanges,
    change_volunteer,
    count_volunteers,
    create_volunteer,
    get_volunteer,
    list_volunteers,
)
from dialer.services.calling.campaigns import list_campaigns
from dialer.services.calling.corrections import void_results
from dialer.services.calling.held_up import held_up_volunteers
from dialer.services.calling.sessions import let_go_on as let_session_go_on
from dialer.services.calling.volunteer_past import past_of_volunteer
from dialer.services.context import Context
from dialer.services.messaging.volunteer_texts import conversation_with_volunteer, texts_with_volunteer
from dialer.services.paging import Page
from dialer.web.coordinator.accounts import SHOWN_LINK
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.confirming import Asking
from dialer.web.coordinator.forms import (
    Answer,
    Faults,
    asked,
    choices,
    chosen_ids,
    everything,
    faults_of,
    go,
    id_of,
    page_after,
    said,
    same_names,
)
from dialer.web.coordinator.team_tree import branches
from dialer.web.coordinator.wording import DOING
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.rule_words import N_
from dialer.web.text_lines import Composer, Text, text_of
from dialer.web.words import duration

FIELD_AT = same_names("name", "phone", "email", "campaign_ids", "team_ids")
_FILTERS: Final = ("doing", "campaign_id", "team_id")
_TEXTS: Final = 20
"""The latest texts with somebody that their page shows."""
READY: Final = {
    "hour": N_("Can you do another hour?"),
    "evening": N_("We’re short of callers this evening. Can you come?"),
    "thanks": N_("Thank you for this evening. It made a difference."),
}
"""Words that are often wanted, ready to be put behind what was typed."""
_NOTHING_SOUGHT: Final = {"q": "", **dict.fromkeys(_FILTERS, "")}


def waiting_volunteers(ctx: Context) -> list[VolunteerView]:
    """Who waits for a coordinator: to be let in, or for a new sign-in link."""
    search = AccountSearch(doing=Doing.WAITING)
    return everything(lambda page: list_volunteers(ctx, page, search))


def volunteers_of(ctx: Context, campaign_id: uuid.UUID) -> list[VolunteerView]:
    """Who calls for one campaign."""
    search = AccountSearch(campaign_id=campaign_id)
    return [person for person in everything(lambda page: list_volunteers(ctx, page, search)) if person.active]


@coordinator.get("/volunteers")
@allow(Permission.VOLUNTEER_READ)
def volunteers() -> str:
    """Those who call, all or some of them, and the form that adds somebody."""
    sought = {"q": "", **{name: asked(name) for name in _FILTERS}}
    return _list_page(_empty(sought), sought)


@coordinator.post("/volunteers/find")
@allow(Permission.VOLUNTEER_READ)
def find_volunteers() -> str:
    """Those who fit: posted, since names and numbers stand in no address."""
    sought = {
        "q": said("q"),
        "doing": said("doing"),
        "campaign_id": said("of_campaign"),
        "team_id": said("of_team"),
    }
    return _list_page(_empty(sought), sought, after=said("after"))


@coordinator.post("/volunteers")
@allow(Permission.VOLUNTEER_MANAGE)
def add_volunteer() -> Answer:
    """Add somebody; their page is where their link is made."""
    new = NewVolunteer(
        said("name"),
        chosen_ids("campaign_ids"),
        said("email"),
        said("phone"),
        team_ids=chosen_ids("team_ids"),
    )
    try:
        person = create_volunteer(context(), new)
    except RuleBroken as error:
        return _list_page(_sent(), _NOTHING_SOUGHT, faults_of(error, FIELD_AT)), error.status
    words = gettext("%(name)s is added. Make a sign-in link and send it to them.", name=person.name)
    return go("coordinator.volunteer", words, volunteer_id=person.id)


@coordinator.get("/volunteers/<uuid:volunteer_id>")
@allow(Permission.VOLUNTEER_READ)
def volunteer(volunteer_id: uuid.UUID) -> str:
    """One volunteer."""
    return volunteer_page(context(), volunteer_id)


@coordinator.post("/volunteers/<uuid:volunteer_id>")
@allow(Permission.VOLUNTEER_MANAGE)
def save_volunteer(volunteer_id: uuid.UUID) -> Answer:
    """Change who they are and what they call for."""
    ctx = context()
    changes = VolunteerChanges(
        said("name"),
        said("email"),
        said("phone"),
        campaign_ids=chosen_ids("campaign_ids"),
        team_ids=chosen_ids("team_ids"),
    )
    try:
        change_volunteer(ctx, volunteer_id, changes)
    except RuleBroken as error:
        return volunteer_page(ctx, volunteer_id, _sent(), faults_of(error, FIELD_AT)), error.status
    return go("coordinator.volunteer", gettext("Saved."), volunteer_id=volunteer_id)


@coordinator.post("/volunteers/<uuid:volunteer_id>/invite")
@allow(Permission.VOLUNTEER_MANAGE)
def invite_volunteer(volunteer_id: uuid.UUID) -> Response:
    """Make a sign-in link; the next page shows it, once. It answers their request for one."""
    ctx = context()
    person = get_volunteer(ctx, volunteer_id)
    session[SHOWN_LINK] = {"name": person.name, "url": create_invite(ctx, volunteer_id).url}
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


@coordinator.post("/volunteers/<uuid:volunteer_id>/sign-out")
@allow(Permission.VOLUNTEER_MANAGE)
def sign_volunteer_out(volunteer_id: uuid.UUID) -> Response:
    """Sign them out of every browser, where one was lost; they may come back by a new link."""
    sign_out_everywhere(context(), volunteer_id)
    words = gettext("Signed out everywhere. Make a sign-in link for them.")
    return go("coordinator.volunteer", words, volunteer_id=volunteer_id)


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
    get_volunteer(ctx, volunteer_id)
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


def _list_page(
    values: dict[str, Any], sought: dict[str, str], errors: Faults | None = None, *, after: str = ""
) -> str:
    ctx = context()
    search = _search(sought)
    found = list_volunteers(ctx, page_after(after), search)
    campaigns = everything(lambda page: list_campaigns(ctx, page))
    names = {campaign.id: campaign.name for campaign in campaigns}
    tree = branches(ctx)
    return render_template(
        "coordinator/volunteers.html",
        people=found.items,
        count=count_volunteers(ctx, search),
        more=",".join(found.next or ()),
        sought=sought,
        is_filtered=search != AccountSearch(),
        doing_choices=[("", gettext("All")), *DOING.items()],
        campaign_choices=choices(campaigns, gettext("Any campaign")),
        team_choices=[("", gettext("Any team")), *((str(one.team.id), one.words) for one in tree)],
        branches=tree,
        waiting=waiting_volunteers(ctx),
        campaigns=[campaign for campaign in campaigns if campaign.state != "ended"],
        campaign_names=lambda ids: ", ".join(names[each] for each in ids if each in names),
        limited={held.volunteer_id for held in held_up_volunteers(ctx)},
        values=values,
        errors=errors or {},
    )


def _search(sought: dict[str, str]) -> AccountSearch:
    """What is asked for. What can't be an id is nothing that is here; other words leave it open."""
    doing = sought["doing"]
    return AccountSearch(
        words=sought["q"],
        campaign_id=id_of(sought["campaign_id"]) if sought["campaign_id"] else None,
        team_id=id_of(sought["team_id"]) if sought["team_id"] else None,
        doing=Doing(doing) if doing in DOING else None,
    )


def _empty(sought: dict[str, str]) -> dict[str, Any]:
    """The form that adds somebody, for the campaign and team that are looked at."""
    return {
        "campaign_ids": [sought["campaign_id"]] if sought["campaign_id"] else [],
        "team_ids": [sought["team_id"]] if sought["team_id"] else [],
    }


def volunteer_page(
    ctx: Context,
    volunteer_id: uuid.UUID,
    values: dict[str, Any] | None = None,
    errors: Faults | None = None,
    composer: Composer | None = None,
) -> str:
    """One volunteer: who they are, what they did, a word to them, and what can be done."""
    person = get_volunteer(ctx, volunteer_id)
    campaigns = everything(lambda page: list_campaigns(ctx, page))
    past = past_of_volunteer(ctx, volunteer_id)
    may_write = ctx.actor.may(Permission.MESSAGE_SEND)
    return render_template(
        "coordinator/volunteer.html",
        person=person,
        values=values or _as_is(person),
        errors=errors or {},
        campaigns=[one for one in campaigns if one.state != "ended" or one.id in person.campaign_ids],
        limited=any(held.volunteer_id == person.id for held in held_up_volunteers(ctx)),
        branches=branches(ctx),
        shown_link=session.pop(SHOWN_LINK, None),
        may_void=ctx.actor.may(Permission.VOLUNTEER_VOID),
        past=past,
        browsers=browsers_of(ctx, volunteer_id),
        span_words=duration(past.time_s),
        may_write=may_write,
        composer=composer or Composer(str(uuid7()), {"body": "", "channel": "", "subject": ""}),
        channels=_channels(person),
        ready={name: gettext(words) for name, words in READY.items()},
        texts=_texts(ctx, volunteer_id) if may_write else [],
        talk_id=conversation_with_volunteer(ctx, volunteer_id) if may_write else None,
    )


def _texts(ctx: Context, volunteer_id: uuid.UUID) -> list[Text]:
    """What was written between us, the latest first."""
    found = texts_with_volunteer(ctx, volunteer_id, Page(_TEXTS))
    return [text_of(one, "closed") for one in found.items]


def _channels(person: VolunteerView) -> list[tuple[str, str]]:
    """By what they can be written to."""
    ways = ((SMS, gettext("Text"), person.phone), (EMAIL, gettext("Email"), person.email))
    return [(channel, words) for channel, words, there in ways if there]


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
        "team_ids": [str(each) for each in person.team_ids],
    }


def _sent() -> dict[str, Any]:
    return {
        **{name: said(name) for name in ("name", "phone", "email")},
        "campaign_ids": request.form.getlist("campaign_ids"),
        "team_ids": request.form.getlist("team_ids"),
    }
