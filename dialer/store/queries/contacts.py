"""People by page, with everything that is shown of them, in a handful of reads whatever the page's size."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, and_, exists, literal_column, or_, select, text

from dialer.domain.person import Identity
from dialer.store.models.gotv import VoterRecord
from dialer.store.models.people import Consent, Contact, ContactPhone, ListMember
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class ContactFilter:
    """Which people; everything given must hold. `phone` is E.164, `elector` a key or a key's tail."""

    list_id: uuid.UUID | None = None
    phone: str | None = None
    elector: str | None = None
    tag: str | None = None
    contact_id: uuid.UUID | None = None


@dataclass(slots=True)
class Around:
    """What stands around the people of a page, by contact."""

    phones: defaultdict[uuid.UUID, list[ContactPhone]] = field(default_factory=lambda: defaultdict(list))
    list_ids: defaultdict[uuid.UUID, list[uuid.UUID]] = field(default_factory=lambda: defaultdict(list))
    consents: defaultdict[uuid.UUID, list[Consent]] = field(default_factory=lambda: defaultdict(list))
    opt_outs: defaultdict[uuid.UUID, dict[str, dt.datetime]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    records: dict[uuid.UUID, VoterRecord] = field(default_factory=dict)


def find_contacts(
    unit: UnitOfWork, wanted: ContactFilter, after: uuid.UUID | None, limit: int
) -> Sequence[Contact]:
    """People in the order of their ids."""
    statement: Select[Contact] = select(Contact).where(
        Contact.organisation_id == unit.organisation_id, *conditions(wanted)
    )
    if after is not None:
        statement = statement.where(Contact.id > after)
    return unit.session.scalars(statement.order_by(Contact.id).limit(limit)).all()


def conditions(wanted: ContactFilter) -> list[ColumnElement[bool]]:
    """What holds of the people who are wanted."""
    found: list[ColumnElement[bool]] = []
    if wanted.contact_id:
        found.append(Contact.id == wanted.contact_id)
    if wanted.list_id:
        found.append(_related(ListMember, ListMember.list_id == wanted.list_id))
    if wanted.phone:
        found.append(_has_phone(wanted.phone))
    if wanted.elector is not None:
        found.append(or_(Contact.elector_key == wanted.elector, Contact.elector_tail == wanted.elector))
    if wanted.tag:
        found += [Contact.tags != literal_column("'{}'"), Contact.tags.contains([wanted.tag])]
    return found


def _related(model: type[ListMember | ContactPhone], condition: ColumnElement[bool]) -> ColumnElement[bool]:
    same = and_(model.organisation_id == Contact.organisation_id, model.contact_id == Contact.id)
    return exists().where(same, condition)


def _has_phone(number: str) -> ColumnElement[bool]:
    return _related(ContactPhone, and_(ContactPhone.number == number, ContactPhone.removed_at.is_(None)))


_OPT_OUTS = text(
    """
    SELECT contact_id, channel, min(created_at) AS at FROM (
        SELECT contact_id, channel, created_at FROM opt_out
        WHERE organisation_id = :organisation AND contact_id = ANY(:contacts) AND lifted_at IS NULL
        UNION ALL
        SELECT p.contact_id, s.channel, s.created_at FROM contact_phone p
        JOIN suppression s ON s.organisation_id = p.organisation_id AND s.number = p.number
        WHERE p.organisation_id = :organisation AND p.contact_id = ANY(:contacts)
          AND p.removed_at IS NULL AND s.lifted_at IS NULL AND s.reason IN ('opt_out', 'complaint')
        UNION ALL
        SELECT c.id, s.channel, s.created_at FROM contact c
        JOIN suppression s ON s.organisation_id = c.organisation_id AND s.email = c.email_key
        WHERE c.organisation_id = :organisation AND c.id = ANY(:contacts)
          AND s.lifted_at IS NULL AND s.reason IN ('opt_out', 'complaint')
    ) AS said GROUP BY contact_id, channel
    """
)


def around(unit: UnitOfWork, contact_ids: Collection[uuid.UUID], election_id: uuid.UUID) -> Around:
    """Everything that is shown beside these people's own fields."""
    found = Around()
    _add_phones(unit, contact_ids, found)
    _add_lists(unit, contact_ids, found)
    _add_consents(unit, contact_ids, found)
    said = unit.session.execute(
        _OPT_OUTS, {"organisation": unit.organisation_id, "contacts": list(contact_ids)}
    )
    for row in said:
        found.opt_outs[row.contact_id][row.channel] = row.at
    records = select(VoterRecord).where(
        VoterRecord.organisation_id == unit.organisation_id,
        VoterRecord.election_id == election_id,
        VoterRecord.contact_id.in_(contact_ids),
    )
    found.records = {record.contact_id: record for record in unit.session.scalars(records)}
    return found


def _add_phones(unit: UnitOfWork, contact_ids: Collection[uuid.UUID], found: Around) -> None:
    phones = (
        select(ContactPhone)
        .where(
            ContactPhone.organisation_id == unit.organisation_id,
            ContactPhone.contact_id.in_(contact_ids),
            ContactPhone.removed_at.is_(None),
        )
        .order_by(ContactPhone.contact_id, ContactPhone.position, ContactPhone.number)
    )
    for phone in unit.session.scalars(phones):
        found.phones[phone.contact_id].append(phone)


def _add_lists(unit: UnitOfWork, contact_ids: Collection[uuid.UUID], found: Around) -> None:
    members = (
        select(ListMember)
        .where(
            ListMember.organisation_id == unit.organisation_id,
            ListMember.contact_id.in_(contact_ids),
        )
        .order_by(ListMember.list_id)
    )
    for member in unit.session.scalars(members):
        found.list_ids[member.contact_id].append(member.list_id)


def _add_consents(unit: UnitOfWork, contact_ids: Collection[uuid.UUID], found: Around) -> None:
    consents = (
        select(Consent)
        .where(
            Consent.organisation_id == unit.organisation_id,
            Consent.contact_id.in_(contact_ids),
            Consent.withdrawn_at.is_(None),
        )
        .order_by(Consent.at)
    )
    for consent in unit.session.scalars(consents):
        found.consents[consent.contact_id].append(consent)


_CANDIDATES = text(
    """
    SELECT c.id, c.first_key, c.last_key, coalesce(c.email_key, '') AS email,
        coalesce(c.external_id, '') AS external_id, c.id_source,
        coalesce(c.elector_key, '') AS elector, c.register,
        ARRAY(SELECT number FROM contact_phone p
              WHERE p.organisation_id = c.organisation_id AND p.contact_id = c.id) AS numbers
    FROM contact c
    WHERE c.organisation_id = :organisation AND c.id IS DISTINCT FROM CAST(:apart_from AS uuid) AND c.id IN (
        SELECT id FROM contact WHERE organisation_id = :organisation
            AND external_id = :external_id AND id_source = :source
        UNION SELECT id FROM contact WHERE organisation_id = :organisation
            AND elector_key = :elector AND register = :register
        UNION SELECT id FROM contact WHERE organisation_id = :organisation
            AND email_key = :email AND name_key = :name
        UNION SELECT contact_id FROM contact_phone WHERE organisation_id = :organisation
            AND number = ANY(CAST(:numbers AS text[]))
    )
    ORDER BY c.id
    """
)


def candidates(
    unit: UnitOfWork, who: Identity, apart_from: uuid.UUID | None
) -> list[tuple[uuid.UUID, Identity]]:
    """Everybody who could be this person by one of the same-person rules."""
    rows = unit.session.execute(
        _CANDIDATES,
        {
            "organisation": unit.organisation_id,
            "apart_from": apart_from,
            "external_id": who.external_id or None,
            "source": who.source,
            "elector": who.elector or None,
            "register": who.register,
            "email": who.email or None,
            "name": who.name,
            "numbers": list(who.phones),
        },
    )
    return [(row.id, _identity(row.id_source, row.register, row)) for row in rows]


def _identity(source: str, register: str, row: object) -> Identity:
    values = row._mapping  # type: ignore[attr-defined]  # noqa: SLF001 - SQLAlchemy's documented way in
    return Identity(
        values["first_key"],
        values["last_key"],
        tuple(values["numbers"]),
        values["email"],
        values["external_id"],
        source,
        values["elector"],
        register,
    )
