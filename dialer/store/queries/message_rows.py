"""A blast's messages written down by the chunk, and handed on between people who share a number."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from psycopg.errors import UniqueViolation
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from dialer.store.session import UnitOfWork

_COPY: Final = """
    COPY message (organisation_id, id, direction, channel, purpose, blast_id, campaign_id, contact_id, number,
                  sender, subject, body, encoding, segments, state, skip_reason, not_before, created_at,
                  picture_code)
    FROM STDIN
"""

_PROMOTE: Final = """
    WITH next AS (
        SELECT DISTINCT ON (m.number) m.id
        FROM message m
        WHERE m.organisation_id = :organisation AND m.blast_id = :blast AND m.purpose = 'blast'
          AND m.state = 'skipped' AND m.skip_reason = 'duplicate_number'
          {numbers}
          AND NOT EXISTS (
              SELECT 1 FROM message taken
              WHERE taken.organisation_id = :organisation AND taken.blast_id = :blast
                AND taken.purpose = 'blast' AND taken.number = m.number AND taken.state <> 'skipped'
          )
        ORDER BY m.number, m.contact_id
    )
    UPDATE message
    SET state = 'queued', skip_reason = NULL, not_before = :now
    FROM next
    WHERE message.organisation_id = :organisation AND message.id = next.id AND message.state = 'skipped'
    RETURNING message.id
"""
_PROMOTE_ALL: Final = text(_PROMOTE.format(numbers=""))
_PROMOTE_SOME: Final = text(_PROMOTE.format(numbers="AND m.number = ANY (CAST(:numbers AS text[]))"))
"""Two, since one plan for both would walk through the whole blast for a few numbers."""


@dataclass(frozen=True, slots=True)
class NewMessage:
    """One row of a blast: `queued`, or `skipped` with its reason."""

    id: uuid.UUID
    contact_id: uuid.UUID
    number: str | None = field(repr=False)
    sender: str | None = field(repr=False)
    body: str = field(repr=False)
    encoding: str
    segments: int
    state: str
    skip_reason: str | None
    picture: str | None = None
    """The code of the picture that goes with it."""
    subject: str | None = field(default=None, repr=False)


def copy_messages(
    unit: UnitOfWork,
    blast_id: uuid.UUID,
    campaign_id: uuid.UUID,
    rows: Iterable[NewMessage],
    *,
    now: dt.datetime,
    channel: str,
) -> None:
    """Write a chunk of a blast's messages down."""
    before = (unit.organisation_id,)
    of_it = ("outbound", channel, "blast", blast_id, campaign_id)
    with _cursor(unit) as cursor, cursor.copy(_COPY) as copy:
        for row in rows:
            words = (row.subject, row.body, row.encoding, row.segments)
            mine = (row.contact_id, row.number, row.sender, *words)
            copy.write_row(
                (*before, row.id, *of_it, *mine, row.state, row.skip_reason, now, now, row.picture)
            )


def promote(unit: UnitOfWork, blast_id: uuid.UUID, numbers: Sequence[str] | None, now: dt.datetime) -> int:
    """Let the next person on each of these numbers (None: on all) take the place that has become free.

    How many did. Where a chunk that is just being planned took one of them first, which breaks the unique key
    of blast and number, nobody did; whoever still has a right to a place gets it before the blast ends.
    """
    given = {"organisation": unit.organisation_id, "blast": blast_id, "now": now}
    promoted, some = (_PROMOTE_ALL, {}) if numbers is None else (_PROMOTE_SOME, {"numbers": list(numbers)})
    try:
        with unit.session.begin_nested():
            return len(unit.session.execute(promoted, given | some).all())
    except IntegrityError as error:
        if not isinstance(error.orig, UniqueViolation):
            raise
        return 0


def _cursor(unit: UnitOfWork) -> Any:
    connection: Any = unit.session.connection().connection.driver_connection
    return connection.cursor()
