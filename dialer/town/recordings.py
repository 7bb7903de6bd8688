"""The carrier's API for recordings of calls (2010-04-01, version 2.6.7), and their sound: silence, as long as
the recording.

Twilio passes over parameters that it doesn't know; the town refuses them, so that nothing unread goes to it.
"""

from __future__ import annotations

import wave
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from typing import Any, Final

from aiohttp import web

from dialer.town.api import VERSION, RefusedError, answer, create, customers, not_found
from dialer.town.control import local
from dialer.town.listing import page_of
from dialer.town.town import Town
from dialer.town.voice.leg import IN_PROGRESS, Leg
from dialer.town.voice.orders import (
    BAD_CALLBACK,
    BAD_EVENT,
    BAD_VALUE,
    NOT_IN_PROGRESS,
    CallForm,
    read_call_form,
    refusal,
)
from dialer.town.voice.recorder import ALIVE, COMPLETED, PROCESSING, RUNNING, Recorded, Recorder, shown

EVENTS: Final = frozenset({"in-progress", "completed", "absent"})
CURRENT: Final = "Twilio.CURRENT"
NOT_NOW: Final = 16114
MOST_ON_A_PAGE: Final = 1000
WAV_RATE: Final = 8000

_TERMS: Final = frozenset(
    {
        "RecordingStatusCallback",
        "RecordingStatusCallbackMethod",
        "RecordingStatusCallbackEvent",
        "RecordingChannels",
        "RecordingTrack",
        "Trim",
    }
)
_FRAME: Final = b"\xff\xfb\x18\xc4" + bytes(140)
"""36 ms of silence: MPEG-1 Layer III, mono, 32 kHz, 32 kbit/s."""
_FRAME_S: Final = 0.036


