"""Texts and calls through Twilio's API: the `Carrier` of `port.py`.

Deeds are synchronous and send hundreds at once, so each process has one thread with an event loop, made at
the first use after the fork, and one official client in it. Requests are built by hand on that client's
`request`, since its resource classes lose what we need: whether a refusal carried a code, the Retry-After,
and the error of a list.
"""

from __future__ import annotations

import asyncio
import atexit
import datetime as dt
import os
import threading
import time
import weakref
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, TypeVar

from dialer.carrier import listing
from dialer.carrier.attachments import TwilioAttachments
from dialer.carrier.errors import ALREADY_ENDED, UNKNOWN_NAME, action_of
from dialer.carrier.exchange import Answered, Failed, ask
from dialer.carrier.forms import call_form, is_pool, message_form, participant_form, rerouting_form
from dialer.carrier.lined_up import Call as _Call
from dialer.carrier.lined_up import Text as _Text
from dialer.carrier.lined_up import give_up as _give_up
from dialer.carrier.lined_up import give_up_call as _give_up_call
from dialer.carrier.look_ups import TwilioLookUps
from dialer.carrier.loop import LoopThread
from dialer.carrier.numbers import TwilioNumbers
from dialer.carrier.outcomes import call_outcome, carrier_error, message_outcome, outcome_of
from dialer.carrier.places import Places
from dialer.carrier.port import (
    CALLS_IN_FLIGHT,
    IN_FLIGHT,
    NOT_BEGUN,
    URGENT_IN_FLIGHT,
    CallOutcome,
    CallTold,
    CarrierCall,
    CarrierConference,
    CarrierError,
    CarrierMessage,
    NotAccepted,
    OutboundCall,
    OutboundMessage,
    Participant,
    ParticipantChange,
    Rerouting,
    SendOutcome,
    Told,
    Unknown,
)
from dialer.carrier.reading import call_from, is_sid, message_from
from dialer.carrier.recordings import TwilioRecordings
from dialer.carrier.transport import API, Transport, make_client
from dialer.domain.carrier_action import Action

START_WITHIN_S: Final = 10.0
"""A text that could not be posted this long after it was handed over goes back: with the time for its answer
it stays within the 30 s after which its worker counts as lost.
"""

Result = TypeVar("Result")


class _Line:
    """What one process speaks through. Made and used within its loop's thread."""

    def __init__(self, account_sid: str, auth_token: str, base_url: str) -> None:
        self._transport = Transport(base_url)
        self.client = make_client(account_sid, auth_token, self._transport)
        self.room = asyncio.Semaphore(IN_FLIGHT)
        self.urgent_room = asyncio.Semaphore(URGENT_IN_FLIGHT)
        self.url = f"{API}/2010-04-01/Accounts/{account_sid}"
        self._places = Places(IN_FLIGHT, self._send, _give_up)
        self._urgent_places = Places(URGENT_IN_FLIGHT, self._send, _give_up)
        self.call_room = asyncio.Semaphore(CALLS_IN_FLIGHT)
        self._call_places = Places(CALLS_IN_FLIGHT, self._place, _give_up_call)

    def begin(self, texts: Sequence[_Text]) -> None:
        """Take these into the line for a place on the wire; those that a person waits for have their own."""
        self._places.put([text for text in texts if not text.message.urgent])
        self._urgent_places.put([text for text in texts if text.message.urgent])

    async def _send(self, text: _Text) -> None:
        """Send one text and tell, also where the process ends meanwhile: then nobody knows."""
        outcome: SendOutcome = Unknown("interrupted")
        try:
            outcome = await _send(self, text.message, text.latest)
        finally:
            text.told(text.message, outcome)

    def begin_calls(self, calls: Sequence[_Call]) -> None:
        """The same for calls, which have places of their own too: nobody's phone waits behind texts."""
        self._call_places.put(calls)

    async def _place(self, one: _Call) -> None:
        outcome: CallOutcome = Unknown("interrupted")
        try:
            outcome = await _place(self, one.call, one.latest)
        finally:
            one.told(one.call, outcome)

    async def close(self) -> None:
        await self._transport.close()

    async def fetch(self, path: str) -> Any:
        """Something of the account."""
        return await self.ask(self.url + path)

    async def ask(self, url: str) -> Any:
        async with self.room:
            return await ask(self.client, "GET", url)

    async def post(self, path: str, form: dict[str, Any], connect_s: float | None = None) -> Any:
        """To be called with `room` taken, so that it never waits for a connection but a new one."""
        return await ask(self.client, "POST", self.url + path, data=form, timeout=connect_s)

    async def change(self, method: str, path: str, form: dict[str, Any], gone: int = UNKNOWN_NAME) -> bool:
        """Change something live; whether it was there, and in a state (`gone`) in which that can be done."""
        return await self.changed(method, path, form, gone) is not None

    async def changed(self, method: str, path: str, form: dict[str, Any], gone: int) -> Any:
        """The same; what became of it, None where it wasn't there or can't be done."""
        async with self.room:
            try:
                return await ask(self.client, method, self.url + path, data=form)
            except Answered as error:
                if error.code in {UNKNOWN_NAME, gone}:
                    return None
                raise


