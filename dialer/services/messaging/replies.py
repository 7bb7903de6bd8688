"""How many texts came back to a campaign or a blast, by what they ask for: figures alone, nobody's words."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from dialer.domain.access import Permission
from dialer.domain.message import OUTBOUND_STATES
from dialer.domain.texting import EMAIL
from dialer.services.calling.reach import reach_campaign
from dialer.services.context import Context
from dialer.services.messaging.blasts import reach_blast
from dialer.services.messaging.figures import BLAST
from dialer.store.models.messaging import Blast
from dialer.store.queries import counters
from dialer.store.queries.conversations import count_in_review, count_stops
from dialer.store.session import UnitOfWork

REPLY: Final = "reply_"
"""What the figures of a blast are called that count answers to it, before their class."""


@dataclass(frozen=True, slots=True)
class Replies:
    """Texts that came in, by class; in `to_decide` conversations a person has to say what was meant."""

    by_class: Mapping[str, int]
    to_decide: int

    @property
    def in_all(self) -> int:
        """All of them."""
        return sum(self.by_class.values())


@dataclass(frozen=True, slots=True)
class CampaignReplies:
    """How many came in that asked us to stop, by channel; in `to_decide` conversations a person has to say
    what was meant.
    """

    stops: Mapping[str, int]
    to_decide: int

    @property
    def all_stops(self) -> int:
        """Those by text and by email."""
        return sum(self.stops.values())


def campaign_replies(ctx: Context, campaign_id: uuid.UUID) -> CampaignReplies:
    """What came back to a campaign's texts and emails."""
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.STATS_READ)
        return CampaignReplies(count_stops(unit, campaign.id), count_in_review(unit, campaign.id))


def campaign_letters(ctx: Context, campaign_id: uuid.UUID) -> dict[str, int]:
    """The emails of a campaign's blasts by state, of which its figures of messages tell as well; empty where
    it has none.
    """
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.STATS_READ)
        query = select(Blast.id).where(
            Blast.organisation_id == unit.organisation_id,
            Blast.campaign_id == campaign.id,
            Blast.channel == EMAIL,
            Blast.launched_at.is_not(None),
        )
        ids = unit.session.scalars(query).all()
        figures = counters.read(unit, BLAST, ids) if ids else {}
        return {state: figures[state] for state in OUTBOUND_STATES if figures.get(state)}


def blast_replies(ctx: Context, blast_id: uuid.UUID) -> Replies:
    """What came back to a blast: texts of people whom it had texted, and no later blast before they wrote. To
    decide is what its whole campaign has in review.
    """
    with ctx.unit() as unit:
        blast, campaign = reach_blast(ctx, unit, blast_id, Permission.BLAST_READ)
        figures = counters.read(unit, BLAST, [blast.id])
        by_class = {
            name.removeprefix(REPLY): count for name, count in figures.items() if name.startswith(REPLY)
        }
        return Replies(by_class, count_in_review(unit, campaign.id))


def count_reply(unit: UnitOfWork, blast_id: uuid.UUID, klass: str) -> None:
    """Count a text to us that answers a blast."""
    counters.bump(unit, BLAST, blast_id, f"{REPLY}{klass}")
