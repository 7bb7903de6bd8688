"""The telephone exchange: calls that the API orders and calls that come in, from first to last."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from typing import Any, Final

from dialer.town.voice import reports
from dialer.town.voice.attending import Attending
from dialer.town.voice.detection import Detection, guess
from dialer.town.voice.dialling import Dialling
from dialer.town.voice.leg import BUSY, CANCELED, RINGING, Leg
from dialer.town.voice.line import CutError, HungUpError, Line
from dialer.town.voice.lines import Lines, Surroundings
from dialer.town.voice.manner import ringing_in
from dialer.town.voice.orders import Order
from dialer.town.voice.performance import Performance
from dialer.town.voice.rooms import Rooms
from dialer.town.voice.sounds import KEYS, SILENCE
from dialer.town.voice.sources import Ask, Source
from dialer.town.voice.verbs import Dial

OUTBOUND: Final = "outbound-api"
INBOUND: Final = "inbound"
KEY_S: Final = 0.5


class Exchange:
    """Lets calls run their course; also what a performance calls for."""

    def __init__(self, town: Surroundings) -> None:
        self._town = town
        self._watch = town.watch
        self.lines = Lines(town)
        self.rooms = Rooms(town)
        self._dialling = Dialling(self.lines, self)
        self._attending = Attending(self.lines, self.rooms, self)

    def place(self, order: Order, leg: Leg, after_s: float) -> None:
        """Dial a call that was ordered, once its turn has come."""
        line = self.lines.take(leg, leg.to)
        self._watch.spawn(self._to_its_end(line, self._outbound(line, order, after_s)))

    def ring_in(self, leg: Leg, source: Source, keys: str | None) -> None:
        """A townsperson rings the account, and presses these keys when asked, or as they would."""
        line = self.lines.take(leg, leg.caller)
        line.manner = ringing_in(line.manner)
        line.keys = line.keys if keys is None else keys
        self._watch.spawn(self._to_its_end(line, self._inbound(line, source)))
        self._watch.settle()

    def end(self, sid: str) -> None:
        """End a call through the API; one that is not answered yet is canceled."""
        if line := self.lines.open.get(sid):
            line.send_elsewhere(None)

    def send_elsewhere(self, sid: str, source: Source) -> None:
        """Have a call in progress go on with other TwiML."""
        if line := self.lines.open.get(sid):
            line.send_elsewhere(source)
            self._watch.settle()

    def go_on(self, line: Line) -> None:
        """Let a call that was rung by a Dial run on by itself where the API has sent it."""
        self._watch.spawn(self._to_its_end(line, Performance(self, line).run(line.gone_elsewhere())))

    async def settled(self) -> None:
        """Wait until everybody has taken in what was just changed from outside."""
        await self._watch.quiet()

    async def _to_its_end(self, line: Line, life: Coroutine[Any, Any, None]) -> None:
        """Let a call run its course; whoever ends it, it ends once and its line is free again."""
        try:
            await life
            self.lines.hang_up(line)
        except HungUpError:
            refused = line.leg.direction == OUTBOUND
            self.lines.hang_up(line, unanswered=BUSY if refused else CANCELED)
        except CutError:
            self.lines.hang_up(line, unanswered=CANCELED)
        finally:
            self.lines.free(line)
        self.rooms.give_up(line.leg)

    async def _outbound(self, line: Line, order: Order, after_s: float) -> None:
        """A call that the API placed: its turn, the ringing, detection, its TwiML."""
        await line.wait(after_s)
        if not await self.lines.ring(line, order.timeout_s):
            return
        if order.send_digits:
            await line.hear(len(order.send_digits) * KEY_S, KEYS)
        if order.detection:
            await self._detect(line, order.detection)
        await Performance(self, line).run(order.source)

    async def _inbound(self, line: Line, source: Source) -> None:
        """A call that came in: it rings until its TwiML answers it."""
        self.lines.advance(line, RINGING)
        await Performance(self, line).run(source)

    async def _detect(self, line: Line, detection: Detection) -> None:
        """Listen whether a person or a machine has answered, before the call or beside it."""
        if detection.beside:
            self._watch.spawn(self._detect_beside(line, detection))
            return
        found = guess(detection, line.manner)
        await line.hear(found.after_s, SILENCE)
        self._guessed(line, found.answered_by)

    async def _detect_beside(self, line: Line, detection: Detection) -> None:
        """Listen beside the call; nothing is said of a call that is over by then."""
        found = guess(detection, line.manner)
        await self._watch.sleep(found.after_s)
        if line.leg.is_over:
            return
        self._guessed(line, found.answered_by)
        if detection.callback_url:
            told = reports.detected(line.leg, self._town.account_sid, found.after_s)
            self._town.tell(detection.callback_url, told)

    def _guessed(self, line: Line, answered_by: str) -> None:
        """Keep what detection said."""
        line.leg.answered_by = answered_by
        self._town.keep(line.leg)

    def advance(self, line: Line, status: str) -> None:
        """Move a leg forward, write it down and report it, if that is news."""
        self.lines.advance(line, status)

    async def ask(self, line: Line, source: Ask) -> str:
        """Fetch TwiML for a line; raises NoTwimlError. It takes our time, however fast the town's goes: the
        person bears the silence of ours, and no more.
        """
        told = reports.about(line.leg, self._town.account_sid) | dict(source.extra)
        began_s = self._watch.seconds()
        try:
            return await self._town.ask(source.url, told)
        finally:
            line.excuse(self._watch.unhurried(self._watch.seconds() - began_s))

    def heard(self, line: Line, text: str) -> None:
        """Keep the TwiML that a call performs."""
        line.leg.heard = text
        self._town.keep(line.leg)

    def complain(self, line: Line, code: int, detail: str) -> None:
        """Write down what went wrong with a call."""
        self._town.complain(line.leg.sid, code, detail)

    async def dial(self, line: Line, dial: Dial) -> Mapping[str, str] | None:
        """Ring others and join the first who answers, or go into a room; how it went."""
        if dial.conference:
            return await self._attending.dial(line, dial, dial.conference)
        return await self._dialling.dial(line, dial)
