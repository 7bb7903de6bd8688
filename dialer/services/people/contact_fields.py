"""What may be said of a person through a door, and how it is written down."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, Final, TypedDict

from dialer.domain.elector_number import elector_key, polling_district_of
from dialer.domain.errors import FieldError, ValidationFailed
from dialer.domain.importing.issues import DETAILS, Reason
from dialer.domain.importing.values import read_email, read_postcode
from dialer.domain.person import fold
from dialer.domain.phone import LineType, Phone, PhoneFault, PhonePolicy, read_phone
from dialer.store.models.people import Contact


class PhoneFields(TypedDict, total=False):
    """A number in any usual writing; `type` counts only where the number itself doesn't tell."""

    number: str
    type: str


class ContactFields(TypedDict, total=False):
    """What may be said of a person. `phone` is the first of `phones`; tags replace, custom merges."""

    external_id: str | None
    elector_number: str | None
    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None
    phones: list[PhoneFields]
    address: str | None
    postcode: str | None
    constituency: str | None
    ward: str | None
    polling_district: str | None
    polling_station: str | None
    language: str | None
    elector_markers: str | None
    date_of_birth: dt.date | None
    notes: str | None
    needs_lift: bool | None
    tags: list[str]
    custom: dict[str, Any]
    status: str
    list_ids: list[uuid.UUID]


_AS_GIVEN: Final = (
    "external_id",
    "elector_number",
    "first_name",
    "last_name",
    "address",
    "constituency",
    "ward",
    "polling_district",
    "polling_station",
    "language",
    "elector_markers",
    "date_of_birth",
    "notes",
    "needs_lift",
    "status",
)


def write_fields(row: Contact, fields: ContactFields) -> None:
    """Put the fields given on a contact, with the keys that same-person rules compare."""
    for name in _AS_GIVEN:
        if name in fields:
            value = fields[name]
            setattr(row, name, (value.strip() or None) if isinstance(value, str) else value)
    if "postcode" in fields:
        row.postcode = read_postcode(fields["postcode"] or "") or None
    if "email" in fields:
        row.email = _email(fields["email"])
    if "tags" in fields:
        row.tags = list(dict.fromkeys(tag.strip() for tag in fields["tags"] if tag.strip()))
    if "custom" in fields:
        merged = {**row.custom, **fields["custom"]}
        row.custom = {name: value for name, value in merged.items() if value is not None}
    _write_keys(row)


def _write_keys(row: Contact) -> None:
    row.first_key, row.last_key = fold(row.first_name or ""), fold(row.last_name or "")
    row.name_key = row.first_key + row.last_key
    row.email_key = row.email.lower() if row.email else None
    if row.elector_number and not row.polling_district:
        row.polling_district = polling_district_of(row.elector_number) or None
    row.elector_key = elector_key(row.elector_number or "", row.polling_district or "") or None


def _email(text: str | None) -> str | None:
    if text is None or not text.strip():
        return None
    address = read_email(text)
    if address is None:
        raise ValidationFailed.at("/email", DETAILS[Reason.INVALID_EMAIL])
    return address


def read_numbers(fields: ContactFields, present: Sequence[Phone], policy: PhonePolicy) -> list[Phone] | None:
    """The numbers that a person shall have, in order; None when nothing was said of them.

    `phone` alone takes the place of the first number and leaves the others.
    """
    phones = fields.get("phones")
    if phones is None and "phone" not in fields:
        return None
    if phones is None:
        first = fields.get("phone")
        given = [_read(first, "/phone", policy)] if first else []
        return _once([*given, *present[1:]])
    numbers = [
        _with_type(_read(phone["number"], f"/phones/{nth}/number", policy), phone.get("type"))
        for nth, phone in enumerate(phones)
    ]
    if (first := fields.get("phone")) and (
        not numbers or _read(first, "/phone", policy).number != numbers[0].number
    ):
        raise ValidationFailed.at(
            "/phone", "This is the first of “phones”. Give one of the two, or the same."
        )
    return _once(numbers)


def _once(phones: list[Phone]) -> list[Phone]:
    return list({phone.number: phone for phone in phones}.values())


def _with_type(phone: Phone, kind: str | None) -> Phone:
    if kind is None or phone.type is not LineType.UNKNOWN:
        return phone
    return Phone(phone.number, LineType(kind))


def _read(text: str, pointer: str, policy: PhonePolicy) -> Phone:
    found = read_phone(text, policy)
    if isinstance(found, PhoneFault):
        raise ValidationFailed(
            "A phone number can’t be taken.", errors=[FieldError(pointer, DETAILS[Reason(found)])]
        )
    return found
