"""Campaigns and calls as bare as accounts need them."""

from __future__ import annotations

import datetime as dt
import uuid

from dialer.services.context import Context
from dialer.store.models.calling import Assignment, Campaign, Shift
from dialer.store.models.gotv import Election
from dialer.store.models.people import Contact
from dialer.store.session import UnitFactory
from tests.people import Person


def make_campaign(
    units: UnitFactory, organisation_id: uuid.UUID, name: str = "Aber Marsh", **fields: object
) -> uuid.UUID:
    """An active campaign of an election of its own."""
    with units.begin(organisation_id) as unit:
        election = Election(organisation_id=organisation_id, name=f"{name} by-election")
        unit.session.add(election)
        unit.session.flush()
        campaign = Campaign(
            organisation_id=organisation_id,
            election_id=election.id,
            name=name,
            kind="phone_bank",
            **{"state": "active", **fields},
        )
        unit.session.add(campaign)
        unit.session.flush()
        return campaign.id


def put_in_a_call(ctx: Context, volunteer: Person, campaign_id: uuid.UUID, state: str = "open") -> None:
    """An assignment whose result is missing, handed out now."""
    with ctx.unit() as unit:
        contact = Contact(organisation_id=ctx.organisation_id, first_name="Siân")
        shift = Shift(
            organisation_id=ctx.organisation_id,
            campaign_id=campaign_id,
            account_id=volunteer.id,
            started_at=ctx.now,
            last_seen_at=ctx.now,
        )
        unit.session.add_all([contact, shift])
        unit.session.flush()
        unit.session.add(
            Assignment(
                organisation_id=ctx.organisation_id,
                shift_id=shift.id,
                campaign_id=campaign_id,
                account_id=volunteer.id,
                queue_entry_id=uuid.uuid4(),
                contact_id=contact.id,
                number="+447700900123",
                household_ids=[],
                state=state,
                attempt=1,
                draft={},
                created_at=ctx.now,
                expires_at=ctx.now + dt.timedelta(minutes=15),
            )
        )
