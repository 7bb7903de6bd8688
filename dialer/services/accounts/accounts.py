"""Everybody who signs in, whatever their role: who may do what, and who says so."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Row, Select, func, select, update

from dialer.domain.access import Permission, Role, may_grant
from dialer.domain.errors import Conflict, Forbidden, NotFound
from dialer.domain.roles import Against, Standing, against, keeps_access
from dialer.services.accounts.account_saving import AccountChanges, end_work, save_account, send_away
from dialer.services.accounts.account_search import (
    ALL,
    AccountSearch,
    campaigns_of_account,
    found_by,
    teams_of_account,
)
from dialer.services.accounts.ending import end_own_ways_in
from dialer.services.accounts.sign_in_links import invite
from dialer.services.accounts.views import AccountView, InviteView
from dialer.services.accounts.whole_reach import require_whole_reach
from dialer.services.context import Context
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.store.models.accounts import Account, LoginSession, Membership
from dialer.store.session import UnitOfWork

_WORDS: Final = {
    Against.OWN: "You can’t change what you yourself may do. Ask somebody else who may.",
    Against.LAST_ADMIN: "They are the last administrator. Make somebody else one first.",
}
_ABOVE: Final = "That is above your own role. Ask somebody who has it."


@dataclass(frozen=True, slots=True)
class NewAccount:
    """Somebody to be added under a role. A phone counts as confirmed: whoever adds them vouches for it."""

    name: str
    role: Role
    email: str | None = None
    phone: str | None = None
    languages: Sequence[str] = ()
    campaign_ids: Sequence[uuid.UUID] = ()
    team_ids: Sequence[uuid.UUID] = ()


def create_account(ctx: Context, new: NewAccount) -> AccountView:
    """Add somebody. Nobody makes a role above their own (`Forbidden`).

    Raises Conflict (with the `id`) when the email or phone is somebody's already.
    """
    require_whole_reach(ctx, Permission.ACCOUNT_MANAGE)
    if not may_grant(ctx.actor.role, new.role):
        raise Forbidden(_ABOVE)
    with ctx.unit() as unit:
        account = Account(
            organisation_id=ctx.organisation_id, role=new.role, languages=[], created_at=ctx.now
        )
        changes = AccountChanges(
            new.name, new.email, new.phone, new.languages, new.campaign_ids, team_ids=new.team_ids
        )
        save_account(ctx, unit, account, changes)
        ctx.audit(unit, "account.created", "account", account.id, {"role": new.role})
        return _look(ctx, unit, account.id)


def list_accounts(ctx: Context, page: Page, search: AccountSearch = ALL) -> Slice[AccountView]:
    """Everybody who fits, in the order in which they came."""
    require_whole_reach(ctx, Permission.ACCOUNT_READ)
    query = _accounts(ctx).where(*found_by(ctx, search)).order_by(Account.id).limit(page.limit + 1)
    if (after := after_id(page)) is not None:
        query = query.where(Account.id > after)
    with ctx.unit() as unit:
        views = [_view(row) for row in unit.session.execute(query)]
    return cut(views, page, lambda view: (str(view.id),))


def get_account(ctx: Context, account_id: uuid.UUID) -> AccountView:
    """One of them."""
    require_whole_reach(ctx, Permission.ACCOUNT_READ)
    with ctx.unit() as unit:
        return _look(ctx, unit, account_id)


def change_account(
    ctx: Context, account_id: uuid.UUID, changes: AccountChanges, role: Role | None = None
) -> AccountView:
    """Merge the changes; with `role`, they may do that from now on. What would outlive it ends at once:
    tokens, signed-in browsers, links and shifts. Where they may do more than before, tokens and shifts go on.

    A new organiser runs the campaigns of their teams and those that `changes` name: what they called for
    isn't theirs to run.

    `Forbidden` above one's own role, `Conflict` for one's own and for the last administrator.
    """
    require_whole_reach(ctx, Permission.ACCOUNT_MANAGE)
    with ctx.unit() as unit:
        admins = _lock_admins(unit)
        account = _find(ctx, unit, account_id)
        before = Standing(Role(account.role), account.active)
        after = Standing(role or before.role, before.active if changes.active is None else changes.active)
        _check(ctx, account, before, after, len(admins - {account.id}))
        account.role = after.role
        if _becomes_organiser(before, after) and changes.campaign_ids is None:
            changes = replace(changes, campaign_ids=())
        fields = save_account(ctx, unit, account, changes)
        if before.role is not after.role:
            _follow(unit, account.id, after.role)
        if before != after:
            _end(ctx, unit, account.id, before, after)
        ctx.audit(unit, "account.changed", "account", account.id, _said(fields, before, after))
        return _look(ctx, unit, account.id)


def invite_account(ctx: Context, account_id: uuid.UUID) -> InviteView:
    """Make a link by which they sign in, once, within 7 days: nobody one into a role above their own.

    `Conflict` for somebody who was sent home.
    """
    require_whole_reach(ctx, Permission.ACCOUNT_MANAGE)
    with ctx.unit() as unit:
        account = _find(ctx, unit, account_id)
        if not may_grant(ctx.actor.role, Role(account.role)):
            raise Forbidden(_ABOVE)
        return invite(ctx, unit, account)


def _check(ctx: Context, account: Account, before: Standing, after: Standing, other_admins: int) -> None:
    is_own = account.id == ctx.actor.account_id
    why = against(ctx.actor.role, before, after, is_own=is_own, other_admins=other_admins)
    if why is None and not may_grant(ctx.actor.role, before.role):
        why = Against.ABOVE
    if why is Against.ABOVE:
        raise Forbidden(_ABOVE)
    if why is not None:
        raise Conflict(_WORDS[why], reason=why.value)


def _lock_admins(unit: UnitOfWork) -> set[uuid.UUID]:
    """Whoever may do everything, locked: of two who take it from each other, the second is refused."""
    query = select(Account.id).where(
        Account.organisation_id == unit.organisation_id, Account.role == Role.ADMIN, Account.active
    )
    return set(unit.session.scalars(query.order_by(Account.id).with_for_update()))


def _end(ctx: Context, unit: UnitOfWork, account_id: uuid.UUID, before: Standing, after: Standing) -> None:
    """End what would outlive the change."""
    if keeps_access(before, after):
        end_own_ways_in(unit, account_id, ctx.now)
    elif before.active and not after.active:
        send_away(ctx, unit, account_id)
    else:
        end_work(ctx, unit, account_id)


def _becomes_organiser(before: Standing, after: Standing) -> bool:
    return after.role is Role.ORGANISER and before.role is not Role.ORGANISER


def _follow(unit: UnitOfWork, account_id: uuid.UUID, role: Role) -> None:
    """Have them belong to their teams in the new role: an organiser runs them."""
    unit.session.execute(
        update(Membership)
        .where(Membership.organisation_id == unit.organisation_id, Membership.account_id == account_id)
        .values(role=role)
    )


def _said(fields: list[str], before: Standing, after: Standing) -> dict[str, object]:
    if before.role is after.role:
        return {"fields": fields}
    return {"fields": sorted([*fields, "role"]), "before": before.role, "after": after.role}


def _find(ctx: Context, unit: UnitOfWork, account_id: uuid.UUID) -> Account:
    query = select(Account).where(Account.organisation_id == ctx.organisation_id, Account.id == account_id)
    account = unit.session.scalar(query.with_for_update())
    if account is None:
        raise NotFound
    return account


def _accounts(ctx: Context) -> Select[Account, list[uuid.UUID], list[uuid.UUID], dt.datetime | None]:
    seen = (
        select(func.max(LoginSession.last_seen_at))
        .where(
            LoginSession.organisation_id == Account.organisation_id,
            LoginSession.account_id == Account.id,
        )
        .correlate(Account)
        .scalar_subquery()
    )
    return select(Account, campaigns_of_account(approved=True), teams_of_account(), seen).where(
        Account.organisation_id == ctx.organisation_id
    )


def _look(ctx: Context, unit: UnitOfWork, account_id: uuid.UUID) -> AccountView:
    row = unit.session.execute(_accounts(ctx).where(Account.id == account_id)).one_or_none()
    if row is None:
        raise NotFound
    return _view(row)


def _view(row: Row[Account, list[uuid.UUID], list[uuid.UUID], dt.datetime | None]) -> AccountView:
    account, campaign_ids, team_ids, last_seen_at = row
    return AccountView(
        id=account.id,
        role=account.role,
        name=account.name,
        email=account.email,
        phone=account.phone,
        languages=list(account.languages),
        campaign_ids=campaign_ids,
        team_ids=team_ids,
        active=account.active,
        last_seen_at=last_seen_at,
        created_at=account.created_at,
    )
