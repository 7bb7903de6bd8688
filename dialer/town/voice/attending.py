"""Being in a conference room, from the Dial that leads there to whatever follows it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, Protocol
from urllib.parse import urljoin

from dialer.town.voice import twiml
from dialer.town.voice.leg import COMPLETED, IN_PROGRESS
from dialer.town.voice.line import CutError, HungUpError, Line
from dialer.town.voice.lines import Lines
from dialer.town.voice.performance import NoTwimlError
from dialer.town.voice.room import Member
from dialer.town.voice.rooms import HUNG_UP, NOBODY_TO_COACH, VIA_API, NotAdmittedError, Rooms
from dialer.town.voice.sounds import SILENCE, WAIT_MUSIC, played
from dialer.town.voice.sources import Ask
from dialer.town.voice.verbs import Conference, Dial, Pause, Play, Redirect, Say, Verb

SILENT_DOCUMENTS: Final = 20
"""So many documents in a row that let nothing be heard are taken for a circle without an end."""
LOOPING: Final = 81101


class Board(Protocol):
    """What a room needs of the exchange around it."""

    async def ask(self, line: Line, source: Ask) -> str:
        """Fetch TwiML; raises NoTwimlError."""

    def complain(self, line: Line, code: int, detail: str) -> None:
        """Put what went wrong into the town's log."""


class Attending:
    """Performs Dial to a room on the lines of the town."""

    def __init__(self, lines: Lines, rooms: Rooms, board: Board) -> None:
        self._lines = lines
        self._rooms = rooms
        self._board = board

    async def dial(self, line: Line, dial: Dial, terms: Conference) -> Mapping[str, str] | None:
        """Be in the room until it is over or they are taken out; how it went, for the action.

        None where the next verb follows without it. Raises HungUpError or CutError when the call leaves.
        """
        self._lines.advance(line, IN_PROGRESS)
        try:
            member = self._rooms.enter(line, terms)
        except NotAdmittedError as error:
            self._board.complain(line, error.code, str(error))
            return {"DialCallStatus": "failed"} if error.code == NOBODY_TO_COACH else None
        self._watch_machines(member)
        try:
            established = await self._attend(member, dial)
        except HungUpError:
            self._rooms.leave(member, HUNG_UP, COMPLETED)
            raise
        except CutError:
            ended = line.elsewhere is None
            self._rooms.leave(member, VIA_API, COMPLETED if ended else IN_PROGRESS)
            raise
        finally:
            line.leave_room()
        self._rooms.leave(member, HUNG_UP, IN_PROGRESS)
        return {"DialCallStatus": "answered" if established else "failed"}

    def _watch_machines(self, member: Member) -> None:
        """Once a machine in the room has said what it says, the others hear that it is quiet."""
        after_s = member.line.speaks_for_s
        if math.isfinite(after_s):
            self._lines.watch.later(after_s, member.room.stir)

    async def _attend(self, member: Member, dial: Dial) -> bool:
        """Listen until the room lets go of them, they press a star that is listened for, or the time is up.

        Says whether they were in it properly: not where what is played before it begins can't be had.
        """
        line, watch = member.line, self._lines.watch
        until_s = watch.seconds() + dial.time_limit
        waiting, on_hold = Waiting(self._board, line, member.terms.wait_url, member.terms.wait_method), None
        while not member.released and (left_s := until_s - watch.seconds()) > 0:
            if dial.hangup_on_star and line.starred.is_set():
                break
            member.hearing = member.room.hears(member)
            if member.held and member.hold_url:
                on_hold = on_hold or Waiting(self._board, line, member.hold_url)
                await on_hold.heard(left_s)
                continue
            on_hold, sound = None, member.room.heard_by(member)
            if sound is None:
                if not await waiting.goes_on(left_s):
                    return False
                continue
            if sound.kind == "people":
                line.begin_talk()
            await line.hear(left_s, sound)
        return True


class Waiting:
    """What somebody hears until their conference begins, or on hold, one thing after another."""

    def __init__(self, board: Board, line: Line, url: str | None, method: str = "POST") -> None:
        self._board = board
        self._line = line
        self._is_usual = url is None
        self._url = url or ""
        self._method = method
        self._verbs: list[Verb] | None = None
        self._silent = 0

    async def heard(self, at_most_s: float) -> None:
        """Hear the next thing; nothing, where it can't be had."""
        if not await self.goes_on(at_most_s):
            await self._line.hear(at_most_s, SILENCE)

    async def goes_on(self, at_most_s: float) -> bool:
        """Hear the next thing, or all of it until something changes; False where it can't be had."""
        if self._is_usual:
            await self._line.hear(at_most_s, WAIT_MUSIC)
        elif not self._url:
            await self._line.hear(at_most_s, SILENCE)
        elif self._method == "GET":
            await self._line.hear(at_most_s, played(self._url))
        else:
            return await self._document(at_most_s)
        return True

    async def _document(self, at_most_s: float) -> bool:
        """Go on with the document; after its last verb there is silence."""
        try:
            if self._verbs is None:
                self._verbs = await self._fetched()
        except (NoTwimlError, twiml.BadTwimlError) as error:
            self._board.complain(self._line, error.code, f"waitUrl: {error}")
            return False
        if not self._verbs:
            await self._line.hear(at_most_s, SILENCE)
            return True
        await self._verb(self._verbs.pop(0), at_most_s)
        return True

    async def _verb(self, verb: Verb, at_most_s: float) -> None:
        """Perform one verb, or ask for the next document."""
        if isinstance(verb, Redirect):
            self._url, self._verbs = urljoin(self._url, verb.url), None
        elif isinstance(verb, Say | Play | Pause):
            self._silent = 0
            await self._line.hear(min(verb.lasts_s, at_most_s), verb.sound)

    async def _fetched(self) -> list[Verb]:
        """Fetch the document; raises NoTwimlError or BadTwimlError."""
        self._silent += 1
        if self._silent > SILENT_DOCUMENTS:
            raise NoTwimlError(LOOPING, "what is played goes round and round in silence")
        script = twiml.read(await self._board.ask(self._line, Ask(self._url)))
        if any(not isinstance(verb, Say | Play | Pause | Redirect) for verb in script.verbs):
            raise twiml.BadTwimlError(
                twiml.NOT_ALLOWED, "only Say, Play, Pause and Redirect are performed there"
            )
        return list(script.verbs)
