"""Performing TwiML on a line: verb after verb, until the call is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, Protocol
from urllib.parse import urljoin

from dialer.town.voice import twiml
from dialer.town.voice.leg import BUSY, FAILED, IN_PROGRESS
from dialer.town.voice.line import CutError, Line
from dialer.town.voice.sounds import RINGING, SILENCE
from dialer.town.voice.sources import Ask, Given, Source
from dialer.town.voice.verbs import (
    Conference,
    Dial,
    Gather,
    Hangup,
    Pause,
    Play,
    Redirect,
    Reject,
    Say,
    Script,
    Verb,
)

MOST_DOCUMENTS: Final = 200
LOOPING: Final = 81101


class NoTwimlError(Exception):
    """The customer's server gave no TwiML; carries the carrier's error code."""

    def __init__(self, code: int, detail: str) -> None:
        self.code = code
        super().__init__(detail)


class Switchboard(Protocol):
    """What a performance needs of the exchange around it."""

    async def ask(self, line: Line, source: Ask) -> str:
        """Fetch TwiML; raises NoTwimlError."""

    def advance(self, line: Line, status: str) -> None:
        """Move a leg forward, write it down and report it."""

    def heard(self, line: Line, text: str) -> None:
        """Keep the TwiML that was last performed."""

    def complain(self, line: Line, code: int, detail: str) -> None:
        """Put what went wrong into the town's log."""

    async def dial(self, line: Line, dial: Dial) -> Mapping[str, str] | None:
        """Ring others and join them, or go into a room; the DialCall… parameters of how it went, None where
        nobody is told.
        """


class Performance:
    """One call's TwiML, performed."""

    def __init__(self, board: Switchboard, line: Line) -> None:
        self._board = board
        self._line = line
        self._base = ""

    async def run(self, source: Source | None) -> None:
        """Perform until the call is over; the caller ends the leg.

        Raises HungUpError when the person puts the telephone down.
        """
        for _ in range(MOST_DOCUMENTS):
            if source is None:
                return
            source = await self._document(source)
        self._board.complain(self._line, LOOPING, "the call goes round and round")

    async def _document(self, source: Source) -> Source | None:
        """Perform one document, unless the API sends the call elsewhere meanwhile."""
        try:
            script = await self._script(source)
            return await self._verbs(script)
        except (NoTwimlError, twiml.BadTwimlError) as error:
            self._board.complain(self._line, error.code, str(error))
            return None
        except CutError:
            return self._line.gone_elsewhere()

    async def _script(self, source: Source) -> Script:
        """Fetch and read a document; raises NoTwimlError or BadTwimlError."""
        if isinstance(source, Given):
            text = source.text
        else:
            text = await self._fetched(source)
        self._board.heard(self._line, text)
        return twiml.read(text)

    async def _fetched(self, source: Ask) -> str:
        """Fetch TwiML at its address, then at the fallback with the error's code."""
        self._base = source.url
        try:
            return await self._board.ask(self._line, source)
        except NoTwimlError as error:
            if not source.fallback:
                raise
            self._board.complain(self._line, error.code, f"{error}; the fallback is asked")
            wrong = {"ErrorCode": str(error.code), "ErrorUrl": source.url}
            self._base = source.fallback
            return await self._board.ask(self._line, Ask(source.fallback, wrong))

    async def _verbs(self, script: Script) -> Source | None:
        """Perform a document's verbs; where the call goes on, or None at its end."""
        for verb in script.verbs:
            self._pick_up_for(verb)
            if isinstance(verb, (Hangup, Reject)):
                self._over(verb)
                return None
            goes_on = await self._verb(verb)
            if goes_on is not None:
                return goes_on
        return None

    async def _verb(self, verb: Verb) -> Ask | None:
        """Perform one verb; where the call goes on, or None for the next verb."""
        match verb:
            case Say() | Play():
                await self._line.hear(verb.lasts_s, verb.sound)
            case Pause():
                await self._pause(verb)
            case Gather():
                return await self._gather(verb)
            case Dial():
                return await self._dial(verb)
            case Redirect():
                return Ask(urljoin(self._base, verb.url))
        return None

    def _pick_up_for(self, verb: object) -> None:
        """Answer an inbound call with the first verb that is heard."""
        rings_on = isinstance(verb, (Reject, Redirect, Pause)) or (
            isinstance(verb, Dial) and verb.answer_on_bridge
        )
        if not rings_on:
            self._board.advance(self._line, IN_PROGRESS)

    def _over(self, verb: Hangup | Reject) -> None:
        """End the call: the leg of one that was refused unanswered is busy or failed."""
        if isinstance(verb, Reject):
            self._board.advance(self._line, BUSY if verb.reason == "busy" else FAILED)

    async def _pause(self, verb: Pause) -> None:
        """Let nothing be heard; before the answer it goes on ringing."""
        unanswered = self._line.leg.answered_at is None
        await self._line.hear(verb.lasts_s, RINGING if unanswered else SILENCE)

    async def _gather(self, verb: Gather) -> Ask | None:
        """Say the prompts and take the keys that the person presses."""
        for prompt in verb.prompts:
            await self._line.hear(prompt.lasts_s, prompt.sound)
        digits, ended = self._line.take_keys(verb.num_digits, verb.finish_on_key)
        if not digits and not ended:
            await self._line.hear(verb.timeout, SILENCE)
            digits, ended = self._line.take_keys(verb.num_digits, verb.finish_on_key)
        if not digits and not verb.action_on_empty_result:
            return None
        return self._gathered(verb, digits, ended=ended)

    def _gathered(self, verb: Gather, digits: str, *, ended: bool) -> Ask:
        """Where the keys go: to the action, else to the document's own address."""
        extra = {"Digits": digits, "msg": "Gather End"}
        if ended:
            extra["FinishedOnKey"] = verb.finish_on_key
        return Ask(urljoin(self._base, verb.action), extra)

    async def _dial(self, verb: Dial) -> Ask | None:
        """Ring others; how it went is told to the action, else the next verb follows."""
        room = verb.conference and self._found(verb.conference)
        numbers = tuple(replace(one, url=one.url and urljoin(self._base, one.url)) for one in verb.numbers)
        how = await self._board.dial(self._line, replace(verb, numbers=numbers, conference=room))
        if not verb.action or how is None:
            return None
        return Ask(urljoin(self._base, verb.action), how)

    def _found(self, room: Conference) -> Conference:
        """A room whose addresses are whole: they are relative to the document's own."""
        return replace(
            room,
            wait_url=room.wait_url and urljoin(self._base, room.wait_url),
            status_callback=room.status_callback and urljoin(self._base, room.status_callback),
        )
