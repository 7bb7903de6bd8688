"""A blast's text as one person reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.engine import Row

from dialer.domain import placeholders
from dialer.store.queries.blast_estimate import Said

FIELDS = ("first_name", "last_name", "postcode", "constituency", "polling_district", "polling_station")


def rendered(body: str, person: Row[Any] | None, opt_out_url: str) -> str:
    """The text with its placeholders filled; nobody in particular leaves them to their fallbacks."""
    return placeholders.fill(body, values_of(person, opt_out_url))


def values_of(person: Row[Any] | None, opt_out_url: str) -> Mapping[str, str | None]:
    """What the placeholders of a text stand for. Nobody calls, so `{caller_name}` is nothing."""
    values: dict[str, str | None] = {"opt_out_url": opt_out_url}
    if person is not None:
        values |= {name: getattr(person, name) for name in FIELDS}
        own = ((name, value) for name, value in person.custom.items() if value is not None)
        values |= {f"{placeholders.CUSTOM}{name}": str(value) for name, value in own}
    return values


def said_in(body: str) -> Said:
    """What a text takes from the people who get it."""
    names = placeholders.names_in(body)
    own = sorted(
        name.removeprefix(placeholders.CUSTOM) for name in names if name.startswith(placeholders.CUSTOM)
    )
    known = [name for name in FIELDS if name in names]
    places = [*known, *(f"{placeholders.CUSTOM}{name}" for name in own)]
    bare = placeholders.without_fallback(body)
    return Said(tuple(known), tuple(own), tuple(place for place, name in enumerate(places) if name in bare))


def values_said(said: Said, found: Sequence[str | None], opt_out_url: str) -> Mapping[str, str | None]:
    """What placeholders stand for, as `values_of`, from just those things that the text takes."""
    values: dict[str, str | None] = {"opt_out_url": opt_out_url}
    values |= zip(said.fields, found, strict=False)
    own = zip(said.custom, found[len(said.fields) :], strict=True)
    known = ((key, json.loads(value)) for key, value in own if value)
    return values | {f"{placeholders.CUSTOM}{key}": str(value) for key, value in known if value is not None}
