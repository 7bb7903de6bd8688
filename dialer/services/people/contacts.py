"""People: found, shown, added and changed one at a time."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from dialer.domain.access import Permission, require
from dialer.domain.elector_number import elector_key
from dialer.domain.errors import Conflict, NotFound, ValidationFailed
from dialer.domain.look_up import kind_now
from dialer.domain.people_search import sought
from dialer.domain.person import Identity, Match, match
from dialer.domain.phone import LineType, Phone, PhoneFault, read_phone
from dialer.services.calling.queue_sync import sync_queues
from dialer.services.context import Context
from dialer.services.gotv.waiting import match_unknown_marks
from dialer.services.paging import Page, Slice, after_id, after_ranked_id, cut
from dialer.services.people.contact_fields import ContactFields, read_numbers, write_fields
from dialer.services.people.contact_views import contact_view, contact_views
from dialer.services.people.views import ContactView
from dialer.store.models import new_id
from dialer.store.models.people import Contact, ContactList, ContactPhone, ListMember
from dialer.store.queries.contact_search import RANKS, search_contacts
from dialer.store.queries.contacts import ContactFilter, candidates, conditions, find_contacts
from dialer.store.queries.import_match import hold_people
from dialer.store.queries.name_words import learn_name
from dialer.store.queries.number_lines import known_kinds
from dialer.store.queries.opt_outs import cover_reach
from dialer.store.session import UnitOfWork

_IDENTIFYING: Final = frozenset(
    {
        "external_id",
        "elector_number",
        "polling_district",
        "first_name",
        "last_name",
        "email",
        "phone",
        "phones",
    }
)


@dataclass(frozen=True, slots=True)
class ContactSearch:
    """Which people; everything given must hold. `phone` in any usual writing; `q`: anything known of them."""

    list_id: uuid.UUID | None = None
    q: str = ""
    phone: str | None = None
    elector_number: str | None = None
    tag: str | None = None


def list_contacts(ctx: Context, search: ContactSearch, page: Page) -> Slice[ContactView]:
    """People in the order of their ids; where `q` is given, those whom it fits best first."""
    require(ctx.actor, Permission.CONTACT_READ)
    wanted = ContactFilter(
        list_id=search.list_id,
        phone=_number(ctx, search.phone) if search.phone is not None else None,
        elector=None if search.elector_number is None else elector_key(search.elector_number),
        tag=search.tag,
    )
    with ctx.unit() as unit:
        if search.q.strip():
            return _searched(ctx, unit, search.q, wanted, page)
        rows = find_contacts(unit, wanted, after_id(page), page.limit + 1)
        found = cut(rows, page, lambda row: (str(row.id),))
        return Slice(contact_views(unit, found.items), found.next)


def _searched(
    ctx: Context, unit: UnitOfWork, words: str, apart: ContactFilter, page: Page
) -> Slice[ContactView]:
    after = after_ranked_id(page, RANKS)
    ranked = search_contacts(unit, sought(words, ctx.phones), conditions(apart), after, page.limit + 1)
    found = cut(ranked, page, lambda each: (str(each[0]), str(each[1].id)))
    return Slice(contact_views(unit, [row for _, row in found.items]), found.next)


def get_contact(ctx: Context, contact_id: uuid.UUID) -> ContactView:
    """One person, whole; that somebody looked is audited."""
    require(ctx.actor, Permission.CONTACT_READ)
    with ctx.unit() as unit:
        view = contact_view(unit, contact_of(unit, contact_id))
        ctx.audit(unit, "contact.viewed", "contact", contact_id)
        return view


def create_contact(ctx: Context, fields: ContactFields) -> ContactView:
    """Add a person; `Conflict` with their `contact_id` when they are there by the same-person rules."""
    require(ctx.actor, Permission.CONTACT_MANAGE)
    numbers = read_numbers(fields, (), ctx.phones) or []
    with ctx.unit() as unit:
        hold_people(unit.session, unit.organisation_id)
        lists = _lists(unit, fields.get("list_ids", []))
        row = Contact(
            organisation_id=unit.organisation_id,
            id=new_id(),
            tags=[],
            custom={},
            status="active",
            register=next((of.register for of in lists if of.register), ""),
            id_source=next((of.id_source for of in lists if of.id_source), ""),
            created_at=ctx.now,
            updated_at=ctx.now,
        )
        write_fields(row, fields)
        _check_named(row, numbers)
        _check_nobody_else(ctx, unit, row, numbers)
        unit.session.add(row)
        unit.session.flush()
        return _saved(ctx, unit, row, numbers=numbers, lists=lists, action="contact.created", fields=fields)


def change_contact(ctx: Context, contact_id: uuid.UUID, fields: ContactFields) -> ContactView:
    """Change the fields given; `Conflict` where that would make the person one who is there already."""
    require(ctx.actor, Permission.CONTACT_MANAGE)
    with ctx.unit() as unit:
        hold_people(unit.session, unit.organisation_id)
        row = contact_of(unit, contact_id)
        present = _present_numbers(unit, contact_id)
        numbers = read_numbers(fields, present, ctx.phones)
        lists = _lists(unit, fields["list_ids"]) if "list_ids" in fields else None
        with unit.session.no_autoflush:
            write_fields(row, fields)
            if _IDENTIFYING & set(fields):
                _check_nobody_else(ctx, unit, row, present if numbers is None else numbers)
        row.updated_at = ctx.now
        unit.session.flush()
        return _saved(ctx, unit, row, numbers=numbers, lists=lists, action="contact.changed", fields=fields)


def contact_of(unit: UnitOfWork, contact_id: uuid.UUID) -> Contact:
    """A contact of the organisation; `NotFound` otherwise."""
    row = unit.session.get(Contact, (unit.organisation_id, contact_id))
    if row is None:
        raise NotFound
    return row


def _saved(
    ctx: Context,
    unit: UnitOfWork,
    row: Contact,
    *,
    numbers: Sequence[Phone] | None,
    lists: Sequence[ContactList] | None,
    action: str,
    fields: ContactFields,
) -> ContactView:
    if numbers is not None:
        _set_numbers(ctx, unit, row.id, numbers)
    if lists is not None:
        _set_lists(unit, row.id, lists)
    learn_name(unit.session, unit.organisation_id, row.id)
    cover_reach(unit.session, unit.organisation_id, [row.id])
    match_unknown_marks(unit, [row.id])
    sync_queues(unit, now=ctx.now, contact_ids=[row.id])
    ctx.audit(unit, action, "contact", row.id, {"fields": sorted(fields)})
    return contact_view(unit, row)


def _number(ctx: Context, text: str) -> str:
    found = read_phone(text, ctx.phones)
    if isinstance(found, PhoneFault):
        raise ValidationFailed.at("/phone", "This isn’t a phone number. Correct its digits.")
    return found.number


def _check_named(row: Contact, numbers: Sequence[Phone]) -> None:
    known_by = (row.first_name, row.last_name, row.email, row.elector_number, row.external_id, numbers)
    if not any(known_by):
        raise ValidationFailed("Give a name, a phone number, an email, an elector number or an external id.")


# --- who else is there ------------------------------------------------------------------------------


def _check_nobody_else(ctx: Context, unit: UnitOfWork, row: Contact, numbers: Sequence[Phone]) -> None:
    """Refuse a second record of a person. An elector number goes over from a person of another name."""
    who = _identity(row, numbers)
    by_rule: dict[Match, uuid.UUID] = {}
    for contact_id, other in candidates(unit, who, row.id):
        rule = match(who, other)
        if rule is not None:
            by_rule.setdefault(rule, contact_id)
        elif who.elector and (who.elector, who.register) == (other.elector, other.register):
            by_rule.setdefault(Match.RENUMBERED, contact_id)
    loser = by_rule.pop(Match.RENUMBERED, None)
    if by_rule:
        rule, contact_id = min(by_rule.items(), key=lambda found: list(Match).index(found[0]))
        raise Conflict(
            f"This person is there already: the same {rule.replace('_', ' ')}.", contact_id=str(contact_id)
        )
    if loser is not None:
        _take_elector_number(ctx, unit, loser)


def _take_elector_number(ctx: Context, unit: UnitOfWork, contact_id: uuid.UUID) -> None:
    unit.session.execute(
        update(Contact)
        .where(Contact.organisation_id == unit.organisation_id, Contact.id == contact_id)
        .values(elector_number=None, elector_key=None, updated_at=ctx.now)
    )
    ctx.audit(unit, "contact.renumbered", "contact", contact_id)


def _identity(row: Contact, numbers: Sequence[Phone]) -> Identity:
    return Identity(
        row.first_key,
        row.last_key,
        tuple(phone.number for phone in numbers),
        row.email_key or "",
        row.external_id or "",
        row.id_source,
        row.elector_key or "",
        row.register,
    )


# --- numbers and lists ------------------------------------------------------------------------------


def _present_numbers(unit: UnitOfWork, contact_id: uuid.UUID) -> list[Phone]:
    rows = unit.session.scalars(
        select(ContactPhone)
        .where(
            ContactPhone.organisation_id == unit.organisation_id,
            ContactPhone.contact_id == contact_id,
            ContactPhone.removed_at.is_(None),
        )
        .order_by(ContactPhone.position, ContactPhone.number)
    )
    return [Phone(row.number, LineType(row.line_type)) for row in rows]


def _set_numbers(ctx: Context, unit: UnitOfWork, contact_id: uuid.UUID, numbers: Sequence[Phone]) -> None:
    """Give a person these numbers. One that goes is kept as removed: no later import brings it back. Where
    nobody says what kind of line it is, what was known of it stays.
    """
    kept = [phone.number for phone in numbers]
    unit.session.execute(
        update(ContactPhone)
        .where(
            ContactPhone.organisation_id == unit.organisation_id,
            ContactPhone.contact_id == contact_id,
            ContactPhone.number.not_in(kept),
            ContactPhone.removed_at.is_(None),
        )
        .values(removed_at=ctx.now)
    )
    if not numbers:
        return
    learnt = known_kinds(unit, kept)
    statement = insert(ContactPhone).values(
        [
            {
                "organisation_id": unit.organisation_id,
                "contact_id": contact_id,
                "number": phone.number,
                "line_type": kind_now(phone.type, learnt.get(phone.number)),
                "position": nth,
            }
            for nth, phone in enumerate(numbers)
        ]
    )
    new = statement.excluded
    kind = case((new.line_type == LineType.UNKNOWN.value, ContactPhone.line_type), else_=new.line_type)
    unit.session.execute(
        statement.on_conflict_do_update(
            index_elements=["organisation_id", "contact_id", "number"],
            set_={"position": new.position, "line_type": kind, "removed_at": None},
        )
    )


def _lists(unit: UnitOfWork, list_ids: Sequence[uuid.UUID]) -> list[ContactList]:
    rows = unit.session.scalars(
        select(ContactList).where(
            ContactList.organisation_id == unit.organisation_id, ContactList.id.in_(list_ids)
        )
    ).all()
    found = {row.id: row for row in rows}
    for nth, list_id in enumerate(list_ids):
        if list_id not in found:
            raise ValidationFailed.at(f"/list_ids/{nth}", "There is no list with this id.")
    return list(found.values())


def _set_lists(unit: UnitOfWork, contact_id: uuid.UUID, lists: Sequence[ContactList]) -> None:
    wanted = {of.id for of in lists}
    mine = (ListMember.organisation_id == unit.organisation_id, ListMember.contact_id == contact_id)
    present = set(unit.session.scalars(select(ListMember.list_id).where(*mine)))
    gone, new = present - wanted, wanted - present
    unit.session.execute(delete(ListMember).where(*mine, ListMember.list_id.in_(gone)))
    unit.session.add_all(
        ListMember(organisation_id=unit.organisation_id, list_id=list_id, contact_id=contact_id)
        for list_id in sorted(new)
    )
    unit.session.flush()
    if gone or new:
        counted = (
            select(func.count())
            .where(ListMember.organisation_id == unit.organisation_id, ListMember.list_id == ContactList.id)
            .scalar_subquery()
        )
        unit.session.execute(
            update(ContactList)
            .where(ContactList.organisation_id == unit.organisation_id, ContactList.id.in_(gone | new))
            .values(contact_count=counted),
            execution_options={"synchronize_session": False},
        )
