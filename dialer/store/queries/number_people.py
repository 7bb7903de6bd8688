"""How many people have a number or an address: who writes from there isn't known of more than one."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import func, select

from dialer.domain.email_address import channel_of
from dialer.domain.texting import EMAIL
from dialer.store.models.people import Contact, ContactPhone
from dialer.store.session import UnitOfWork


def people_behind(unit: UnitOfWork, places: Collection[str]) -> Mapping[str, int]:
    """How many people have each of these; those that nobody has are left out."""
    emails = [place for place in places if channel_of(place) == EMAIL]
    numbers = [place for place in places if channel_of(place) != EMAIL]
    found: dict[str, int] = {}
    if numbers:
        having = (
            select(ContactPhone.number, func.count(ContactPhone.contact_id.distinct()))
            .where(
                ContactPhone.organisation_id == unit.organisation_id,
                ContactPhone.number.in_(numbers),
                ContactPhone.removed_at.is_(None),
            )
            .group_by(ContactPhone.number)
        )
        found |= {row[0]: row[1] for row in unit.session.execute(having)}
    if emails:
        reading = (
            select(Contact.email_key, func.count())
            .where(Contact.organisation_id == unit.organisation_id, Contact.email_key.in_(emails))
            .group_by(Contact.email_key)
        )
        found |= {row[0]: row[1] for row in unit.session.execute(reading) if row[0] is not None}
    return found