class TwilioCarrier:
    """One account, at Twilio or at whatever speaks its API at `base_url`."""

    def __init__(self, account_sid: str, auth_token: str, base_url: str = API) -> None:
        self._account = (account_sid, auth_token, base_url)
        self._guard = threading.Lock()
        self._running: tuple[LoopThread, _Line] | None = None
        _CARRIERS.add(self)

    def begin_messages(self, messages: Sequence[OutboundMessage], told: Told) -> None:
        """See `Carrier`."""
        thread, line = self._started()
        latest = time.monotonic() + START_WITHIN_S
        thread.call(line.begin, [_Text(message, latest, told) for message in messages])

    def send_messages(self, messages: Sequence[OutboundMessage]) -> list[SendOutcome]:
        """See `Carrier`."""

        async def send_all(line: _Line) -> list[SendOutcome]:
            latest = time.monotonic() + START_WITHIN_S
            return await asyncio.gather(*(_send(line, message, latest) for message in messages))

        return self._do(send_all) if messages else []

    def message(self, sid: str) -> CarrierMessage | None:
        """See `Carrier`."""
        [found] = self.look_up([sid])
        if isinstance(found, CarrierError):
            raise found
        return found

    def look_up(self, sids: Sequence[str]) -> list[CarrierMessage | CarrierError | None]:
        """See `Carrier`."""

        async def look(line: _Line) -> list[CarrierMessage | CarrierError | None]:
            return await asyncio.gather(*(_message(line, sid) for sid in sids))

        return self._do(look) if sids else []

    def numbers_of(self, sender: str) -> list[str]:
        """See `Carrier`."""
        if is_pool(sender):
            return self._read(lambda line: listing.pool_numbers(line.ask, sender))
        return [sender] if sender.lstrip("+").isdigit() else []

    def action_of(self, code: int) -> Action:
        """See `Carrier`."""
        return action_of(code)

    def messages(
        self,
        *,
        to: str | None = None,
        sender: str | None = None,
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
        waiting: bool = True,
    ) -> list[CarrierMessage]:
        """See `Carrier`."""
        wanted = listing.Wanted(to, sender, since, until, waiting)
        return self._read(lambda line: listing.messages(line.fetch, wanted))

    def place_call(self, call: OutboundCall) -> CallOutcome:
        """See `Carrier`."""
        latest = time.monotonic() + START_WITHIN_S
        return self._do(lambda line: _place(line, call, latest))

    def begin_calls(self, calls: Sequence[OutboundCall], told: CallTold) -> None:
        """See `Carrier`."""
        thread, line = self._started()
        latest = time.monotonic() + START_WITHIN_S
        thread.call(line.begin_calls, [_Call(call, latest, told) for call in calls])

    def call(self, sid: str) -> CarrierCall | None:
        """See `Carrier`."""
        if not is_sid(sid, "CA"):
            return None
        found = self._read(lambda line: _one(line, f"/Calls/{sid}.json"))
        return None if found is None else call_from(found)

    def calls(self, *, to: str | None = None, since: dt.datetime | None = None) -> list[CarrierCall]:
        """See `Carrier`."""
        return self._read(lambda line: listing.calls(line.fetch, to, since))

    def end_call(self, sid: str) -> None:
        """See `Carrier`. `completed` also takes a call from the queue or stops its ringing."""
        self._change("POST", f"/Calls/{sid}.json", {"Status": "completed"}, ALREADY_ENDED)

    def redirect_call(self, sid: str, where: Rerouting) -> bool:
        """See `Carrier`."""
        return self._change("POST", f"/Calls/{sid}.json", rerouting_form(where), ALREADY_ENDED)

    def conferences(self, name: str) -> list[CarrierConference]:
        """See `Carrier`."""
        return self._read(lambda line: listing.conferences(line.fetch, name))

    def participants(self, conference_sid: str) -> list[Participant]:
        """See `Carrier`."""

        async def found(line: _Line) -> list[Participant]:
            try:
                return await listing.participants(line.fetch, conference_sid)
            except Answered as error:
                if error.code == UNKNOWN_NAME:
                    return []
                raise

        return self._read(found) if is_sid(conference_sid, "CF") else []

    def change_participant(self, conference_sid: str, call_sid: str, change: ParticipantChange) -> bool:
        """See `Carrier`."""
        return self._change("POST", _participant(conference_sid, call_sid), participant_form(change))

    def remove_participant(self, conference_sid: str, call_sid: str) -> bool:
        """See `Carrier`."""
        return self._change("DELETE", _participant(conference_sid, call_sid), {})

    def end_conference(self, sid: str) -> None:
        """See `Carrier`."""
        self._change("POST", f"/Conferences/{sid}.json", {"Status": "completed"})

    @property
    def recordings(self) -> TwilioRecordings:
        """See `Carrier`."""
        return TwilioRecordings(self._read, *self._account)

    @property
    def attachments(self) -> TwilioAttachments:
        """See `Carrier`."""
        return TwilioAttachments(self._read, *self._account)

    @property
    def look_ups(self) -> TwilioLookUps:
        """See `Carrier`."""
        return TwilioLookUps(self._read)

    @property
    def numbers(self) -> TwilioNumbers:
        """See `Carrier`."""
        return TwilioNumbers(self._read)

    def close(self) -> None:
        """See `Carrier`."""
        with self._guard:
            running, self._running = self._running, None
        if running is not None:
            atexit.unregister(self.close)
            thread, line = running
            thread.run(line.close())
            thread.stop()

    def forget(self) -> None:
        """In a new process: leave the parent's connections alone and begin anew.

        They are kept, unused, since letting go of them would take them out of the parent's poll as well.
        """
        self._guard = threading.Lock()
        if self._running is not None:
            atexit.unregister(self.close)
            _OF_PARENTS.append(self._running)
            self._running = None

    def _change(self, method: str, path: str, form: dict[str, Any], gone: int = UNKNOWN_NAME) -> bool:
        return self._read(lambda line: line.change(method, path, form, gone))

    def _read(self, work: Callable[[_Line], Awaitable[Result]]) -> Result:
        try:
            return self._do(work)
        except Failed as error:
            raise carrier_error(error) from None

    def _do(self, work: Callable[[_Line], Awaitable[Result]]) -> Result:
        thread, line = self._started()

        async def done() -> Result:
            return await work(line)

        return thread.run(done())

    def _started(self) -> tuple[LoopThread, _Line]:
        with self._guard:
            if self._running is None:
                thread = LoopThread("carrier")
                self._running = thread, thread.run(self._line())
                atexit.register(self.close)
            return self._running

    async def _line(self) -> _Line:
        return _Line(*self._account)


