"""An import in the hands of one worker: claimed, moved on chunk by chunk, ended."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
import uuid
from typing import Any, Final

from psycopg.errors import DiskFull
from sqlalchemy import func, null, update

from dialer.domain.errors import Unavailable
from dialer.logs import get_logger
from dialer.services.claiming import is_free
from dialer.services.context import Context
from dialer.services.people.import_files import discard_upload
from dialer.services.people.import_words import waiting
from dialer.store.models.imports import Import
from dialer.store.queries.live_board import somebody_calls
from dialer.store.session import UnitOfWork

LEASE: Final = dt.timedelta(seconds=15)
"""For how long a silent worker is believed to be at work; the sweep then starts the import again."""


_CALLING: Final = dt.timedelta(minutes=1)
_REST: Final = 0.25
_REST_AT_MOST_S: Final = 1.0

log = get_logger(__name__)


class OvertakenError(Exception):
    """The import was cancelled, or another worker went on with it: this one stops without a trace."""


def claim_barring(unit: UnitOfWork, import_id: uuid.UUID, now: dt.datetime) -> Import | None:
    """Claim an import of suppressions; None when there is nothing to do or somebody is at it."""
    return unit.session.execute(
        update(Import)
        .where(
            Import.organisation_id == unit.organisation_id,
            Import.id == import_id,
            Import.list_id.is_(None),
            is_free(Import, now),
        )
        .values(
            state="running",
            leased_until=now + LEASE,
            started_at=func.coalesce(Import.started_at, now),
            next_row=func.greatest(Import.next_row, Import.header_row + 1),
        )
        .returning(Import)
    ).scalar_one_or_none()


def move_on(unit: UnitOfWork, import_id: uuid.UUID, start: int, end: int, now: dt.datetime) -> Import:
    """Move the watermark over the rows from `start` to before `end`, and keep the claim.

    Who finds it elsewhere, or the import no longer running, has been overtaken.
    """
    row = unit.session.execute(
        update(Import)
        .where(
            Import.organisation_id == unit.organisation_id,
            Import.id == import_id,
            Import.state == "running",
            Import.next_row == start,
        )
        .values(next_row=end, leased_until=now + LEASE, error=null())
        .returning(Import)
    ).scalar_one_or_none()
    if row is None:
        raise OvertakenError
    return row


def rest(ctx: Context, now: dt.datetime, worked_s: float) -> None:
    """Leave the processors to pages and calls for a moment after a chunk, while anybody calls."""
    if anybody_calls(ctx, now):
        time.sleep(min(worked_s * _REST, _REST_AT_MOST_S))


def anybody_calls(ctx: Context, now: dt.datetime) -> bool:
    """Whether a volunteer has done something on a shift in the last minute."""
    with ctx.unit() as unit:
        return somebody_calls(unit, now - _CALLING)


def give_back(ctx: Context, import_id: uuid.UUID) -> None:
    """Leave an import, or the undoing of one, to whoever takes it up next."""
    with ctx.unit() as unit:
        unit.session.execute(
            update(Import)
            .where(
                Import.organisation_id == unit.organisation_id,
                Import.id == import_id,
                Import.state.in_(("running", "undoing")),
            )
            .values(leased_until=None)
        )


def say_why_it_waits(ctx: Context, import_id: uuid.UUID, error: Unavailable) -> None:
    """Give the import back to the sweep, with a word on what it waits for, where the database takes that."""
    cause = getattr(error.__cause__, "orig", error.__cause__)
    full = isinstance(cause, DiskFull | OSError)
    log.warning("import waits", import_id=str(import_id), kind=type(cause).__name__)
    with contextlib.suppress(Unavailable), ctx.unit() as unit:
        unit.session.execute(
            update(Import)
            .where(
                Import.organisation_id == unit.organisation_id,
                Import.id == import_id,
                Import.state == "running",
            )
            .values(leased_until=None, error=waiting(ctx.public_url, full=full))
        )


def end_import(ctx: Context, import_id: uuid.UUID, now: dt.datetime, state: str, **values: Any) -> None:
    """Set the last state of a running import, and remove its file."""
    with ctx.unit() as unit:
        row = unit.session.execute(
            update(Import)
            .where(
                Import.organisation_id == unit.organisation_id,
                Import.id == import_id,
                Import.state == "running",
            )
            .values(state=state, finished_at=now, leased_until=None, **values)
            .returning(Import)
        ).scalar_one_or_none()
        if row is not None:
            changes = {"rows": row.row_count, "created": row.created_count, "lifted": row.lifted_count}
            ctx.audit(unit, f"import.{state}", "import", row.id, changes)
            unit.after_commit(lambda: discard_upload(ctx.data_dir, row.stored_as))
