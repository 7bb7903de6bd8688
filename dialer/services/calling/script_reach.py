"""Whose script it is: whoever runs campaigns reads all of them, and changes those of their own."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from dialer.domain.errors import Forbidden
from dialer.services.context import Context
from dialer.store.models.calling import Campaign
from dialer.store.session import UnitOfWork


def check_changes_only_ours(ctx: Context, unit: UnitOfWork, script_id: uuid.UUID) -> None:
    """Refuse whom a campaign out of reach would have its words changed by: what volunteers there read is not
    theirs to say.
    """
    if _is_read_elsewhere(ctx, unit, script_id):
        raise Forbidden(
            "Campaigns of others read this script too. Write one of your own, or ask a coordinator."
        )


def is_read_elsewhere(ctx: Context, script_id: uuid.UUID) -> bool:
    """Whether a campaign out of the actor's reach reads it, so that a change of theirs would be refused."""
    with ctx.unit() as unit:
        return _is_read_elsewhere(ctx, unit, script_id)


def _is_read_elsewhere(ctx: Context, unit: UnitOfWork, script_id: uuid.UUID) -> bool:
    if ctx.actor.campaign_ids is None:
        return False
    elsewhere = select(Campaign.id).where(
        Campaign.organisation_id == unit.organisation_id,
        Campaign.script_id == script_id,
        Campaign.state != "ended",
        Campaign.id.not_in(ctx.actor.campaign_ids),
    )
    return unit.session.scalar(elsewhere.limit(1)) is not None
