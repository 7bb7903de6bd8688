"""Whose volunteers they are: what an organiser sees of them and may change."""

from __future__ import annotations

import uuid

from sqlalchemy import ColumnElement, exists, or_, select, true

from dialer.domain.access import Role
from dialer.domain.errors import Forbidden, NotFound
from dialer.services.context import Context
from dialer.store.models.accounts import Account, AccountCampaign, Membership
from dialer.store.session import UnitOfWork


def in_reach(ctx: Context) -> ColumnElement[bool]:
    """The volunteers an actor sees: all, or those who call for one of its campaigns or belong to one of the
    teams it runs.
    """
    if ctx.actor.campaign_ids is None:
        return true()
    calls_for_theirs = exists().where(
        AccountCampaign.organisation_id == Account.organisation_id,
        AccountCampaign.account_id == Account.id,
        AccountCampaign.campaign_id.in_(ctx.actor.campaign_ids),
    )
    belongs_to_theirs = exists().where(
        Membership.organisation_id == Account.organisation_id,
        Membership.account_id == Account.id,
        Membership.team_id.in_(ctx.actor.team_ids),
    )
    return or_(calls_for_theirs, belongs_to_theirs)


def find_managed_volunteer(ctx: Context, unit: UnitOfWork, volunteer_id: uuid.UUID) -> Account:
    """The volunteer, locked, if the actor may change them.

    Raises NotFound where they are out of sight, Forbidden where they also call for campaigns out of reach:
    a token or a link made for them would open those too.
    """
    volunteer = unit.session.scalar(
        select(Account)
        .where(
            Account.organisation_id == ctx.organisation_id,
            Account.id == volunteer_id,
            Account.role == Role.VOLUNTEER,
            in_reach(ctx),
        )
        .with_for_update(of=Account)
    )
    if volunteer is None:
        raise NotFound
    if not _wholly_in_reach(ctx, unit, volunteer_id):
        raise Forbidden("They also call for campaigns that aren’t yours. Ask a coordinator.")
    return volunteer


def campaigns_of(unit: UnitOfWork, volunteer_id: uuid.UUID) -> set[uuid.UUID]:
    """The campaigns a volunteer may call for."""
    return set(
        unit.session.scalars(
            select(AccountCampaign.campaign_id).where(
                AccountCampaign.organisation_id == unit.organisation_id,
                AccountCampaign.account_id == volunteer_id,
            )
        )
    )


def _wholly_in_reach(ctx: Context, unit: UnitOfWork, volunteer_id: uuid.UUID) -> bool:
    return ctx.actor.campaign_ids is None or campaigns_of(unit, volunteer_id) <= ctx.actor.campaign_ids
