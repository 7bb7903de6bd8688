"""What the telephone exchange needs of the town: its ledger, its people, its webhooks and its terms."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from dialer.town.book import Book
from dialer.town.delivery import new_sid
from dialer.town.numbers import in_regions, is_number
from dialer.town.telling import REORDERED_S
from dialer.town.town import Town
from dialer.town.voice.leg import Leg
from dialer.town.voice.manner import BROWSER, EXPECTING, ON_THE_DESK, Manner, manner_of
from dialer.town.voice.performance import NoTwimlError
from dialer.town.voice.recorder import Recorder
from dialer.town.voice.register import Register, Trouble
from dialer.town.voice.watch import Watch

NO_ANSWER_FROM_YOU: Final = 11200
CANT_CONNECT_TO_YOU: Final = 11205
NO_TWIML: Final = 12300
BAD_CALLER_ID: Final = 13214
BAD_NUMBER: Final = 13223
NOT_ALLOWED_THERE: Final = 13227
_XML: Final = frozenset({"text/xml", "application/xml"})
_CODE: Final = re.compile(r"\b[0-9]{6}\b")


class Wiring:
    """One exchange's connections to the town around it."""

    def __init__(self, town: Town, texts: Callable[[], Book]) -> None:
        self._town = town
        self._texts = texts
        self.account_sid = town.config.account_sid
        self.watch = Watch(town.clock)
        self.register = Register()
        self.recorder = Recorder(town, self.tell)

    def now(self) -> datetime:
        """The time of day."""
        return self._town.clock.now()

    def new_sid(self, prefix: str = "CA") -> str:
        """A name for a call, or for a conference."""
        return new_sid(prefix)

    def manner(self, number: str) -> Manner:
        """How a person behaves this time. A phone on the desk is answered, and who was texted a code waits
        to be rung, unless somebody has fixed what they do.
        """
        person = self._town.people.person(number)
        expects = number.startswith((ON_THE_DESK, BROWSER)) or self._was_texted_a_code(number)
        if person.habits.phone is None and expects:
            return EXPECTING
        return manner_of(person.phone(max(0, self.register.rung[number] - 1)))

    def _was_texted_a_code(self, number: str) -> bool:
        """Whether some text to the number holds six digits by themselves."""
        return any(_CODE.search(text.body) for text in self._texts().to.get(number, ()))

    def may_dial(self, number: str, caller_id: str | None) -> tuple[int, str] | None:
        """Why a Dial can't ring a number: its shape, its country, or a caller id that isn't ours."""
        terms = self._town.terms
        if not is_number(number):
            return BAD_NUMBER, "Dial: Invalid phone number format"
        if not in_regions(number, terms.regions):
            return NOT_ALLOWED_THERE, "Dial: No International Authorization"
        if caller_id is not None and terms.senders and caller_id not in terms.senders:
            return BAD_CALLER_ID, "Dial: Invalid callerId value"
        return None

    def keep(self, leg: Leg) -> None:
        """Write a leg down as it is now."""
        self._town.ledger.append("call", leg.record())
        self.register.enter(leg)
        if leg.is_over:
            self.recorder.call_over(leg.sid)

    def note(self, kind: str, record: Mapping[str, Any]) -> None:
        """Write something else than a leg into the ledger."""
        self._town.ledger.append(kind, record)

    def tell(self, url: str, told: Mapping[str, str]) -> None:
        """Post a callback once, soon, unless a fault has it lost, late, doubled or behind the next."""
        dice, clock = self._town.dice, self._town.clock
        if dice.happens("lost_callback"):
            return
        wait_s = 0.0
        if dice.happens("late_callback"):
            wait_s = dice.faults.late_s
        elif _may_come_behind(told) and dice.happens("reordered_callback"):
            wait_s = REORDERED_S
        for _ in range(2 if dice.happens("doubled_callback") else 1):
            clock.after(wait_s, functools.partial(self._post, url, told))

    async def _post(self, url: str, told: Mapping[str, str]) -> None:
        """Post a callback; whatever is answered, it isn't posted again."""
        await self._town.webhooks.send(url, told)

    async def ask(self, url: str, told: Mapping[str, str]) -> str:
        """Fetch TwiML. Raises NoTwimlError with the carrier's code where none comes."""
        reply = await self._town.webhooks.send(url, told)
        if not reply.status:
            raise NoTwimlError(CANT_CONNECT_TO_YOU, "no answer came: refused, broken off, or not within 15 s")
        if not reply.ok:
            raise NoTwimlError(NO_ANSWER_FROM_YOU, f"the answer was HTTP {reply.status}")
        if reply.content_type not in _XML:
            raise NoTwimlError(NO_TWIML, f"the answer was {reply.content_type or 'of no type'}, not XML")
        return reply.text

    def complain(self, sid: str, code: int, detail: str) -> None:
        """Write down what went wrong with a call."""
        trouble = Trouble(sid, code, detail, self.now().isoformat())
        self._town.ledger.append("trouble", trouble.record())
        self.register.troubles.append(trouble)


def _may_come_behind(told: Mapping[str, str]) -> bool:
    """Whether a fault may put a callback behind the next one: those that have a next one."""
    return told.get("CallStatus") == "ringing" or told.get("StatusCallbackEvent") == "participant-join"
