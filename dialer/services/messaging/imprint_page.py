"""Where the imprint of a campaign's texts stands: a page of the campaign's own, or else one of ours.

Election material leads to its imprint where it has no room for it (`dialer.domain.imprint`).
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from dialer.domain.errors import NotFound
from dialer.services.context import Context, Units
from dialer.store.models.accounts import Organisation
from dialer.store.models.calling import Campaign


@dataclass(frozen=True, slots=True)
class ImprintPage:
    """What the page says: whose texts they are, and who promotes them."""

    organisation: str
    imprint: str


def has_imprint_link(campaign: Campaign | None) -> bool:
    """Whether `{imprint_url}` stands for anything in a campaign's texts."""
    return campaign is not None and bool(campaign.imprint_url or campaign.imprint)


def imprint_url(ctx: Context, campaign: Campaign | None) -> str | None:
    """What `{imprint_url}` stands for in a campaign's texts; None where there is no imprint."""
    if campaign is None:
        return None
    if campaign.imprint_url:
        return campaign.imprint_url
    return f"{ctx.public_url}/i/{campaign.imprint_code}" if campaign.imprint else None


def imprint_of_code(units: Units, code: str) -> ImprintPage:
    """The imprint as it is now. Everybody may read it. `NotFound` where there is none under this code."""
    query = (
        select(Organisation.name, Campaign.imprint)
        .join(Organisation, Organisation.id == Campaign.organisation_id)
        .where(Campaign.imprint_code == code, Campaign.imprint.is_not(None))
    )
    with units.read() as unit:
        found = unit.session.execute(query).one_or_none()
    if found is None:
        raise NotFound
    return ImprintPage(found.name, found.imprint)
