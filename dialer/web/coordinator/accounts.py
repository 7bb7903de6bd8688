"""Who may do what: everybody above and beside the volunteers, their roles, teams and sign-in links."""

from __future__ import annotations

import uuid
from typing import Any, Final

from flask import render_template, request, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission, Role, may_grant
from dialer.domain.errors import RuleBroken, ValidationFailed
from dialer.services.accounts.account_saving import AccountChanges
from dialer.services.accounts.account_search import AccountSearch
from dialer.services.accounts.accounts import (
    NewAccount,
    change_account,
    create_account,
    get_account,
    invite_account,
    list_accounts,
)
from dialer.services.accounts.views import AccountView
from dialer.services.calling.campaigns import list_campaigns
from dialer.services.calling.views import CampaignView
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
    said,
    same_names,
)
from dialer.web.coordinator.team_tree import branches
from dialer.web.coordinator.wording import ROLE, ROLE_MAY
from dialer.web.desk import context
from dialer.web.guard import allow

FIELD_AT = same_names("name", "role", "phone", "email", "team_ids", "campaign_ids")
SHOWN_LINK: Final = "shown_once"
"""Under which a browser keeps a link that was just made, until the next page shows it."""
_SHOWN: Final = (Role.ADMIN, Role.COORDINATOR, Role.ORGANISER, Role.TELLER, Role.OBSERVER)
"""The roles whose people stand on this page; volunteers have one of their own."""


@coordinator.get("/accounts")
@allow(Permission.ACCOUNT_READ)
def accounts() -> str:
    """Everybody but volunteers, by role, and the form that adds somebody."""
    return _list_page({"role": Role.ORGANISER, "team_ids": request.args.getlist("team_id")})


@coordinator.post("/accounts")
@allow(Permission.ACCOUNT_MANAGE)
def add_account() -> Answer:
    """Add somebody; their page is where their link is made."""
    try:
        new = NewAccount(said("name"), _role(), said("email"), said("phone"), team_ids=chosen_ids("team_ids"))
        made = create_account(context(), new)
    except RuleBroken as error:
        return _list_page(_sent(), faults_of(error, FIELD_AT)), error.status
    words = gettext("%(name)s is added. Make a sign-in link and send it to them.", name=made.name)
    return go("coordinator.account", words, account_id=made.id)


@coordinator.get("/accounts/<uuid:account_id>")
@allow(Permission.ACCOUNT_READ)
def account(account_id: uuid.UUID) -> str:
    """One of them."""
    ctx = context()
    person = get_account(ctx, account_id)
    values = {
        "name": person.name,
        "phone": person.phone or "",
        "email": person.email or "",
        "team_ids": [str(one) for one in person.team_ids],
        "campaign_ids": [str(one) for one in person.campaign_ids],
        "role": person.role,
    }
    return _person_page(ctx, person, values)


@coordinator.post("/accounts/<uuid:account_id>")
@allow(Permission.ACCOUNT_MANAGE)
def save_account_form(account_id: uuid.UUID) -> Answer:
    """Change who they are and where they belong; what they may do has a button of its own."""
    ctx = context()
    try:
        changes = AccountChanges(
            said("name"),
            said("email"),
            said("phone"),
            campaign_ids=chosen_ids("campaign_ids") if "campaigns_shown" in request.form else None,
            team_ids=chosen_ids("team_ids"),
        )
        change_account(ctx, account_id, changes)
    except RuleBroken as error:
        person = get_account(ctx, account_id)
        values = {**_sent(), "role": person.role}
        return _person_page(ctx, person, values, faults_of(error, FIELD_AT)), error.status
    return go("coordinator.account", gettext("Saved."), account_id=account_id)


@coordinator.get("/accounts/<uuid:account_id>/role")
@allow(Permission.ACCOUNT_MANAGE)
def ask_role(account_id: uuid.UUID) -> Answer:
    """Ask before somebody may do something else: what they could until now, and what ends."""
    person = get_account(context(), account_id)
    if asked("role") not in ROLE or asked("role") == person.role:
        return go("coordinator.account", account_id=account_id)
    role = Role(asked("role"))
    asking = Asking(
        section="calls",
        question=gettext("Change what %(name)s may do?", name=person.name),
        consequence=_what_follows(person, role),
        action=url_for("coordinator.change_role", account_id=account_id, role=role),
        deed=gettext("Change it"),
        back=url_for("coordinator.account", account_id=account_id),
        keep=gettext("Leave it"),
    )
    return render_template("coordinator/confirm.html", asking=asking, values={}, errors={})


