"""People as they are shown, a page at a time."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from dialer.domain.people import OPT_OUT_CHANNELS
from dialer.services.gotv.elections import current_election
from dialer.services.people.views import ConsentView, ContactView, PhoneView
from dialer.store.models.people import Consent, Contact
from dialer.store.queries.contacts import Around, around
from dialer.store.session import UnitOfWork


def contact_view(unit: UnitOfWork, row: Contact) -> ContactView:
    """One person as shown."""
    return contact_views(unit, [row])[0]


def contact_views(unit: UnitOfWork, rows: Sequence[Contact]) -> list[ContactView]:
    """People as shown, with what the current election knows of them."""
    if not rows:
        return []
    found = around(unit, [row.id for row in rows], current_election(unit).id)
    return [_view(row, found) for row in rows]


def _view(row: Contact, found: Around) -> ContactView:
    record = found.records.get(row.id)
    return ContactView(
        id=row.id,
        external_id=row.external_id,
        elector_number=row.elector_number,
        first_name=row.first_name,
        last_name=row.last_name,
        email=row.email,
        phones=[
            PhoneView(phone.number, phone.line_type, phone.dead_at is not None)
            for phone in found.phones[row.id]
        ],
        address=row.address,
        postcode=row.postcode,
        constituency=row.constituency,
        ward=row.ward,
        polling_district=row.polling_district,
        polling_station=row.polling_station,
        language=row.language,
        elector_markers=row.elector_markers,
        date_of_birth=row.date_of_birth,
        notes=row.notes,
        needs_lift=row.needs_lift,
        tags=row.tags,
        custom=row.custom,
        status=row.status,
        list_ids=found.list_ids[row.id],
        support=record.support if record else None,
        voting_method=record.voting_method if record else None,
        voted_at=record.voted_at if record else None,
        created_at=row.created_at,
        updated_at=row.updated_at,
        opt_outs=_opt_outs(row.id, found),
        consents=_consents(found.consents[row.id]),
    )


def _opt_outs(contact_id: uuid.UUID, found: Around) -> dict[str, dt.datetime | None]:
    said = found.opt_outs[contact_id]
    return {channel: said.get(channel) for channel in OPT_OUT_CHANNELS}


def _consents(given: Sequence[Consent]) -> dict[str, ConsentView | None]:
    consents: dict[str, ConsentView | None] = {"sms": None, "email": None}
    for consent in given:
        consents[consent.channel] = ConsentView(consent.source, consent.at)
    return consents
