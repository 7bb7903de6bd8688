"""A table to be taken away: its columns, and each of its rows as cells or as the API shows it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Cells = Sequence[str]
Shown = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be taken away: a kind, of everything, of a campaign, of a list, or of both."""

    kind: str
    campaign_id: uuid.UUID | None = None
    list_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """`cells` gives the rows for a spreadsheet, made harmless; `objects` as the API shows them.

    Each may be asked for once, and reads as it goes.
    """

    columns: Sequence[str]
    cells: Callable[[], Iterator[Cells]]
    objects: Callable[[], Iterator[Shown]]


def moment(value: dt.datetime | None) -> str:
    """A time in a cell: UTC, to the second; nothing where there is none."""
    return "" if value is None else f"{value.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"


def instant(value: dt.datetime | str | None) -> str | None:
    """A time as the API shows it."""
    if value is None:
        return None
    when = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    return when.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def plain(value: object) -> str:
    """Any value in a cell."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return moment(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(map(plain, value))
    return str(value)


def shown(value: object) -> object:
    """Any value as the API shows it."""
    if isinstance(value, dt.datetime):
        return instant(value)
    return str(value) if isinstance(value, uuid.UUID | dt.date | Decimal) else value
