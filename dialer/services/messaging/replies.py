"""How many people wrote back to a campaign, by what they asked for: figures alone, nobody's words."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from dialer.domain.access import Permission
from dialer.services.calling.reach import reach_campaign
from dialer.services.context import Context
from dialer.store.queries.conversations import count_in_review, count_replies


@dataclass(frozen=True, slots=True)
class Replies:
    """Texts that came in, by class; in `to_decide` conversations a person has to say what was meant."""

    by_class: Mapping[str, int]
    to_decide: int

    @property
    def in_all(self) -> int:
        """All of them."""
        return sum(self.by_class.values())


def campaign_replies(ctx: Context, campaign_id: uuid.UUID, since: dt.datetime | None = None) -> Replies:
    """What came back to a campaign's texts, from an instant on where one is given."""
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.STATS_READ)
        return Replies(
            count_replies(unit, campaign.id, since or campaign.created_at), count_in_review(unit, campaign.id)
        )
