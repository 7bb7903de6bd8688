"""The addresses in each person's copy of a text, to many or one: way out, imprint, picture, short links."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TypeVar

from dialer.domain.bodies import Bodies
from dialer.domain.placeholders import names_in
from dialer.services.context import Context
from dialer.services.messaging.opt_out_links import opt_out_urls
from dialer.services.messaging.rendering import Links, links_of
from dialer.services.messaging.short_links import Addresses, Whose, sample_short_links, short_links
from dialer.store.models.calling import Campaign
from dialer.store.session import UnitOfWork

Who = TypeVar("Who", bound=Whose)


def links_of_each(
    ctx: Context,
    unit: UnitOfWork,
    campaign: Campaign | None,
    bodies: Bodies,
    *,
    numbers: Mapping[Who, str],
    blast_id: uuid.UUID | None = None,
    dry: bool = False,
) -> dict[Who, Links]:
    """What the placeholders of a text that are addresses stand for, for each of these and their number. Made
    again, they are the same; a way out is only made where the text names it. A `dry` look makes no short
    links, but shows some as long.
    """
    urls = opt_out_urls(ctx, unit, sorted({*numbers.values()})) if says(bodies, "opt_out_url") else {}
    of_it = campaign.id if campaign is not None else None
    sample = sample_short_links(ctx, bodies.wordings) if dry else {}
    short: Mapping[Whose, Addresses] = {}
    if not dry:
        short = short_links(ctx, unit, bodies.wordings, list(numbers), campaign_id=of_it, blast_id=blast_id)
    return {
        one: {**links_of(ctx, campaign, urls.get(number, ""), bodies.picture), **short.get(one, sample)}
        for one, number in numbers.items()
    }


def says(bodies: Bodies, name: str) -> bool:
    """Whether a placeholder stands in any of its wordings."""
    return any(name in names_in(body) for _, body in bodies.each())
