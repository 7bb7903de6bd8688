"""What one process has on the wire: posted as soon as it has passed the gate, recorded as answers come.

Answers are written down together, every few moments, whichever text they are about: one that takes long
holds up no other. What was begun outlasts the run that began it.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from dialer.carrier.mail_port import Letter
from dialer.carrier.port import IN_FLIGHT, URGENT_IN_FLIGHT, OutboundMessage, SendOutcome
from dialer.domain.errors import Unavailable
from dialer.logs import get_logger
from dialer.services.context import Context
from dialer.services.messaging.gate import Passed
from dialer.services.messaging.letters_again import may_still_go
from dialer.services.messaging.outcomes import Sent, record_outcomes
from dialer.services.messaging.tools import Tools

AHEAD_S: Final = 0.15
AHEAD_MOST: Final = 1.5
"""So many seconds' worth of what the carrier lately took, and so many times its places, may have passed the
gate before a place is free: no place waits for the gate, and no text long after it.
"""
UNRECORDED_MOST: Final = 600
RECORD_EVERY_S: Final = 0.1
RECORD_MOST: Final = 200
RECORD_TRIES: Final = 15
RECORD_AGAIN_AFTER_S: Final = 1.0
"""A database that starts again takes some seconds; what the carrier answered is kept for so long."""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the carrier said of one text, and in whose hands it was."""

    ctx: Context
    tools: Tools
    sent: Sent


class Wires:
    """The texts that a process has handed over and not yet recorded. One thread at a time begins new ones."""

    def __init__(self, in_flight: int = IN_FLIGHT, pool: Executor | None = None) -> None:
        self._in_flight = in_flight
        self._pool = pool
        self._guard = threading.Lock()
        self._has_room = threading.Condition(self._guard)
        self._has_much = threading.Condition(self._guard)
        self._on_wire = self._urgent = self._unrecorded = self._wanted = 0
        self._recording = False
        self._told: deque[_Told] = deque()
        self._answered: deque[float] = deque(maxlen=in_flight)

    def wait_for_room(self, wanted: int, timeout_s: float) -> int:
        """How many texts may be begun: as soon as there is room for so many, else what there is then."""
        with self._guard:
            self._wanted = wanted
            self._has_room.wait_for(lambda: self._room() >= wanted, max(0.0, timeout_s))
            return self._room()

    def urgent_room(self) -> int:
        """How many texts that a person waits for may be begun: none is to wait there, and be late."""
        with self._guard:
            return max(0, URGENT_IN_FLIGHT - self._urgent)

    def begin(self, ctx: Context, tools: Tools, passed: Passed) -> None:
        """Hand these to the carrier, and have recorded what becomes of them. Where nothing can be recorded,
        they stay `sending` and are settled by asking the carrier.
        """
        texts = {one.id: one for one in passed.texts}
        with self._guard:
            self._on_wire += len(texts)
            self._urgent += sum(one.urgent for one in passed.messages) + sum(
                one.urgent for one in passed.letters
            )
            self._unrecorded += len(texts)

        def told(message: OutboundMessage | Letter, outcome: SendOutcome) -> None:
            self._hear(_Told(ctx, tools, Sent(texts[message.id], outcome)), urgent=message.urgent)

        if passed.letters:
            tools.mailer.begin_letters(
                passed.letters, told, lambda letter: may_still_go(ctx.at(tools.clock()), texts[letter.id])
            )
        else:
            tools.carrier.begin_messages(passed.messages, told)
        self._keep_recording()

    def close(self) -> None:
        """Wait until everything that was begun is recorded; nothing is begun afterwards."""
        if self._pool is not None:
            self._pool.shutdown()

    def _hear(self, told: _Told, *, urgent: bool) -> None:
        with self._guard:
            self._told.append(told)
            self._answered.append(time.monotonic())
            self._on_wire -= 1
            self._urgent -= urgent
            if self._room() >= self._wanted:
                self._has_room.notify_all()
            if self._is_much():
                self._has_much.notify_all()

    def _room(self) -> int:
        free = self._in_flight + self._ahead() - self._on_wire
        return max(0, min(free, UNRECORDED_MOST - self._unrecorded))

    def _ahead(self) -> int:
        """What may wait for a place, so that no place waits: little, and less where the carrier is slow."""
        if len(self._answered) < self._in_flight:
            return 0
        took_s = max(time.monotonic() - self._answered[0], 0.001)
        return int(min(AHEAD_MOST, AHEAD_S / took_s) * self._in_flight)

    def _is_much(self) -> bool:
        return len(self._told) >= RECORD_MOST or not self._on_wire

    def _keep_recording(self) -> None:
        """Have somebody record: in a pool, whose work is finished before the process ends."""
        with self._guard:
            if self._recording:
                return
            self._recording = True
            self._pool = self._pool or ThreadPoolExecutor(1, thread_name_prefix="record")
        self._pool.submit(self._record_until_idle).add_done_callback(self._ended)

    def _ended(self, future: Future[None]) -> None:
        """What was lost stays `sending`, and is settled; the others are recorded all the same."""
        if (error := future.exception()) is not None:
            log.error("what became of texts was lost", kind=type(error).__name__)
            with self._guard:
                self._recording = False
                left = bool(self._on_wire or self._told)
            if left:
                self._keep_recording()

    def _record_until_idle(self) -> None:
        while told := self._next():
            try:
                for _, ones in groupby(told, key=lambda one: one.ctx.organisation_id):
                    batch = list(ones)
                    _record(batch[0].ctx, batch[0].tools, [one.sent for one in batch])
            finally:
                with self._guard:
                    self._unrecorded -= len(told)
                    self._has_room.notify_all()

    def _next(self) -> list[_Told]:
        """What is to be recorded together: what comes in a moment. Empty when nothing more is awaited, and
        then whoever begins something has somebody record again.
        """
        with self._guard:
            while not self._told and self._on_wire:
                self._has_much.wait(RECORD_EVERY_S)
            if self._told and not self._is_much():
                self._has_much.wait_for(self._is_much, RECORD_EVERY_S)
            told = [self._told.popleft() for _ in range(min(len(self._told), RECORD_MOST))]
            self._recording = bool(told)
        return sorted(told, key=lambda one: one.ctx.organisation_id)


def _record(ctx: Context, tools: Tools, batch: Sequence[Sent]) -> None:
    for tries_left in reversed(range(RECORD_TRIES)):
        try:
            record_outcomes(ctx.at(tools.clock()), batch, tools.luck)
        except Unavailable:
            if not tries_left:
                raise
            time.sleep(RECORD_AGAIN_AFTER_S)
        else:
            return
