"""In which language somebody is spoken to on the telephone."""

from __future__ import annotations

import uuid

from dialer.store.models.people import Contact
from dialer.store.session import UnitOfWork


def language_of_contact(unit: UnitOfWork, contact_id: uuid.UUID | None) -> str:
    """Welsh to who is known to speak it, else English."""
    contact = unit.session.get(Contact, (unit.organisation_id, contact_id)) if contact_id else None
    return "cy" if contact is not None and (contact.language or "").lower().startswith("cy") else "en"
