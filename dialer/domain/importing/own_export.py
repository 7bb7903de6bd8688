"""The columns and cells of our own export of people: written so that an import reads exactly what was there.

A list with the column `dialer_id` is our own. Its people are known by that id before all else. In its cells
an apostrophe in front means: what follows stands as it is, letter by letter. It is put before what a
spreadsheet would run, and before what reading would tidy up.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Sequence
from typing import Final

from dialer.domain.csv_cells import harmless
from dialer.domain.importing import values as read
from dialer.domain.importing.fields import CUSTOM, CUSTOM_NAME_MAX, IGNORE

DIALER_ID: Final = "dialer_id"
LITERAL: Final = "'"
MORE_CUSTOM: Final = "more_custom"
CUSTOM_COLUMNS_MAX: Final = 400
"""So many columns of the lists' own; further ones stand together in `more_custom`, which isn't read back."""
PHONE_COLUMNS_MAX: Final = 10

_READ_BACK: Final = (
    DIALER_ID,
    "external_id",
    "elector_number",
    "polling_district",
    "elector_markers",
    "date_of_birth",
    "first_name",
    "last_name",
    "phone",
    "email",
    "address",
    "postcode",
    "constituency",
    "ward",
    "polling_station",
    "language",
    "tags",
    "notes",
    "needs_lift",
    "deceased",
    "do_not_call",
    "do_not_text",
    "do_not_email",
    "do_not_post",
    "do_not_knock",
    "opt_in_text",
    "opt_in_email",
    "support",
    "pledged_at",
    "pledge_source",
    "voting_method",
    "voted_at",
)
_ONLY_SHOWN: Final = (
    "suppressed_call",
    "suppressed_text",
    "suppressed_email",
    "status",
    "created_at",
    "updated_at",
    MORE_CUSTOM,
)
OWN_FIELDS: Final[dict[str, str]] = {
    **{name: name for name in _READ_BACK},
    **dict.fromkeys(_ONLY_SHOWN, IGNORE),
}
"""What each column of ours is to an import."""

_PHONE: Final = re.compile(r"phone_([2-9]|1[0-9])")
_TIDY: Final = re.compile(r"[^\s'][^\s]*(?: [^\s]+)*")


def own_fields(headers: Sequence[str]) -> list[str] | None:
    """Return the fields of our own export's columns, `` for others; None where the list is none of ours."""
    if headers.count(DIALER_ID) != 1:
        return None
    fields = [_own_field(header) for header in headers]
    many = {"phone", IGNORE}
    return [field if field in many or fields.index(field) == n else "" for n, field in enumerate(fields)]


def _own_field(header: str) -> str:
    if header in OWN_FIELDS:
        return OWN_FIELDS[header]
    if _PHONE.fullmatch(header):
        return "phone"
    return header if header.startswith(CUSTOM) and fits_header(header.removeprefix(CUSTOM)) else ""


def fits_header(name: str) -> bool:
    """Tell whether a custom field's name comes back from a header as it is."""
    tidy = _TIDY.fullmatch(f"{CUSTOM}{name}") is not None and bool(name.strip()) and name[0] != " "
    return tidy and len(name) <= CUSTOM_NAME_MAX and "\ufeff" not in name


def read_id(text: str) -> uuid.UUID | None:
    """Read an id of ours; None for what is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


_WRITTEN: Final[dict[str, Callable[[str], object]]] = {
    "address": lambda text: read.join_address([text]),
    "postcode": read.read_postcode,
    "language": read.read_language,
    "email": read.read_email,
}
_LINES: Final = frozenset({"notes"})


def own_cell(field: str, text: str) -> str:
    """Write a text of a person: behind an apostrophe where it would else be run, or read otherwise."""
    if harmless(text) != text or not _reads_as_is(field, text):
        return LITERAL + text
    return text


def _reads_as_is(field: str, text: str) -> bool:
    if field in _LINES or field.startswith(CUSTOM):
        return text == text.strip() and not text.startswith(LITERAL)
    if _TIDY.fullmatch(text) is None:
        return False
    write = _WRITTEN.get(field)
    return write is None or write(text) == text


def own_tags(tags: Sequence[str]) -> str:
    """Write tags in one cell, kept apart by semicolons; as a JSON list where one of them has such a mark."""
    text = "; ".join(tags)
    if read.read_tags(text) == list(tags) and harmless(text) == text and not text.startswith(LITERAL):
        return text
    return LITERAL + json.dumps(list(tags), ensure_ascii=False)


def read_own_tags(text: str) -> list[str]:
    """Read tags that stand behind an apostrophe: a JSON list of ours, else as anybody writes them."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if isinstance(found, list) and all(isinstance(tag, str) for tag in found):
        return list(dict.fromkeys(found))
    return read.read_tags(text)
