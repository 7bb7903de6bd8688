"""Merge what a chunk of an uploaded list bars into the suppressions, and lift what a full list lacks.

The numbers of a chunk come by COPY into a table that is gone at the end of the transaction; one statement
for numbers and one for addresses does the rest, by the index that the gate asks too.
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
from dialer.store.queries.uuids import UUID7

CREATED, UPDATED, UNCHANGED, DUPLICATE = range(4)
"""What became of a place, and of a row: of several, the first of these."""

_CREATE: Final = text(
    "CREATE TEMPORARY TABLE suppression_stage"
    ' ("row" integer NOT NULL, number text, email text) ON COMMIT DROP'
)
_COPY: Final = 'COPY suppression_stage ("row", number, email) FROM STDIN'
_LEARN: Final = text("ANALYZE suppression_stage")
# A planner that hasn't seen the table grow yet would read all of it for each chunk.
_BY_INDEX: Final = text(
    "SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)"
)


@dataclass(frozen=True, slots=True)
class Listing:
    """Whose list it is, and what it bars."""

    organisation_id: uuid.UUID
    import_id: uuid.UUID
    reason: str
    register: str
    channels: Sequence[str]
    created_by: uuid.UUID | None


_MERGE: Final = Template(
    """
    WITH named AS MATERIALIZED (
        SELECT $place AS place, min("row") AS "row" FROM suppression_stage
        WHERE $place IS NOT NULL GROUP BY $place
    ),
    wanted AS MATERIALIZED (
        SELECT n.place, n."row", barred.channel, s.id, s.import_id
        FROM named n
        CROSS JOIN unnest(CAST(:channels AS text[])) AS barred(channel)
        LEFT JOIN suppression s
          ON s.organisation_id = :organisation AND s.$place = n.place AND s.channel = barred.channel
         AND s.reason = :reason AND s.lifted_at IS NULL
    ),
    added AS (
        INSERT INTO suppression
            (organisation_id, id, $place, channel, reason, source, register, import_id, created_by,
             created_at)
        SELECT :organisation, $uuid7, place, channel, :reason, 'import', :register, :import, :by, :now
        FROM wanted WHERE id IS NULL ORDER BY place, channel
        ON CONFLICT DO NOTHING
    ),
    named_again AS (
        UPDATE suppression s
        SET import_id = :import, register = CASE WHEN s.register = :register THEN s.register END
        FROM wanted w
        WHERE s.organisation_id = :organisation AND s.id = w.id
          AND (s.import_id IS NULL OR s.import_id < :import)
    )
    SELECT "row",
           CASE WHEN bool_and(id IS NULL) THEN 0 -- created
                WHEN bool_or(id IS NULL) THEN 1 -- updated: on some channels it was barred already
                WHEN bool_and(coalesce(import_id = :import, false)) THEN 3 -- duplicate
                ELSE 2 END AS fate
    FROM wanted GROUP BY place, "row"
    """
)


_MERGE_NUMBERS: Final = text(_MERGE.substitute(place="number", uuid7=UUID7))
_MERGE_EMAILS: Final = text(_MERGE.substitute(place="email", uuid7=UUID7))


def merge_barred(
    session: Session, listing: Listing, lines: bytes, now: dt.datetime, *, emails: bool
) -> dict[int, int]:
    """Bar what the lines name, tab-separated as row, number and address; what became of each row.

    Rows that name only what an earlier row of the chunk named are left out. What another register or a person
    barred for the same reason keeps its source, and is no register's to lift from then on.
    """
    session.execute(_CREATE)
    connection: Any = session.connection().connection.driver_connection
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.write(lines)
    session.execute(_LEARN)
    session.execute(_BY_INDEX)
    fates: dict[int, int] = {}
    for statement, possible in ((_MERGE_NUMBERS, OF_NUMBERS), (_MERGE_EMAILS, OF_ADDRESSES)):
        channels = [channel for channel in listing.channels if channel in possible]
        if not channels or (possible is OF_ADDRESSES and not emails):
            continue
        for row, fate in session.execute(statement, {**_given(listing), "channels": channels, "now": now}):
            fates[row] = min(fate, fates.get(row, fate))
    return fates


_LIFT: Final = Template(
    """
    WITH following AS MATERIALIZED (
        SELECT $place AS place FROM suppression
        WHERE organisation_id = :organisation AND $place > :after AND lifted_at IS NULL
        ORDER BY $place LIMIT :some
    ),
    gone AS (
        UPDATE suppression s SET lifted_at = :now, lifted_reason = :why
        WHERE s.organisation_id = :organisation AND s.lifted_at IS NULL
          AND s.$place > :after AND s.$place <= (SELECT max(place) FROM following)
          AND s.reason = :reason AND s.register = :register AND s.import_id < :import
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
