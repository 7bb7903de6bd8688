"""A blast's text as one person reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Row

from dialer.domain import placeholders

FIELDS = ("first_name", "last_name", "postcode", "constituency", "polling_district", "polling_station")


def rendered(body: str, person: Row[Any] | None, opt_out_url: str) -> str:
    """The text with its placeholders filled; nobody in particular leaves them to their fallbacks."""
    return placeholders.fill(body, values_of(person, opt_out_url))


def values_of(person: Row[Any] | None, opt_out_url: str) -> Mapping[str, str | None]:
    """What the placeholders of a text stand for. Nobody calls, so `{caller_name}` is nothing."""
    values: dict[str, str | None] = {"opt_out_url": opt_out_url}
    if person is not None:
        values |= {name: getattr(person, name) for name in FIELDS}
        values |= {f"custom.{name}": str(value) for name, value in person.custom.items()}
    return values
