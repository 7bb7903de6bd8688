"""What a policy that knows nothing yet is told: the last day of its campaign, as the rows have it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Row

from dialer.domain.dialling import Event
from dialer.store.queries import pacing
from dialer.store.session import UnitOfWork

DAY: Final = dt.timedelta(hours=24)
DIALS_MOST: Final = 20_000
_RESULTS: Final = {"no_answer": "no_answer", "busy": "busy", "failed": "failed", "canceled": "failed"}


def past_of(unit: UnitOfWork, campaign_id: uuid.UUID, now: dt.datetime) -> list[Event]:
    """Everything that happened to the campaign's dials within a day, and who waits for a call now. The events
    that were kept of all that are taken: nothing is heard twice, and nothing is missed.
    """
    rows = pacing.take_past(unit, campaign_id, now - DAY, DIALS_MOST)
    told = [event for row in rows for event in (_of_dial(row) if row.id else _of_shift(row))]
    return sorted(told, key=lambda event: event.t)


def _of_shift(row: Row[Any]) -> Iterator[Event]:
    yield Event("volunteer_ready", row.ready_since.timestamp(), volunteer_id=str(row.shift_id))


def _of_dial(row: Row[Any]) -> Iterator[Event]:
    call_id = str(row.id)
    yield Event("call_started", row.attempted_at.timestamp(), call_id)
    if row.answered_at is not None:
        yield Event("call_answered", row.answered_at.timestamp(), call_id, result="unknown")
    volunteer = str(row.shift_id) if row.joined_at is not None and row.shift_id else None
    if volunteer is not None:
        yield Event("call_connected", row.joined_at.timestamp(), call_id, volunteer)
    if (over_at := row.parted_at or row.ended_at) is None:
        return
    ended = over_at.timestamp()
    if row.state == "abandoned":
        yield Event("call_abandoned", ended, call_id)
    else:
        yield Event("call_ended", ended, call_id, volunteer, _result(row))


def _result(row: Row[Any]) -> str:
    """How a dial ended, in the words of policies."""
    if row.joined_at is not None:
        return "machine" if row.machine else "completed"
    return _RESULTS.get(row.state, "hung_up")
