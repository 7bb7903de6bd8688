"""What people send with a form: read from it, and refusals put beside the fields they are about."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Final

from flask import request
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.errors import NotFound, RuleBroken

Faults = Mapping[str, str]
"""Sentences by the name of the field they are about; the empty mapping is a form without a fault."""

WHOLE_FORM: Final = "main"
"""The `id` that a fault of no particular field leads to: the main part of the page."""

Answer = Response | str | tuple[str, int]
"""What a view gives back: the next page's address, a page, or a page with its status."""


def said(name: str) -> str:
    """A field's text without the spaces around it; empty when it wasn't sent."""
    return request.form.get(name, "").strip()


def said_or_none(name: str) -> str | None:
    """A field's text, or None for an empty one."""
    return said(name) or None


def chosen_id(name: str) -> uuid.UUID | None:
    """The id chosen in a field; None for its empty choice."""
    return id_of(said(name)) if said(name) else None


def id_of(written: str) -> uuid.UUID:
    """An id from a form or an address. What can't be one is not there."""
    try:
        return uuid.UUID(written)
    except ValueError:
        raise NotFound from None


def faults_of(error: RuleBroken, field_at: Callable[[str], str] | Mapping[str, str]) -> dict[str, str]:
    """A refusal's sentences by field. `field_at` tells the field for a JSON pointer, as a function or as
    a table of the pointers' beginnings; what fits no field stands over the whole form. They are in the
    reader's language where `rule_words` has them.
    """
    if not error.errors:
        return {WHOLE_FORM: gettext(error.detail)}
    find = field_at if callable(field_at) else _finder(field_at)
    found: dict[str, str] = {}
    for fault in error.errors:
        found.setdefault(find(fault.pointer), gettext(fault.detail))
    return found


def _finder(table: Mapping[str, str]) -> Callable[[str], str]:
    def find(pointer: str) -> str:
        fitting = [start for start in table if pointer == start or pointer.startswith(f"{start}/")]
        return table[max(fitting, key=len)] if fitting else WHOLE_FORM

    return find
