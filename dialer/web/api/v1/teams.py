"""`/teams`: the tree of regions, local groups and circles."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask.views import MethodView
from marshmallow import Schema

from dialer.domain.access import TEAM_KINDS, Permission
from dialer.services.accounts import teams as deeds
from dialer.services.accounts.teams import TeamFields
from dialer.services.accounts.views import TeamView
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Id, Instant, Text, Whole, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.desk import context
from dialer.web.guard import allow

teams = Resource("teams", "Regions, local groups and circles: a tree")


class TeamChangesSchema(Schema):
    """What may be said of a team; `parent_id` null puts it at the top."""

    name = Text(blank=False, max_length=200)
    kind = Choice(*TEAM_KINDS)
    parent_id = Id(allow_none=True)


class NewTeamSchema(TeamChangesSchema):
    """A team to be made."""

    name = Text(blank=False, max_length=200, required=True)
    kind = Choice(*TEAM_KINDS, required=True)


class TeamSchema(TeamChangesSchema):
    """A team. `people` who may come in and `campaigns` are its own, not those of the teams below it."""

    id = Id(required=True)
    name = Text(required=True)
    kind = Choice(*TEAM_KINDS, required=True)
    parent_id = Id(required=True, allow_none=True)
    people = Whole(required=True)
    campaigns = Whole(required=True)
    created_at = Instant(required=True)


@teams.route("/teams")
class Teams(MethodView):
    """All teams in reach."""

    @allow(Permission.TEAM_READ)
    @teams.arguments(PageQuery, location="query")
    @teams.response(200, paged(TeamSchema))
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """The teams, oldest first; an organiser’s own and those below."""
        return show_page(deeds.list_teams(context(), page_of(query)))

    @allow(Permission.TEAM_MANAGE)
    @teams.arguments(NewTeamSchema)
    @teams.response(201, TeamSchema)
    def post(self, given: dict[str, Any]) -> tuple[TeamView, int, dict[str, str]]:
        """Make a team. One of that name in the same place is a conflict."""
        made = deeds.create_team(context(), **given)
        return made, 201, {"Location": url_for("teams.Team", team_id=made.id)}


@teams.route("/teams/<team_id>")
class Team(MethodView):
    """One team."""

    @allow(Permission.TEAM_READ)
    @teams.response(200, TeamSchema)
    def get(self, team_id: str) -> TeamView:
        """One team."""
        return deeds.get_team(context(), path_id(team_id))

    @allow(Permission.TEAM_MANAGE)
    @teams.arguments(TeamChangesSchema)
    @teams.response(200, TeamSchema)
    def patch(self, given: TeamFields, team_id: str) -> TeamView:
        """Name it anew, or move it with all below it: never below itself. What organisers see follows."""
        return deeds.change_team(context(), path_id(team_id), given)

    @allow(Permission.TEAM_MANAGE)
    @teams.response(204)
    def delete(self, team_id: str) -> None:
        """Take it out of the tree. Its campaigns go to the team above it; teams below it are a conflict."""
        deeds.delete_team(context(), path_id(team_id))
