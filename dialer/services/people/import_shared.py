"""What an import says of people who share a phone number, since that decides who is texted and rung."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Final

from dialer.services.context import Context
from dialer.services.people.import_claims import LEASE, OvertakenError
from dialer.services.people.import_words import SHARED_NUMBERS, put_count
from dialer.store.models.imports import Import
from dialer.store.queries.import_shared import count_who_share
from dialer.store.session import UnitOfWork

_A_ROW: Final = dt.timedelta(microseconds=50)
"""Counting takes 2 to 4 µs of the processor a row, of 100,000 as of more: on a busy machine much longer."""


def say_who_share(ctx: Context, import_id: uuid.UUID, now: dt.datetime) -> None:
    """Say of how many people of an import whose rows are in somebody else here has the number too."""

    def count() -> int:
        with ctx.unit() as unit:
            return count_who_share(unit.session, unit.organisation_id, import_id)

    say_so_many_share(ctx, import_id, count, now)


def say_so_many_share(ctx: Context, import_id: uuid.UUID, count: Callable[[], int], now: dt.datetime) -> None:
    """Say it of so many as are counted. Said again, it counts once.

    The claim is kept for as long as counting may take: of a trial, another worker would begin again. Nobody
    waits for it, since the import isn't held meanwhile. `OvertakenError` when it isn't this run's any more.
    """
    with ctx.unit() as unit:
        row = _running(unit, import_id)
        row.leased_until = now + LEASE + row.row_count * _A_ROW
    people = count()
    with ctx.unit() as unit:
        row = _running(unit, import_id)
        row.warnings = put_count(row.warnings, SHARED_NUMBERS, people)


def _running(unit: UnitOfWork, import_id: uuid.UUID) -> Import:
    row = unit.session.get(Import, (unit.organisation_id, import_id), with_for_update=True)
    if row is None or row.state != "running":
        raise OvertakenError
    return row
