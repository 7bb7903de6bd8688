"""The lines of the town that are in use: how a telephone rings, and what is reported of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Protocol

from dialer.town.voice import reports
from dialer.town.voice.leg import (
    BUSY,
    COMPLETED,
    FAILED,
    FINAL,
    IN_PROGRESS,
    INITIATED,
    NO_ANSWER,
    RINGING,
    Callback,
    Leg,
)
from dialer.town.voice.line import Line
from dialer.town.voice.manner import Manner
from dialer.town.voice.verbs import Number
from dialer.town.voice.watch import Watch

SETUP_S: Final = 1.0
CHILD: Final = "outbound-dial"


class Surroundings(Protocol):
    """What the telephones need of the town around them."""

    account_sid: str
    watch: Watch

    def now(self) -> datetime:
        """The time of day."""

    def new_sid(self, prefix: str = "CA") -> str:
        """A name for a call, or something else, that nothing else has."""

    def manner(self, number: str) -> Manner:
        """How the person at a number behaves this time."""

    def may_dial(self, number: str, caller_id: str | None) -> tuple[int, str] | None:
        """Why a Dial can't ring a number with a caller id: the carrier's code and words.

        None stands for the caller's own number, which may always be shown.
        """

    def keep(self, leg: Leg) -> None:
        """Write a leg into the ledger, before anybody hears of it."""

    def note(self, kind: str, record: Mapping[str, Any]) -> None:
        """Write something else than a leg into the ledger."""

    def tell(self, url: str, told: Mapping[str, str]) -> None:
        """Post a callback, once, without waiting for it."""

    async def ask(self, url: str, told: Mapping[str, str]) -> str:
        """Fetch TwiML; raises NoTwimlError."""

    def complain(self, sid: str, code: int, detail: str) -> None:
        """Write down what went wrong with a call, for the town's page."""


class Lines:
    """All lines in use, by the SID of their leg."""

    def __init__(self, town: Surroundings) -> None:
        self.town = town
        self.watch = town.watch
        self.open: dict[str, Line] = {}

    def new_leg(
        self,
        to: str,
        caller: str,
        direction: str,
        callback: Callback | None = None,
        parent_sid: str | None = None,
    ) -> Leg:
        """Make a leg; whoever makes it writes it down."""
        town = self.town
        return Leg(
            town.new_sid(),
            to,
            caller,
            direction,
            town.now(),
            callback=callback,
            parent_sid=parent_sid,
        )

    def take(self, leg: Leg, number: str) -> Line:
        """Take a line into use, with the person at its far end."""
        line = self.open[leg.sid] = Line(leg, self.town.manner(number), self.watch)
        leg.answer = line.manner.answer
        return line

    def free(self, line: Line) -> None:
        """Put a line out of use."""
        self.open.pop(line.leg.sid, None)

    def child(self, parent: Line, number: Number, caller_id: str) -> Line | None:
        """A new leg for a Dial; None, with a complaint, where the carrier wouldn't ring it."""
        own = caller_id == parent.leg.caller
        if refusal := self.town.may_dial(number.number, None if own else caller_id):
            self.town.complain(parent.leg.sid, *refusal)
            return None
        callback = Callback(number.status_callback, number.status_callback_event)
        leg = self.new_leg(
            number.number,
            caller_id,
            CHILD,
            callback if number.status_callback else None,
            parent.leg.sid,
        )
        self.town.keep(leg)
        return self.take(leg, number.number)

    async def ring(self, line: Line, timeout_s: float) -> bool:
        """Ring a person's telephone; say whether it was answered.

        Raises CutError when the call was canceled meanwhile.
        """
        self.advance(line, INITIATED)
        await line.wait(SETUP_S)
        manner = line.manner
        if manner.answer in {"busy", "failed"}:
            self.advance(line, BUSY if manner.answer == "busy" else FAILED)
            return False
        self.advance(line, RINGING)
        answers = manner.picks_up and manner.rings_s < timeout_s
        await line.wait(manner.rings_s if answers else timeout_s)
        self.advance(line, IN_PROGRESS if answers else NO_ANSWER)
        return answers

    def hang_up(self, line: Line, *, unanswered: str = COMPLETED) -> None:
        """End a leg: one that was answered is completed, one that wasn't is as said."""
        self.advance(line, COMPLETED if line.leg.answered_at else unanswered)

    def finish(self, leg: Leg, lasted_s: float) -> None:
        """End a leg whose line was lost with the process: completed if answered, else failed."""
        self._advance(leg, COMPLETED if leg.answered_at else FAILED, lasted_s)

    def advance(self, line: Line, status: str) -> None:
        """Move a leg forward, write it down and report it, if that is news."""
        if status in FINAL:
            line.ear.close(line.lasted_s)
        if self._advance(line.leg, status, line.lasted_s) and status == IN_PROGRESS:
            line.answered()

    def _advance(self, leg: Leg, status: str, lasted_s: float) -> bool:
        """Move a leg that may have no line any more; say whether it moved."""
        now = self.town.now()
        if not leg.advance(status, now, lasted_s=lasted_s):
            return False
        report = self._report(leg, now)
        self.town.keep(leg)
        if report and leg.callback:
            self.town.tell(leg.callback.url, report)
        return True

    def _report(self, leg: Leg, now: datetime) -> dict[str, str] | None:
        """The callback of a leg's present state, if it was asked for; counts it."""
        if leg.event() is None:
            return None
        report = reports.progress(leg, self.town.account_sid, now)
        leg.sequence += 1
        return report
