"""Teams: a tree, and what belongs to whom in it."""

from __future__ import annotations

import uuid
from typing import TypedDict

from sqlalchemy import Row, Select, and_, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from dialer.domain import team as rules
from dialer.domain.access import Permission, require
from dialer.domain.errors import Conflict, NotFound, ValidationFailed
from dialer.services.accounts.account_fields import clean_name
from dialer.services.accounts.views import TeamView
from dialer.services.accounts.whole_reach import require_whole_reach
from dialer.services.context import Context
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.store.models.accounts import Account, Membership, Team
from dialer.store.models.calling import Campaign
from dialer.store.session import UnitOfWork

_SAME_NAME = "There is a team with this name there already."


class TeamFields(TypedDict, total=False):
    """What may be said of a team; what is left out stays. `parent_id` None: it stands at the top."""

    name: str
    kind: str
    parent_id: uuid.UUID | None


def create_team(ctx: Context, name: str, kind: str, parent_id: uuid.UUID | None = None) -> TeamView:
    """Add a region, local group or circle, below another where `parent_id` names one. `Conflict` where there
    is one of that name already.
    """
    require_whole_reach(ctx, Permission.TEAM_MANAGE)
    with ctx.unit() as unit:
        _check_place(_parents(unit), None, parent_id)
        team = Team(
            organisation_id=ctx.organisation_id,
            name=clean_name(name),
            kind=kind,
            parent_id=parent_id,
            created_at=ctx.now,
        )
        _write(unit, team)
        ctx.audit(unit, "team.created", "team", team.id, {"parent_id": _word(parent_id)})
        return _look(ctx, unit, team.id)


def list_teams(ctx: Context, page: Page) -> Slice[TeamView]:
    """All teams, oldest first; an organiser sees its own and those below."""
    require(ctx.actor, Permission.TEAM_READ)
    query = _teams(ctx).order_by(Team.id).limit(page.limit + 1)
    if (after := after_id(page)) is not None:
        query = query.where(Team.id > after)
    with ctx.unit() as unit:
        views = [_view(row) for row in unit.session.execute(query)]
    return cut(views, page, lambda view: (str(view.id),))


def get_team(ctx: Context, team_id: uuid.UUID) -> TeamView:
    """One team. Raises NotFound also when out of the actor's reach."""
    require(ctx.actor, Permission.TEAM_READ)
    with ctx.unit() as unit:
        return _look(ctx, unit, team_id)


def change_team(ctx: Context, team_id: uuid.UUID, fields: TeamFields) -> TeamView:
    """Name a team anew, or move it with all below it. What an organiser sees follows at once.

    `ValidationFailed` where it would hang below itself; `Conflict` where there is one of that name already.
    """
    require_whole_reach(ctx, Permission.TEAM_MANAGE)
    with ctx.unit() as unit:
        parents = _parents(unit)
        if team_id not in parents:
            raise NotFound
        team = unit.session.get_one(Team, (unit.organisation_id, team_id))
        wanted = TeamFields(**fields)
        if "name" in wanted:
            wanted["name"] = clean_name(wanted["name"])
        changes = {
            name: {"before": _word(getattr(team, name)), "after": _word(value)}
            for name, value in wanted.items()
            if getattr(team, name) != value and name != "name"
        }
        if "parent_id" in changes:
            _check_place(parents, team_id, wanted["parent_id"])
        for name, value in wanted.items():
            setattr(team, name, value)
        _write(unit, team)
        ctx.audit(unit, "team.changed", "team", team.id, {"fields": sorted(wanted), **changes})
        return _look(ctx, unit, team.id)


def delete_team(ctx: Context, team_id: uuid.UUID) -> None:
    """Take a team out of the tree. Its campaigns belong to the team above it from then on; its people stay,
    and belong to it no more. `Conflict` while teams hang below it.
    """
    require_whole_reach(ctx, Permission.TEAM_MANAGE)
    with ctx.unit() as unit:
        parents = _parents(unit)
        if team_id not in parents:
            raise NotFound
        if team_id in parents.values():
            raise Conflict("Teams hang below this one. Move or delete them first.")
        unit.session.execute(
            update(Campaign)
            .where(Campaign.organisation_id == unit.organisation_id, Campaign.team_id == team_id)
            .values(team_id=parents[team_id])
        )
        unit.session.execute(
            delete(Team).where(Team.organisation_id == unit.organisation_id, Team.id == team_id)
        )
        ctx.audit(unit, "team.deleted", "team", team_id)


def _parents(unit: UnitOfWork) -> dict[uuid.UUID, uuid.UUID | None]:
    """The whole tree, locked: of two who move teams at once, the second sees what the first did."""
    query = select(Team.id, Team.parent_id).where(Team.organisation_id == unit.organisation_id)
    rows = unit.session.execute(query.order_by(Team.id).with_for_update())
    return {row.id: row.parent_id for row in rows}


def _check_place(parents: rules.Parents, team_id: uuid.UUID | None, parent_id: uuid.UUID | None) -> None:
    if parent_id is not None and parent_id not in parents:
        raise ValidationFailed.at("/parent_id", "There is no team with this id.")
    if team_id is not None and not rules.may_hang_below(parents, team_id, parent_id):
        raise ValidationFailed.at("/parent_id", "A team can’t hang below itself or a team below it.")
    if rules.is_too_deep(parents, team_id, parent_id):
        raise ValidationFailed.at("/parent_id", rules.TOO_DEEP)


def _write(unit: UnitOfWork, team: Team) -> None:
    """Write the row; the unique index decides races."""
    try:
        with unit.session.begin_nested():
            unit.session.add(team)
    except IntegrityError:
        raise Conflict(_SAME_NAME) from None


def _teams(ctx: Context) -> Select[Team, int, int]:
    people = (
        select(func.count())
        .select_from(Membership)
        .join(
            Account,
            and_(
                Account.organisation_id == Membership.organisation_id,
                Account.id == Membership.account_id,
                Account.active,
            ),
        )
        .where(Membership.organisation_id == Team.organisation_id, Membership.team_id == Team.id)
        .scalar_subquery()
    )
    campaigns = (
        select(func.count())
        .select_from(Campaign)
        .where(Campaign.organisation_id == Team.organisation_id, Campaign.team_id == Team.id)
        .scalar_subquery()
    )
    query = select(Team, people, campaigns).where(Team.organisation_id == ctx.organisation_id)
    return query if ctx.actor.sees_all_teams else query.where(Team.id.in_(ctx.actor.team_ids))


def _look(ctx: Context, unit: UnitOfWork, team_id: uuid.UUID) -> TeamView:
    row = unit.session.execute(_teams(ctx).where(Team.id == team_id)).one_or_none()
    if row is None:
        raise NotFound
    return _view(row)


def _view(row: Row[Team, int, int]) -> TeamView:
    team, people, campaigns = row
    return TeamView(
        id=team.id,
        name=team.name,
        kind=team.kind,
        parent_id=team.parent_id,
        people=people,
        campaigns=campaigns,
        created_at=team.created_at,
    )


def _word(value: object) -> str | None:
    return None if value is None else str(value)
