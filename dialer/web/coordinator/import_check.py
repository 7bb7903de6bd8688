"""The check of a file before it goes in: its columns and sheet, what is wrong with its first rows."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from flask import request
from flask_babel import gettext, ngettext

from dialer.domain.importing.fields import CUSTOM, FIELDS, IGNORE, custom_field
from dialer.domain.importing.header import names_open_register
from dialer.services.context import Context
from dialer.services.people.import_check import FirstLook, look_first
from dialer.services.people.import_register import register_of
from dialer.services.people.import_trial import NAMING, trial_of_waiting
from dialer.services.people.import_words import OPEN_REGISTER
from dialer.services.people.imports import import_columns
from dialer.services.people.views import ColumnView, ImportView
from dialer.web.coordinator.forms import said, ticked
from dialer.web.coordinator.import_wording import said_of
from dialer.web.coordinator.wording import IMPORT_BASIS, IMPORT_FIELD, IMPORT_QUESTION
from dialer.web.words import figure

_SURE: Final = 0.9
_SAID_ELSEWHERE: Final = frozenset({"guessed_columns", OPEN_REGISTER})
"""Warnings that stand beside what they are about."""
_FAULTS_SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column as the page asks about it; `sure` is how sure we are and `why` in words."""

    header: str
    samples: tuple[str, ...]
    chosen: str
    sure: str
    why: str
    choices: list[tuple[str, str]]


def chosen_columns(ctx: Context, import_id: uuid.UUID) -> dict[str, str]:
    """What the form chooses for each column, by the column's key."""
    columns = import_columns(ctx, import_id)
    return {column.key: _said_of(place, column) or IGNORE for place, column in enumerate(columns)}


def _said_of(place: int, column: ColumnView) -> str:
    """What the form says of a column; with one press, that it is about the open register and no wish."""
    chosen = said(f"column-{place}")
    if said(OPEN_REGISTER) and chosen == "opt_out" and names_open_register(column.header):
        return custom_field(column.header)
    return chosen


def names_anybody(fields: Iterable[str]) -> bool:
    """Whether some column can reach or name a person."""
    return bool(NAMING & set(fields))


def to_check(ctx: Context, one: ImportView) -> dict[str, Any]:
    """What the page needs to show of an import that waits for its columns."""
    posted = request.method == "POST" and "column-0" in request.form
    columns = import_columns(ctx, one.id)
    choices = [_choice(place, column, one, posted=posted) for place, column in enumerate(columns)]
    look = look_first(ctx, one.id, {place: choice.chosen for place, choice in enumerate(choices)})
    return {
        "columns": choices,
        "seen": look,
        "trial": trial_of_waiting(ctx, one.id),
        "first_faults": look.issues[:_FAULTS_SHOWN],
        "bring_in": _bring_in(look),
        "left_out": [_name(place, choice) for place, choice in enumerate(choices) if _is_left_out(choice)],
        "register": _register(ctx, one, choices, posted=posted),
        "why": IMPORT_QUESTION.get(one.question or ""),
        "warnings": [said_of(w) for w in one.warnings if w.get("code") not in _SAID_ELSEWHERE],
        "open_register": _open_register(one, choices),
        "has_header": ticked("has_header") if posted else one.question != "header",
    }


def _open_register(one: ImportView, choices: list[ColumnChoice]) -> str | None:
    """What is to be said of a column that may be about the open register, while it is taken for a no."""
    doubtful = any(choice.chosen == "opt_out" and names_open_register(choice.header) for choice in choices)
    told = (said_of(warning) for warning in one.warnings if warning.get("code") == OPEN_REGISTER)
    return next(told, None) if doubtful else None


def _is_left_out(choice: ColumnChoice) -> bool:
    """Whether a column that holds something is not taken."""
    return choice.chosen == IGNORE and bool(choice.samples)


def _name(place: int, choice: ColumnChoice) -> str:
    return choice.header or str(gettext("Column %(number)s", number=place + 1))


def _register(ctx: Context, one: ImportView, choices: list[ColumnChoice], *, posted: bool) -> str | None:
    """The register to be asked about; None where no column is an elector number, or the list is our own."""
    fields = {choice.chosen for choice in choices}
    if "elector_number" not in fields or "dialer_id" in fields:
        return None
    return said("register") if posted and "register" in request.form else register_of(ctx, one.id)


def _bring_in(look: FirstLook) -> str:
    """The button's words, with the count where we know it."""
    if not look.rows:
        return str(gettext("Bring them in"))
    if not look.exact:
        return str(gettext("Bring in about %(num)s rows", num=figure(_round(look.rows))))
    return str(ngettext("Bring in %(rows)s row", "Bring in %(rows)s rows", look.rows, rows=figure(look.rows)))


def _round(rows: int) -> int:
    """A count that is only about right, without the digits that say more than we know."""
    unit: int = 10 ** max(0, len(str(rows)) - 2)
    return round(rows / unit) * unit


def _choice(place: int, column: ColumnView, one: ImportView, *, posted: bool) -> ColumnChoice:
    guess = column.field or IGNORE
    own = guess if guess.startswith(CUSTOM) else custom_field(column.header or str(place + 1))
    words = gettext("Keep as “%(name)s”", name=own.removeprefix(CUSTOM))
    options = [(field, str(IMPORT_FIELD[field])) for field in FIELDS if field != IGNORE]
    return ColumnChoice(
        header=column.header,
        samples=tuple(column.samples),
        chosen=_said_of(place, column) if posted else guess,
        sure=_sureness(guess, column, one),
        why=str(IMPORT_BASIS["unnamed" if column.basis == "none" and not column.header else column.basis]),
        choices=[*options, (own, words), (IGNORE, str(IMPORT_FIELD[IGNORE]))],
    )


def _sureness(guess: str, column: ColumnView, one: ImportView) -> str:
    if column.basis == "chosen":
        return "chosen"
    if guess == IGNORE or guess.startswith(CUSTOM):
        return "unknown"
    doubtful = guess == "phone" and one.question == "two_phones"
    return "check" if doubtful or column.confidence < _SURE else "sure"
