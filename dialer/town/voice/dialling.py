"""The Dial verb: rings one or several people and joins the first who answers with the caller.

Whoever was rung is a call of its own: sent elsewhere through the API it goes on there, and the Dial is over
for the caller, whose action says what follows
(twilio.com/docs/voice/api/call-resource#update-a-call-resource). A caller who is sent elsewhere leaves a Dial
that is over with that, and so is the call of whoever was rung.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol

from dialer.town.voice import reports
from dialer.town.voice.announcing import Board as Announcing
from dialer.town.voice.announcing import announced
from dialer.town.voice.leg import BUSY, CANCELED, IN_PROGRESS
from dialer.town.voice.line import CutError, HungUpError, Line
from dialer.town.voice.lines import Lines
from dialer.town.voice.sounds import Sound, people
from dialer.town.voice.verbs import Dial


class Board(Announcing, Protocol):
    """What is needed of the exchange around it."""

    def go_on(self, line: Line) -> None:
        """Let a call run on by itself where the API has sent it."""


class Dialling:
    """Performs Dial on the lines of the town."""

    def __init__(self, lines: Lines, board: Board) -> None:
        self._lines = lines
        self._board = board

    async def dial(self, parent: Line, dial: Dial) -> Mapping[str, str]:
        """Ring the numbers, join the first who answers; how it went, for the action.

        Raises HungUpError or CutError when the caller is gone: nobody rings on then.
        """
        caller_id = dial.caller_id or parent.leg.caller
        made = [self._lines.child(parent, number, caller_id) for number in dial.numbers]
        children = [child for child in made if child]
        try:
            winner = await self._joined(parent, children, dial)
        except (HungUpError, CutError):
            self._end(children)
            raise
        self._end(children)
        told = winner or (children[-1] if children else None)
        return reports.dialled(told.leg if told else None, bridged=winner is not None)

    async def _joined(self, parent: Line, children: list[Line], dial: Dial) -> Line | None:
        """Whoever answered first, after the talk is over."""
        winner = await self._first_answer(parent, children, dial)
        if winner:
            self._lines.advance(parent, IN_PROGRESS)
            if await self._announced(parent, winner, dial):
                await self._talk(parent, winner, dial)
        return winner

    async def _announced(self, parent: Line, child: Line, dial: Dial) -> bool:
        """Let whoever answered hear what they are to before they are joined, while the caller hears ringing.

        Says whether they are still there. Raises HungUpError or CutError where the caller is gone.
        """
        url = next((each.url for each in dial.numbers if each.number == child.leg.to and each.url), "")
        if not url:
            return True
        hears = self._lines.watch.spawn(announced(self._board, child, url))
        waits = self._lines.watch.spawn(parent.stay())
        try:
            both: set[asyncio.Task[bool] | asyncio.Task[None]] = {hears, waits}
            await self._lines.watch.rest(asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED))
            if waits.done():
                waits.result()
            return hears.result()
        finally:
            await self._lines.watch.end(hears, waits)

    def _end(self, children: list[Line]) -> None:
        """Hang up whatever still rings or is off the hook; whoever was sent elsewhere goes on there."""
        for child in children:
            if child.elsewhere is not None and not child.leg.is_over and child.leg.answered_at:
                self._board.go_on(child)
                continue
            self._lines.hang_up(child, unanswered=CANCELED)
            self._lines.free(child)

    async def _first_answer(self, parent: Line, children: list[Line], dial: Dial) -> Line | None:
        """Ring all at once until one answers, all have failed, or the caller gives up."""
        watch = self._lines.watch
        rings = {watch.spawn(self._ring(child, dial.timeout)): child for child in children}
        waiting = watch.spawn(self._wait_at(parent, dial))
        try:
            return await self._watch_rings(rings, waiting)
        finally:
            await watch.end(waiting, *rings)

    async def _ring(self, child: Line, timeout_s: int) -> bool:
        """Ring one telephone; one that the API cut off, or the person refused, was not answered."""
        try:
            return await self._lines.ring(child, timeout_s)
        except CutError:
            self._lines.hang_up(child, unanswered=CANCELED)
        except HungUpError:
            self._lines.hang_up(child, unanswered=BUSY)
        return False

    async def _watch_rings(
        self, rings: dict[asyncio.Task[bool], Line], waiting: asyncio.Task[None]
    ) -> Line | None:
        """The first line that is answered; raises what makes the caller go.

        A star pressed by the caller ends the waiting: then nobody is joined.
        """
        pending: set[asyncio.Task[bool]] = set(rings)
        while pending and not waiting.done():
            everyone: set[asyncio.Task[bool] | asyncio.Task[None]] = {waiting, *pending}
            await self._lines.watch.rest(asyncio.wait(everyone, return_when=asyncio.FIRST_COMPLETED))
            for task in [task for task in pending if task.done()]:
                pending.discard(task)
                if task.result():
                    return rings[task]
        if waiting.done():
            waiting.result()
        return None

    async def _wait_at(self, parent: Line, dial: Dial) -> None:
        """The caller hears the ringing; over when they press a star that is listened for."""
        if dial.hangup_on_star:
            await self._lines.watch.first_of(parent.stay(), self._star(parent))
        else:
            await parent.stay()

    async def _talk(self, parent: Line, child: Line, dial: Dial) -> None:
        """Two people talk, until one puts the telephone down or the time is up.

        Raises HungUpError or CutError when it was the caller who left.
        """
        lasts_s = min(child.manner.talks_s, float(dial.time_limit))
        to_parent, to_child = people([child.leg.sid]), people([parent.leg.sid])
        doings = [self._until_gone(parent, lasts_s, to_parent), self._listens(child, lasts_s, to_child)]
        if dial.hangup_on_star:
            doings.append(self._star(parent))
        await self._lines.watch.first_of(*doings)

    async def _until_gone(self, parent: Line, seconds: float, sound: Sound) -> None:
        """The caller talks so long, or leaves before: raises HungUpError, or CutError."""
        leaves_s = parent.manner.talks_s
        await parent.hear(min(seconds, leaves_s), sound)
        if leaves_s < seconds:
            raise HungUpError

    async def _listens(self, child: Line, seconds: float, sound: Sound) -> None:
        """The person who was rung talks; their leaving ends the talk, not the caller's call."""
        try:
            await child.hear(seconds, sound)
        except (HungUpError, CutError):
            return

    async def _star(self, parent: Line) -> None:
        """Over when the caller presses a star."""
        await self._lines.watch.rest(parent.starred.wait())
