"""What nobody should do with a list: for each row look who it is, add an object for each thing, and flush."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from sqlalchemy import select

from dialer.clock import utc_now
from dialer.domain.importing.delimited import read_records
from dialer.domain.importing.header import find_header, recognise
from dialer.domain.importing.person_row import PersonRow
from dialer.domain.importing.row import RowReader, RowRules
from dialer.domain.importing.sniffing import sniff
from dialer.domain.person import fold
from dialer.services.context import Context
from dialer.services.gotv.elections import current_election
from dialer.services.people.lists import create_list
from dialer.store.models import new_id
from dialer.store.models.gotv import Pledge, VoterRecord
from dialer.store.models.people import Contact, ContactPhone, ListMember, OptOut
from dialer.store.session import UnitOfWork

COMMITS_EACH: Final = 1_000


def by_orm(ctx: Context, path: Path, limit: int) -> None:
    """Bring so many rows of a list in."""
    list_id = create_list(ctx, {"name": "By ORM"}).id
    people = islice(people_of(path), limit)
    while some := list(islice(people, COMMITS_EACH)):
        with ctx.unit() as unit:
            election_id = current_election(unit).id
            for person in some:
                _save(unit, ctx, list_id, election_id, person)


def people_of(path: Path) -> Iterator[PersonRow]:
    """The same rows, read by the same rules as an import's."""
    with path.open("rb") as stream:
        records = read_records(stream, sniff(stream))
        first = [next(records) for _ in range(20)]
        columns = recognise(find_header(first, None, None), first)
        reader = RowReader(RowRules(columns, "GB", allow_fictional=True, now=utc_now()))
        for record in (*first[columns.row :], *records):
            person, _ = reader.read(record)
            if person:
                yield person


def _save(
    unit: UnitOfWork, ctx: Context, list_id: uuid.UUID, election_id: uuid.UUID, person: PersonRow
) -> None:
    contact = _contact(unit, person)
    for name in ("elector_number", "elector_key", "first_name", "last_name", "email", "address", "postcode"):
        setattr(contact, name, getattr(person, name))
    contact.polling_district, contact.notes = person.polling_district, person.notes
    contact.first_key, contact.last_key = fold(person.first_name or ""), fold(person.last_name or "")
    contact.name_key = contact.first_key + contact.last_key
    unit.session.flush()
    whose = {"organisation_id": unit.organisation_id, "contact_id": contact.id}
    for position, phone in enumerate(person.phones):
        unit.session.merge(
            ContactPhone(**whose, number=phone.number, line_type=phone.type, position=position)
        )
    unit.session.merge(ListMember(**whose, list_id=list_id))
    unit.session.flush()
    for channel in person.refused:
        unit.session.add(OptOut(**whose, id=new_id(), channel=channel, source="import", created_at=ctx.now))
    if support := person.evidence.support:
        said = {**whose, "election_id": election_id, "support": support}
        unit.session.add(Pledge(**said, id=new_id(), source="import", dated=False, at=ctx.now))
        unit.session.merge(VoterRecord(**said))
    unit.session.flush()


def _contact(unit: UnitOfWork, person: PersonRow) -> Contact:
    """The person, found by elector number; or a new one."""
    found = unit.session.scalar(
        select(Contact).where(
            Contact.organisation_id == unit.organisation_id,
            Contact.register == "by orm",
            Contact.elector_key == person.elector_key,
        )
    )
    if found is not None:
        return found
    made = Contact(organisation_id=unit.organisation_id, id=new_id(), register="by orm", tags=[], custom={})
    unit.session.add(made)
    return made
