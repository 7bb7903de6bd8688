"""The addresses in each person's copy of a text to many: the way out, imprint, picture, short links."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from dialer.domain.bodies import Bodies
from dialer.domain.placeholders import names_in
from dialer.services.context import Context
from dialer.services.messaging.opt_out_links import opt_out_urls
from dialer.services.messaging.rendering import Links, links_of
from dialer.services.messaging.short_links import Whose, short_links
from dialer.store.models.calling import Campaign
from dialer.store.models.messaging import Blast
from dialer.store.session import UnitOfWork

Who = TypeVar("Who", bound=Whose)


def links_of_each(
    ctx: Context,
    unit: UnitOfWork,
    blast: Blast,
    campaign: Campaign,
    bodies: Bodies,
    *,
    numbers: Mapping[Who, str],
) -> dict[Who, Links]:
    """What the placeholders of a text that are addresses stand for, for each of these and their number. Made
    again, they are the same; a way out is only made where the text names it.
    """
    urls = opt_out_urls(ctx, unit, sorted({*numbers.values()})) if says(bodies, "opt_out_url") else {}
    short = short_links(ctx, unit, bodies.wordings, list(numbers), campaign_id=campaign.id, blast_id=blast.id)
    return {
        one: {**links_of(ctx, campaign, urls.get(number, ""), bodies.picture), **short.get(one, {})}
        for one, number in numbers.items()
    }


def says(bodies: Bodies, name: str) -> bool:
    """Whether a placeholder stands in any of its wordings."""
    return any(name in names_in(body) for _, body in bodies.each())
