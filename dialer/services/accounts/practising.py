"""Whether somebody has had their practice call: until then their page leads there first."""

from __future__ import annotations

from sqlalchemy import exists, select

from dialer.domain.access import Permission, require
from dialer.services.context import Context
from dialer.store.models.accounts import Account
from dialer.store.models.calling import Shift


def is_first_time(ctx: Context) -> bool:
    """Whether they have neither practised nor called yet; never of a program without an account."""
    require(ctx.actor, Permission.SELF_READ)
    if ctx.actor.account_id is None:
        return False
    has_called = exists().where(
        Shift.organisation_id == ctx.organisation_id, Shift.account_id == ctx.actor.account_id
    )
    query = select(Account.practised_at.is_(None) & ~has_called).where(
        Account.organisation_id == ctx.organisation_id, Account.id == ctx.actor.account_id
    )
    with ctx.unit() as unit:
        return bool(unit.session.scalar(query))


def note_practice(ctx: Context) -> None:
    """They have had it: the first time counts."""
    require(ctx.actor, Permission.SHIFT_RUN)
    if ctx.actor.account_id is None:
        return
    with ctx.unit() as unit:
        key = (unit.organisation_id, ctx.actor.account_id)
        account = unit.session.get_one(Account, key, with_for_update={"key_share": True})
        if account.practised_at is None:
            account.practised_at = ctx.now
