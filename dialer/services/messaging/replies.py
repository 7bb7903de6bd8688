"""What was sent for a campaign, and how many texts came back, by what they ask for: nobody's words."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dialer.domain.access import Permission
from dialer.domain.message import OUTBOUND_STATES
from dialer.domain.stats import messages
from dialer.services.calling.reach import reach_campaign
from dialer.services.context import Context
from dialer.services.messaging.blasts import reach_blast
from dialer.services.messaging.figures import BLAST
from dialer.store.queries import counters
from dialer.store.queries.campaign_messages import figures_with_letters
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


@dataclass(frozen=True, slots=True)
class CampaignMessages:
    """What was sent for a campaign, by state, at one moment: `letters` are the emails of its blasts, `texts`
    all else.
    """

    texts: Mapping[str, int]
    letters: Mapping[str, int]


def campaign_messages(ctx: Context, campaign_id: uuid.UUID) -> CampaignMessages:
    """What was sent for a campaign; what is 0 is left out."""
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.STATS_READ)
        figures, of_letters = figures_with_letters(unit, campaign.id)
    letters = {state: of_letters[state] for state in OUTBOUND_STATES if of_letters.get(state)}
    texts = {state: count - letters.get(state, 0) for state, count in messages(figures).items()}
    return CampaignMessages({state: count for state, count in texts.items() if count}, letters)


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
