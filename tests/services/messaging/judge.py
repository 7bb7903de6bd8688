"""A carrier that keeps a ledger of all it accepted and is made to answer badly: the judge of “sent once”."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, NoReturn
from urllib.parse import parse_qs, urlsplit

from dialer.carrier.errors import action_of
from dialer.carrier.port import (
    TOO_MANY_REQUESTS,
    Accepted,
    CarrierError,
    CarrierMessage,
    NotAccepted,
    OutboundMessage,
    Refused,
    SendOutcome,
    Unknown,
)
from dialer.domain.carrier_action import Action
from tests.carriers import AtOnceCarrier, as_listed

LIST_LAGS_S: Final = 9
"""How long the carrier's list doesn't show what was accepted: less than the 10 s of `settle_s`."""


class Fate(StrEnum):
    """What becomes of one request to send."""

    ACCEPTED = "accepted"
    REPLY_LOST = "accepted, and the answer never came"
    VANISHED = "never arrived, and nobody can tell"
    SLOW_DOWN = "asked to come later"
    NO_MOBILE = "refused: the line takes no texts"
    OPTED_OUT = "refused: the person opted out at the carrier"
    WRONG_SENDER = "refused: our own set-up is wrong"


_REFUSALS: Final = {Fate.NO_MOBILE: 21614, Fate.OPTED_OUT: 21610, Fate.WRONG_SENDER: 21606}


@dataclass
class Judge(AtOnceCarrier):
    """The carrier and its ledger, oldest first. `unreadable`: its list can't be read just now."""

    now: Callable[[], dt.datetime]
    ledger: list[CarrierMessage] = field(default_factory=list)
    named: dict[str, uuid.UUID] = field(default_factory=dict)
    """Our own id of each accepted text, as the address for its callbacks names it."""
    fates: Counter[tuple[str, Fate]] = field(default_factory=Counter)
    """How often each number met with what."""
    unreadable: bool = False
    coming: list[Fate] = field(default_factory=list)
    """What becomes of the next requests; when they are used up, all is accepted."""

    def send_messages(self, messages: Sequence[OutboundMessage]) -> list[SendOutcome]:
        return [self._send(one, self.coming.pop(0) if self.coming else Fate.ACCEPTED) for one in messages]

    def _send(self, message: OutboundMessage, fate: Fate) -> SendOutcome:
        self.fates[message.to, fate] += 1
        match fate:
            case Fate.ACCEPTED | Fate.REPLY_LOST:
                sid = self._accept(message)
                return Unknown("timeout") if fate is Fate.REPLY_LOST else Accepted(sid, "queued")
            case Fate.VANISHED:
                return Unknown("timeout")
            case Fate.SLOW_DOWN:
                return NotAccepted(TOO_MANY_REQUESTS, 2.0)
        code = _REFUSALS[fate]
        return Refused(code, "refused by the judge", action_of(code))

    def _accept(self, message: OutboundMessage) -> str:
        sid = f"SM{len(self.ledger):032x}"
        of = parse_qs(urlsplit(message.status_callback).query)
        self.named[sid] = uuid.UUID(of["m"][0])
        self.ledger.append(as_listed(sid, message, self.now()))
        return sid

    def reaches(self, index: int, status: str, error_code: int | None) -> CarrierMessage:
        """What becomes of an accepted text in the network."""
        self.ledger[index] = replace(self.ledger[index], status=status, error_code=error_code)
        return self.ledger[index]

    def message(self, sid: str) -> CarrierMessage | None:
        return next((one for one in self.ledger if one.sid == sid), None)

    def look_up(self, sids: Sequence[str]) -> list[CarrierMessage | CarrierError | None]:
        if self.unreadable:
            return [CarrierError("unreachable", permanent=False) for _ in sids]
        return [self.message(sid) for sid in sids]

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
        shown = self.now() - dt.timedelta(seconds=LIST_LAGS_S)
        return [
            one
            for one in reversed(self.ledger)
            if to in {None, one.to} and sender in {None, one.sender} and _between(since, one, shown)
        ]

    def action_of(self, code: int) -> Action:
        return action_of(code)

    def close(self) -> None: ...

    def _no_calls(self, *_: object, **__: object) -> NoReturn:
        raise AssertionError("this carrier carries texts")

    place_call = call = calls = end_call = _no_calls


def _between(since: dt.datetime | None, one: CarrierMessage, until: dt.datetime) -> bool:
    assert one.created_at is not None
    return (since is None or one.created_at >= since) and one.created_at <= until
