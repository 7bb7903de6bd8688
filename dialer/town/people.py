"""The townspeople: what each does with a text or a call follows from the seed and the number alone.

The same seed makes the same town, on any machine and in any order of events. `POST /people/{number}` fixes
what one of them does (`Habits`), `POST /people` how many of them do what (`Shares`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

from dialer.town.numbers import is_landline
from dialer.town.sayings import HELP, NO, QUESTIONS, STOP, UNCLEAR, YES

T = TypeVar("T")

Outcome = Literal["delivered", "undelivered", "failed", "sent"]
"""How a text ends: `sent` where the network gives no receipt, `failed` where it never left."""

Answer = Literal["answers", "hangs_up", "screens", "machine", "no_answer", "busy", "failed"]
"""What happens when the phone rings. Who `screens` has an assistant ask who is calling first."""

UNDELIVERED_CODES: Final = (30003, 30005, 30008, 30007)
"""Phone off, unknown number, reason unknown, filtered by the network; the last two are rarer."""

LANDLINE_CODE: Final = 30006
FAILED_CODE: Final = 30008
REFUSALS: Final = (21614, 21612, 21211)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """How many of the townspeople do what, each a share from 0 to 1 of all of them.

    Of texts that arrive, those who neither reply nor say stop read them in silence. Of calls, who does none
    of these lets it ring; of the people who answer, detection takes those `mistaken` for machines. Of a text
    with a link to the installation a share's phones show a preview, and a share of the people open it.
    """

    refused: float = 0.004
    failed: float = 0.006
    undelivered: float = 0.03
    no_receipt: float = 0.02
    replies: float = 0.3
    stops: float = 0.06
    asks_for_help: float = 0.01
    answers: float = 0.34
    hangs_up: float = 0.04
    screens: float = 0.05
    machine: float = 0.29
    busy: float = 0.05
    unreachable: float = 0.02
    mistaken: float = 0.0
    previews: float = 0.5
    opens: float = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What was fixed for one person; what is None stays as drawn. `replies` are the answers to the first,
    second … text, an empty one being none; with one fixed, nothing is drawn after them.
    """

    refused: int | None = None
    outcome: Outcome | None = None
    error_code: int | None = None
    sent_after_s: float | None = None
    receipt_after_s: float | None = None
    replies: tuple[str, ...] | None = None
    reply_after_s: float | None = None
    phone: Answer | None = None
    ring_s: float | None = None
    talk_s: float | None = None
    greeting_s: float | None = None
    patience_s: float | None = None
    mistaken: bool | None = None
    digits: str | None = None
    opens: bool | None = None
    open_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Texting:
    """What becomes of one text: seconds until it is sent, until the receipt after that, until the reply
    after that.
    """

    outcome: Outcome
    error_code: int | None
    sent_after_s: float
    receipt_after_s: float
    reply: str
    reply_after_s: float


