"""What coordinators send: read from the form, and refusals put beside the fields they are about."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

from flask import redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.errors import InvalidTransition, ValidationFailed
from dialer.domain.phone import Phone, read_phone
from dialer.services.context import Context
from dialer.services.paging import Page, Slice
from dialer.web.desk import context
from dialer.web.forms import (
    WHOLE_FORM,
    Answer,
    Faults,
    chosen_id,
    faults_of,
    id_of,
    said,
    said_or_none,
)
from dialer.web.notices import Tone, tell

__all__ = [
    "WHOLE_FORM",
    "Answer",
    "Faults",
    "asked",
    "choices",
    "chosen_id",
    "chosen_ids",
    "day_or_none",
    "everything",
    "faults_of",
    "go",
    "id_of",
    "is_number",
    "money_or_none",
    "next_address",
    "number",
    "our_numbers",
    "page_after",
    "page_asked",
    "said",
    "said_or_none",
    "same_names",
    "take_step",
    "ticked",
    "wall_time",
    "whole_number",
]

_AMOUNT: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,4})?")


def asked(name: str) -> str:
    """What the address asks for under a name, likewise."""
    return request.args.get(name, "").strip()


def ticked(name: str) -> bool:
    """Whether a box was ticked."""
    return bool(request.form.get(name))


def whole_number(name: str) -> int:
    """A field's whole number; commas and spaces between thousands are fine."""
    written = said(name).replace(",", "").replace(" ", "")
    if not written.isascii() or not written.isdigit() or len(written) > 9:
        raise ValidationFailed.at(f"/{name}", gettext("Write this as a whole number, such as 3."))
    return int(written)


def is_number(written: str) -> bool:
    """Whether it is a whole number that the database can hold."""
    return written.isascii() and written.isdecimal() and len(written) < 10


def number(name: str) -> float:
    """A field's number; both a point and a comma mark the decimals."""
    written = said(name).replace(",", ".")
    if not written.isascii() or not written.replace(".", "", 1).isdigit() or len(written) > 9:
        raise ValidationFailed.at(f"/{name}", gettext("Write this as a number, such as 4 or 0.5."))
    return float(written)


def money_or_none(name: str) -> Decimal | None:
    """A field's amount of money, up to four decimals; None when it is empty."""
    written = said(name).lstrip("£€$").replace(",", "").replace(" ", "")
    if not written:
        return None
    if not _AMOUNT.fullmatch(written):
        raise ValidationFailed.at(f"/{name}", gettext("Write this as an amount, such as 250 or 99.50."))
    return Decimal(written)


def our_numbers(name: str) -> list[str]:
    """A field's numbers of our own, in any usual writing, apart by commas or lines; what is no number (a
    name that texts come from, a Messaging Service) stays as it was typed.
    """
    pieces = (piece.strip() for piece in re.split(r"[,;\n]", said(name)))
    return list(dict.fromkeys(_our_number(piece) for piece in pieces if piece))


def _our_number(piece: str) -> str:
    found = read_phone(piece, context().phones)
    return found.number if isinstance(found, Phone) else piece


def wall_time(name: str) -> dt.time:
    """A field's time of day."""
    try:
        return dt.time.fromisoformat(said(name)).replace(tzinfo=None)
    except ValueError:
        raise ValidationFailed.at(f"/{name}", gettext("Write this as a time, such as 09:00.")) from None


def day_or_none(name: str) -> dt.date | None:
    """A field's day; None when it is empty."""
    if not said(name):
        return None
    try:
        return dt.date.fromisoformat(said(name))
    except ValueError:
        raise ValidationFailed.at(f"/{name}", gettext("Write this as a day, such as 2026-05-07.")) from None


def chosen_ids(name: str) -> list[uuid.UUID]:
    """The ids of everything ticked under one name."""
    return [id_of(value) for value in request.form.getlist(name)]


def page_asked(limit: int = 50) -> Page:
    """Which page of a long list the address asks for."""
    return page_after(asked("after"), limit)


def page_after(after: str, limit: int = 50) -> Page:
    """The page of a long list after a key, as a page writes it down; from the start where it is empty."""
    return Page(limit, tuple(after.split(",")) if after else None)


def next_address(found: Slice[Any], endpoint: str, **values: object) -> str | None:
    """The address of the page after this one; None when this is the last."""
    if found.next is None:
        return None
    return url_for(endpoint, after=",".join(found.next), **values)  # type: ignore[arg-type]  # see `go`


def everything(read: Callable[[Page], Slice[Any]]) -> list[Any]:
    """All pages of a list that is short by nature (campaigns, lists, scripts), for a field of choices."""
    found: list[Any] = []
    page = Page(200)
    while True:
        part = read(page)
        found += part.items
        if part.next is None:
            return found
        page = Page(200, part.next)


def same_names(*fields: str) -> dict[str, str]:
    """The table for a form whose fields are called as the service calls them."""
    return {f"/{field}": field for field in fields}


def go(endpoint: str, words: str | None = None, tone: Tone = "good", **values: object) -> Response:
    """See the page `endpoint` next, with `words` about what was just done."""
    if words:
        tell(words, tone)
    return redirect(url_for(endpoint, **values), code=303)  # type: ignore[arg-type]  # anything str() takes


def take_step(deed: Callable[[Context, uuid.UUID], object], of: uuid.UUID, words: str, page: str) -> Response:
    """Start, pause, resume or end something, then see its page. Where somebody else was quicker, the page
    tells how it stands now.
    """
    try:
        deed(context(), of)
    except InvalidTransition:
        tell(gettext("That wasn’t possible any more; this is how it stands."), "warn")
    else:
        tell(words)
    return redirect(page, code=303)


def choices(rows: Sequence[Any], first: str | None = None) -> list[tuple[str, str]]:
    """Rows with `id` and `name` as the options of a field; `first` is the empty choice."""
    named = [(str(row.id), row.name) for row in rows]
    return named if first is None else [("", first), *named]
