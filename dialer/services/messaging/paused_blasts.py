"""Which blasts of a campaign wait for a person to let them go on."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from dialer.domain.access import Permission
from dialer.domain.texting import EMAIL
from dialer.services.calling.reach import reach_campaign
from dialer.services.context import Context
from dialer.store.models.messaging import Blast

SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class PausedBlast:
    """One of them, and why (`blast.Pause`, with the carrier's code behind it where it gave one)."""

    id: uuid.UUID
    name: str
    pause_reason: str
    is_letters: bool


def paused_blasts(ctx: Context, campaign_id: uuid.UUID) -> list[PausedBlast]:
    """The last few that are paused, the latest first."""
    with ctx.unit() as unit:
        reach_campaign(ctx, unit, campaign_id, Permission.BLAST_READ)
        rows = unit.session.scalars(
            select(Blast)
            .where(
                Blast.organisation_id == unit.organisation_id,
                Blast.campaign_id == campaign_id,
                Blast.state == "paused",
            )
            .order_by(Blast.id.desc())
            .limit(SHOWN)
        )
        return [PausedBlast(row.id, row.name, row.pause_reason or "", row.channel == EMAIL) for row in rows]
