"""Recordings of calls through Twilio's API: the `Recordings` of `recording_port.py`.

Source: twilio.com/docs/voice/api/recording (properties, statuses, the path of the media) and the carrier's
OpenAPI description 2.6.7; 21220 is what a call that isn't in progress is answered.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol

from dialer.carrier import media
from dialer.carrier.errors import ALREADY_ENDED
from dialer.carrier.exchange import Answered, Failed, Lost
from dialer.carrier.outcomes import carrier_error
from dialer.carrier.reading import is_sid, recording_from
from dialer.carrier.recording_port import CarrierRecording, NotAudioError
from dialer.carrier.transport import API, NoAddressError, rewritten

EVENTS: Final = "completed absent"
GONE: Final = 404
PAGE: Final = 50


class Line(Protocol):
    """What is needed of the client, within its loop."""

    async def changed(self, method: str, path: str, form: dict[str, Any], gone: int) -> Any:
        """Ask for something of the account; None where there is none of that name, or where it isn't in a
        state (`gone`) for that. Raises `Failed`.
        """


Read = Callable[[Callable[[Line], Awaitable[Any]]], Any]
"""Has something done in that loop, and waits for it. Raises CarrierError."""


class TwilioRecordings:
    """Those of one account."""

    def __init__(self, read: Read, account_sid: str, auth_token: str, base_url: str) -> None:
        self._read = read
        self._auth = (account_sid, auth_token)
        self._base_url = base_url

    def start(self, call_sid: str, status_callback: str) -> CarrierRecording | None:
        """See `Recordings`."""
        form = {
            "RecordingStatusCallback": status_callback,
            "RecordingStatusCallbackEvent": EVENTS.split(),
            "RecordingChannels": "mono",
            "RecordingTrack": "both",
            "Trim": "do-not-trim",
        }
        made = self._ask("POST", f"/Calls/{call_sid}/Recordings.json", form)
        return None if made is None else recording_from(made)

    def of_call(self, call_sid: str) -> list[CarrierRecording]:
        """See `Recordings`. A leg has one or two: the first page holds them."""
        if not is_sid(call_sid, "CA"):
            return []
        found = self._ask("GET", f"/Calls/{call_sid}/Recordings.json?PageSize={PAGE}")
        return [recording_from(item) for item in (found or {}).get("recordings", [])]

    def one(self, sid: str) -> CarrierRecording | None:
        """See `Recordings`."""
        found = self._ask("GET", f"/Recordings/{sid}.json") if is_sid(sid, "RE") else None
        return None if found is None else recording_from(found)

    def stop(self, call_sid: str, sid: str) -> bool:
        """See `Recordings`."""
        path = f"/Calls/{call_sid}/Recordings/{sid}.json"
        return self._ask("POST", path, {"Status": "stopped"}) is not None

    def fetch(self, sid: str, take: Callable[[bytes], object]) -> bool:
        """See `Recordings`."""
        path = f"{API}/2010-04-01/Accounts/{self._auth[0]}/Recordings/{sid}.mp3"
        head = _Head(take)
        try:
            kind = media.fetch(self._place(path), self._auth, head.take)
        except Answered as error:
            if error.status == GONE:
                return False
            raise carrier_error(error) from None
        except Failed as error:
            raise carrier_error(error) from None
        if not kind.startswith("audio/") or not head.is_sound:
            raise NotAudioError
        return True

    def delete(self, sid: str) -> None:
        """See `Recordings`."""
        self._ask("DELETE", f"/Recordings/{sid}.json")

    def _ask(self, method: str, path: str, form: dict[str, Any] | None = None) -> Any:
        return self._read(lambda line: line.changed(method, path, form or {}, ALREADY_ENDED))

    def _place(self, path: str) -> str:
        try:
            return rewritten(path, self._base_url)
        except NoAddressError:
            raise Lost("unreachable") from None


class _Head:
    """Looks at the beginning of what goes by: an MP3 begins with its first frame or with a tag (ID3)."""

    def __init__(self, take: Callable[[bytes], object]) -> None:
        self._take = take
        self._first = b""

    def take(self, piece: bytes) -> None:
        self._first = self._first or piece[:3]
        self._take(piece)

    @property
    def is_sound(self) -> bool:
        head = self._first
        return head[:3] == b"ID3" or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0)
