"""What an actor may know of itself."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import select

from dialer.domain.access import Permission, require
from dialer.services.accounts.being_named import is_named
from dialer.services.accounts.my_languages import my_languages
from dialer.services.context import Context
from dialer.store.models.accounts import ApiToken


@dataclass(frozen=True, slots=True)
class Me:
    """Who is asking. `campaign_ids` is empty for roles that reach every campaign."""

    id: uuid.UUID | None
    role: str
    name: str
    campaign_ids: list[uuid.UUID]
    languages: list[str]
    on_leaderboards: bool
    expires_at: dt.datetime | None


def about_me(ctx: Context) -> Me:
    """The actor as the actor may see itself."""
    actor = ctx.actor
    require(actor, Permission.SELF_READ)
    with ctx.unit() as unit:
        expires_at = unit.session.scalar(
            select(ApiToken.expires_at).where(
                ApiToken.organisation_id == actor.organisation_id, ApiToken.id == actor.token_id
            )
        )
    campaign_ids = sorted(actor.campaign_ids or ())
    return Me(
        id=actor.account_id,
        role=actor.role,
        name=actor.name,
        campaign_ids=campaign_ids,
        languages=my_languages(ctx),
        on_leaderboards=is_named(ctx),
        expires_at=expires_at,
    )