def _what_follows(person: AccountView, role: Role) -> str:
    now = gettext("From now on: %(role)s. %(may)s", role=ROLE[role], may=ROLE_MAY[role])
    ends = gettext("They are signed out everywhere and need a new link.")
    if role is Role.VOLUNTEER or not person.email:
        return f"{now} {ends}"
    letters = gettext(
        "By a link sent to %(email)s they sign in as that: make sure it is theirs.", email=person.email
    )
    return f"{now} {ends} {letters}"


@coordinator.post("/accounts/<uuid:account_id>/role/<role>")
@allow(Permission.ACCOUNT_MANAGE)
def change_role(account_id: uuid.UUID, role: str) -> Response:
    """Have them do that from now on."""
    return _changed(account_id, AccountChanges(), _known_role(role))


@coordinator.post("/accounts/<uuid:account_id>/<any(deactivate, reactivate):step>")
@allow(Permission.ACCOUNT_MANAGE)
def switch_account(account_id: uuid.UUID, step: str) -> Response:
    """Take their way in, or give it back."""
    return _changed(account_id, AccountChanges(active=step == "reactivate"))


@coordinator.post("/accounts/<uuid:account_id>/invite")
@allow(Permission.ACCOUNT_MANAGE)
def invite_somebody(account_id: uuid.UUID) -> Response:
    """Make a sign-in link; the next page shows it, once."""
    ctx = context()
    person = get_account(ctx, account_id)
    try:
        session[SHOWN_LINK] = {"name": person.name, "url": invite_account(ctx, account_id).url}
    except RuleBroken as error:
        return go("coordinator.account", gettext(error.detail), "warn", account_id=account_id)
    return go("coordinator.account", account_id=account_id)


def _changed(account_id: uuid.UUID, changes: AccountChanges, role: Role | None = None) -> Response:
    """Do it, and see how it stands; a refusal is said on the same page."""
    try:
        change_account(context(), account_id, changes, role)
    except RuleBroken as error:
        if error.status not in (403, 409):
            raise
        return go("coordinator.account", gettext(error.detail), "warn", account_id=account_id)
    return go("coordinator.account", gettext("Done. It holds from now on."), account_id=account_id)


def _role() -> Role:
    return _known_role(said("role"))


def _known_role(word: str) -> Role:
    if word not in ROLE:
        raise ValidationFailed.at("/role", gettext("Choose one of these."))
    return Role(word)


def _sent() -> dict[str, Any]:
    return {
        **{name: said(name) for name in ("name", "phone", "email", "role")},
        "team_ids": request.form.getlist("team_ids"),
        "campaign_ids": request.form.getlist("campaign_ids"),
    }


def _list_page(values: dict[str, Any], errors: Faults | None = None) -> str:
    ctx = context()
    groups = [(role, _those_with(ctx, role)) for role in _SHOWN]
    return render_template(
        "coordinator/accounts.html",
        waiting=_waiting(ctx),
        groups=[(role, those) for role, those in groups if those],
        me=ctx.actor.account_id,
        branches=branches(ctx),
        team_names={one.team.id: one.team.name for one in branches(ctx)},
        grantable=[role for role in _SHOWN if may_grant(ctx.actor.role, role)],
        values=values,
        errors=errors or {},
    )


def _waiting(ctx: Context) -> list[AccountView]:
    """Who asked for a new sign-in link; volunteers stand on a page of their own."""
    search = AccountSearch(asked_for_link=True)
    found = everything(lambda page: list_accounts(ctx, page, search))
    return [one for one in found if one.active and one.role != Role.VOLUNTEER]


def _those_with(ctx: Context, role: Role) -> list[AccountView]:
    search = AccountSearch(role=role)
    return sorted(
        everything(lambda page: list_accounts(ctx, page, search)),
        key=lambda one: (not one.active, one.name.casefold()),
    )


def _campaigns(ctx: Context, person: AccountView) -> list[CampaignView]:
    """What an organiser may be given to run besides the campaigns of their teams; nothing for others."""
    if person.role != Role.ORGANISER:
        return []
    return [
        one
        for one in everything(lambda page: list_campaigns(ctx, page))
        if one.state != "ended" or one.id in person.campaign_ids
    ]


def _person_page(
    ctx: Context, person: AccountView, values: dict[str, Any], errors: Faults | None = None
) -> str:
    return render_template(
        "coordinator/account.html",
        person=person,
        is_me=person.id == ctx.actor.account_id,
        may_change=may_grant(ctx.actor.role, Role(person.role)),
        roles=[role for role in Role if may_grant(ctx.actor.role, role)],
        branches=branches(ctx),
        campaigns=_campaigns(ctx, person),
        shown_link=session.pop(SHOWN_LINK, None),
        values=values,
        errors=errors or {},
    )
