"""Which campaigns an account may be given."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import select

from dialer.domain.errors import FieldError, ValidationFailed
from dialer.services.context import Context
from dialer.store.models.calling import Campaign
from dialer.store.session import UnitOfWork


def known_campaigns(ctx: Context, unit: UnitOfWork, campaign_ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """The ids as a set. Raises ValidationFailed at those that aren't there or out of reach."""
    there = set(
        unit.session.scalars(
            select(Campaign.id).where(
                Campaign.organisation_id == ctx.organisation_id, Campaign.id.in_(set(campaign_ids))
            )
        )
    )
    faults = [
        FieldError(f"/campaign_ids/{index}", "There is no campaign with this id.")
        for index, campaign_id in enumerate(campaign_ids)
        if campaign_id not in there or not ctx.actor.sees_campaign(campaign_id)
    ]
    if faults:
        raise ValidationFailed("One of these campaigns isn’t there.", errors=faults)
    return there
