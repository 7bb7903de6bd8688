"""What an import tells people beside its counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from dialer.domain.importing.delimited import show_lost_letters
from dialer.domain.importing.header import Columns
from dialer.domain.importing.recognition import Basis

NOTHING_LIFTED: Final = "nothing_lifted"
"""Of a full list that couldn't be relied on to be whole, and so took nobody off."""

SHARED_NUMBERS: Final = "shared_numbers"
"""Of people who have a number that somebody else has too."""

_COUNTED: Final = {
    "mended_numbers": "numbers had lost their leading zero; it was put back.",
    "unread_values": "dates, scores or choices could not be understood and were left out.",
    "renumbered": "elector numbers were somebody else’s before; the people were kept apart. If this is a new"
    " register, undo the import and say which one it is: people are then known by name and address.",
    "gone_electors": "people are gone from the register; they stay in their lists as moved, their noes with"
    " them.",
    SHARED_NUMBERS: "people have a phone number that somebody else here has as well. A blast texts such a"
    " number once, a call rings it once and shows all who have it, and a no of one of them holds for the"
    " number.",
    "unknown_gone": "rows take people off the register who aren’t here; nobody was brought in for them.",
}
_OF_THE_FILE: Final = {
    "windows_1252": "This file isn’t UTF-8. Its letters were read as Windows-1252: check that names with"
    " accents look right.",
    "hidden_sheets": "Hidden sheets are never read: {names}.",
    "sheets_left_out": "Only the sheet “{sheet}” is read. These were left out: {names}.",
    "hidden_rows": "{count} hidden rows were left out: {names}.",
    "hidden_rows_included": "{count} hidden rows were read as well: {names}.",
    "hidden_rows_unknown": "Whether rows are hidden can’t be told of a file of this kind: all were read."
    " Save it as XLSX to leave hidden rows out.",
    "merged_cells": "{count} groups of merged cells: each value counts for the group’s first cell alone.",
    "formula_errors": "{count} cells show an error, such as #N/A. They count as empty.",
    "uncalculated": "{count} formulas have no result in the file. They count as empty: open it in a"
    " spreadsheet program and save it.",
    "register_unnamed": "Nobody said which electoral register these elector numbers are from. They count as"
    " those of the register without a name: name each year’s (“register”), or people with new numbers come in"
    " twice.",
    "undated": "Nobody said on which day this list was drawn up, so it counts as of the day it was sent. It"
    " may be relied on for 28 days from the day it was drawn up: say which (“dated”).",
    "only_head": "Only the beginning of this file was looked at; the import reads all of it.",
}


def file_warning(code: str, count: int = 1, **values: object) -> dict[str, Any]:
    """A warning about a file as a whole; `values` are what its sentence names, for other languages."""
    detail = _OF_THE_FILE[code].format(count=count, **values)
    return {"code": code, "detail": detail, "count": count, **values}


