"""The run that asks: some numbers are claimed and committed, the carrier is asked, the answers written down.

A batch is one worker's at a time, by a lease. What its worker took with it when it died may have been
charged: it is asked for once more, never a third time, and both are counted. Whatever is asked for is charged
before the carrier hears of it, and given back where it was not heard, so no cap is passed.
"""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import func, or_, select

from dialer.carrier.look_up_port import LineFound, LineNotFound
from dialer.carrier.port import Carrier
from dialer.domain.access import Permission, require
from dialer.domain.blast import Pause, Waiting
from dialer.domain.errors import Unavailable
from dialer.domain.look_up import ASKED_TWICE, NO_ANSWERS, Fault, affordable, line_of
from dialer.services.budget import left_to_spend, spend_on_look_ups
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context, GiveWay, never
from dialer.services.messaging.look_ups import OPEN, enqueue_look_ups, left_for, reach_batch
from dialer.store.models import new_id
from dialer.store.models.look_ups import LookUpBatch
from dialer.store.queries import number_lines
from dialer.store.queries.campaign_spending import spend
from dialer.store.queries.number_lines import Answer
from dialer.store.queries.text_spending import quarter_of
from dialer.store.session import UnitOfWork

AT_ONCE: Final = 100
LEASE: Final = dt.timedelta(minutes=2)
"""Longer than the carrier takes for so many."""
PATIENCE: Final = dt.timedelta(seconds=30)
"""How long a batch rests where the carrier can't be reached, or says no time when it is too busy."""
LONGEST_REST_S: Final = 3600.0
RECORD_TRIES: Final = 60
RECORD_AGAIN_AFTER_S: Final = 1.0
"""A database that starts again takes some seconds; answers that were paid for are kept for so long, which is
well within the lease.
"""


@dataclass(frozen=True, slots=True)
class _Held:
    """A batch in this worker's hands, and what it asks for now."""

    id: uuid.UUID
    lease: uuid.UUID
    tries: dict[str, int]
    at: dt.datetime
    """When they were charged."""


@dataclass(slots=True)
class _Sorted:
    """What became of numbers that were asked for."""

    answers: list[Answer] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    unasked: list[str] = field(default_factory=list)
    free: set[str] = field(default_factory=set)
    """Those of the answers that weren't charged."""
    stops_for: str | None = None
    rest: dt.timedelta | None = None


def ask_if_due(ctx: Context) -> None:
    """Have workers go on with the batches that nobody is at."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        due = unit.session.scalars(
            select(LookUpBatch.id).where(
                LookUpBatch.organisation_id == unit.organisation_id,
                or_(
                    LookUpBatch.state.in_(OPEN) & LookUpBatch.leased_until.is_(None),
                    LookUpBatch.leased_until < ctx.now,
                ),
                or_(LookUpBatch.again_at.is_(None), LookUpBatch.again_at <= ctx.now),
            )
        ).all()
    for batch_id in due:
        enqueue_look_ups(ctx, batch_id)


@again_after_deadlock
def forget_old_lines(ctx: Context) -> None:
    """Let go of what was learnt of numbers that nobody on our lists has any more, once it holds no longer;
    what was learnt as somebody was being brought in with the number is true of them too.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        number_lines.apply_missed(unit)
        number_lines.forget(unit, ctx.messaging.look_ups.known_since(ctx.now))


