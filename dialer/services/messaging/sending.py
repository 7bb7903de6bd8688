"""The run that sends: for two seconds it claims, keeps to the rates, asks the gate and hands over.

Only the row in the database says where a text stands; a run may die anywhere. What is on the wire is many
at once, and recorded as it comes back, so that one slow answer holds up nothing else.
"""

from __future__ import annotations

import math
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from dialer.domain.access import Permission, require
from dialer.domain.errors import Unavailable
from dialer.logs import get_logger
from dialer.services.context import Context
from dialer.services.messaging.gate import claim_texts, give_back, new_lease, outbound, pass_gate
from dialer.services.messaging.lanes import Lane, open_lanes
from dialer.services.messaging.outcomes import Sent, record_outcomes
from dialer.services.messaging.outgoing import enqueue_sending
from dialer.services.messaging.tools import Tools
from dialer.store.queries.message_claims import Claimed
from dialer.store.queries.message_gate import Judged

RUN_S: Final = 2.0
"""How long a run lasts before it lets other work have a turn."""
LANES_READ_EVERY_S: Final = 1.0
"""How soon a pause or a new blast is seen between texts; the gate sees each at once."""
BATCH_S: Final = 0.5
BATCH_MOST: Final = 100
CLAIM_S: Final = 2.0
CLAIM_MOST: Final = 500
"""A batch on the wire is at most so much of the sender's rate, and so is what is claimed ahead."""
BEGIN_WITHIN_S: Final = 1.0
"""How long after the gate a text is still posted (contract §7): later the gate might say otherwise, and a
process that was held up must not send what others have settled meanwhile.
"""
IDLE_S: Final = 0.02
AT_ONCE: Final = 6
"""Batches of one process that are on the wire or being recorded."""
RECORD_TRIES: Final = 15
RECORD_AGAIN_AFTER_S: Final = 1.0
"""A database that starts again takes some seconds; what the carrier answered is kept for so long."""

log = get_logger(__name__)


class Wires:
    """The few batches that a process has on the wire at one time; they may outlast their run."""

    def __init__(self, at_once: int = AT_ONCE, pool: Executor | None = None) -> None:
        self._free = threading.BoundedSemaphore(at_once)
        self._pool = pool
        self._at_once = at_once

    def wait_for_room(self, timeout_s: float) -> bool:
        """Whether a batch may be begun; what is handed over must be begun at once after this."""
        return self._free.acquire(timeout=max(0.0, timeout_s))

    def leave(self) -> None:
        """Make room again without having begun one."""
        self._free.release()

    def begin(self, work: Callable[[], None]) -> None:
        """Do it beside everything else."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._at_once, thread_name_prefix="wire")
        self._pool.submit(work).add_done_callback(self._done)

    def _done(self, future: Future[None]) -> None:
        self._free.release()
        if (error := future.exception()) is not None:  # the texts are `sending`, and will be settled
            log.error("a batch was lost", kind=type(error).__name__)


@dataclass(slots=True)
class _Run:
    """What one run holds: its claims by sender."""

    ctx: Context
    tools: Tools
    wires: Wires
    ends_at: float
    holder: uuid.UUID = field(default_factory=uuid.uuid4)
    held: dict[str, list[Claimed]] = field(default_factory=dict)
    turn: int = 0

    def now(self) -> Context:
        """The context of this moment."""
        return self.ctx.at(self.tools.clock())

    @property
    def over(self) -> bool:
        return time.monotonic() >= self.ends_at


def send_due(ctx: Context, tools: Tools, wires: Wires, for_s: float = RUN_S) -> bool:
    """Send what is due, for so many seconds at most; whether something is left to send at once.

    May be run at any time, by any number of workers.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    run = _Run(ctx, tools, wires, time.monotonic() + for_s)
    try:
        left = _send(run)
    finally:
        give_back(run.now(), run.holder, [one for texts in run.held.values() for one in texts])
    if left:
        enqueue_sending(ctx)
    return left


def _send(run: _Run) -> bool:
    lanes: Sequence[Lane] = ()
    read_at = -math.inf
    while not run.over:
        if time.monotonic() >= read_at + LANES_READ_EVERY_S:
            lanes, read_at = open_lanes(run.now()), time.monotonic()
        _refill(run, lanes)
        if not any(run.held.values()):
            return False
        if not sum(_send_batch(run, lane) for lane in lanes):
            time.sleep(IDLE_S)
    return True


def _refill(run: _Run, lanes: Sequence[Lane]) -> None:
    """Claim ahead for each sender that has nothing left, its blasts taking turns."""
    for lane in lanes:
        if run.held.get(lane.sender):
            continue
        room = claim_size(lane.rate)
        found: list[Claimed] = []
        for blast_id in lane.in_turn(run.turn):
            ctx = run.now()
            lease = new_lease(ctx, run.holder)
            found += claim_texts(ctx, lane.sender, blast_id, lease, room - len(found))
            if len(found) >= room:
                break
        run.held[lane.sender] = found
        run.turn += 1


def _send_batch(run: _Run, lane: Lane) -> int:
    """Send the next texts of a sender, as many as its rate gives, beside everything else."""
    texts = run.held.get(lane.sender, [])
    if not texts or not run.wires.wait_for_room(run.ends_at - time.monotonic()):
        return 0
    given = run.tools.buckets.take(
        f"sender:{run.ctx.organisation_id}:{lane.sender}", min(len(texts), batch_size(lane.rate)), lane.rate
    )
    if not given:
        run.wires.leave()
        return 0
    batch, run.held[lane.sender] = texts[:given], texts[given:]
    run.wires.begin(lambda: _pass_and_hand_over(run, batch))
    return given


def _pass_and_hand_over(run: _Run, batch: Sequence[Claimed]) -> None:
    """The gate and the wire in one go: nothing comes between them. The time counts from before the gate,
    since a process may also be held up while that is committed.
    """
    begin_before = time.monotonic() + BEGIN_WITHIN_S
    ctx = run.now()
    if passed := pass_gate(ctx, run.holder, batch):
        hand_over(ctx, run.tools, passed, begin_before=begin_before)


def hand_over(
    ctx: Context, tools: Tools, passed: Sequence[Judged], *, begin_before: float | None = None
) -> None:
    """Hand texts that passed the gate to the carrier, and record what became of them.

    Where nothing can be recorded, they stay `sending` and are settled by asking the carrier. What isn't on
    the wire at `begin_before` (`time.monotonic()`) goes back.
    """
    with ctx.unit() as unit:
        messages = outbound(ctx, unit, passed, begin_before)
    outcomes = tools.carrier.send_messages(messages)
    batch = [Sent(text, outcome) for text, outcome in zip(passed, outcomes, strict=True)]
    for tries_left in reversed(range(RECORD_TRIES)):
        try:
            record_outcomes(ctx.at(tools.clock()), batch, tools.luck)
        except Unavailable:
            if not tries_left:
                raise
            time.sleep(RECORD_AGAIN_AFTER_S)
        else:
            return


def claim_size(rate: float) -> int:
    """How many texts are claimed ahead at a rate: two seconds' worth."""
    return max(1, min(CLAIM_MOST, math.ceil(rate * CLAIM_S)))


def batch_size(rate: float) -> int:
    """How many texts go onto the wire together at a rate: half a second's worth."""
    return max(1, min(BATCH_MOST, int(rate * BATCH_S)))
