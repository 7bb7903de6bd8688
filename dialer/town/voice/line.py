"""A leg while it lasts: the person at its far end, who listens, bears silence and hangs up."""

from __future__ import annotations

import asyncio
import math

from dialer.town.voice.leg import Leg
from dialer.town.voice.manner import Manner
from dialer.town.voice.sources import Source
from dialer.town.voice.watch import Watch


class HungUpError(Exception):
    """The person at the far end has put the telephone down."""


class CutError(Exception):
    """The account's owner ended the call, or sent it elsewhere, through the API."""


class Line:
    """One telephone line with a person at its end."""

    def __init__(self, leg: Leg, manner: Manner, watch: Watch) -> None:
        self.leg = leg
        self.manner = manner
        self.keys = manner.digits
        self.cut = asyncio.Event()
        self.down = asyncio.Event()
        self.starred = asyncio.Event()
        self.elsewhere: Source | None = None
        self._watch = watch
        self._answered_s: float | None = None
        self._quiet_s = 0.0

    def answered(self) -> None:
        """Start the person's clock: they hold the telephone now."""
        self._answered_s = self._watch.seconds()

    @property
    def lasted_s(self) -> float:
        """Seconds of the town since the answer; 0 before it."""
        return 0.0 if self._answered_s is None else self._watch.seconds() - self._answered_s

    def leaves_s(self, *, voice: bool) -> float:
        """In how many seconds the person hangs up if it goes on like this."""
        patience = math.inf if voice else self.manner.patience_s - self._quiet_s
        fixed = self.manner.hangs_up_after_s
        left = math.inf if fixed is None else fixed - self.lasted_s
        return max(0.0, min(patience, left))

    async def wait(self, seconds: float) -> None:
        """Let time pass that the person doesn't mind; raises CutError and HungUpError as `hear` does."""
        if not (self.cut.is_set() or self.down.is_set()):
            await self._watch.first_of(
                self._watch.sleep(seconds),
                self._watch.rest(self.cut.wait()),
                self._watch.rest(self.down.wait()),
            )
        if self.cut.is_set():
            raise CutError
        if self.down.is_set():
            raise HungUpError

    async def hear(self, seconds: float, *, voice: bool) -> None:
        """Let the person hear a voice, or nothing, for so long.

        Raises HungUpError when they put the telephone down first, CutError when the call was ended or
        sent elsewhere meanwhile.
        """
        leaves_s = self.leaves_s(voice=voice)
        await self.wait(min(seconds, leaves_s))
        if leaves_s <= seconds:
            raise HungUpError
        self._quiet_s = 0.0 if voice else self._quiet_s + seconds

    def send_elsewhere(self, source: Source | None) -> None:
        """Break off what is heard: the call goes on with other TwiML, or is over."""
        self.elsewhere = source
        self.cut.set()

    def put_down(self) -> None:
        """The person puts the telephone down now."""
        self.down.set()

    def gone_elsewhere(self) -> Source | None:
        """Where the call goes on after a CutError; None when it is over."""
        source, self.elsewhere = self.elsewhere, None
        if source is not None:
            self.cut.clear()
        return source

    async def stay(self) -> None:
        """Hear the ringing tone until the person gives up (HungUpError) or is cut off (CutError)."""
        await self.hear(math.inf, voice=True)

    def press(self, keys: str) -> None:
        """The person presses keys; they are taken by the next Gather, a star by a Dial."""
        self.keys += keys
        if "*" in keys:
            self.starred.set()

    def take_keys(self, most: int | None, finish: str) -> tuple[str, bool]:
        """Take the keys that answer one Gather; say whether the finishing key was pressed."""
        upto = self.keys if most is None else self.keys[:most]
        ended = bool(finish) and finish in upto
        digits = upto.split(finish, 1)[0] if ended else upto
        self.keys = self.keys[len(digits) + ended :]
        return digits, ended
