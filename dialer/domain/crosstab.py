"""Crosstabs: a campaign's people split two ways, each cell a count of people.

Who has no right to see single people sees no small cell: a few people of one street and one mind are a
person's politics. All counts are rounded for them too, as in official statistics (HESA rounds to multiples of
five), so that none that isn't told can be found by taking the others from a total.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LEAST_SHOWN: Final = 5
"""The smallest count of people that is shown to those who see figures only."""
MOST_ROWS: Final = 100
MOST_COLUMNS: Final = 30
"""So many groups a side has of its own, the largest; the others stand together."""
TOO_LONG: Final = "These people are too many to count this way just now. Choose others, or a filter."
BUSY: Final = "Another cross table is being counted just now. Try again in a few seconds."
"""What whoever asks is told where a table isn't counted."""
NOT_KNOWN: Final = ""
"""The key of those of whom it isn't known, or doesn't apply."""

_UUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NODE: Final = re.compile(rf"answer:(?:(?P<script>{_UUID}):)?(?P<node>[\s\S]{{1,200}})")


class Dimension(StrEnum):
    """What people can be split by. Of calls their last result in the campaign counts."""

    SUPPORT = "support"
    DISPOSITION = "disposition"
    ANSWER = "answer"
    VOTING_METHOD = "voting_method"
    VOTED = "voted"
    POLLING_DISTRICT = "polling_district"
    WARD = "ward"
    CONSTITUENCY = "constituency"
    TAG = "tag"
    LANGUAGE = "language"
    LIST = "list"
    VOLUNTEER = "volunteer"
    TEAM = "team"
    SOURCE = "source"
    DAY = "day"
    HOUR = "hour"


OVERLAPPING: Final = frozenset({Dimension.TAG, Dimension.LIST, Dimension.TEAM})
"""By these somebody may stand in several groups, so their counts don't add up to the people."""
NAMING: Final = frozenset({Dimension.VOLUNTEER, Dimension.TEAM})
"""These tell of volunteers."""
IN_ORDER: Final = frozenset({Dimension.SUPPORT, Dimension.DAY, Dimension.HOUR})
"""The groups of these have an order of their own; all others stand by their size."""


@dataclass(frozen=True, slots=True)
class Side:
    """What one side of a table splits by; `node` is the question, of answers, and `script` that of the script
    which asks it: None for the one that the campaign has now.
    """

    dimension: Dimension
    node: str | None = None
    script: uuid.UUID | None = None

    @property
    def overlaps(self) -> bool:
        """Whether somebody may stand in several of its groups."""
        return self.dimension in OVERLAPPING

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.dimension, self.script, self.node) if part)


def read_side(words: str) -> Side | None:
    """A side as it is written: a dimension, or `answer:` and the id of a question, before which the id of
    another script than the campaign's may stand (`answer:SCRIPT:STEP`); None for neither.
    """
    if found := _NODE.fullmatch(words):
        return Side(Dimension.ANSWER, found["node"], uuid.UUID(found["script"]) if found["script"] else None)
    plain = {str(each) for each in Dimension} - {Dimension.ANSWER}
    return Side(Dimension(words)) if words in plain else None


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted: all `people`, those of the largest groups of both sides, and of both at once.
    `row_count` and `column_count` are how many groups there are in all.
    """

    people: int
    rows: Mapping[str, int]
    columns: Mapping[str, int]
    cells: Mapping[tuple[str, str], int]
    row_count: int
    column_count: int


@dataclass(frozen=True, slots=True)
class Group:
    """One row or column. `key` is None where all smaller ones stand together; `people` None where they are
    too few to be told.
    """

    key: str | None
    people: int | None


@dataclass(frozen=True, slots=True)
class Crosstab:
    """The table. `cells` go by row, then by column. Groups that stand nowhere, since their people stand in
    others too or are too few, are counted as left out.
    """

    people: int | None
    rows: Sequence[Group]
    columns: Sequence[Group]
    cells: Sequence[Sequence[int | None]]
    rows_left_out: int = 0
    columns_left_out: int = 0

    @property
    def has_small(self) -> bool:
        """Whether a cell stands for so few that it could point at a person."""
        return any(count is not None and 0 < count < LEAST_SHOWN for row in self.cells for count in row)

    def row_share(self, row: int, column: int) -> float | None:
        """The share of a row's people in one of its cells."""
        return share(self.cells[row][column], self.rows[row].people)

    def column_share(self, row: int, column: int) -> float | None:
        """Likewise of a column's."""
        return share(self.cells[row][column], self.columns[column].people)


