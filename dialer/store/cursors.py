"""Cursors that say briefly what a result has: the names and types of its columns, not their sizes."""

from __future__ import annotations

from typing import Any, Final

import psycopg
from psycopg.pq import ExecStatus

_ROWS: Final = (ExecStatus.TUPLES_OK, ExecStatus.SINGLE_TUPLE, ExecStatus.TUPLES_CHUNK)

Described = tuple[str, int, None, None, None, None, None]
"""A column as PEP 249 has it; the five that nobody here asks for are left empty."""


class BriefCursor(psycopg.Cursor[Any]):
    """SQLAlchemy asks each result for its description. psycopg looks up type and size of each column for it,
    which took a fifteenth of web’s processor time.
    """

    @property
    def description(self) -> list[Described] | None:  # type: ignore[override]  # PEP 249 wants no more
        """Name and type of each column; None where there are no rows to have any."""
        result = self.pgresult
        if result is None or result.status not in _ROWS:
            return None
        encoding = self._encoding
        return [
            ((result.fname(at) or b"").decode(encoding), result.ftype(at), None, None, None, None, None)
            for at in range(result.nfields)
        ]