class Recordings:
    """What may be asked of recordings; legs and recorder are others when the town begins anew."""

    def __init__(
        self, town: Town, legs: Callable[[], Mapping[str, Leg]], recorder: Callable[[], Recorder]
    ) -> None:
        self._town = town
        self._legs = legs
        self._recorder = recorder

    def routes(self) -> Iterable[web.RouteDef]:
        """The carrier's API, and the ledger."""
        guard = customers(self._town.account)
        base = f"/{VERSION}/Accounts/{{account}}"
        of_call, alone = f"{base}/Calls/{{sid}}/Recordings", f"{base}/Recordings"
        return [
            web.post(f"{of_call}.json", guard(self._create)),
            web.get(f"{of_call}.json", guard(self._list)),
            web.post(f"{of_call}/{{recording}}.json", guard(self._update)),
            web.get(f"{alone}/{{recording}}.json", guard(self._fetch)),
            web.delete(f"{alone}/{{recording}}.json", guard(self._delete)),
            web.get(f"{alone}/{{recording}}.{{kind:mp3|wav}}", guard(self._sound)),
            web.get("/ledger/recordings", local(self._ledger)),
        ]

    async def _create(self, request: web.Request) -> web.StreamResponse:
        leg, form = self._leg(request), await read_call_form(request)

        def accept() -> Mapping[str, Any]:
            made = self._recorder().begin(self._recorder().new(leg.sid, **_terms(form)))
            return self._shown(made)

        if leg.status != IN_PROGRESS:
            raise refusal(NOT_IN_PROGRESS)
        return await create(request, self._town.dice, accept)

    async def _list(self, request: web.Request) -> web.Response:
        self._may_fail("list_error")
        found = [self._shown(one) for one in self._recorder().of(self._leg(request).sid)]
        return answer(page_of(request, "recordings", found, size=MOST_ON_A_PAGE, number=0))

    async def _update(self, request: web.Request) -> web.Response:
        """Stop or pause one, or go on with it."""
        form, one = await read_call_form(request), self._of_leg(request)
        status = form.choice("Status", ("", "stopped", "paused", RUNNING))
        if not status or form.names() - {"Status", "PauseBehavior"}:
            raise refusal(BAD_VALUE)
        if one.status not in ALIVE:
            raise refusal(NOT_IN_PROGRESS)
        if status == "stopped":
            self._recorder().end(one)
        else:
            self._recorder().pause(one, pause=status == "paused")
        return answer(self._shown(one))

    async def _fetch(self, request: web.Request) -> web.Response:
        self._may_fail("fetch_error")
        return answer(self._shown(self._one(request)))

    async def _delete(self, request: web.Request) -> web.Response:
        """Not one that is still made or prepared; Twilio doesn't say what it does then."""
        self._may_fail("fetch_error")
        one = self._one(request)
        if one.status in ALIVE | {PROCESSING}:
            raise RefusedError(NOT_NOW, 409, "Resource not in a state to accept the request")
        self._recorder().delete(one)
        return web.Response(status=204)

    async def _sound(self, request: web.Request) -> web.Response:
        """The sound of one that is ready."""
        self._may_fail("fetch_error")
        one = self._one(request)
        if one.status != COMPLETED:
            raise not_found(request)
        seconds = one.seconds or 0
        if request.match_info["kind"] == "wav":
            return web.Response(body=_wav(seconds, one.channels), content_type="audio/x-wav")
        return web.Response(body=_mp3(one.sid, seconds), content_type="audio/mpeg")

    async def _ledger(self, request: web.Request) -> web.Response:  # noqa: ARG002 -- a handler's shape
        """All of them, oldest first, the deleted ones too."""
        return web.json_response({"recordings": [one.record() for one in self._recorder().by_sid.values()]})

    # --- what they share ---

    def _shown(self, one: Recorded) -> dict[str, Any]:
        return shown(one, self._town.config.account_sid)

    def _may_fail(self, fault: str) -> None:
        if self._town.dice.happens(fault):
            raise RefusedError(20500, 500)

    def _leg(self, request: web.Request) -> Leg:
        leg = self._legs().get(request.match_info["sid"])
        if leg is None:
            raise not_found(request)
        return leg

    def _one(self, request: web.Request) -> Recorded:
        one = self._recorder().found(request.match_info["recording"])
        if one is None:
            raise not_found(request)
        return one

    def _of_leg(self, request: web.Request) -> Recorded:
        if request.match_info["recording"] != CURRENT:
            return self._one(request)
        running = (one for one in self._recorder().of(self._leg(request).sid) if one.status in ALIVE)
        one = next(running, None)
        if one is None:
            raise not_found(request)
        return one


def _terms(form: CallForm) -> dict[str, Any]:
    """How it is to be made. Raises RefusedError for what the carrier doesn't do."""
    if unknown := sorted(form.names() - _TERMS):
        raise refusal(BAD_VALUE, f"The town doesn't know {', '.join(unknown)}")
    form.only_post("RecordingStatusCallbackMethod")
    form.choice("Trim", ("do-not-trim", "trim-silence"))
    events = form.all("RecordingStatusCallbackEvent") or ("completed",)
    events = tuple(name for each in events for name in each.split())
    if not set(events) <= EVENTS:
        raise refusal(BAD_EVENT)
    return {
        "channels": 2 if form.choice("RecordingChannels", ("mono", "dual")) == "dual" else 1,
        "track": form.choice("RecordingTrack", ("both", "inbound", "outbound")),
        "callback": form.address("RecordingStatusCallback", BAD_CALLBACK),
        "events": events,
    }


def _mp3(title: str, seconds: int) -> bytes:
    """Silence, with a title by which it is known (ID3v2.3, one TIT2 frame)."""
    text = b"\x00" + title.encode()
    frame = b"TIT2" + len(text).to_bytes(4) + b"\x00\x00" + text
    head = b"ID3\x03\x00\x00" + bytes((0, 0, len(frame) >> 7, len(frame) & 0x7F))
    return head + frame + _FRAME * round(seconds / _FRAME_S)


def _wav(seconds: int, channels: int) -> bytes:
    file = BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(2)
        sound.setframerate(WAV_RATE)
        sound.writeframes(bytes(2 * channels * WAV_RATE * seconds))
    return file.getvalue()
