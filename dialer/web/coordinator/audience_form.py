"""The composer of an audience: groups of conditions, kept whole however unfinished they are.

It says filters of two levels: groups put together by all or any, and within each group its conditions by all
or any. The language takes more; what the form can't say is shown in words.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from flask import request
from flask_babel import gettext

from dialer.domain.errors import FieldError, ValidationFailed
from dialer.domain.filters.reading import read_filter
from dialer.web.coordinator.audience_rows import KINDS, Row, condition_of, row_of, sent_row
from dialer.web.coordinator.forms import said

GROUPS_MAX: Final = 10
ROWS_MAX: Final = 20
_JOINS: Final = ("all", "any")


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions that hold all, or of which at least one does."""

    join: str = "all"
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class AudienceForm:
    """The whole form."""

    name: str = ""
    join: str = "all"
    groups: tuple[Group, ...] = (Group(),)

    def with_row(self, group: int, kind: str) -> AudienceForm:
        """One more condition in a group; one drawn at random gets a seed of its own."""
        name = secrets.token_hex(3) if kind == "random" else ""
        rows = (*self.groups[group].rows, Row(kind, name=name))
        return self._with(group, replace(self.groups[group], rows=rows[:ROWS_MAX]))

    def without_row(self, group: int, row: int) -> AudienceForm:
        """One condition less."""
        rows = tuple(one for place, one in enumerate(self.groups[group].rows) if place != row)
        return self._with(group, replace(self.groups[group], rows=rows))

    def with_group(self) -> AudienceForm:
        """One more empty group."""
        return replace(self, groups=(*self.groups, Group("any"))[:GROUPS_MAX])

    def without_group(self, group: int) -> AudienceForm:
        """One group less; the last one is emptied."""
        kept = tuple(one for place, one in enumerate(self.groups) if place != group)
        return replace(self, groups=kept or (Group(),))

    def _with(self, place: int, group: Group) -> AudienceForm:
        return replace(self, groups=(*self.groups[:place], group, *self.groups[place + 1 :]))


def sent_form() -> AudienceForm:
    """The form as it was sent."""
    groups = tuple(
        _sent_group(f"g-{place}") for place in range(GROUPS_MAX) if f"g-{place}-join" in request.form
    )
    return AudienceForm(said("name"), _join(said("join")), groups or (Group(),))


def _sent_group(at: str) -> Group:
    spots = (f"{at}-r-{place}" for place in range(ROWS_MAX))
    rows = (sent_row(spot) for spot in spots if f"{spot}-kind" in request.form)
    return Group(_join(said(f"{at}-join")), tuple(row for row in rows if row.kind in KINDS))


def _join(written: str) -> str:
    return written if written in _JOINS else "all"


def reshaped(form: AudienceForm) -> AudienceForm | None:
    """The form after a button that adds or takes out; None when it is to be counted or saved."""
    add, remove = said("add"), said("remove")
    if add == "group":
        return form.with_group()
    group, row = _place(add or remove)
    if group is None or group >= len(form.groups):
        return form if add or remove else None
    if add:
        kind = said(f"{add}-new")
        return form.with_row(group, kind) if kind in KINDS else form
    return form.without_group(group) if row is None else form.without_row(group, row)


def _place(at: str) -> tuple[int | None, int | None]:
    """`g-1` or `g-1-r-2` as the numbers of group and row."""
    numbers = [int(part) for part in at.split("-") if part.isascii() and part.isdigit() and len(part) < 3]
    return (numbers[0] if numbers else None, numbers[1] if len(numbers) > 1 else None)


def filter_of(form: AudienceForm) -> dict[str, Any]:
    """The filter that the form says. `ValidationFailed` names each row that can't be taken, as `/g-0-r-1`."""
    faults = [fault for place, group in enumerate(form.groups) for fault in _faults(f"g-{place}", group)]
    if faults:
        raise ValidationFailed(errors=faults)
    parts: list[dict[str, Any]] = []
    for group in form.groups:
        rows = [condition_of(row) for row in group.rows]
        parts += rows if group.join == form.join or len(rows) < 2 else [{group.join: rows}]
    return {form.join: parts} if parts else {"all": []}


def _faults(at: str, group: Group) -> list[FieldError]:
    words = gettext("This can’t be taken as it stands. Fill it in, or take the condition out.")
    return [
        FieldError(f"/{at}-r-{place}", words)
        for place, row in enumerate(group.rows)
        if not _can_be_taken(row)
    ]


def _can_be_taken(row: Row) -> bool:
    try:
        read_filter(condition_of(row))
    except ValidationFailed:
        return False
    return True


def form_of(name: str, written: Mapping[str, Any]) -> AudienceForm | None:
    """The form that a filter fills; None where it can't say it all."""
    top, parts = next(iter(written.items()))
    if top not in _JOINS:
        top, parts = "all", [written]
    groups: list[Group] = [Group(top)]
    for part in parts:
        inner = next(iter(part))
        conditions = part[inner] if inner in _JOINS else [part]
        rows = [row_of(one) if next(iter(one)) not in _JOINS else None for one in conditions]
        known = tuple(row for row in rows if row is not None)
        if len(known) < len(rows) or not rows:
            return None
        if inner in _JOINS:
            groups.append(Group(inner, known))
        else:
            groups[0] = replace(groups[0], rows=(*groups[0].rows, *known))
    kept = tuple(group for group in groups if group.rows) or (Group(),)
    fits = len(kept) <= GROUPS_MAX and all(len(group.rows) <= ROWS_MAX for group in kept)
    return AudienceForm(name, top, kept) if fits else None
