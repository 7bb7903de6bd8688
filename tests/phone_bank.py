"""A small phone bank for tests: people on numbers, in a list, in a campaign that runs."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from dialer.services.calling.campaigns import CampaignFields, activate_campaign, create_campaign
from dialer.services.calling.views import CampaignView
from dialer.services.context import Context
from dialer.store.models import new_id
from dialer.store.models.people import Contact, ContactList, ContactPhone, ListMember


def landline(index: int) -> str:
    """One of Ofcom's thousand landline numbers that belong to nobody."""
    return f"+441632960{index:03d}"


def mobile(index: int) -> str:
    """One of Ofcom's thousand mobile numbers that belong to nobody."""
    return f"+447700900{index:03d}"


SCRIPT = {
    "name": "Evening calls",
    "start": "intro",
    "nodes": [
        {
            "id": "intro",
            "kind": "say",
            "text": "Hello {first_name|there}, {caller_name} here.",
            "next": "ask",
        },
        {
            "id": "ask",
            "kind": "question",
            "text": "Can we count on you?",
            "answers": [
                {"id": "yes", "label": "Yes", "next": "how", "support": 1, "tags": ["keen"]},
                {"id": "no", "label": "No", "next": "bye", "support": 5},
            ],
        },
        {
            "id": "how",
            "kind": "question",
            "text": "How will you vote?",
            "answers": [
                {"id": "post", "label": "By post", "next": "bye", "voting_method": "postal"},
                {"id": "station", "label": "In person", "next": "bye", "voting_method": "in_person"},
            ],
        },
        {"id": "bye", "kind": "end", "text": "Thank you, {first_name|friend}."},
    ],
}


@dataclass(frozen=True)
class Voter:
    """Somebody to be called."""

    name: str
    numbers: Sequence[str]
    line_type: str = "landline"
    id: uuid.UUID = field(default_factory=new_id)


def add_voters(ctx: Context, voters: Sequence[Voter]) -> uuid.UUID:
    """Put people into a new list; its id."""
    with ctx.unit() as unit:
        of = {"organisation_id": unit.organisation_id}
        members = ContactList(**of, id=new_id(), name="Voters", contact_count=len(voters), created_at=ctx.now)
        unit.session.add(members)
        unit.session.add_all(
            Contact(**of, id=one.id, first_name=one.name, last_name="Jones", created_at=ctx.now, custom={})
            for one in voters
        )
        unit.session.flush()
        unit.session.add_all(
            ContactPhone(**of, contact_id=one.id, number=number, line_type=one.line_type, position=position)
            for one in voters
            for position, number in enumerate(one.numbers)
        )
        unit.session.add_all(ListMember(**of, list_id=members.id, contact_id=one.id) for one in voters)
        return members.id


def running_campaign(ctx: Context, voters: Sequence[Voter], **fields: object) -> CampaignView:
    """An active campaign whose lists hold these people."""
    settings = CampaignFields(name="Evening calls", kind="phone_bank", list_ids=[add_voters(ctx, voters)])
    made = create_campaign(ctx, settings | fields)  # type: ignore[operator]
    return activate_campaign(ctx, made.id)