def share(part: int | None, whole: int | None) -> float | None:
    """A share to four places, at most all; None of nobody, and of what isn't told."""
    return None if part is None or not whole else round(min(part / whole, 1), 4)


def tabulate(counts: Counts, rows: Side, columns: Side) -> Crosstab:
    """The table of what was counted. Where nobody stands in two groups of a side, those that aren't among the
    largest stand together, and its counts add up to the totals.
    """
    row_keys, column_keys = _ordered(rows, counts.rows), _ordered(columns, counts.columns)
    column_groups = [Group(key, counts.columns[key]) for key in column_keys]
    row_groups = [Group(key, counts.rows[key]) for key in row_keys]
    cells = [[counts.cells.get((row, column), 0) for column in column_keys] for row in row_keys]
    has_others = _others(columns, counts.column_count, column_keys)
    if has_others:
        for group, row in zip(row_groups, cells, strict=True):
            row.append((group.people or 0) - sum(row))
        column_groups.append(Group(None, counts.people - sum(counts.columns.values())))
    if _others(rows, counts.row_count, row_keys):
        tops = [group.people or 0 for group in column_groups]
        cells.append([top - sum(row[at] for row in cells) for at, top in enumerate(tops)])
        row_groups.append(Group(None, counts.people - sum(counts.rows.values())))
    return Crosstab(
        counts.people,
        row_groups,
        column_groups,
        cells,
        rows_left_out=counts.row_count - len(row_keys) if rows.overlaps else 0,
        columns_left_out=counts.column_count - len(column_keys) if columns.overlaps else 0,
    )


def guarded(table: Crosstab) -> Crosstab:
    """The table for those who see figures only: no group of fewer than `LEAST_SHOWN`, no smaller cell, and
    all counts rounded to multiples of it.
    """
    rows = [at for at, group in enumerate(table.rows) if _is_told(group)]
    columns = [at for at, group in enumerate(table.columns) if _is_told(group)]
    return Crosstab(
        _rounded(table.people),
        [_rounded_group(table.rows[at]) for at in rows],
        [_rounded_group(table.columns[at]) for at in columns],
        [[_rounded(table.cells[row][column]) for column in columns] for row in rows],
        rows_left_out=table.rows_left_out + len(table.rows) - len(rows),
        columns_left_out=table.columns_left_out + len(table.columns) - len(columns),
    )


def _ordered(side: Side, groups: Mapping[str, int]) -> list[str]:
    """In their own order, or the largest first; those of whom it isn't known last."""
    known = [key for key in groups if key != NOT_KNOWN]
    by_size = sorted(known, key=lambda key: (-groups[key], key))
    ordered = sorted(known) if side.dimension in IN_ORDER else by_size
    return [*ordered, *([NOT_KNOWN] if NOT_KNOWN in groups else [])]


def _others(side: Side, count: int, shown: Sequence[str]) -> bool:
    return not side.overlaps and count > len(shown)


def _is_told(group: Group) -> bool:
    return group.people is not None and group.people >= LEAST_SHOWN


def _rounded_group(group: Group) -> Group:
    return Group(group.key, _rounded(group.people))


def _rounded(people: int | None) -> int | None:
    if people is None or 0 < people < LEAST_SHOWN:
        return None
    return (people + LEAST_SHOWN // 2) // LEAST_SHOWN * LEAST_SHOWN
