"""One condition of an audience as it stands in a form: read from what was sent, from a filter, and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import request

from dialer.domain.disposition import DISPOSITIONS
from dialer.domain.filters.tree import CUSTOM
from dialer.domain.people import CONTACT_STATUSES, OPT_OUT_CHANNELS
from dialer.domain.pledge import SUPPORTS, VOTING_METHODS
from dialer.web.coordinator.forms import said

UNKNOWN: Final = "unknown"
"""What stands in a form for “nothing is known”."""

_DAY_S: Final = 86_400
_TOUCHES: Final = ("called", "texted", "contacted", "replied")
_FLAGS: Final = ("voted", "pledged", "needs_lift", "id_ready")
_TEXTS: Final = ("tags", "postcodes")
TICKED: Final[Mapping[str, tuple[Any, ...]]] = {
    "support": (*SUPPORTS, None),
    "voting_methods": (*VOTING_METHODS, None),
    "last_result": (*DISPOSITIONS, None),
    "status": CONTACT_STATUSES,
    "opted_out": OPT_OUT_CHANNELS,
    "consented": ("sms", "email"),
}
"""Conditions that are a choice of some values, each with all there are."""

KINDS: Final = (
    "lists",
    "tags",
    "support",
    "pledged",
    "voted",
    "contacted",
    "called",
    "texted",
    "replied",
    "got",
    "clicked",
    "last_result",
    "postcodes",
    "field",
    "custom",
    "has",
    "opted_out",
    "consented",
    "voting_methods",
    "needs_lift",
    "id_ready",
    "status",
    "audience",
    "random",
)
"""The conditions that the page offers, in this order."""


@dataclass(frozen=True, slots=True)
class Row:
    """A condition as it stands in the form: every value as text. `values` are ticks, `text` what was typed,
    `name` a field's or a seed, `how` the way to compare, `holds` whether it must be so or not so.
    """

    kind: str
    holds: bool = True
    values: tuple[str, ...] = ()
    text: str = ""
    name: str = ""
    how: str = "is"


def sent_row(at: str) -> Row:
    """The row whose fields are called `at-…`."""
    return Row(
        kind=said(f"{at}-kind"),
        holds=said(f"{at}-holds") != "no",
        values=tuple(request.form.getlist(f"{at}-values")),
        text=said(f"{at}-text"),
        name=said(f"{at}-name"),
        how=said(f"{at}-how") or "is",
    )


def condition_of(row: Row) -> dict[str, Any]:
    """What the row says, written as a filter; whether it can be taken is for the filter's reader to say."""
    if row.kind in _FLAGS:
        return {row.kind: row.holds}
    condition = {"field" if row.kind == "custom" else row.kind: _value(row)}
    return condition if row.holds else {"not": condition}


def _value(row: Row) -> Any:
    if row.kind in TICKED:
        known = {word_of(value): value for value in TICKED[row.kind]}
        return [known.get(value, value) for value in row.values]
    if row.kind in _TOUCHES:
        return {"within_s": _days(row.text)} if row.text else {}
    return _VALUES[row.kind](row) if row.kind in _VALUES else None


def _field(row: Row) -> dict[str, Any]:
    name = f"{CUSTOM}{row.name}" if row.kind == "custom" else row.name
    return {"name": name, "filled": True} if row.how == "filled" else {"name": name, row.how: split(row.text)}


def _share(row: Row) -> dict[str, Any]:
    written = row.text.replace(",", ".").rstrip("% ")
    share = float(written) / 100 if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,4})?", written) else None
    return {"share": share, "seed": row.name}


def _clicked(row: Row) -> dict[str, Any]:
    texts = {"blasts": list(row.values)} if row.values else {}
    return {**texts, "within_s": _days(row.text)} if row.text else texts


_VALUES: Final[Mapping[str, Callable[[Row], Any]]] = {
    "got": lambda row: list(row.values),
    "clicked": _clicked,
    "lists": lambda row: list(row.values),
    "audience": lambda row: row.text,
    "has": lambda row: row.text,
    "tags": lambda row: split(row.text),
    "postcodes": lambda row: split(row.text),
    "field": _field,
    "custom": _field,
    "random": _share,
}


def split(text: str) -> list[str]:
    """What was typed with commas or lines between."""
    return [piece.strip() for piece in re.split(r"[,\n]", text) if piece.strip()]


def word_of(value: object) -> str:
    """A value as it stands in a form."""
    return UNKNOWN if value is None else str(value)


def _days(text: str) -> int | str:
    return int(text) * _DAY_S if text.isascii() and text.isdigit() and len(text) < 5 else text


def row_of(condition: Mapping[str, Any]) -> Row | None:
    """The row that says a condition; None where the form can't say it."""
    name, value = next(iter(condition.items()))
    if name == "not":
        inner = row_of(value) if isinstance(value, dict) else None
        return Row(**{**_parts(inner), "holds": not inner.holds}) if inner else None
    if name in _FLAGS:
        return Row(name, holds=value)
    if name in TICKED:
        return Row(name, values=tuple(map(word_of, value)))
    if name in _TOUCHES:
        return _touch_row(name, value)
    return _typed_row(name, value)


def _parts(row: Row) -> dict[str, Any]:
    return {name: getattr(row, name) for name in Row.__dataclass_fields__}


def _touch_row(name: str, value: Mapping[str, Any]) -> Row | None:
    if not value:
        return Row(name)
    days, rest = divmod(value.get("within_s", 1), _DAY_S)
    return None if rest else Row(name, text=str(days))


def _typed_row(name: str, value: Any) -> Row | None:
    if name in ("lists", "got"):
        return Row(name, values=tuple(value))
    if name == "clicked":
        touched = _touch_row(name, {key: given for key, given in value.items() if key != "blasts"})
        return touched and Row(**{**_parts(touched), "values": tuple(value.get("blasts", ()))})
    if name in ("audience", "has"):
        return Row(name, text=value)
    if name in _TEXTS:
        return _joined(Row(name), value)
    if name == "field":
        return _field_row(value)
    return Row(name, text=f"{value['share'] * 100:g}", name=value["seed"]) if name == "random" else None


def _field_row(value: Mapping[str, Any]) -> Row | None:
    name = str(value["name"])
    own = name.startswith(CUSTOM)
    how = next(way for way in value if way != "name")
    row = Row("custom" if own else "field", name=name.removeprefix(CUSTOM), how=how)
    if how == "filled":
        return Row(**{**_parts(row), "holds": value[how]})
    return _joined(row, value[how])


def _joined(row: Row, values: list[str]) -> Row | None:
    """The row with several texts in it, unless one of them holds what would part it."""
    if any(split(value) != [value] for value in values):
        return None
    return Row(**{**_parts(row), "text": ", ".join(values)})