@dataclass(frozen=True, slots=True)
class Phone:
    """What becomes of one call: it rings for `ring_s` (until it is picked up, or for as long as nobody does),
    then the person stays for `talk_s`, presses `digits` when asked to press something, and, where a machine
    answers, its greeting takes `greeting_s`. They bear `patience_s` of silence, or as long as people do.
    """

    answer: Answer
    ring_s: float
    talk_s: float
    greeting_s: float
    digits: str
    patience_s: float | None = None
    mistaken: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """One of the townspeople, by number. The n-th text and the n-th call are counted from 0."""

    number: str
    seed: int
    shares: Shares
    habits: Habits = Habits()

    def refused(self) -> int | None:
        """The code with which the carrier refuses to text this number, if it does."""
        if self.habits.refused is not None:
            return self.habits.refused or None
        if self._draw("refused") >= self.shares.refused:
            return None
        return self._pick("refusal", REFUSALS)

    def texting(self, nth: int) -> Texting:
        """What becomes of the n-th text to this person."""
        habits = self.habits
        outcome = habits.outcome or self._outcome()
        return Texting(
            outcome=outcome,
            error_code=self._error_code(outcome),
            sent_after_s=_given(habits.sent_after_s, self._between("sent", nth, 0.2, 1.5)),
            receipt_after_s=_given(habits.receipt_after_s, self._between("receipt", nth, 0.5, 6.0)),
            reply=self._reply(nth) if outcome in {"delivered", "sent"} else "",
            reply_after_s=_given(habits.reply_after_s, self._between("reply after", nth, 4.0, 90.0)),
        )

    def previews(self) -> bool:
        """Whether their phone looks where links in texts lead."""
        return self._draw("previews") < self.shares.previews

    def opens_after_s(self, nth: int) -> float | None:
        """How many seconds after the n-th text they open its link; None where they don't."""
        opens = self.habits.opens
        if not (self._draw(f"opens {nth}") < self.shares.opens if opens is None else opens):
            return None
        return _given(self.habits.open_after_s, self._between("open after", nth, 3.0, 60.0))

    def phone(self, nth: int) -> Phone:
        """What becomes of the n-th call to this person."""
        habits = self.habits
        answer = habits.phone or self._answer(nth)
        ring = (25.0, 60.0) if answer == "no_answer" else (2.0, 18.0)
        talk = (0.5, 3.0) if answer == "hangs_up" else (15.0, 180.0)
        return Phone(
            answer=answer,
            ring_s=_given(habits.ring_s, self._between("ring", nth, *ring)),
            talk_s=_given(habits.talk_s, self._between("talk", nth, *talk)),
            greeting_s=_given(habits.greeting_s, self._between("greeting", nth, 3.0, 20.0)),
            digits=habits.digits if habits.digits is not None else self._digits(nth),
            patience_s=habits.patience_s,
            mistaken=self._is_mistaken(nth) if habits.mistaken is None else habits.mistaken,
        )

    def _outcome(self) -> Outcome:
        if is_landline(self.number):
            return "undelivered"
        return self._kind(
            "outcome",
            (
                ("failed", self.shares.failed),
                ("undelivered", self.shares.undelivered),
                ("sent", self.shares.no_receipt),
            ),
            "delivered",
        )

    def _error_code(self, outcome: Outcome) -> int | None:
        if outcome not in {"undelivered", "failed"}:
            return None
        if self.habits.error_code is not None:
            return self.habits.error_code
        if outcome == "failed":
            return FAILED_CODE
        if is_landline(self.number):
            return LANDLINE_CODE
        return self._pick("code", UNDELIVERED_CODES)

    def _reply(self, nth: int) -> str:
        if self.habits.replies is not None:
            return self.habits.replies[nth] if nth < len(self.habits.replies) else ""
        kind = self._kind(
            f"reply {nth}",
            (
                ("stop", self.shares.stops),
                ("help", self.shares.asks_for_help),
                ("reply", self.shares.replies),
            ),
            "silent",
        )
        if kind == "reply":
            wordings = self._pick(f"mood {nth}", (YES, YES, NO, QUESTIONS, UNCLEAR))
        else:
            wordings = {"stop": STOP, "help": HELP, "silent": ("",)}[kind]
        return self._pick(f"words {nth}", wordings)

    def _answer(self, nth: int) -> Answer:
        shares = self.shares
        return self._kind(
            f"phone {nth}",
            (
                ("answers", shares.answers),
                ("hangs_up", shares.hangs_up),
                ("screens", shares.screens),
                ("machine", shares.machine),
                ("busy", shares.busy),
                ("failed", shares.unreachable),
            ),
            "no_answer",
        )

    def _is_mistaken(self, nth: int) -> bool:
        """Whether detection takes them for a machine when they answer."""
        return self._draw(f"mistaken {nth}") < self.shares.mistaken

    def _digits(self, nth: int) -> str:
        """What is pressed when a voice asks to press something: mostly nothing, else what it offers first."""
        return "9" if self._draw(f"digits {nth}") < 0.15 else ""

    def _kind(self, about: str, kinds: Sequence[tuple[T, float]], otherwise: T) -> T:
        drawn, reached = self._draw(about), 0.0
        for kind, share in kinds:
            reached += share
            if drawn < reached:
                return kind
        return otherwise

    def _pick(self, about: str, things: Sequence[T]) -> T:
        return things[int(self._draw(about) * len(things))]

    def _between(self, about: str, nth: int, least: float, most: float) -> float:
        return least + (most - least) * self._draw(f"{about} {nth}")

    def _draw(self, about: str) -> float:
        """A number from 0 up to 1 that depends on nothing but the seed, the person and what it is about."""
        digest = hashlib.blake2b(f"{self.seed}|{self.number}|{about}".encode(), digest_size=7).digest()
        return int.from_bytes(digest, "big") / (1 << 56)


def _given(fixed: float | None, drawn: float) -> float:
    return drawn if fixed is None else fixed


class People:
    """All of them, with what was fixed for some."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.shares = Shares()
        self.habits: dict[str, Habits] = {}

    def person(self, number: str) -> Person:
        return Person(number, self.seed, self.shares, self.habits.get(number, _NO_HABITS))


_NO_HABITS: Final = Habits()