def sheet_warnings(told: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """What the head of a workbook tells: the sheets that are not read, and which rows can't be left out."""
    warnings = []
    if hidden := told["hidden_sheets"]:
        warnings.append(file_warning("hidden_sheets", len(hidden), names=_quoted(hidden)))
    if left_out := told["left_out"]:
        names = {"sheet": told["sheet"], "names": _quoted(left_out)}
        warnings.append(file_warning("sheets_left_out", len(left_out), **names))
    if told["format"] != "xlsx":
        warnings.append(file_warning("hidden_rows_unknown"))
    return tuple(warnings)


def row_warnings(told: Mapping[str, Any], *, included: bool) -> list[dict[str, Any]]:
    """What was seen in a sheet's rows: hidden ones by number, merged cells, formulas without a value."""
    warnings = []
    if hidden := told["hidden_rows"]:
        code = "hidden_rows_included" if included else "hidden_rows"
        named = [str(row) for row in told["hidden_named"]]
        warnings.append(file_warning(code, hidden, names=_named(named, hidden)))
    codes = ("merged_cells", "formula_errors", "uncalculated")
    return warnings + [file_warning(code, told[code]) for code in codes if told.get(code)]


def put_warnings(warnings: Iterable[dict[str, Any]], found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put warnings about a file in the place of those of their kinds."""
    codes = {warning["code"] for warning in found}
    return [warning for warning in warnings if warning["code"] not in codes] + found


def _quoted(names: Iterable[str]) -> str:
    return _named([f"“{name}”" for name in names])


def add_warnings(warnings: list[dict[str, Any]], found: Mapping[str, int]) -> list[dict[str, Any]]:
    """Add what a chunk found to the warnings: one entry a kind, counted. Those of the file stay first."""
    of_file = [warning for warning in warnings if warning["code"] not in _COUNTED]
    counts = {w["code"]: int(w["count"]) for w in warnings if w["code"] in _COUNTED}
    for code, count in found.items():
        counts[code] = counts.get(code, 0) + count
    return of_file + [
        {"code": code, "detail": f"{count} {_COUNTED[code]}", "count": count}
        for code, count in counts.items()
        if count
    ]


def put_count(warnings: list[dict[str, Any]], code: str, count: int) -> list[dict[str, Any]]:
    """Put a count of all rows in the place of what was counted of its kind before."""
    return add_warnings([warning for warning in warnings if warning["code"] != code], {code: count})


def without_counts(warnings: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave the warnings that were found on the file, before its first row was brought in."""
    return [warning for warning in warnings if warning["code"] not in _COUNTED]


_NAMED_AT_MOST: Final = 12
_COLUMNS: Final = {
    Basis.SECOND: ("second_columns", "are kept under their own names: another column is nearer."),
    Basis.UNLIKE: ("unlike_columns", "are kept under their own names: their cells hold something else."),
    Basis.CONTENT: ("guessed_columns", "were recognised by what they hold only. Check them."),
}


OPEN_REGISTER: Final = "open_register"
_OF_COLUMNS: Final = frozenset({OPEN_REGISTER, *(code for code, _ in _COLUMNS.values())})


def with_columns(warnings: Iterable[dict[str, Any]], columns: Columns) -> list[dict[str, Any]]:
    """Say which columns were not taken for what they might be, or only by what they hold: one entry a kind.

    What was said of columns before is put right. What a person chose is not warned of.
    """
    others = [warning for warning in warnings if warning["code"] not in _OF_COLUMNS]
    return (
        others
        + _of_open_register(columns)
        + [
            {"code": code, "detail": f"{_named(found)} {words}", "count": len(found), "columns": found}
            for basis, (code, words) in _COLUMNS.items()
            if (found := _columns_by(columns, basis))
        ]
    )


def _of_open_register(columns: Columns) -> list[dict[str, Any]]:
    found = [f"“{columns.headers[index]}”" for index in columns.about_the_open_register()]
    detail = (
        f"{_named(found)} is taken as a no to every contact. In an electoral register it may only say who is"
        " left out of the open register. If it does, map it to ignore or to a custom field."
    )
    return [{"code": OPEN_REGISTER, "detail": detail, "count": len(found), "columns": found}] if found else []


def _columns_by(columns: Columns, basis: Basis) -> list[str]:
    """Each column that rests on this basis and that nobody chose, with the field that it is about."""
    return [
        f"“{show_lost_letters(key)}” ({one.field or one.instead})"
        for index, (key, one) in enumerate(zip(columns.keys(), columns.guesses, strict=True))
        if one.reason is basis and index not in columns.chosen
    ]


def _named(found: list[str], count: int | None = None) -> str:
    rest = (len(found) if count is None else count) - min(len(found), _NAMED_AT_MOST)
    return ", ".join(found[:_NAMED_AT_MOST]) + (f" and {rest} more" if rest > 0 else "")


_UNREADABLE: Final = (
    "What is in stays in, each row once. Save the file anew as CSV (UTF-8) and send it again."
)
_FULL: Final = "The database’s disk is full. What is in stays in; the import goes on once there is room."
_AWAY: Final = "The database didn’t answer. What is in stays in; the import goes on by itself."


def unreadable(public_url: str, detail: str = _UNREADABLE) -> dict[str, object]:
    """Why an import could not come to its end."""
    return {
        "type": f"{public_url}/problems/unreadable-file",
        "title": "This file could not be brought in to its end",
        "status": 422,
        "detail": detail,
    }


def waiting(public_url: str, *, full: bool) -> dict[str, object]:
    """Why an import stands still, for as long as it does."""
    return {
        "type": f"{public_url}/problems/unavailable",
        "title": "This import waits",
        "status": 503,
        "detail": _FULL if full else _AWAY,
    }
