"""Recordings of calls: made, stopped, prepared after their end, fetched, deleted.

Source: twilio.com/docs/voice/api/recording. What isn't said there: a recording is prepared for two seconds
after its end, and one of under a second is `absent` (error 16101, too short).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any, Final

from dialer.town.delivery import new_sid
from dialer.town.town import Town
from dialer.town.voice.reports import API_VERSION

RUNNING, PAUSED, PROCESSING, COMPLETED, ABSENT = "in-progress", "paused", "processing", "completed", "absent"
ALIVE: Final = frozenset({RUNNING, PAUSED})
PREPARING_S: Final = 2.0
TOO_SHORT: Final = 16101
Tell = Callable[[str, Mapping[str, str]], None]
"""Posts a callback, once, without waiting for it."""
_MOMENTS: Final = ("started_at", "ended_at", "deleted_at")


@dataclass(slots=True)
class Recorded:
    """One recording. Times are instants in UTC, `seconds` of the town."""

    sid: str
    call_sid: str
    channels: int
    track: str
    started_at: datetime
    callback: str = ""
    events: tuple[str, ...] = ("completed",)
    status: str = RUNNING
    seconds: int | None = None
    ended_at: datetime | None = None
    deleted_at: datetime | None = None

    def record(self) -> dict[str, Any]:
        """As the ledger keeps it: JSON scalars."""
        kept = asdict(self)
        for moment in _MOMENTS:
            kept[moment] = kept[moment].isoformat() if kept[moment] else None
        return kept

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Recorded:
        """Read it back."""
        kept = dict(record) | {"events": tuple(record["events"])}
        for moment in _MOMENTS:
            kept[moment] = datetime.fromisoformat(kept[moment]) if kept[moment] else None
        return cls(**kept)


class Recorder:
    """All recordings, by SID, oldest first."""

    def __init__(self, town: Town, tell: Tell) -> None:
        self._town = town
        self._tell = tell
        self.by_sid: dict[str, Recorded] = {}

    def begin(self, made: Recorded) -> Recorded:
        """Take one up."""
        self._keep(made)
        self._report(made)
        return made

    def new(self, call_sid: str, **terms: Any) -> Recorded:
        """One that begins now."""
        return Recorded(new_sid("RE"), call_sid, started_at=self._town.clock.now(), **terms)

    def of(self, call_sid: str) -> list[Recorded]:
        """Those of a call that weren't deleted, newest first."""
        return [
            one for one in reversed(self.by_sid.values()) if one.call_sid == call_sid and not one.deleted_at
        ]

    def found(self, sid: str) -> Recorded | None:
        """One that wasn't deleted."""
        one = self.by_sid.get(sid)
        return None if one is None or one.deleted_at else one

    def pause(self, one: Recorded, *, pause: bool) -> None:
        """Pause one, or go on with it."""
        one.status = PAUSED if pause else RUNNING
        self._keep(one)

    def end(self, one: Recorded) -> None:
        """It is over, and is prepared for whoever fetches it."""
        lasted_s = self._town.clock.elapsed_since(one.started_at.timestamp())
        one.status, one.ended_at, one.seconds = PROCESSING, self._town.clock.now(), round(lasted_s)
        self._keep(one)
        self._prepare(one)

    def call_over(self, call_sid: str) -> None:
        """Nobody is on that call any more."""
        for one in self.of(call_sid):
            if one.status in ALIVE:
                self.end(one)

    def delete(self, one: Recorded) -> None:
        """Its sound is gone for good; the ledger keeps that there was one."""
        one.deleted_at = self._town.clock.now()
        self._keep(one)

    def replay(self, record: dict[str, Any]) -> None:
        """Take in what was once written down."""
        one = Recorded.from_record(record)
        self.by_sid[one.sid] = one

    def resume(self) -> None:
        """Go on preparing what was being prepared."""
        for one in self.by_sid.values():
            if one.status == PROCESSING:
                self._prepare(one)

    def _prepare(self, one: Recorded) -> None:
        self._town.clock.after(PREPARING_S, functools.partial(self._prepared, one))

    async def _prepared(self, one: Recorded) -> None:
        one.status = COMPLETED if one.seconds else ABSENT
        self._keep(one)
        self._report(one)

    def _report(self, one: Recorded) -> None:
        if one.callback and one.status in one.events and not one.deleted_at:
            self._tell(one.callback, told(one, self._town.config.account_sid))

    def _keep(self, one: Recorded) -> None:
        self._town.ledger.append("recording", one.record())
        self.by_sid[one.sid] = one


def told(one: Recorded, account_sid: str) -> dict[str, str]:
    """The parameters of a recording's callback."""
    return {
        "AccountSid": account_sid,
        "CallSid": one.call_sid,
        "RecordingSid": one.sid,
        "RecordingUrl": f"https://api.twilio.com/{API_VERSION}/Accounts/{account_sid}/Recordings/{one.sid}",
        "RecordingStatus": one.status,
        "RecordingDuration": str(one.seconds or 0),
        "RecordingChannels": str(one.channels),
        "RecordingStartTime": format_datetime(one.started_at),
        "RecordingSource": "StartCallRecordingAPI",
        "RecordingTrack": one.track,
        "ErrorCode": str(TOO_SHORT if one.status == ABSENT else 0),
    }


def shown(one: Recorded, account_sid: str) -> dict[str, Any]:
    """The recording as the API shows it."""
    begun = format_datetime(one.started_at)
    return {
        "sid": one.sid,
        "account_sid": account_sid,
        "call_sid": one.call_sid,
        "conference_sid": None,
        "api_version": API_VERSION,
        "status": one.status,
        "channels": one.channels,
        "track": one.track,
        "source": "StartCallRecordingAPI",
        "duration": None if one.seconds is None else str(one.seconds),
        "error_code": TOO_SHORT if one.status == ABSENT else None,
        "encryption_details": None,
        "price": None,
        "price_unit": "USD",
        "date_created": begun,
        "date_updated": format_datetime(one.ended_at) if one.ended_at else begun,
        "start_time": begun,
        "uri": f"/{API_VERSION}/Accounts/{account_sid}/Recordings/{one.sid}.json",
    }
