"""The run that sends: for two seconds it claims, keeps to the rates, asks the gate and hands over.

Only the row in the database says where a text stands; a run may die anywhere. One thread claims and asks the
gate ahead of the wire, which has many at once (`wires`). What a person waits for comes before any blast,
and blasts of one sender share it evenly, whatever their size.
"""

from __future__ import annotations

import math
import time
import uuid
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from dialer.domain.access import Permission, require
from dialer.domain.texting import SMS
from dialer.services.context import Context
from dialer.services.messaging.gate import claim_pressed, claim_texts, give_back, new_lease, to_the_wire
from dialer.services.messaging.holding import Held, beginning_anywhere, even_shares
from dialer.services.messaging.lanes import Lane, open_lanes, waited_for
from dialer.services.messaging.outgoing import enqueue_sending
from dialer.services.messaging.tools import Tools
from dialer.services.messaging.wires import Wires
from dialer.store.queries.message_claims import Claimed

RUN_S: Final = 2.0
"""How long a run lasts before it lets other work have a turn."""
LANES_READ_EVERY_S: Final = 1.0
"""How soon a pause or a new blast is seen between texts; the gate sees each at once."""
SINGLES_READ_EVERY_S: Final = 0.25
"""How soon a text that a person waits for is seen while a blast goes out."""
BATCH_S: Final = 0.5
BATCH_MOST: Final = 100
CLAIM_S: Final = 2.0
CLAIM_MOST: Final = 500
"""A batch at the gate is at most so much of the sender's rate, and so is what is claimed ahead."""
GATHER_S: Final = 0.1
"""How long tokens gather where they come fast: a gate for one text costs nearly as much as for many."""
SINGLES_MOST: Final = 50
ROOM_LEAST: Final = 75
"""Room on the wire that is waited for a moment, for the same reason."""
BEGIN_WITHIN_S: Final = 1.0
"""How long after the gate a text is still posted (contract §7): later the gate might say otherwise, and a
process that was held up must not send what others have settled meanwhile.
"""
IDLE_S: Final = 0.02


@dataclass(slots=True)
class _Run:
    """What one run holds: its claims by sender."""

    ctx: Context
    tools: Tools
    wires: Wires
    ends_at: float
    channel: str = SMS
    holder: uuid.UUID = field(default_factory=uuid.uuid4)
    lanes: Sequence[Lane] = ()
    held: dict[str, Held] = field(default_factory=dict)
    lanes_read_at: float = -math.inf
    singles_read_at: float = -math.inf
    turn: int = 0

    def now(self) -> Context:
        """The context of this moment."""
        return self.ctx.at(self.tools.clock())

    @property
    def over(self) -> bool:
        return time.monotonic() >= self.ends_at

    def in_turn(self) -> list[Lane]:
        """The senders, another one first each time: where something common limits them, each gets some."""
        at = self.turn % len(self.lanes) if self.lanes else 0
        return [*self.lanes[at:], *self.lanes[:at]]


