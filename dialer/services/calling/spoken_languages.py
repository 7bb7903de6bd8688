"""In which language somebody is spoken to on the telephone."""

from __future__ import annotations

import uuid
from typing import Final

from dialer.domain.call_policy import policy_of
from dialer.store.models.calling import Campaign
from dialer.store.models.people import Contact
from dialer.store.session import UnitOfWork

WELSH: Final = "cy"


def language_of_contact(unit: UnitOfWork, contact_id: uuid.UUID | None, campaign_id: uuid.UUID | None) -> str:
    """Welsh to who is known to speak it, or, of whom nothing is known, where it is the home language of the
    campaign that calls them; else English.
    """
    contact = unit.session.get(Contact, (unit.organisation_id, contact_id)) if contact_id else None
    written = (contact.language or "").strip().lower() if contact is not None else ""
    if written:
        return WELSH if written.startswith(WELSH) else "en"
    campaign = unit.session.get(Campaign, (unit.organisation_id, campaign_id)) if campaign_id else None
    if campaign is None or policy_of(campaign.call_policy).home_language != WELSH:
        return "en"
    return WELSH
