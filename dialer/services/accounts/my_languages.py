"""Which languages somebody speaks, by what they say themselves."""

from __future__ import annotations

from collections.abc import Sequence

from dialer.domain.access import Permission, require
from dialer.domain.errors import Conflict
from dialer.services.accounts.account_saving import known_languages
from dialer.services.context import Context
from dialer.store.models.accounts import Account


def my_languages(ctx: Context) -> list[str]:
    """What the actor speaks; none where nothing is known, or for a program without an account."""
    require(ctx.actor, Permission.SELF_READ)
    if ctx.actor.account_id is None:
        return []
    with ctx.unit() as unit:
        return list(unit.session.get_one(Account, (unit.organisation_id, ctx.actor.account_id)).languages)


def set_my_languages(ctx: Context, languages: Sequence[str]) -> list[str]:
    """Say what one speaks, the language one is spoken to in first. The next person is chosen by it.

    `ValidationFailed` for one that isn't told apart, `Conflict` for a program without an account.
    """
    require(ctx.actor, Permission.LANGUAGES_SET)
    wanted = known_languages(languages)
    if ctx.actor.account_id is None:
        raise Conflict("Only somebody with an account of their own speaks languages.")
    with ctx.unit() as unit:
        key = (unit.organisation_id, ctx.actor.account_id)
        account = unit.session.get_one(Account, key, with_for_update={"key_share": True})
        if account.languages != wanted:
            account.languages = wanted
            ctx.audit(unit, "account.languages", "account", account.id)
        return wanted
