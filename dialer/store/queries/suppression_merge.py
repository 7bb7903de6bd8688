"""Merge what a chunk of an uploaded list bars into the suppressions, and lift what a full list lacks.

The numbers of a chunk come by COPY into a table that is gone at the end of the transaction; one statement
does the rest, by the index that the gate asks too.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from string import Template
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from dialer.domain.suppressing import OF_ADDRESSES, OF_NUMBERS
from dialer.store.queries.import_keys import keys_hold_already
from dialer.store.queries.opt_outs import OURS, ours_missing, with_ours

CREATED, UPDATED, UNCHANGED = range(3)
"""What became of a place, and of a row: of several, the first of these. Others repeat an earlier row."""

SOMEBODY: Final = uuid.UUID(int=0)
"""Stands in `named_by` for lists that aren't told one by one any more."""
_TOLD_ONE_BY_ONE: Final = 12

_CREATE: Final = text(
    "CREATE TEMPORARY TABLE suppression_stage"
    ' ("row" integer NOT NULL, number text, email text) ON COMMIT DROP'
)
_COPY: Final = 'COPY suppression_stage ("row", number, email) FROM STDIN'


@dataclass(frozen=True, slots=True)
class Listing:
    """Whose list it is, and what it bars."""

    organisation_id: uuid.UUID
    import_id: uuid.UUID
    reason: str
    register: str
    channels: Sequence[str]
    created_by: uuid.UUID | None


# The unique index that the insertion asks anyway tells what was there: no join, and so nothing that a planner
# with old figures could get wrong.
_MERGE_OF: Final = Template(
    """
    named_$place AS (
        SELECT $place AS place, min("row") AS "row" FROM suppression_stage
        WHERE $place IS NOT NULL GROUP BY $place
    ),
    merged_$place AS (
        INSERT INTO suppression AS s
            (organisation_id, id, $place, channel, reason, source, register, import_id, named_by, created_by,
             created_at)
        SELECT :organisation, uuidv7(), place, barred.channel, :reason, 'import', :register, :import,
               ARRAY[CAST(:import AS uuid)], :by, :now
        FROM named_$place CROSS JOIN unnest(CAST(:of_$place AS text[])) AS barred(channel)
        ORDER BY place, channel
        ON CONFLICT (organisation_id, $place, channel, reason) WHERE lifted_at IS NULL AND $place IS NOT NULL
        DO UPDATE SET
            import_id = greatest(s.import_id, excluded.import_id),
            named_by = CASE
                WHEN s.named_by IS NULL AND s.import_id IS NOT NULL
                THEN CAST(:somebody AS uuid) || excluded.named_by
                WHEN cardinality(s.named_by) >= :told
                THEN CAST(:somebody AS uuid) || s.named_by[3:] || excluded.named_by
                ELSE s.named_by || excluded.named_by END,
            register = CASE WHEN s.register = excluded.register THEN s.register END,
            beneath = CASE WHEN s.reason = 'opt_out' AND $ours_missing THEN $with_ours ELSE s.beneath END
        WHERE s.import_id IS DISTINCT FROM excluded.import_id
          AND NOT coalesce(s.named_by @> excluded.named_by, false)
        RETURNING $place AS place, old.id IS NULL AS is_new
    )"""
)
# A person's own no weighs more than a list's, which counts once theirs is taken back.
_KEPT_BENEATH: Final = {"ours_missing": ours_missing("s"), "with_ours": with_ours("s", "CAST(:by AS text)")}
_FATES_OF: Final = Template(
    """
        SELECT "row",
               CASE WHEN bool_and(is_new) THEN 0 -- created
                    WHEN bool_or(is_new) THEN 1 -- updated: on some channels it was barred already
                    ELSE 2 END AS fate
        FROM merged_$place JOIN named_$place USING (place) GROUP BY place, "row"
    """
)
_PLACES: Final = ("number", "email")
_MERGE: Final = Template(
    """
    WITH $merged
    SELECT fate, count(*) AS rows FROM (
        SELECT "row", min(fate) AS fate FROM ($fates) AS of_places GROUP BY "row"
    ) AS of_rows GROUP BY fate
    """
)
_MERGE_ALL: Final = text(
    _MERGE.substitute(
        merged=",".join(_MERGE_OF.substitute(place=place, **_KEPT_BENEATH) for place in _PLACES),
        fates="UNION ALL".join(_FATES_OF.substitute(place=place) for place in _PLACES),
    )
)


def merge_barred(session: Session, listing: Listing, lines: bytes, now: dt.datetime) -> dict[int, int]:
    """Bar what the lines name, tab-separated as row, number and address; how many rows had which fate.

    Rows that name only what an earlier row named are left out. What another register or a person barred for
    the same reason keeps its source and its time, and is no register's to lift from then on.
    """
    session.execute(_CREATE)
    connection: Any = session.connection().connection.driver_connection
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.write(lines)
    given = {
        **_given(listing),
        "of_number": [channel for channel in listing.channels if channel in OF_NUMBERS],
        "of_email": [channel for channel in listing.channels if channel in OF_ADDRESSES],
        "now": now,
        "somebody": SOMEBODY,
        "told": _TOLD_ONE_BY_ONE,
        **OURS,
    }
    with keys_hold_already(session):  # its organisation is that of the import, which is held
        return {row.fate: row.rows for row in session.execute(_MERGE_ALL, given)}


_LIFT: Final = Template(
    """
    WITH following AS MATERIALIZED (
        SELECT $place AS place FROM suppression
        WHERE organisation_id = :organisation AND $place > :after AND lifted_at IS NULL
        ORDER BY $place LIMIT :some
    ),
    gone AS (
        UPDATE suppression s SET lifted_at = :now, lifted_reason = :why, lifted_by = :import
        WHERE s.organisation_id = :organisation AND s.lifted_at IS NULL
          AND s.$place > :after AND s.$place <= (SELECT max(place) FROM following)
          AND s.reason = :reason AND s.register = :register AND coalesce(s.import_id < :import, true)
        RETURNING s.$place AS place
    )
    SELECT (SELECT max(place) FROM following) AS through, array(SELECT DISTINCT place FROM gone) AS lifted
    """
)
_LIFT_BY: Final = {place: text(_LIFT.substitute(place=place)) for place in ("number", "email")}
_LIFTED_AT_ONCE: Final = 20_000


def lift_missing(
    session: Session, listing: Listing, place: str, after: str, *, why: str, now: dt.datetime
) -> tuple[str | None, list[str]]:
    """Lift what this register barred and its new full list lacks, among the next `number`s or `email`s.

    Returns up to where it looked (None: nothing was left), and what it lifted. What a later import of the
    register named is left alone.
    """
    given = {**_given(listing), "after": after, "why": why, "now": now, "some": _LIFTED_AT_ONCE}
    row = session.execute(_LIFT_BY[place], given).one()
    return row.through, list(row.lifted)


def learn_suppressions(session: Session) -> None:
    """Have PostgreSQL look at the table once it has grown by a register."""
    session.execute(text("ANALYZE suppression"))


def _given(listing: Listing) -> dict[str, Any]:
    return {
        "organisation": listing.organisation_id,
        "import": listing.import_id,
        "reason": listing.reason,
        "register": listing.register,
        "by": listing.created_by,
    }
