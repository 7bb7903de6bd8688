"""Volunteers: added, listed, changed, sent home."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, Select, and_, func, select

from dialer.domain.access import Permission, Role, require
from dialer.domain.errors import NotFound, ValidationFailed
from dialer.services.accounts.account_saving import AccountChanges, save_account, send_away
from dialer.services.accounts.account_search import (
    ALL,
    AccountSearch,
    campaigns_of_account,
    found_by,
    teams_of_account,
)
from dialer.services.accounts.views import VolunteerView
from dialer.services.accounts.volunteer_reach import find_managed_volunteer, in_reach
from dialer.services.context import Context
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.store.models.accounts import Account, SignInRequest
from dialer.store.session import UnitOfWork

VolunteerChanges = AccountChanges


@dataclass(frozen=True, slots=True)
class NewVolunteer:
    """Somebody to be added. A phone counts as confirmed: a coordinator vouches for it."""

    name: str
    campaign_ids: Sequence[uuid.UUID]
    email: str | None = None
    phone: str | None = None
    languages: Sequence[str] = ()
    team_ids: Sequence[uuid.UUID] = ()


def create_volunteer(ctx: Context, new: NewVolunteer) -> VolunteerView:
    """Add somebody who will call for these campaigns.

    Raises Conflict (with the `id`) when the email or phone is somebody's already.
    """
    require(ctx.actor, Permission.VOLUNTEER_MANAGE)
    if ctx.actor.campaign_ids is not None and not (new.campaign_ids or new.team_ids):
        raise ValidationFailed.at("/campaign_ids", "Name at least one of your campaigns or teams.")
    with ctx.unit() as unit:
        account = Account(
            organisation_id=ctx.organisation_id, role=Role.VOLUNTEER, languages=[], created_at=ctx.now
        )
        save_account(
            ctx,
            unit,
            account,
            AccountChanges(
                new.name,
                new.email,
                new.phone,
                new.languages,
                new.campaign_ids,
                team_ids=new.team_ids,
            ),
        )
        about = {"campaign_ids": _words(new.campaign_ids), "team_ids": _words(new.team_ids)}
        ctx.audit(unit, "volunteer.created", "account", account.id, about)
        return _look(ctx, unit, account.id)


def list_volunteers(ctx: Context, page: Page, search: AccountSearch = ALL) -> Slice[VolunteerView]:
    """The volunteers in the actor's reach that fit, in the order in which they came."""
    require(ctx.actor, Permission.VOLUNTEER_READ)
    fitting = found_by(ctx, search)
    query = _volunteers(ctx).where(*fitting).order_by(Account.id).limit(page.limit + 1)
    if (after := after_id(page)) is not None:
        query = query.where(Account.id > after)
    with ctx.unit() as unit:
        views = [_view(ctx, row) for row in unit.session.execute(query)]
    return cut(views, page, lambda view: (str(view.id),))


def get_volunteer(ctx: Context, volunteer_id: uuid.UUID) -> VolunteerView:
    """One volunteer. Raises NotFound also when out of the actor's reach."""
    require(ctx.actor, Permission.VOLUNTEER_READ)
    with ctx.unit() as unit:
        return _look(ctx, unit, volunteer_id)


def change_volunteer(ctx: Context, volunteer_id: uuid.UUID, changes: VolunteerChanges) -> VolunteerView:
    """Merge the changes. `active=False` ends all that lets the volunteer in, and their calling, at once.

    Tokens, signed-in browsers and links stay ended when the volunteer comes back.
    """
    require(ctx.actor, Permission.VOLUNTEER_MANAGE)
    with ctx.unit() as unit:
        account = find_managed_volunteer(ctx, unit, volunteer_id)
        was_active = account.active
        changed = save_account(ctx, unit, account, changes)
        if was_active and not account.active:
            send_away(ctx, unit, account.id)
        ctx.audit(unit, "volunteer.changed", "account", account.id, {"fields": changed})
        try:
            return _look(ctx, unit, account.id)
        except NotFound:
            raise ValidationFailed.at(
                "/campaign_ids", "Leave them at least one of your campaigns or teams."
            ) from None


def count_volunteers(ctx: Context, search: AccountSearch = ALL) -> int:
    """How many volunteers in the actor's reach fit."""
    require(ctx.actor, Permission.VOLUNTEER_READ)
    query = select(func.count()).select_from(Account).where(*_are_volunteers(ctx), *found_by(ctx, search))
    with ctx.unit() as unit:
        return unit.session.scalar(query) or 0


def _are_volunteers(ctx: Context) -> tuple[ColumnElement[bool], ...]:
    return (Account.organisation_id == ctx.organisation_id, Account.role == Role.VOLUNTEER, in_reach(ctx))


def _volunteers(
    ctx: Context,
) -> Select[Account, list[uuid.UUID], list[uuid.UUID], list[uuid.UUID], dt.datetime | None]:
    return (
        select(
            Account,
            campaigns_of_account(approved=True),
            campaigns_of_account(approved=False),
            teams_of_account(),
            SignInRequest.requested_at,
        )
        .outerjoin(
            SignInRequest,
            and_(
                SignInRequest.organisation_id == Account.organisation_id,
                SignInRequest.account_id == Account.id,
                SignInRequest.answered_at.is_(None),
            ),
        )
        .where(*_are_volunteers(ctx))
    )


def _look(ctx: Context, unit: UnitOfWork, volunteer_id: uuid.UUID) -> VolunteerView:
    row = unit.session.execute(_volunteers(ctx).where(Account.id == volunteer_id)).one_or_none()
    if row is None:
        raise NotFound
    return _view(ctx, row)


def _view(
    ctx: Context,
    row: Row[Account, list[uuid.UUID], list[uuid.UUID], list[uuid.UUID], dt.datetime | None],
) -> VolunteerView:
    account, campaign_ids, waiting, team_ids, asked_at = row
    return VolunteerView(
        id=account.id,
        name=account.name,
        email=account.email,
        phone=account.phone,
        languages=list(account.languages),
        campaign_ids=[each for each in campaign_ids if ctx.actor.sees_campaign(each)],
        waiting_campaign_ids=[each for each in waiting if ctx.actor.sees_campaign(each)],
        team_ids=[each for each in team_ids if ctx.actor.sees_team(each)],
        active=account.active,
        asked_for_link_at=asked_at,
        created_at=account.created_at,
    )


def _words(ids: Sequence[uuid.UUID]) -> list[str]:
    return sorted({*map(str, ids)})
