"""What only those decide whose own token reaches everything."""

from __future__ import annotations

from dialer.domain.access import Permission, require
from dialer.domain.errors import Forbidden
from dialer.services.context import Context


def require_whole_reach(ctx: Context, permission: Permission) -> None:
    """Refuse who doesn't hold the permission, and whoever's token is for some campaigns only: who may do what
    is about all of them.
    """
    require(ctx.actor, permission)
    if ctx.actor.campaign_ids is not None:
        raise Forbidden("Your token is for some campaigns only, and this is about all of them.")
