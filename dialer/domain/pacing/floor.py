"""Who waits, who talks, and which calls are under way: kept from events that may be late, lost or doubled.

Nothing here is a counter that could drift: what is in flight is the calls that were started and haven't been
heard to end, less those past any time at which they could still be ringing.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from dialer.domain.pacing.told import Event, Settings, Witness

RINGING: Final = "ringing"
ANSWERED: Final = "answered"
MACHINE: Final = "machine"
TALKING: Final = "talking"
LOST: Final = "lost"

SILENCE_S: Final = 10.0
"""How long beyond the longest ringing a call may go unheard of: 4 s until it rings, 2 s that a callback
takes, and as much again. After that its end was lost on the way.
"""
LATE_S: Final = 330.0
"""How long a lost call is remembered, should it be heard of after all: callbacks come up to 5 min late."""
LOST_MOST: Final = 500
WAIT_SLACK_S: Final = 5.0
"""How long beyond the grace an answered call can wait for its end to be told."""
DOUBLE_S: Final = 3.0
"""Within this of being given a call, word that a volunteer is ready is an old one, told twice."""
LONGEST_S: Final = 4 * 3600.0
"""A call older than this is over, whatever was heard of it."""
FINISHED_MOST: Final = 3_000


@dataclass(slots=True)
class Call:
    """A call under way."""

    phase: str
    started: float
    since: float
    volunteer: str | None = None


class Floor:
    """The room as it is now. Volunteers on a break or gone aren't in it."""

    def __init__(self, settings: Settings, witness: Witness) -> None:
        self._rings_s = settings.ring_timeout_s + SILENCE_S
        self._waits_s = settings.grace_s + WAIT_SLACK_S
        self._witness = witness
        self.now = 0.0
        self.waiting: dict[str, float] = {}
        self.talking: dict[str, float] = {}
        self.wrapping: dict[str, float] = {}
        self.ringing: dict[str, float] = {}
        self.answered: dict[str, float] = {}
        self._calls: dict[str, Call] = {}
        self._lost: dict[str, float] = {}
        self._finished: dict[int, None] = {}
        self._hears: dict[str, Callable[[str, Event], None]] = {
            "call_started": self._started,
            "call_answered": self._answered,
            "call_connected": self._connected,
            "call_abandoned": self._abandoned,
            "call_ended": self._ended,
        }

    def hear(self, event: Event) -> None:
        """Take one event in. Unknown kinds, ids never seen and calls that are over change nothing."""
        self.now = max(self.now, event.t)
        if event.call_id is not None:
            hears = self._hears.get(event.kind)
            if hears is not None:
                hears(str(event.call_id), event)
        elif event.volunteer_id is not None:
            self._volunteer(event.kind, str(event.volunteer_id))

    def look(self, now: float) -> None:
        """It is `now`: forget the calls that can't be under way any longer."""
        self.now = max(self.now, now)
        _drop_older(self.ringing, self.now - self._rings_s, self._lose)
        _drop_older(self.answered, self.now - self._waits_s, self._finish)
        _drop_older(self._lost, self.now - LATE_S, self._finish)
        while len(self._lost) > LOST_MOST:
            self._finish(next(iter(self._lost)))
        while self._calls and self._calls[oldest := next(iter(self._calls))].started < self.now - LONGEST_S:
            self._finish(oldest)

    # ---- volunteers

    def _volunteer(self, kind: str, who: str) -> None:
        if kind == "volunteer_ready":
            self._ready(who)
        elif kind in ("volunteer_paused", "volunteer_left"):
            self._wrapped(who, ready=False)
            self.waiting.pop(who, None)
            self.talking.pop(who, None)

    def _ready(self, who: str) -> None:
        if who in self.waiting or self.now - self.talking.get(who, -DOUBLE_S) < DOUBLE_S:
            return
        self._wrapped(who, ready=True)
        self.talking.pop(who, None)
        self.waiting[who] = self.now

    def _wrapped(self, who: str, *, ready: bool) -> None:
        since = self.wrapping.pop(who, None)
        if since is not None:
            self._witness.wrap_ended(self.now - since, ready=ready)

    # ---- calls

    def _started(self, ref: str, _event: Event) -> None:
        if ref in self._calls or _mark(ref) in self._finished:
            return
        self._calls[ref] = Call(RINGING, self.now, self.now)
        self.ringing[ref] = self.now
        self._witness.call_started(self.now)

    def _answered(self, ref: str, event: Event) -> None:
        call = self._calls.get(ref)
        if call is None or call.phase not in (RINGING, LOST):
            return
        if event.result == "machine":
            self._leave_air(ref, call, MACHINE)
            self._witness.call_gone(call.started)
            return
        self._leave_air(ref, call, ANSWERED)
        self.answered[ref] = self.now
        self._witness.call_answered(call.started, self.now)

    def _connected(self, ref: str, event: Event) -> None:
        call = self._calls.get(ref)
        if call is None or call.phase == TALKING or event.volunteer_id is None:
            return
        if call.phase in (RINGING, LOST):  # the word of its answer is still on its way, or lost
            self._witness.call_answered(call.started, self.now)
        self._leave_air(ref, call, TALKING)
        call.volunteer = str(event.volunteer_id)
        self._wrapped(call.volunteer, ready=True)
        self.waiting.pop(call.volunteer, None)
        self.talking[call.volunteer] = self.now

    def _abandoned(self, ref: str, _event: Event) -> None:
        call = self._calls.get(ref)
        if call is None:
            return
        if call.phase in (RINGING, LOST):
            self._witness.call_answered(call.started, self.now)
        if call.volunteer is not None and self._talks(call):
            del self.talking[
                call.volunteer
            ]  # their line was dead: who isn't there neither waits nor wraps up
        self._witness.call_abandoned(self.now)
        self._finish(ref)

    def _ended(self, ref: str, event: Event) -> None:
        call = self._calls.get(ref)
        if call is None:
            return
        if call.phase == TALKING:
            self._parted(call, event.result)
        elif event.result == "hung_up":
            self._witness.call_hung_up(self.now)
        if call.phase in (RINGING, LOST):
            self._witness.call_gone(call.started)
        self._finish(ref)

    def _parted(self, call: Call, result: str | None) -> None:
        self._witness.call_met(self.now, person=result != "machine")
        if call.volunteer is not None and self._talks(call):
            del self.talking[call.volunteer]
            self.wrapping[call.volunteer] = self.now
            self._witness.talk_ended(self.now - call.since)

    def _talks(self, call: Call) -> bool:
        """Whether a volunteer still talks with whom this call gave them."""
        return call.volunteer in self.talking and self.talking[call.volunteer] == call.since

    # ---- where a call stands

    def _leave_air(self, ref: str, call: Call, phase: str) -> None:
        self.ringing.pop(ref, None)
        self.answered.pop(ref, None)
        self._lost.pop(ref, None)
        call.phase, call.since = phase, self.now
        if phase == MACHINE:  # it is hung up on: its end tells nothing more, and may be lost
            self._lost[ref] = self.now

    def _lose(self, ref: str) -> None:
        call = self._calls[ref]
        del self.ringing[ref]
        call.phase = LOST
        self._lost[ref] = self.now
        self._witness.call_gone(call.started)

    def _finish(self, ref: str) -> None:
        del self._calls[ref]
        for book in (self.ringing, self.answered, self._lost):
            book.pop(ref, None)
        self._finished[_mark(ref)] = None
        if len(self._finished) > FINISHED_MOST:
            del self._finished[next(iter(self._finished))]

    # ---- over a restart

    def to_state(self) -> dict[str, Any]:
        """Everything that what it does next depends on, for JSON."""
        return {
            "now": self.now,
            "waiting": dict(self.waiting),
            "talking": dict(self.talking),
            "wrapping": dict(self.wrapping),
            "ringing": dict(self.ringing),
            "answered": dict(self.answered),
            "calls": {ref: [c.phase, c.started, c.since, c.volunteer] for ref, c in self._calls.items()},
            "lost": dict(self._lost),
            "finished": list(self._finished),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from what `to_state` gave."""
        self.now = state["now"]
        self.waiting = dict(state["waiting"])
        self.talking = dict(state["talking"])
        self.wrapping = dict(state["wrapping"])
        self.ringing = dict(state["ringing"])
        self.answered = dict(state["answered"])
        self._calls = {ref: Call(*fields) for ref, fields in state["calls"].items()}
        self._lost = dict(state["lost"])
        self._finished = dict.fromkeys(state["finished"])


def _drop_older(book: dict[str, float], than: float, drop: Callable[[str], None]) -> None:
    """Entries stand in the order of their times."""
    while book:
        ref = next(iter(book))
        if book[ref] >= than:
            return
        drop(ref)


def _mark(ref: str) -> int:
    """A short stand-in for the id of a call that is over: mixing two up costs one call uncounted."""
    return zlib.crc32(ref.encode(errors="surrogatepass"))
