"""What a row of an import (`s`) makes of the name of somebody who was there (`c`).

A row fills and changes and never blanks, column by column. But of one whole name that stands in two columns
on one side and in one on the other, halves of both don't go together: who came in as forename Jones is not
Jones Jones by a row that says Mrs Jones. A name that is split says more than one that is not, and a mere
surname more than a mere forename: of "Jones" by itself nobody said which it is.
"""

from __future__ import annotations

from typing import Final

_IN_ONE_COLUMN: Final = "s.name_key = c.name_key AND (s.first_key IS NULL OR s.last_key IS NULL)"
_IS_THE_SURNAME: Final = "s.first_key IS NULL AND coalesce(c.last_name, '') = ''"


def _first(column: str, nothing: str) -> str:
    return f"""CASE WHEN {_IN_ONE_COLUMN} AND {_IS_THE_SURNAME} THEN {nothing}
        WHEN {_IN_ONE_COLUMN} AND c.last_key <> '' THEN c.{column}
        ELSE coalesce(s.{column}, c.{column}) END"""


def _last(column: str) -> str:
    return f"""CASE WHEN {_IN_ONE_COLUMN} AND c.first_key <> '' AND NOT ({_IS_THE_SURNAME}) THEN c.{column}
        ELSE coalesce(s.{column}, c.{column}) END"""


_FIRST_KEY: Final = _first("first_key", "''")
_LAST_KEY: Final = _last("last_key")

CHANGED_NAME: Final = {
    "first_name": _first("first_name", "NULL"),
    "last_name": _last("last_name"),
    "first_key": _FIRST_KEY,
    "last_key": _LAST_KEY,
    "name_key": f"({_FIRST_KEY}) || ({_LAST_KEY})",
}
"""What the columns of a name become by the row that names somebody."""


def _filled(half: str, column: str) -> str:
    """A half that is all of the name they have already says nothing more of it."""
    nothing = "''" if column.endswith("_key") else "NULL"
    return f"""CASE WHEN c.{half}_name IS NULL AND s.{half}_key IS DISTINCT FROM c.name_key
        THEN coalesce(s.{column}, {nothing}) ELSE c.{column} END"""


_FIRST_KEY_FILLED: Final = _filled("first", "first_key")
_LAST_KEY_FILLED: Final = _filled("last", "last_key")

FILLED_NAME: Final = {
    "first_name": _filled("first", "first_name"),
    "last_name": _filled("last", "last_name"),
    "first_key": _FIRST_KEY_FILLED,
    "last_key": _LAST_KEY_FILLED,
    "name_key": f"({_FIRST_KEY_FILLED}) || ({_LAST_KEY_FILLED})",
}
"""What they become by rows that repeat an earlier one: they fill, and override nothing."""
