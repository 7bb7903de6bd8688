"""How fast a list comes in: 100,000 rows over the real path, against row-by-row ORM into the same tables.

Both read with the same rules and both ask who is there already. The aim (issue 2): at least 15 times faster.
"""

from __future__ import annotations

import argparse
import csv
import random
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from sqlalchemy import create_engine, select, text

from bench.installation import running
from dialer.clock import utc_now
from dialer.domain.importing.delimited import read_records
from dialer.domain.importing.header import find_header, recognise
from dialer.domain.importing.row import PersonRow, RowReader, RowRules
from dialer.domain.importing.sniffing import sniff
from dialer.domain.person import fold
from dialer.domain.phone import PhonePolicy
from dialer.services.context import Context
from dialer.services.gotv.elections import current_election
from dialer.services.people.import_run import run_import
from dialer.services.people.imports import get_import, start_import
from dialer.services.people.lists import create_list
from dialer.store.models import new_id
from dialer.store.models.gotv import Pledge, VoterRecord
from dialer.store.models.people import Contact, ContactPhone, ListMember, OptOut
from dialer.store.session import UnitFactory, UnitOfWork
from workers.runtime import system_actor

AIM_TIMES = 15.0
ORM_COMMITS_EACH = 500

HEADER = [
    "Elector Number Prefix",
    "Elector Number",
    "Elector Number Suffix",
    "Elector Surname",
    "Elector Forename",
    "PostCode",
    "Address1",
    "Address2",
    "Address3",
    "Mobile",
    "Landline",
    "Email",
    "Support",
    "Do Not Call",
    "Notes",
]
FORENAMES = [
    "Siân",
    "Owen",
    "Carys",
    "Tom",
    "Zoë",
    "Bilal",
    "Mair",
    "Łukasz",
    "Uma",
    "Priya",
    "Efa",
    "Rhys",
    "Nisha",
    "José",
    "Wren",
    "Isla",
]
SURNAMES = [
    "Jones",
    "Prys",
    "Sedgley",
    "Rowntree",
    "Brontë",
    "Oakes",
    "Inskip",
    "D'Arcy",
    "Ashdown",
    "Zeal",
    "Kestrel",
    "Quarry",
]
LANDLINES = (
    "0113496",
    "0114496",
    "0116496",
    "0117496",
    "0118496",
    "0121496",
    "0131496",
    "0141496",
    "0151496",
)


def write_register(path: Path, rows: int) -> None:
    """A register of so many electors, with numbers kept for fiction: a household each, some with a mobile."""
    chance = random.Random(20260507)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(_elector(chance, nth) for nth in range(rows))


def _elector(chance: random.Random, nth: int) -> list[object]:
    district = f"{chance.choice('ABCDEFGH')}{chance.choice('ABCDEFGH')}"
    mobile = f"07700 900{nth % 1000:03}" if nth % 3 else ""
    landline = f"{chance.choice(LANDLINES)}{nth % 10000:04}" if nth % 2 else ""
    return [
        f"{district}{nth // 1000}",
        nth % 1000 + 1,
        0,
        chance.choice(SURNAMES),
        f"{chance.choice(FORENAMES)} {nth % 97}",
        f"BH{nth % 20 + 1} 9Z{chance.choice('NPQRSTUWXZ')}",
        chance.randint(1, 199),
        "Made-Up Terrace",
        "Exampleton",
        mobile,
        landline,
        f"e{nth}@example.org" if nth % 4 == 0 else "",
        chance.choice(["", "", "1", "2", "3", "4", "5"]),
        "Y" if nth % 50 == 0 else "",
        "Ask about the bus" if nth % 5 == 0 else "",
    ]


def bring_in(ctx: Context, path: Path) -> float:
    """Import the file as the worker does; how many seconds."""
    list_id = create_list(ctx, {"name": path.stem}).id
    began = time.monotonic()
    with path.open("rb") as upload:
        view = start_import(ctx, list_id, upload, path.name, {})
    run_import(replace(ctx, now=utc_now()), view.id, utc_now)
    while not (view := get_import(ctx, view.id)).is_over:
        time.sleep(0.05)  # a worker was faster than we
    seconds = time.monotonic() - began
    rate = view.counts.rows / seconds
    print(f"import          {view.counts.rows:9,} rows in {seconds:7.2f} s   {rate:9,.0f} a second")
    print(f"                {view.counts}")
    return rate


def people_of(path: Path) -> Iterator[PersonRow]:
    """The same rows, read by the same rules."""
    with path.open("rb") as stream:
        form = sniff(stream)
        records = read_records(stream, form)
        first = [next(records) for _ in range(20)]
        columns = recognise(find_header(first, None, None), first)
        reader = RowReader(RowRules(columns, "GB", allow_fictional=True, now=utc_now()))
        for record in (*first[columns.row :], *records):
            person, _ = reader.read(record)
            if person:
                yield person


def by_orm(ctx: Context, path: Path, limit: int) -> float:
    """What nobody should do: for each row look who it is, add an object for each thing, and flush."""
    list_id = create_list(ctx, {"name": "By ORM"}).id
    began, rows = time.monotonic(), 0
    people = islice(people_of(path), limit)
    while some := list(islice(people, ORM_COMMITS_EACH)):
        with ctx.unit() as unit:
            election_id = current_election(unit).id
            for person in some:
                _save(unit, ctx, list_id, election_id, person)
        rows += len(some)
    seconds = time.monotonic() - began
    print(f"row by row      {rows:9,} rows in {seconds:7.2f} s   {rows / seconds:9,.0f} a second")
    return rows / seconds


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


def measure(rows: int, orm_rows: int) -> bool:
    """Both ways in one run, on one database; whether the aim is met."""
    with running() as installation, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "register.csv"
        write_register(path, rows)
        engine = create_engine(
            installation.settings.database_url, connect_args={"options": "-c timezone=UTC"}
        )
        with engine.connect() as connection:
            organisation_id = connection.scalar(text("SELECT id FROM organisation"))
        ctx = Context(
            units=UnitFactory(engine),
            jobs=_NoQueue(),
            actor=system_actor(organisation_id),
            now=utc_now(),
            phones=PhonePolicy(allow_fictional=True),
            public_url=installation.settings.public_url,
            data_dir=installation.settings.data_dir,
        )
        slow = by_orm(ctx, path, orm_rows)
        fast = bring_in(ctx, path)
        bring_in(ctx, path)  # everything is there already
        engine.dispose()
    met = fast >= AIM_TIMES * slow
    print(f"{fast / slow:.0f} times as fast; aim: {AIM_TIMES:.0f}: {'met' if met else 'MISSED'}")
    return met


class _NoQueue:
    """We do the work ourselves, so that nothing else is measured."""

    def enqueue(self, queue: str, job_path: str, *args: str | int) -> None:
        """Ask nobody."""

    def is_up(self) -> bool:
        return True

    def workers_alive(self) -> int:
        return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument(
        "--orm-rows", type=int, default=5_000, help="rows of the slow way; its rate is compared"
    )
    options = parser.parse_args()
    return 0 if measure(options.rows, options.orm_rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
