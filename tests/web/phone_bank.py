"""A small phone bank for the tests of pages: one campaign, a script, people to ring, one household."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from dialer.domain.script import Answer, Node, Script
from dialer.services.calling.campaigns import activate_campaign, create_campaign
from dialer.services.calling.scripts import ScriptFields, create_script
from dialer.services.context import Context
from dialer.store.models import new_id
from dialer.store.models.people import Contact, ContactList, ContactPhone, ListMember
from tests.people import Person, join_campaign

HOUSEHOLD = "+441632960001"

SCRIPT = Script(
    "hello",
    (
        Node("hello", "say", "Hello, is that {first_name|there}? I’m {caller_name}.", next="vote"),
        Node(
            "vote",
            "question",
            "Can we count on your vote for Aled Rees on Thursday 7 May?",
            answers=(
                Answer("yes", "Yes, definitely", "how", support=1),
                Answer("probably", "Probably", "how", support=2),
                Answer("undecided", "Hasn’t decided", "bye", support=3),
                Answer("unlikely", "Probably not", "bye", support=4),
                Answer("no", "No", "bye", support=5),
            ),
        ),
        Node(
            "how",
            "question",
            "Will you vote in person, or by post?",
            answers=(
                Answer("in_person", "In person", "bye", voting_method="in_person"),
                Answer("postal", "By post", "bye", voting_method="postal"),
            ),
        ),
        Node("bye", "end", "Thank you, {first_name|and goodbye}."),
    ),
)

NAMES = [
    ("Siân", "Prydderch", HOUSEHOLD),
    ("Gwyn", "Prydderch", HOUSEHOLD),
    ("Megan", "Prydderch", HOUSEHOLD),
    ("Owen", "Hughes", "+447700900102"),
    ("Nasima", "Begum", "+447700900103"),
    ("Maja", "Kowalska", "+447700900104"),
    ("Idris", "Pugh", "+447700900105"),
    ("Grace", "Okafor", "+447700900106"),
    ("Ray", "Thomas", "+447700900107"),
]


@dataclass(frozen=True, slots=True)
class PhoneBank:
    """The campaign, and its people by first name."""

    campaign_id: uuid.UUID
    people: dict[str, uuid.UUID]


def open_phone_bank(
    ctx: Context, *callers: Person, names: list[tuple[str, str, str]] | None = None
) -> PhoneBank:
    """An active campaign that these callers belong to."""
    list_id, people = _people(ctx, NAMES if names is None else names)
    script = create_script(ctx, ScriptFields("Evening calls", SCRIPT))
    campaign = create_campaign(
        ctx,
        {"name": "Evening calls", "kind": "phone_bank", "list_ids": [list_id], "script_id": script.id},
    )
    activate_campaign(ctx, campaign.id)
    for caller in callers:
        join_campaign(caller.units, caller, campaign.id)
    return PhoneBank(campaign.id, people)


def _people(ctx: Context, names: list[tuple[str, str, str]]) -> tuple[uuid.UUID, dict[str, uuid.UUID]]:
    people = {}
    with ctx.unit() as unit:
        organisation_id = unit.organisation_id
        members = ContactList(
            organisation_id=organisation_id, id=new_id(), name="Aber Marsh", contact_count=len(names)
        )
        unit.session.add(members)
        for first, last, _ in names:
            contact = Contact(
                organisation_id=organisation_id,
                id=new_id(),
                first_name=first,
                last_name=last,
                postcode="MV3 4QT",
                created_at=ctx.now,
            )
            unit.session.add(contact)
            people[first] = contact.id
        unit.session.flush()
        unit.session.add_all(
            ContactPhone(
                organisation_id=organisation_id,
                contact_id=people[first],
                number=number,
                line_type="mobile" if number.startswith("+447") else "landline",
            )
            for first, _, number in names
        )
        unit.session.add_all(
            ListMember(organisation_id=organisation_id, list_id=members.id, contact_id=contact_id)
            for contact_id in people.values()
        )
    return members.id, people
