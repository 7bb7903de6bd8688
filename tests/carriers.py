"""Tools for sending in tests: no rates, no luck, and a carrier that does what it is told."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from typing import Any

from dialer.carrier.attachment_port import Attachments
from dialer.carrier.look_up_port import LookUps
from dialer.carrier.mail_port import Mailer, NoMailer
from dialer.carrier.number_port import Numbers
from dialer.carrier.port import (
    Accepted,
    CallOutcome,
    CallTold,
    CarrierCall,
    CarrierError,
    CarrierMessage,
    NotAccepted,
    OutboundCall,
    OutboundMessage,
    SendOutcome,
    Told,
    Unknown,
)
from dialer.carrier.recording_port import Recordings
from dialer.domain.limit import Limit, Taken
from dialer.services.messaging.tools import Tools
from dialer.services.messaging.wires import Wires


class Unmetered:
    """Buckets that are always full."""

    def take(self, limits: Sequence[Limit], costs: Sequence[int], *, urgent: bool = False) -> Taken:
        return Taken(len(costs))


class AtOnceCarrier:
    """What a carrier in memory needs beside `send_messages` and `place_call`."""

    def place_call(self, call: OutboundCall) -> CallOutcome:
        raise NotImplementedError

    def begin_calls(self, calls: Sequence[OutboundCall], told: CallTold) -> None:
        for call in calls:
            told(call, self.place_call(call))

    @property
    def recordings(self) -> Recordings:
        raise NotImplementedError

    @property
    def attachments(self) -> Attachments:
        raise NotImplementedError

    @property
    def look_ups(self) -> LookUps:
        raise NotImplementedError

    @property
    def numbers(self) -> Numbers:
        raise NotImplementedError

    def send_messages(self, messages: Sequence[OutboundMessage]) -> list[SendOutcome]:
        raise NotImplementedError

    def begin_messages(self, messages: Sequence[OutboundMessage], told: Told) -> None:
        for message, outcome in zip(messages, self.send_messages(messages), strict=True):
            told(message, outcome)


def as_listed(sid: str, message: OutboundMessage, at: dt.datetime) -> CarrierMessage:
    """A text that the carrier has just accepted, as it stands in its list."""
    return CarrierMessage(
        sid=sid,
        to=message.to,
        sender=message.sender,
        body=message.body,
        direction="outbound-api",
        status="queued",
        error_code=None,
        segments=1,
        price=None,
        currency=None,
        created_at=at,
        sent_at=None,
    )


def _within(one: CarrierMessage, since: dt.datetime | None, until: dt.datetime | None) -> bool:
    at = one.sent_at or one.created_at
    return at is None or ((since is None or at >= since) and (until is None or at <= until))


@dataclass
class Judge(AtOnceCarrier):
    """A carrier in memory that keeps a ledger of what it accepted, and answers as `answers` says.

    An answer may be an outcome, or `lost`: accepted, and the reply never came. Without one it accepts.
    """

    now: Callable[[], dt.datetime]
    ledger: list[CarrierMessage] = field(default_factory=list)
    asked: list[OutboundMessage] = field(default_factory=list)
    answers: Callable[[OutboundMessage], SendOutcome | str | None] = lambda _: None
    unreadable: bool = False
    hidden: bool = False
    """Its list lags: it shows nothing yet."""

    def look_up(self, sids: Sequence[str]) -> list[CarrierMessage | CarrierError | None]:
        return [self.message(sid) for sid in sids]

    def send_messages(self, messages: Sequence[OutboundMessage]) -> list[SendOutcome]:
        return [self._send(message) for message in messages]

    def _send(self, message: OutboundMessage) -> SendOutcome:
        if message.begin_before is not None and time.monotonic() > message.begin_before:
            return NotAccepted("not_begun")
        self.asked.append(message)
        answer = self.answers(message)
        if answer is not None and answer != "lost":
            assert not isinstance(answer, str)
            return answer
        sid = f"SM{len(self.ledger):032x}"
        self.ledger.append(as_listed(sid, message, self.now()))
        return Unknown("timeout") if answer == "lost" else Accepted(sid, "queued")

    def message(self, sid: str) -> CarrierMessage | None:
        return next((one for one in self.ledger if one.sid == sid), None)

    def messages(
        self,
        *,
        to: str | None = None,
        sender: str | None = None,
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
        waiting: bool = True,
    ) -> list[CarrierMessage]:
        if self.unreadable:
            raise CarrierError("unreachable", permanent=False)
        within = [one for one in reversed(self.ledger) if _within(one, since, until)]
        return [] if self.hidden else [one for one in within if to in {None, one.to}]

    def accepted_by_number(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for one in self.ledger:
            found[one.to] = found.get(one.to, 0) + 1
        return found

    def call(self, sid: str) -> CarrierCall | None:
        raise NotImplementedError

    def calls(self, *, to: str | None = None, since: dt.datetime | None = None) -> list[CarrierCall]:
        raise NotImplementedError

    def end_call(self, sid: str) -> None:
        raise NotImplementedError

    def action_of(self, code: int) -> Any:
        raise NotImplementedError

    def close(self) -> None: ...


class AtOnce(Executor):
    """Does what it is given before it returns."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - a future carries whatever it was
            future.set_exception(error)
        return future


def wires() -> Wires:
    """Wires on which one thing happens after another."""
    return Wires(pool=AtOnce())


def tools(carrier: Judge, clock: Callable[[], dt.datetime], mailer: Mailer | None = None) -> Tools:
    """Tools without rates and luck."""
    return Tools(carrier, Unmetered(), clock, lambda: 0.5, mailer or NoMailer())  # type: ignore[arg-type]
