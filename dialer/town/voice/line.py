"""A leg while it lasts: the person at its far end, who listens, bears silence and hangs up."""

from __future__ import annotations

import asyncio
import math
from typing import Final

from dialer.town.voice.leg import Leg
from dialer.town.voice.manner import Manner
from dialer.town.voice.sounds import RINGING, SILENCE, Ear, Sound
from dialer.town.voice.sources import Source
from dialer.town.voice.watch import Bell, Watch

BEEP_S: Final = 1.0
"""How long a machine's tone sounds after its greeting."""


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
        self.starred = asyncio.Event()
        self.elsewhere: Source | None = None
        self.is_in_room = False
        self.ear = Ear(leg.sounds)
        self._watch = watch
        self._bell = Bell(watch)
        self._is_cut = False
        self._is_down = False
        self._is_stirred = False
        self._answered_s: float | None = None
        self._quiet_since_s: float | None = None
        self._heard_anything = False
        self._leaves_at_s = math.inf

    def answered(self) -> None:
        """Start the person's clock: they hold the telephone now."""
        self._answered_s = self._watch.seconds()
        self._listen(SILENCE)

    @property
    def lasted_s(self) -> float:
        """Seconds of the town since the answer; 0 before it."""
        return 0.0 if self._answered_s is None else self._watch.seconds() - self._answered_s

    @property
    def speaks_for_s(self) -> float:
        """How much longer this end will speak: a machine to the end of its tone, a person always."""
        if self.manner.answer != "machine":
            return math.inf
        return max(0.0, self.manner.greeting_s + BEEP_S - self.lasted_s)

    def begin_talk(self) -> None:
        """They talk with somebody from now on, and leave when they have talked enough."""
        if math.isinf(self._leaves_at_s):
            self._leaves_at_s = self.lasted_s + self.manner.talks_s

    def leaves_s(self, sound: Sound) -> float:
        """In how many seconds the person hangs up if this is all that they hear."""
        left = min(self._leaves_at_s, self.manner.gone_after_s) - self.lasted_s
        patience = self._patience_s - self._quiet_s if sound.is_silence else math.inf
        return max(0.0, min(patience, left))

    def excuse(self, seconds: float) -> None:
        """So much of the silence was none for the person."""
        if self._quiet_since_s is not None:
            self._quiet_since_s += seconds

    async def wait(self, seconds: float) -> bool:
        """Let time pass that the person doesn't mind; raises CutError and HungUpError as `hear` does.

        Says whether something changed in their room before it was over.
        """
        if not (self._is_cut or self._is_down or self._is_stirred):
            await self._watch.sleep(seconds, self._bell)
        if self._is_cut:
            raise CutError
        if self._is_down:
            raise HungUpError
        stirred, self._is_stirred = self._is_stirred, False
        return stirred

    async def hear(self, seconds: float, sound: Sound) -> None:
        """Let the person hear something for so long, or until something changes in their room.

        Raises HungUpError when they put the telephone down first, CutError when the call was ended or
        sent elsewhere meanwhile.
        """
        if self._quiet_s > self._patience_s:
            raise HungUpError
        self._listen(sound)
        leaves_s = self.leaves_s(sound)
        try:
            stirred = await self.wait(min(seconds, leaves_s))
        finally:
            self._listen(SILENCE)
        if leaves_s <= seconds and not stirred:
            raise HungUpError

    def send_elsewhere(self, source: Source | None) -> None:
        """Break off what is heard: the call goes on with other TwiML, or is over."""
        self.elsewhere = source
        self._is_cut = True
        self._bell.ring()

    def put_down(self) -> None:
        """The person puts the telephone down now."""
        self._is_down = True
        self._bell.ring()

    def stir(self) -> None:
        """Something has changed in their room: have them listen again."""
        if self.is_in_room:
            self._is_stirred = True
            self._bell.ring()

    def leave_room(self) -> None:
        """They are in no room any more, whose changes they could hear."""
        self.is_in_room = self._is_stirred = False

    def gone_elsewhere(self) -> Source | None:
        """Where the call goes on after a CutError; None when it is over."""
        source, self.elsewhere = self.elsewhere, None
        if source is not None:
            self._is_cut = False
        return source

    async def stay(self) -> None:
        """Hear the ringing tone until the person gives up (HungUpError) or is cut off (CutError)."""
        await self.hear(math.inf, RINGING)

    def press(self, keys: str) -> None:
        """The person presses keys; they are taken by the next Gather, a star by a Dial."""
        self.keys += keys
        if "*" in keys:
            self.starred.set()
            self.stir()

    def take_keys(self, most: int | None, finish: str) -> tuple[str, bool]:
        """Take the keys that answer one Gather; say whether the finishing key was pressed."""
        upto = self.keys if most is None else self.keys[:most]
        ended = bool(finish) and finish in upto
        digits = upto.split(finish, 1)[0] if ended else upto
        self.keys = self.keys[len(digits) + ended :]
        return digits, ended

    @property
    def _quiet_s(self) -> float:
        """For how long nothing was heard by now."""
        since_s = self._quiet_since_s
        return 0.0 if since_s is None else self._watch.seconds() - since_s

    @property
    def _patience_s(self) -> float:
        """For how long they bear silence; who wants a voice at once bears less before the first."""
        return self.manner.patience_s if self._heard_anything else self.manner.first_patience_s

    def _listen(self, sound: Sound) -> None:
        """What is heard from now on."""
        if self._answered_s is None:
            return
        self.ear.listen(sound, self.lasted_s)
        if not sound.is_silence:
            self._quiet_since_s, self._heard_anything = None, True
        elif self._quiet_since_s is None:
            self._quiet_since_s = self._watch.seconds()
