"""When campaigns are quiet, read for texts that are about to go out."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from sqlalchemy import select

from dialer.domain.quiet_hours import QuietHours
from dialer.store.models.calling import Campaign
from dialer.store.session import UnitOfWork


def campaign_hours(
    unit: UnitOfWork, ids: Collection[uuid.UUID]
) -> dict[uuid.UUID | None, tuple[QuietHours, str, bool]]:
    """The quiet hours of these campaigns, the zone of each, and whether its letters keep them too."""
    if not ids:
        return {}
    columns = (
        Campaign.id,
        Campaign.quiet_start,
        Campaign.quiet_end,
        Campaign.timezone,
        Campaign.quiet_hours_email,
    )
    found = select(*columns).where(Campaign.organisation_id == unit.organisation_id, Campaign.id.in_(ids))
    return {
        row.id: (QuietHours(row.quiet_start, row.quiet_end), row.timezone, row.quiet_hours_email)
        for row in unit.session.execute(found)
    }
