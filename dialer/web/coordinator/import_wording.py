"""What an import warns of, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext, ngettext

from dialer.web.coordinator.wording import IMPORT_FIELD


def said_of(warning: Mapping[str, Any]) -> str:
    """A warning in the reader's language; one that we have no words for speaks for itself."""
    count = int(warning.get("count", 0))
    named = ", ".join(map(_column, warning.get("columns", ())))
    names = str(warning.get("names", ""))
    sentences = {**_of_file(warning, count, names), **_of_rows(count), **_of_columns(named)}
    say = sentences.get(str(warning.get("code")))
    return str(say()) if say else str(warning.get("detail", ""))


def _column(said: str) -> str:
    """Put “Ring me” (phone) into the reader's words for the field."""
    header, bracket, field = said.removesuffix(")").rpartition(" (")
    words = IMPORT_FIELD.get(field)
    return f"{header} ({str(words).lower()})" if bracket and words else said


def _of_columns(named: str) -> dict[str, Callable[[], str]]:
    return {
        "second_columns": lambda: gettext(
            "Kept under their own names, as another column is nearer: %(columns)s", columns=named
        ),
        "unlike_columns": lambda: gettext(
            "Kept under their own names, as their cells hold something else: %(columns)s", columns=named
        ),
        "open_register": lambda: gettext(
            "%(columns)s is taken as a no to every contact. In an electoral register it may only say who is"
            " left out of the open register, which anybody may buy.",
            columns=named,
        ),
        "guessed_columns": lambda: gettext(
            "Recognised only by what they hold; please check them: %(columns)s", columns=named
        ),
    }


def _of_rows(count: int) -> dict[str, Callable[[], str]]:
    return {
        "mended_numbers": lambda: ngettext(
            "One number had lost its leading zero. We put it back.",
            "%(num)s numbers had lost their leading zero. We put it back.",
            count,
        ),
        "unread_values": lambda: ngettext(
            "One date, score or choice couldn’t be understood and was left out.",
            "%(num)s dates, scores or choices couldn’t be understood and were left out.",
            count,
        ),
        "renumbered": lambda: ngettext(
            "One elector number was somebody else’s before. The two people are kept apart.",
            "%(num)s elector numbers were somebody else’s before. The people are kept apart. If this is a new"
            " register, take the list back and say which one it is, so that we know people by name and"
            " address.",
            count,
        ),
        "shared_numbers": lambda: ngettext(
            "One person has a phone number that somebody else here has as well. A blast texts it once, a call"
            " rings it once and shows all who have it, and a no of one of them holds for the number.",
            "%(num)s people have a phone number that somebody else here has as well. A blast texts such a"
            " number once, a call rings it once and shows all who have it, and a no of one of them holds for"
            " the number.",
            count,
        ),
        "gone_electors": lambda: ngettext(
            "One person is gone from the register. They stay in their lists, as moved.",
            "%(num)s people are gone from the register. They stay in their lists, as moved.",
            count,
        ),
        "unknown_gone": lambda: ngettext(
            "One row takes somebody off the register who isn’t here. Nobody was brought in for it.",
            "%(num)s rows take people off the register who aren’t here. Nobody was brought in for them.",
            count,
        ),
    }


def _of_file(warning: Mapping[str, Any], count: int, names: str) -> dict[str, Callable[[], str]]:
    return {
        "windows_1252": lambda: gettext(
            "This file isn’t UTF-8. We read its letters as Windows-1252: look whether names such as Siân"
            " are right."
        ),
        "register_unnamed": lambda: gettext(
            "Nobody said which electoral register this is. Next year’s, with new numbers, must be named, or"
            " its people come in twice."
        ),
        "undated": lambda: gettext(
            "Nobody said on which day this list was drawn up. It counts as of the day it was sent, and may be"
            " older."
        ),
        "hidden_sheets": lambda: gettext("Hidden sheets are never read: %(names)s", names=names),
        "sheets_left_out": lambda: gettext(
            "Only the sheet “%(sheet)s” is read, not %(names)s.", sheet=warning.get("sheet", ""), names=names
        ),
        "hidden_rows": lambda: ngettext(
            "%(num)s hidden row was left out: %(names)s",
            "%(num)s hidden rows were left out: %(names)s",
            count,
            names=names,
        ),
        "hidden_rows_included": lambda: ngettext(
            "%(num)s hidden row was read as well: %(names)s",
            "%(num)s hidden rows were read as well: %(names)s",
            count,
            names=names,
        ),
        "hidden_rows_unknown": lambda: gettext(
            "Of this kind of file we can’t tell whether rows are hidden: all are read. Save it as XLSX to"
            " leave them out."
        ),
        "merged_cells": lambda: ngettext(
            "One group of merged cells: its value counts for the first cell alone.",
            "%(num)s groups of merged cells: each value counts for the group’s first cell alone.",
            count,
        ),
        "formula_errors": lambda: ngettext(
            "One cell shows an error, such as #N/A. It counts as empty.",
            "%(num)s cells show an error, such as #N/A. They count as empty.",
            count,
        ),
        "uncalculated": lambda: ngettext(
            "One formula has no result in the file. It counts as empty.",
            "%(num)s formulas have no result in the file. They count as empty.",
            count,
        ),
    }
