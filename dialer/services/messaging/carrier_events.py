"""What the carrier tells of texts: kept first, applied in batches, forward only (contract §8, design §4).

Callbacks come twice, late, out of order, before the answer to the send, or never. So each is one row, unique
by what the carrier names it by, and is applied once: found by our own id in the callback's address or by the
carrier's SID. One about nothing known yet waits, for longer and longer, and `unmatched` counts it.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import delete, func, select, update

from dialer.carrier.port import Carrier
from dialer.domain.access import Permission, require
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.messaging.status_folding import Folded, fold
from dialer.services.messaging.status_writing import write
from dialer.store.models.messaging import CarrierEvent
from dialer.store.queries.carrier_events import (
    DueEvent,
    claim_due,
    claim_messages,
    find_messages,
    keep_events,
)
from dialer.store.session import UnitOfWork

STATUS: Final = "message_status"
BATCH: Final = 500
KEPT: Final = dt.timedelta(days=30)
FORGOTTEN_AT_ONCE: Final = 2000
CHUNKS: Final = 20

FIRST_WAIT: Final = dt.timedelta(seconds=5)
LONGEST_WAIT: Final = dt.timedelta(days=1)
BUSY_WAIT: Final = dt.timedelta(milliseconds=500)
"""When somebody else is just writing to the text."""


@dataclass(frozen=True, slots=True)
class StatusOfText:
    """One thing told of a text. `message_id` is ours, where our own address named it."""

    sid: str
    status: str
    message_id: uuid.UUID | None = None
    error_code: int | None = None
    params: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """The same for the same event, however often it comes."""
        return f"{self.sid}:{self.status.lower()}"


def record_status(ctx: Context, told: StatusOfText) -> bool:
    """Keep one event durably; False when it was kept before."""
    return record_statuses(ctx, [told]) == 1


def record_statuses(ctx: Context, told: Sequence[StatusOfText]) -> int:
    """Keep events durably, all or none; how many weren't kept before."""
    require(ctx.actor, Permission.CARRIER_TELL)
    with ctx.unit() as unit:
        return keep_statuses(unit, told, ctx.now)


def keep_statuses(unit: UnitOfWork, told: Sequence[StatusOfText], now: dt.datetime) -> int:
    """Keep events that aren't kept yet; how many are new."""
    if not told:
        return 0
    rows = [
        {
            "name": each.name,
            "sid": each.sid,
            "about_id": each.message_id,
            "status": each.status,
            "error_code": each.error_code,
            "payload": dict(each.params),
        }
        for each in told
    ]
    return keep_events(unit, STATUS, rows, now)


@again_after_deadlock
def apply_statuses(ctx: Context, carrier: Carrier, limit: int = BATCH) -> int:
    """Apply the events that are due, at most `limit` of them; how many were looked at.

    The carrier is asked for nothing but what its codes mean.
    """
    with ctx.unit() as unit:
        events = claim_due(unit, STATUS, ctx.now, limit)
        if not events:
            return 0
        found = find_messages(unit, events)
        messages = claim_messages(unit, set(found.values()))
        folded: dict[uuid.UUID, list[DueEvent]] = {}
        busy: list[DueEvent] = []
        for event in events:
            if event.id in found and found[event.id] in messages:
                folded.setdefault(found[event.id], []).append(event)
            elif event.id in found:
                busy.append(event)
        changes: list[Folded] = [fold(messages[each], told) for each, told in folded.items()]
        write(ctx, unit, carrier, changes)
        applied = [event for told in folded.values() for event in told]
        set_applied(unit, applied, ctx.now)
        let_wait(unit, busy, ctx.now + BUSY_WAIT)
        let_wait_longer(unit, [event for event in events if event.id not in found], ctx.now)
        return len(events)


def has_due(ctx: Context) -> bool:
    """Whether events wait to be applied now."""
    with ctx.unit() as unit:
        due = select(CarrierEvent.id).where(
            CarrierEvent.organisation_id == unit.organisation_id,
            CarrierEvent.applied_at.is_(None),
            CarrierEvent.due_at <= ctx.now,
        )
        return unit.session.scalar(due.limit(1)) is not None


def ask_to_apply(ctx: Context) -> None:
    """Have a job apply what is due; the queue may have been emptied, or the asking lost."""
    if has_due(ctx):
        ctx.jobs.enqueue("events", "workers.jobs.apply_carrier_events", str(ctx.organisation_id))


def forget_old_events(ctx: Context) -> int:
    """Delete events applied more than 30 days ago, a chunk a transaction; how many."""
    gone = 0
    for _ in range(CHUNKS):
        with ctx.unit() as unit:
            old = (
                select(CarrierEvent.id)
                .where(
                    CarrierEvent.organisation_id == unit.organisation_id,
                    CarrierEvent.applied_at < ctx.now - KEPT,
                )
                .limit(FORGOTTEN_AT_ONCE)
            )
            here = delete(CarrierEvent).where(
                CarrierEvent.organisation_id == unit.organisation_id, CarrierEvent.id.in_(old)
            )
            chunk = len(unit.session.scalars(here.returning(CarrierEvent.id)).all())
        gone += chunk
        if chunk < FORGOTTEN_AT_ONCE:
            break
    return gone


def set_applied(unit: UnitOfWork, events: Sequence[DueEvent], now: dt.datetime) -> None:
    """Have nothing more follow from these."""
    _update(unit, events, applied_at=now)


def let_wait(unit: UnitOfWork, events: Sequence[DueEvent], until: dt.datetime) -> None:
    """Have these looked at again then."""
    _update(unit, events, due_at=until)


def let_wait_longer(unit: UnitOfWork, events: Sequence[DueEvent], now: dt.datetime) -> None:
    """Each time twice as long, up to a day."""
    for tries in {event.tries for event in events}:
        wait = min(FIRST_WAIT * 2 ** min(tries, 20), LONGEST_WAIT)
        alike = [event for event in events if event.tries == tries]
        _update(unit, alike, due_at=now + wait, tries=tries + 1)


def _update(unit: UnitOfWork, events: Sequence[DueEvent], **values: object) -> None:
    if events:
        unit.session.execute(
            update(CarrierEvent)
            .where(
                CarrierEvent.organisation_id == unit.organisation_id,
                CarrierEvent.id.in_([event.id for event in events]),
            )
            .values(**values)
        )


def unmatched(ctx: Context) -> int:
    """How many events wait for something they could be about."""
    with ctx.unit() as unit:
        return (
            unit.session.scalar(
                select(func.count())
                .select_from(CarrierEvent)
                .where(
                    CarrierEvent.organisation_id == unit.organisation_id,
                    CarrierEvent.applied_at.is_(None),
                    CarrierEvent.tries > 0,
                )
            )
            or 0
        )
