"""Teams: the tree, and each with its people and campaigns."""

from __future__ import annotations

import uuid
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import TEAM_KINDS, Permission, Role
from dialer.domain.errors import RuleBroken, ValidationFailed
from dialer.services.accounts.account_search import AccountSearch
from dialer.services.accounts.accounts import list_accounts
from dialer.services.accounts.teams import TeamFields, change_team, create_team, delete_team, get_team
from dialer.services.accounts.views import TeamView
from dialer.services.calling.campaigns import list_campaigns
from dialer.services.context import Context
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.confirming import Asking
from dialer.web.coordinator.forms import (
    Answer,
    Faults,
    asked,
    chosen_id,
    everything,
    faults_of,
    go,
    said,
    same_names,
)
from dialer.web.coordinator.team_tree import branches, team_choices
from dialer.web.coordinator.wording import TEAM_KIND
from dialer.web.desk import context
from dialer.web.guard import allow

FIELD_AT = same_names("name", "kind", "parent_id")


@coordinator.get("/teams")
@allow(Permission.TEAM_READ)
def teams() -> str:
    """The tree, and the form that adds a team."""
    return _tree_page({"name": "", "kind": "local", "parent_id": asked("parent_id")})


@coordinator.post("/teams")
@allow(Permission.TEAM_MANAGE)
def add_team() -> Answer:
    """Add a team."""
    try:
        made = create_team(context(), said("name"), _kind(), chosen_id("parent_id"))
    except RuleBroken as error:
        return _tree_page(_sent(), faults_of(error, FIELD_AT)), error.status
    return go("coordinator.teams", gettext("%(name)s is added.", name=made.name))


@coordinator.get("/teams/<uuid:team_id>")
@allow(Permission.TEAM_READ)
def team(team_id: uuid.UUID) -> str:
    """One team."""
    found = get_team(context(), team_id)
    return _team_page(
        found, {"name": found.name, "kind": found.kind, "parent_id": str(found.parent_id or "")}
    )


@coordinator.post("/teams/<uuid:team_id>")
@allow(Permission.TEAM_MANAGE)
def save_team(team_id: uuid.UUID) -> Answer:
    """Name it anew, or move it."""
    ctx = context()
    try:
        fields = TeamFields(name=said("name"), kind=_kind(), parent_id=chosen_id("parent_id"))
        change_team(ctx, team_id, fields)
    except RuleBroken as error:
        return _team_page(get_team(ctx, team_id), _sent(), faults_of(error, FIELD_AT)), error.status
    return go("coordinator.team", gettext("Saved."), team_id=team_id)


@coordinator.get("/teams/<uuid:team_id>/delete")
@allow(Permission.TEAM_MANAGE)
def ask_delete_team(team_id: uuid.UUID) -> str:
    """Ask before a team is taken out of the tree."""
    found = get_team(context(), team_id)
    asking = Asking(
        section="calls",
        question=gettext("Delete the team %(name)s?", name=found.name),
        consequence=gettext(
            "Its people stay and belong to it no more. Its campaigns belong to the team above it, if any."
        ),
        action=url_for("coordinator.remove_team", team_id=team_id),
        deed=gettext("Delete it"),
        back=url_for("coordinator.team", team_id=team_id),
        keep=gettext("Keep it"),
    )
    return render_template("coordinator/confirm.html", asking=asking, values={}, errors={})


@coordinator.post("/teams/<uuid:team_id>/delete")
@allow(Permission.TEAM_MANAGE)
def remove_team(team_id: uuid.UUID) -> Response:
    """Take it out of the tree."""
    ctx = context()
    found = get_team(ctx, team_id)
    try:
        delete_team(ctx, team_id)
    except RuleBroken as error:
        return go("coordinator.team", gettext(error.detail), "warn", team_id=team_id)
    return go("coordinator.teams", gettext("%(name)s is deleted.", name=found.name))


def _kind() -> str:
    if said("kind") not in TEAM_KINDS:
        raise ValidationFailed.at("/kind", gettext("Choose one of these."))
    return said("kind")


def _sent() -> dict[str, str]:
    return {name: said(name) for name in ("name", "kind", "parent_id")}


def _tree_page(values: dict[str, Any], errors: Faults | None = None) -> str:
    ctx = context()
    return render_template(
        "coordinator/teams.html",
        branches=branches(ctx),
        kinds=list(TEAM_KIND.items()),
        parents=team_choices(ctx, gettext("At the top")),
        values=values,
        errors=errors or {},
    )


def _team_page(found: TeamView, values: dict[str, Any], errors: Faults | None = None) -> str:
    ctx = context()
    tree = branches(ctx)
    above = next((one.team for one in tree if one.team.id == found.parent_id), None)
    return render_template(
        "coordinator/team.html",
        team=found,
        above=above,
        below=[one.team for one in tree if one.team.parent_id == found.id],
        campaigns=[
            one
            for one in everything(lambda page: list_campaigns(ctx, page))
            if one.team_id == found.id and one.state != "ended"
        ],
        organisers=_organisers(ctx, found),
        kinds=list(TEAM_KIND.items()),
        parents=team_choices(ctx, gettext("At the top")),
        values=values,
        errors=errors or {},
    )


def _organisers(ctx: Context, found: TeamView) -> list[str]:
    """The names of those who run it, for whoever may know who signs in."""
    if not ctx.actor.may(Permission.ACCOUNT_READ):
        return []
    search = AccountSearch(role=Role.ORGANISER, team_id=found.id)
    those = everything(lambda page: list_accounts(ctx, page, search))
    return [one.name for one in those if one.active and found.id in one.team_ids]
