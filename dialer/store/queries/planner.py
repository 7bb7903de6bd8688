"""What PostgreSQL's planner takes tables for: by that it chooses how a statement goes through them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import text

from dialer.store.session import UnitOfWork

_TAKEN_FOR_LESS: Final = text(
    """
    SELECT c.relname FROM pg_class c
    WHERE c.oid = ANY (CAST(:tables AS regclass[])) AND c.relpages > 0 AND c.reltuples >= 0
      AND c.reltuples / c.relpages * pg_relation_size(c.oid) / current_setting('block_size')::int < :rows
    ORDER BY c.relname
    """
)
"""The planner's own sum: rows to a page when it last looked, for as many pages as there are now. Of a table
that it never looked at it makes a better guess."""

WORTH_IT: Final = 50
"""Of fewer rows no plan takes long enough to look at a table for."""


def make_known(unit: UnitOfWork, rows: int, *tables: str) -> None:
    """Have the planner look anew at those of these tables that it takes for smaller than `rows`, which are
    known to be there: in this transaction, so that it sees what that has written.

    Where many rows were deleted, counted and written again, as after a large list was taken back and another
    one brought in, it takes a table for empty until autovacuum comes by, and goes through all of it for each
    row of another: a statement that takes a second takes hours. Whoever else is just looking at a table does
    it for us.
    """
    if rows < WORTH_IT:
        return
    found = unit.session.scalars(_TAKEN_FOR_LESS, {"rows": rows, "tables": list(tables)}).all()
    if found:
        unit.session.execute(text(f"ANALYZE (SKIP_LOCKED) {', '.join(found)}"))