def run_look_ups(
    ctx: Context,
    carrier: Carrier,
    clock: Callable[[], dt.datetime],
    batch_id: uuid.UUID,
    turn_is_over: GiveWay = never,
) -> bool:
    """Ask for the numbers of a batch until all are settled, others are to have their turn, or it has to wait;
    whether it may go on at once. May be run twice: whoever comes second finds it held.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    lease = new_id()
    if not _take(ctx.at(clock()), batch_id, lease):
        return False
    while (held := _claim(ctx.at(clock()), batch_id, lease)) is not None:
        found = carrier.look_ups.line_types(list(held.tries))
        if not _kept(ctx, clock, held, _sort(held, found)):
            return False
        if turn_is_over():
            _let_go(ctx.at(clock()), batch_id, lease)
            return True
    return False


def _kept(ctx: Context, clock: Callable[[], dt.datetime], held: _Held, found: _Sorted) -> bool:
    """Write it down as soon as the database is there; whether to go on. Twice is as good as once."""
    for _ in range(RECORD_TRIES - 1):
        try:
            return _record(ctx.at(clock()), held, found)
        except Unavailable:
            time.sleep(RECORD_AGAIN_AFTER_S)
    return _record(ctx.at(clock()), held, found)


@again_after_deadlock
def _take(ctx: Context, batch_id: uuid.UUID, lease: uuid.UUID) -> bool:
    """Hold the batch, and settle what a worker that died left behind, also in one that was stopped since."""
    with ctx.unit() as unit:
        row = reach_batch(unit, batch_id, lock=True)
        is_held = row.leased_until is not None and row.leased_until > ctx.now
        waits = row.again_at is not None and row.again_at > ctx.now
        if is_held or (row.state in OPEN and waits):
            return False
        _write(ctx, unit, row, _Sorted(*_twice_at_most(number_lines.asking(unit, batch_id))))
        if row.state not in OPEN:
            row.leased_until = None
            return False
        row.state, row.lease, row.leased_until, row.again_at = "running", lease, ctx.now + LEASE, None
        return True


def _twice_at_most(tries: dict[str, int]) -> tuple[list[Answer], list[str]]:
    """Of numbers whose answer was lost: those that are given up, and those that are asked for again."""
    over = [
        Answer(number, "failed", fault=Fault.LOST) for number, times in tries.items() if times >= ASKED_TWICE
    ]
    return over, [number for number, times in tries.items() if times < ASKED_TWICE]


@again_after_deadlock
def _claim(ctx: Context, batch_id: uuid.UUID, lease: uuid.UUID) -> _Held | None:
    """The next numbers, committed as asked for before the carrier hears of them; None where there is nothing
    to do any more.
    """
    with ctx.unit() as unit:
        row = reach_batch(unit, batch_id, lock=True)
        if row.lease != lease:
            return None
        if row.state != "running":
            row.leased_until = None
            return None
        _spend_in_turn(unit)
        room = affordable(left_for(ctx, unit, row.campaign_id), row.price, AT_ONCE)
        tries = number_lines.claim(unit, batch_id, room) if room else {}
        if tries:
            row.leased_until = ctx.now + LEASE
            _charge(unit, row, len(tries), ctx.now)
            return _Held(batch_id, lease, tries, ctx.now)
        if number_lines.any_waits(unit, batch_id):
            _stop(ctx, unit, row, _whose_cap(ctx, unit, row))
        else:
            row.state, row.leased_until, row.finished_at = "completed", None, ctx.now
        return None


def _spend_in_turn(unit: UnitOfWork) -> None:
    """Let whoever claims look-ups do so one after the other until this is committed: of two batches at once,
    the second sees what the first has charged. It takes milliseconds.
    """
    name = func.hashtextextended(f"look-ups {unit.organisation_id}", 0)
    unit.session.execute(select(func.pg_advisory_xact_lock(name)))


def _whose_cap(ctx: Context, unit: UnitOfWork, row: LookUpBatch) -> str:
    """Which limit is reached: that of all together, or the campaign's own."""
    return Pause.COST_CAP if affordable(left_to_spend(ctx, unit), row.price, 1) else Waiting.BUDGET


def _stop(ctx: Context, unit: UnitOfWork, row: LookUpBatch, why: str) -> None:
    row.state, row.stopped_for, row.leased_until = "stopped", why, None
    ctx.audit(unit, "look_up.stopped", "look_up_batch", row.id, {"reason": why})