def send_due(ctx: Context, tools: Tools, wires: Wires, for_s: float = RUN_S, channel: str = SMS) -> bool:
    """Send the texts, or letters (`channel`), that are due, for so many seconds at most; whether something is
    left to send at once. Each channel has runs and wires of its own, so that neither waits for the other.

    May be run at any time, by any number of workers.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    run = _Run(ctx, tools, wires, time.monotonic() + for_s, channel)
    try:
        left = _send(run)
    finally:
        give_back(run.now(), run.holder, [one for held in run.held.values() for one in held.all()])
    if left:
        enqueue_sending(ctx, channel)
    return left


def _send(run: _Run) -> bool:
    while not run.over:
        _look(run)
        _refill(run)
        run.turn += 1
        if not any(run.held.values()):
            return False
        room = run.wires.wait_for_room(ROOM_LEAST, IDLE_S)
        batch = [*_next_waited_for(run), *_next_of_blasts(run, room)]
        if batch:
            _pass_and_hand_over(run, batch)
        else:
            time.sleep(IDLE_S)
    return True


def _look(run: _Run) -> None:
    """See which senders have something to send, and claim what people wait for and have pressed for."""
    at = time.monotonic()
    if at >= run.lanes_read_at + LANES_READ_EVERY_S:
        run.lanes, run.lanes_read_at = open_lanes(run.now(), run.channel), at
    if at < run.singles_read_at + SINGLES_READ_EVERY_S:
        return
    run.singles_read_at = at
    waiting = waited_for(run.now(), run.channel)
    known = {lane.sender for lane in run.lanes}, {lane.sender for lane in run.lanes if lane.by_hand}
    if not (waiting.single <= known[0] and waiting.pressed <= known[1]):
        run.lanes = open_lanes(run.now(), run.channel)
    for lane in run.lanes:
        held = run.held.setdefault(lane.sender, Held())
        if lane.sender in waiting.single and not held.single:
            held.single.extend(_claim(run, lane, None, SINGLES_MOST))
        if lane.sender in waiting.pressed and lane.by_hand and not held.pressed:
            held.pressed.extend(_claim_pressed(run, lane))


def _refill(run: _Run) -> None:
    """Claim ahead for each sender that has nothing left of its blasts: of each of them alike. Another one is
    first each time, since a slow sender has more blasts than it can send texts before a run ends.
    """
    for lane in run.lanes:
        held = run.held.setdefault(lane.sender, Held())
        if held.blast or not lane.blast_ids:
            continue
        room = held.next_claim(claim_size(lane.rate), time.monotonic())
        each = math.ceil(room / len(lane.blast_ids))
        blast_ids = beginning_anywhere(lane.blast_ids, run.tools.luck())
        found = [_claim(run, lane, blast_id, each) for blast_id in blast_ids]
        held.blast.extend(even_shares(found))


def _claim(run: _Run, lane: Lane, blast_id: uuid.UUID | None, limit: int) -> list[Claimed]:
    ctx = run.now()
    of_wave = blast_id in lane.in_wave
    return claim_texts(ctx, lane.sender, blast_id, new_lease(ctx, run.holder), limit, of_wave=of_wave)


def _claim_pressed(run: _Run, lane: Lane) -> list[Claimed]:
    ctx = run.now()
    lease = new_lease(ctx, run.holder)
    return claim_pressed(ctx, lane.sender, lane.by_hand, lease, min(claim_size(lane.rate), SINGLES_MOST))


def _next_waited_for(run: _Run) -> list[Claimed]:
    """What persons wait for, and then what they have pressed for, as much as the rates give and as goes at
    once: the wire has places of its own for it, and what found none in time would go back and rest.
    """
    found: list[Claimed] = []
    room = run.wires.urgent_room()
    lanes = [(lane, run.held[lane.sender]) for lane in run.in_turn()]
    lines = [*((lane, held.single) for lane, held in lanes), *((lane, held.pressed) for lane, held in lanes)]
    for lane, line in lines:
        found += _next_of(run, lane, line, room - len(found))
    return found


def _next_of(run: _Run, lane: Lane, line: deque[Claimed], room: int) -> list[Claimed]:
    most = min(len(line), room)
    if most <= 0:
        return []
    given = run.tools.buckets.take(lane.limits, [tokens_of(line[at]) for at in range(most)], urgent=True)
    return [line.popleft() for _ in range(given.count)]


def _next_of_blasts(run: _Run, room: int) -> list[Claimed]:
    """The next texts of blasts, as many as rates and wire give."""
    found: list[Claimed] = []
    for lane in run.in_turn():
        held = run.held[lane.sender]
        most = min(len(held.blast), batch_size(lane.rate), min(room, BATCH_MOST) - len(found))
        if most <= 0 or not lane.blast_ids or time.monotonic() < held.ask_again_at:
            continue
        given = run.tools.buckets.take(lane.limits, [tokens_of(held.blast[at]) for at in range(most)])
        if given.count < most:
            held.ask_again_at = time.monotonic() + max(given.again_in_s, gather_s(lane.rate))
        found += [held.blast.popleft() for _ in range(given.count)]
    return found


def _pass_and_hand_over(run: _Run, batch: Sequence[Claimed]) -> None:
    """The gate and the wire in one go: nothing comes between them. The time counts from before the gate,
    since a process may also be held up while that is committed.
    """
    begin_before = time.monotonic() + BEGIN_WITHIN_S
    ctx = run.now()
    passed = to_the_wire(ctx, run.holder, batch, begin_before)
    if passed.texts:
        run.wires.begin(ctx, run.tools, passed)


def tokens_of(one: Claimed) -> int:
    """What one takes of a rate: its parts, or 1 for a letter, which has none."""
    return max(1, one.segments)


def claim_size(rate: float) -> int:
    """How many texts are claimed ahead at a rate, at most: two seconds' worth."""
    return max(1, min(CLAIM_MOST, math.ceil(rate * CLAIM_S)))


def batch_size(rate: float) -> int:
    """How many texts of a sender go through the gate together at a rate: half a second's worth."""
    return max(1, min(BATCH_MOST, int(rate * BATCH_S)))


def gather_s(rate: float) -> float:
    """How long to let tokens gather at a rate: not at all where a bucket would overflow meanwhile."""
    return GATHER_S if rate * GATHER_S >= 1 else 0.0
