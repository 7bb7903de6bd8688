"""One leg of a call: its states, its times and the callbacks it has asked for.

Source of states and events: twilio.com/docs/voice/api/call-resource and the changelog of the
status callbacks; `completed` is the event of any end.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from dialer.town.voice.sounds import Heard

QUEUED, INITIATED, RINGING, IN_PROGRESS = "queued", "initiated", "ringing", "in-progress"
COMPLETED, BUSY, NO_ANSWER = "completed", "busy", "no-answer"
FAILED, CANCELED = "failed", "canceled"
FINAL: Final = frozenset({COMPLETED, BUSY, NO_ANSWER, FAILED, CANCELED})
_RANK: Final = {QUEUED: 0, INITIATED: 1, RINGING: 2, IN_PROGRESS: 3} | dict.fromkeys(FINAL, 4)
_EVENT: Final = {INITIATED: "initiated", RINGING: "ringing", IN_PROGRESS: "answered"}
_MOMENTS: Final = ("created_at", "started_at", "answered_at", "ended_at")


@dataclass(frozen=True, slots=True)
class Callback:
    """Where a leg reports what becomes of it, and of which events."""

    url: str
    events: tuple[str, ...] = ("completed",)


@dataclass(slots=True)
class Leg:
    """A call as the carrier keeps it; `caller` is From. Times are instants in UTC.

    `heard` is the TwiML that was last performed, `sounds` what the person heard of it, `answer` who or what
    they were.
    """

    sid: str
    to: str
    caller: str
    direction: str
    created_at: datetime
    status: str = QUEUED
    parent_sid: str | None = None
    queue_ms: int = 0
    started_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    duration_s: int | None = None
    answered_by: str | None = None
    callback: Callback | None = None
    sequence: int = 0
    heard: str = ""
    answer: str = ""
    sounds: list[Heard] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Whether nothing more can become of it."""
        return self.status in FINAL

    @property
    def person(self) -> str:
        """The number, or the name in a browser, of whoever is at its far end."""
        return self.caller if self.direction == "inbound" else self.to

    def advance(self, status: str, at: datetime, *, lasted_s: float = 0) -> bool:
        """Move forward, never back and never out of an end; say whether it moved.

        `lasted_s` is how long the talk was, in seconds of the town, when it ends one.
        """
        if self.is_over or _RANK[status] <= _RANK[self.status]:
            return False
        self._note(status, at, lasted_s)
        self.status = status
        return True

    def _note(self, status: str, at: datetime, lasted_s: float) -> None:
        """Write down the instant that goes with a state."""
        if status == INITIATED or self.started_at is None:
            self.started_at = at
        if status == IN_PROGRESS:
            self.answered_at = at
        if status in FINAL:
            self.ended_at = at
            self.duration_s = round(lasted_s) if status == COMPLETED else 0

    def event(self) -> str | None:
        """The call progress event of the present state, if it was asked for."""
        name = "completed" if self.is_over else _EVENT.get(self.status)
        wanted = self.callback.events if self.callback else ()
        return name if name in wanted else None

    def record(self) -> dict[str, Any]:
        """The leg as the ledger keeps it: JSON scalars, `from` for the caller."""
        kept = asdict(self)
        for moment in _MOMENTS:
            kept[moment] = kept[moment].isoformat() if kept[moment] else None
        return kept | {"from": kept.pop("caller")}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Leg:
        """Read a leg back from the ledger; what else stands in the record is left alone."""
        kept = {name: record[name] for name in cls.__slots__ if name in record}
        for moment in _MOMENTS:
            kept[moment] = datetime.fromisoformat(kept[moment]) if kept.get(moment) else None
        if callback := kept.get("callback"):
            kept["callback"] = Callback(callback["url"], tuple(callback["events"]))
        kept["sounds"] = [Heard(**heard) for heard in kept.get("sounds", ())]
        return cls(caller=record["from"], **kept)
