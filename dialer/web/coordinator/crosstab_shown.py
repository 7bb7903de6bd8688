"""A crosstab in words and shapes: what its groups are called, its bars, and its cells for a spreadsheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from dialer.domain.crosstab import NOT_KNOWN, Crosstab, Dimension, Group, Side, share
from dialer.domain.languages import SPOKEN
from dialer.services.gotv.crosstab import CrosstabView
from dialer.web.coordinator.wording import DISPOSITION, SOURCE, SUPPORT, VOTING_METHOD
from dialer.web.text_wording import Words
from dialer.web.words import clock, day, lowered

BARS_MOST: Final = 12
"""So many rows are drawn; the table has them all."""
_SHADES: Final = 5
_WIDE: Final = 400.0

DIMENSION: Final[Mapping[Dimension, str]] = {
    Dimension.SUPPORT: _("Support"),
    Dimension.DISPOSITION: _("What came of the last call"),
    Dimension.VOTING_METHOD: _("Way of voting"),
    Dimension.VOTED: _("Whether they have voted"),
    Dimension.POLLING_DISTRICT: _("Polling district"),
    Dimension.WARD: _("Ward"),
    Dimension.CONSTITUENCY: _("Constituency"),
    Dimension.TAG: _("Tag"),
    Dimension.LANGUAGE: _("Language"),
    Dimension.LIST: _("List"),
    Dimension.VOLUNTEER: _("Who called last"),
    Dimension.TEAM: _("Team of who called last"),
    Dimension.SOURCE: _("Where support was learned"),
    Dimension.DAY: _("Day of the last call"),
    Dimension.HOUR: _("Hour of the last call"),
}
_NOBODY: Final[Words] = {
    Dimension.DISPOSITION: _("Not called yet"),
    Dimension.DAY: _("Not called yet"),
    Dimension.HOUR: _("Not called yet"),
    Dimension.VOLUNTEER: _("No volunteer"),
    Dimension.TEAM: _("No team"),
    Dimension.TAG: _("No tag"),
    Dimension.ANSWER: _("Not answered"),
}
VOTED: Final[Words] = {"yes": _("Seen voting"), "no": _("Not seen voting")}
_WORDS: Final[Mapping[Dimension, Words]] = {
    Dimension.DISPOSITION: DISPOSITION,
    Dimension.VOTING_METHOD: VOTING_METHOD,
    Dimension.VOTED: VOTED,
    Dimension.SOURCE: SOURCE,
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A count with its share of its row, or of its column."""

    people: int
    share: float | None


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar, in units of 400."""

    shade: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of the table, and its bar."""

    label: str
    people: int
    cells: Sequence[Cell]
    bar: Sequence[Part]
    says: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A crosstab as its page has it. `legend` has each shade with what it stands for; empty: no bars."""

    title: str
    row_head: str
    column_head: str
    columns: Sequence[str]
    rows: Sequence[ShownRow]
    totals: Sequence[Cell]
    people: int
    legend: Sequence[tuple[str, str]]


_NOT_YOURS: Final[Mapping[Dimension, str]] = {
    Dimension.LIST: _("A list that isn’t yours to see"),
    Dimension.TEAM: _("A team that isn’t yours to see"),
}


def side_words(side: Side, questions: Mapping[Side, str]) -> str:
    """What a side splits by; `questions` are the campaign's, in their own words."""
    if side.node is not None:
        return str(gettext("Answer: %(question)s", question=questions.get(side, side.node)))
    return str(DIMENSION[side.dimension])


