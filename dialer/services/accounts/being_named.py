"""Whether somebody is named on the leaderboards of their campaigns: theirs to say."""

from __future__ import annotations

from dialer.domain.access import Permission, require
from dialer.domain.errors import Conflict
from dialer.services.context import Context
from dialer.store.models.accounts import Account


def is_named(ctx: Context) -> bool:
    """Whether a leaderboard may name the actor; never a program without an account."""
    require(ctx.actor, Permission.SELF_READ)
    if ctx.actor.account_id is None:
        return False
    with ctx.unit() as unit:
        return unit.session.get_one(Account, (unit.organisation_id, ctx.actor.account_id)).on_leaderboards


def be_named(ctx: Context, *, wanted: bool) -> bool:
    """Say whether one is named, in all campaigns; `Conflict` for a program without an account."""
    require(ctx.actor, Permission.SHIFT_RUN)
    if ctx.actor.account_id is None:
        raise Conflict("Only somebody with an account of their own is named.")
    with ctx.unit() as unit:
        key = (unit.organisation_id, ctx.actor.account_id)
        account = unit.session.get_one(Account, key, with_for_update={"key_share": True})
        if account.on_leaderboards != wanted:
            account.on_leaderboards = wanted
            ctx.audit(unit, "account.on_leaderboards", "account", account.id, {"on": wanted})
        return wanted
