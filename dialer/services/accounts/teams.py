"""Teams: a tree, and what belongs to whom in it."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from dialer.domain.access import Permission, Role, require
from dialer.domain.errors import NotFound, ValidationFailed
from dialer.services.accounts.account_fields import clean_name
from dialer.services.accounts.views import TeamView
from dialer.services.context import Context
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.store.models.accounts import Account, Membership, Team
from dialer.store.session import UnitOfWork


def create_team(ctx: Context, name: str, kind: str, parent_id: uuid.UUID | None = None) -> TeamView:
    """Add a region, local group or circle, below another where `parent_id` names one.

    A team is never moved, so the tree has no loop.
    """
    require(ctx.actor, Permission.TEAM_MANAGE)
    with ctx.unit() as unit:
        if parent_id is not None and unit.session.get(Team, (ctx.organisation_id, parent_id)) is None:
            raise ValidationFailed.at("/parent_id", "There is no team with this id.")
        team = Team(
            organisation_id=ctx.organisation_id,
            name=clean_name(name),
            kind=kind,
            parent_id=parent_id,
            created_at=ctx.now,
        )
        unit.session.add(team)
        unit.session.flush()
        ctx.audit(unit, "team.created", "team", team.id)
        return _view(team)


def list_teams(ctx: Context, page: Page) -> Slice[TeamView]:
    """All teams, oldest first; an organiser sees its own and those below."""
    require(ctx.actor, Permission.TEAM_READ)
    query = select(Team).where(Team.organisation_id == ctx.organisation_id).order_by(Team.id)
    if ctx.actor.role is Role.ORGANISER:
        query = query.where(Team.id.in_(ctx.actor.team_ids))
    if (after := after_id(page)) is not None:
        query = query.where(Team.id > after)
    with ctx.unit() as unit:
        views = [_view(team) for team in unit.session.scalars(query.limit(page.limit + 1))]
    return cut(views, page, lambda view: (str(view.id),))


def add_member(ctx: Context, team_id: uuid.UUID, account_id: uuid.UUID, role: Role) -> None:
    """Give an account a role in a team, and so in everything below it. Again: the new role stands."""
    require(ctx.actor, Permission.TEAM_MANAGE)
    with ctx.unit() as unit:
        _must_be_there(unit, Team, team_id)
        _must_be_there(unit, Account, account_id)
        unit.session.merge(
            Membership(organisation_id=ctx.organisation_id, account_id=account_id, team_id=team_id, role=role)
        )
        ctx.audit(unit, "team.member_added", "team", team_id, {"account_id": str(account_id), "role": role})


def _must_be_there(unit: UnitOfWork, table: type[Team | Account], row_id: uuid.UUID) -> None:
    if unit.session.get(table, (unit.organisation_id, row_id)) is None:
        raise NotFound


def _view(team: Team) -> TeamView:
    return TeamView(id=team.id, name=team.name, kind=team.kind, parent_id=team.parent_id)
