"""Elections, electors and campaigns for the tests of the pledge and turnout table."""

from __future__ import annotations

import datetime as dt
import uuid

from dialer.services.context import Context
from dialer.services.gotv.elections import current_election
from dialer.store.models import new_id
from dialer.store.models.calling import Campaign, CampaignList
from dialer.store.models.people import Contact, ContactList, ListMember

MADE = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)


def make_electors(
    ctx: Context, *numbers: str, polling_district: str | None = "AA", **fields: object
) -> list[uuid.UUID]:
    """Contacts with these elector numbers (`12` becomes `AA-12` in district AA)."""
    with ctx.unit() as unit:
        contacts = [
            Contact(
                organisation_id=unit.organisation_id,
                id=new_id(),
                elector_number=number,
                elector_key=number.casefold().replace("/", "-"),
                polling_district=polling_district,
                created_at=MADE,
                **{"first_name": "Siân", "last_name": f"Elector {number}", **fields},
            )
            for number in numbers
        ]
        unit.session.add_all(contacts)
        return [contact.id for contact in contacts]


def election_id(ctx: Context) -> uuid.UUID:
    """The current election."""
    with ctx.unit() as unit:
        return current_election(unit).id


def make_campaign(ctx: Context, *contact_ids: uuid.UUID, kind: str = "phone_bank") -> uuid.UUID:
    """A campaign in the current election about one list of these people."""
    election = election_id(ctx)
    with ctx.unit() as unit:
        organisation_id = unit.organisation_id
        people = ContactList(
            organisation_id=organisation_id, id=new_id(), name="People", contact_count=len(contact_ids)
        )
        campaign = Campaign(
            organisation_id=organisation_id, id=new_id(), election_id=election, name="Aber", kind=kind
        )
        unit.session.add_all([people, campaign])
        unit.session.flush()
        unit.session.add(
            CampaignList(organisation_id=organisation_id, campaign_id=campaign.id, list_id=people.id)
        )
        unit.session.add_all(
            ListMember(organisation_id=organisation_id, list_id=people.id, contact_id=contact_id)
            for contact_id in contact_ids
        )
        return campaign.id