def _sort(held: _Held, found: Sequence[LineFound | LineNotFound]) -> _Sorted:
    """A refusal of us stops the batch, one of a number is an answer, and what was never charged (the carrier
    charges for valid numbers alone) is as if it had not been asked for. After answers that got lost the
    carrier is left alone for a while.
    """
    out, lost = _Sorted(), dict[str, int]()
    for one in found:
        match one:
            case LineFound():
                out.answers.append(_answer(one))
                if not one.valid:
                    out.free.add(one.number)
            case LineNotFound(asked=True):
                lost[one.number] = held.tries[one.number]
                out.rest = max(out.rest or PATIENCE, PATIENCE)
            case LineNotFound(refused=True):
                out.answers.append(Answer(one.number, "failed", fault=Fault.REFUSED, error_code=one.code))
                out.free.add(one.number)
            case LineNotFound():
                out.unasked.append(one.number)
                if one.permanent:
                    out.stops_for = f"carrier_{one.code or 0}"
                else:
                    after = one.retry_after_s
                    named = PATIENCE if after is None else dt.timedelta(seconds=min(after, LONGEST_REST_S))
                    out.rest = max(out.rest or named, named)
    given_up, out.again = _twice_at_most(lost)
    if given_up and len(lost) == len(found):
        out.stops_for = NO_ANSWERS
    out.answers += given_up
    return out


def _answer(found: LineFound) -> Answer:
    if not found.valid:
        return Answer(found.number, "failed", fault=Fault.INVALID, error_code=found.error_code)
    if found.type is None:
        return Answer(found.number, "failed", fault=Fault.NOT_TOLD, error_code=found.error_code)
    return Answer(found.number, "known", line=found.type, kind=line_of(found.type), network=found.network)


@again_after_deadlock
def _record(ctx: Context, held: _Held, found: _Sorted) -> bool:
    """Write it down; whether to go on. Whoever has lost the batch to another still tells what was learnt."""
    with ctx.unit() as unit:
        row = reach_batch(unit, held.id, lock=True)
        if row.lease != held.lease:
            late = _Sorted(answers=found.answers, free=found.free)
            _charge(unit, row, -_write(ctx, unit, row, late), held.at)
            return False
        _charge(unit, row, -_write(ctx, unit, row, found), held.at)
        if row.state != "running":
            row.leased_until = None
            return False
        if not number_lines.any_waits(unit, row.id):
            return True
        if found.stops_for is not None:
            _stop(ctx, unit, row, found.stops_for)
            return False
        if found.rest is not None:
            row.again_at, row.leased_until = ctx.now + found.rest, None
            return False
        return True


def _write(ctx: Context, unit: UnitOfWork, row: LookUpBatch, found: _Sorted) -> int:
    """What was settled or put back; how many of these weren't charged. Done again, nothing is left to do."""
    settled = number_lines.record(unit, row.id, found.answers, ctx.now)
    states = list(settled.values())
    row.known += states.count("known")
    lines = Counter(one.line or "unknown" for one in found.answers if settled.get(one.number) == "known")
    row.lines = dict(Counter(row.lines) + lines)
    row.failed += states.count("failed")
    number_lines.put_back(unit, row.id, found.again, charged=True)
    unasked = number_lines.put_back(unit, row.id, found.unasked, charged=False)
    kinds = {one.number: one.kind for one in found.answers if one.kind is not None}
    number_lines.apply_kinds(unit, kinds)
    return unasked + len(found.free & settled.keys())


def _charge(unit: UnitOfWork, row: LookUpBatch, asked: int, at: dt.datetime) -> None:
    """Add so many to what the batch has cost, at the moment at which they were asked for; the campaign's row
    comes last, since many wait for it.
    """
    if not asked:
        return
    number_lines.count_asked(unit, row.id, quarter_of(at), asked)
    if row.campaign_id is None:
        spend_on_look_ups(unit, row.price * asked, row.currency)
    else:
        spend(unit, row.campaign_id, row.price * asked, row.currency)
    row.asked += asked


def _let_go(ctx: Context, batch_id: uuid.UUID, lease: uuid.UUID) -> None:
    with ctx.unit() as unit:
        row = reach_batch(unit, batch_id, lock=True)
        if row.lease == lease:
            row.leased_until = None