def _participant(conference_sid: str, call_sid: str) -> str:
    return f"/Conferences/{conference_sid}/Participants/{call_sid}.json"


async def _one(line: _Line, path: str) -> Any:
    """One thing; None when the carrier says that there is none of that name."""
    try:
        return await line.fetch(path)
    except Answered as error:
        if error.status == 404 and error.code == UNKNOWN_NAME:
            return None
        raise


async def _message(line: _Line, sid: str) -> CarrierMessage | CarrierError | None:
    if not is_sid(sid, "SM", "MM"):
        return None
    try:
        found = await _one(line, f"/Messages/{sid}.json")
    except Failed as error:
        return carrier_error(error)
    return None if found is None else message_from(found)


async def _send(line: _Line, message: OutboundMessage, latest: float) -> SendOutcome:
    async with line.urgent_room if message.urgent else line.room:
        left_s = min(latest, message.begin_before or latest) - time.monotonic()
        if left_s <= 0:
            return NotAccepted(NOT_BEGUN)
        try:
            return message_outcome(await line.post("/Messages.json", message_form(message), left_s))
        except Failed as error:
            return outcome_of(error)


async def _place(line: _Line, call: OutboundCall, latest: float) -> CallOutcome:
    async with line.call_room:
        left_s = min(latest, call.begin_before or latest) - time.monotonic()
        if left_s <= 0:
            return NotAccepted(NOT_BEGUN)
        try:
            return call_outcome(await line.post("/Calls.json", call_form(call), left_s))
        except Failed as error:
            return outcome_of(error)


_CARRIERS: Final[weakref.WeakSet[TwilioCarrier]] = weakref.WeakSet()
_OF_PARENTS: Final[list[object]] = []


def _begin_anew() -> None:
    for carrier in tuple(_CARRIERS):
        carrier.forget()


os.register_at_fork(after_in_child=_begin_anew)