def shown(found: CrosstabView, questions: Mapping[Side, str], *, of_columns: bool) -> Shown:
    """The table in words; the shares are of each column, or else of each row."""
    wanted, table = found.wanted, found.table
    labels = [label(wanted.columns, group, found.column_names) for group in table.columns]
    shades = [] if wanted.columns.overlaps else _shades(wanted.columns, table.columns)
    rows = []
    for at, group in enumerate(table.rows):
        cells = [_cell(table, at, column, of_columns=of_columns) for column in range(len(labels))]
        bar = _bar(shades, [cell.people for cell in cells], group.people or 0)
        words = label(wanted.rows, group, found.row_names)
        rows.append(ShownRow(words, group.people or 0, cells, bar, _says(words, labels, cells, group)))
    row_head, column_head = (side_words(side, questions) for side in (wanted.rows, wanted.columns))
    return Shown(
        title=gettext("%(rows)s by %(columns)s", rows=row_head, columns=lowered(column_head)),
        row_head=row_head,
        column_head=column_head,
        columns=labels,
        rows=rows,
        totals=[Cell(group.people or 0, share(group.people, table.people)) for group in table.columns],
        people=table.people or 0,
        legend=_legend(shades, labels),
    )


def label(side: Side, group: Group, names: Mapping[str, str]) -> str:
    """What a group is called."""
    key, dimension = group.key, side.dimension
    if key is None:
        return str(gettext("All others"))
    if key == NOT_KNOWN:
        return str(_NOBODY.get(dimension, gettext("Not known")))
    if dimension is Dimension.SUPPORT:
        return f"{key} · {SUPPORT[int(key)]}"
    if dimension is Dimension.DAY:
        return day(dt.date.fromisoformat(key))
    if dimension is Dimension.HOUR:
        return clock(dt.time(int(key)))
    spoken = SPOKEN.get(key) if dimension is Dimension.LANGUAGE else None
    return str(
        names.get(key) or _NOT_YOURS.get(dimension) or spoken or _WORDS.get(dimension, {}).get(key, key)
    )


def sheet_of(shown_: Shown) -> list[list[str | int]]:
    """The table for a spreadsheet, with its totals."""
    every = gettext("All")
    rows: list[list[str | int]] = [[shown_.title, *shown_.columns, every]]
    rows += [[row.label, *(cell.people for cell in row.cells), row.people] for row in shown_.rows]
    return [*rows, [every, *(cell.people for cell in shown_.totals), shown_.people]]


def _cell(table: Crosstab, row: int, column: int, *, of_columns: bool) -> Cell:
    of = table.column_share(row, column) if of_columns else table.row_share(row, column)
    return Cell(table.cells[row][column] or 0, of)


def _says(words: str, labels: Sequence[str], cells: Sequence[Cell], group: Group) -> str:
    parts = [f"{name} {cell.people}" for name, cell in zip(labels, cells, strict=True) if cell.people]
    return f"{words}, {group.people}: {', '.join(parts) or '–'}"


# --- bars -------------------------------------------------------------------------------------------


def _shades(side: Side, groups: Sequence[Group]) -> list[str]:
    """The shade of each column: those of support by its level, else of the first five that are known."""
    known = [group.key for group in groups if group.key]
    if side.dimension is Dimension.SUPPORT:
        by_key = {key: f"support-{key}" for key in known}
    else:
        by_key = {key: f"support-{nth}" for nth, key in enumerate(known[:_SHADES], 1)}
    return [by_key.get(group.key or "", "rest") for group in groups]


def _bar(shades: Sequence[str], counts: Sequence[int], people: int) -> list[Part]:
    parts: list[Part] = []
    x = 0.0
    for shade, count in sorted(zip(shades, counts, strict=False), key=lambda each: each[0] == "rest"):
        if count and people:
            parts.append(Part(shade, round(x, 1), round(_WIDE * count / people, 1)))
            x += _WIDE * count / people
    return parts


def _legend(shades: Sequence[str], labels: Sequence[str]) -> list[tuple[str, str]]:
    named = [(shade, words) for shade, words in zip(shades, labels, strict=False) if shade != "rest"]
    rest = [words for shade, words in zip(shades, labels, strict=False) if shade == "rest"]
    if not rest:
        return named
    return [*named, ("rest", rest[0] if len(rest) == 1 else str(gettext("All others")))]
