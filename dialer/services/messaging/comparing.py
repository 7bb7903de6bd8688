"""Whether a blast made a difference: who got it beside who was held out of it by chance."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from dialer.domain.access import Permission, require
from dialer.services.context import Context
from dialer.services.messaging.blasts import reach_blast
from dialer.store.queries.blast_comparison import compared


@dataclass(frozen=True, slots=True)
class Part:
    """So many people; how many of them voted as far as we know, have pledged (support 1 or 2), have been
    talked to on the phone since the launch, and have written back since then.
    """

    people: int = 0
    voted: int = 0
    pledged: int = 0
    contacted: int = 0
    replied: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """Those who got a text, and those who would have, had chance not held them out."""

    texted: Part
    held_out: Part


def compare(ctx: Context, blast_id: uuid.UUID) -> Comparison:
    """What became of both parts up to now. Figures alone; how people voted is nobody's to publish before
    polls close.
    """
    with ctx.unit() as unit:
        blast, campaign = reach_blast(ctx, unit, blast_id, Permission.BLAST_READ)
        require(ctx.actor, Permission.STATS_READ, campaign_id=campaign.id)
        found = compared(unit, blast.id)
    parts = {
        name: Part(row.people, row.voted, row.pledged, row.contacted, row.replied)
        for name, row in found.items()
    }
    return Comparison(parts.get("texted", Part()), parts.get("held_out", Part()))
