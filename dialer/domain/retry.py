"""Where a person stands in a campaign after the attempts so far, and when they are tried again.

Everything is derived from the attempts themselves, so that a correction, a late result or a void
needs no undoing of its own: leave the attempt out (or put another in its place) and derive again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from dialer.domain.disposition import Course, Disposition, consequence


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to reach one person on one number."""

    at: dt.datetime
    number: str
    disposition: Disposition
    callback_at: dt.datetime | None = None
    by: str | None = None
    """The volunteer who made it."""


@dataclass(frozen=True, slots=True)
class RetryRule:
    """The campaign's patience: so many attempts a person, so long between two."""

    max_attempts: int
    retry_after: dt.timedelta
    gaps: Mapping[Disposition, dt.timedelta] = field(default_factory=dict)
    """The outcomes after which it is another time than `retry_after`."""

    def gap_after(self, disposition: Disposition) -> dt.timedelta:
        """How long to wait after an outcome."""
        return self.gaps.get(disposition, self.retry_after)


class Turn(StrEnum):
    """Why a person is to be called, or why not."""

    FRESH = "fresh"
    RETRY = "retry"
    CALLBACK = "callback"
    FINAL = "final"
    EXHAUSTED = "exhausted"
    NO_NUMBER = "no_number"


TURNS: Final = tuple(turn.value for turn in Turn)
OVER: Final = frozenset({Turn.FINAL, Turn.EXHAUSTED, Turn.NO_NUMBER})


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands: whether, when and on which number they are tried next."""

    turn: Turn
    attempts: int = 0
    number: str | None = None
    due_at: dt.datetime | None = None
    asked_by: str | None = None
    """The volunteer whom a callback was promised by."""
    outcome: Disposition | None = None
    """The final outcome, else the latest one."""
    last_at: dt.datetime | None = None

    @property
    def over(self) -> bool:
        """The campaign is done with this person."""
        return self.turn in OVER


def standing(attempts: Sequence[Attempt], numbers: Sequence[str], rule: RetryRule) -> Standing:
    """Where a person stands after these attempts, with these live numbers in the order to try them.

    Final outcomes end it, in whatever order results came in. A promised callback stands until somebody
    has tried at or after its time, and is kept even when the attempts are used up. Attempts and gaps
    count over all of a person's numbers.
    """
    if not attempts:
        return Standing(Turn.FRESH, number=numbers[0]) if numbers else Standing(Turn.NO_NUMBER)
    in_order = sorted(attempts, key=lambda attempt: attempt.at)
    last = in_order[-1]
    so_far = Standing(Turn.RETRY, len(in_order), outcome=last.disposition, last_at=last.at)
    if final := _last_final(in_order):
        return replace(so_far, turn=Turn.FINAL, outcome=final)
    if not numbers:
        return replace(so_far, turn=Turn.NO_NUMBER)
    if promise := _open_promise(in_order):
        number = promise.number if promise.number in numbers else numbers[0]
        return replace(
            so_far, turn=Turn.CALLBACK, number=number, due_at=promise.callback_at, asked_by=promise.by
        )
    if len(in_order) >= rule.max_attempts:
        return replace(so_far, turn=Turn.EXHAUSTED)
    return replace(
        so_far, number=next_number(last, numbers), due_at=last.at + rule.gap_after(last.disposition)
    )


def next_number(last: Attempt, numbers: Sequence[str]) -> str:
    """The number to try after this attempt: the same, or the next when it is dead or gave no answer."""
    if last.number not in numbers:
        return numbers[0]
    here = numbers.index(last.number)
    step = 1 if consequence(last.disposition).tries_next_number else 0
    return numbers[(here + step) % len(numbers)]


def _last_final(attempts: Sequence[Attempt]) -> Disposition | None:
    finals = [a.disposition for a in attempts if consequence(a.disposition).course is Course.FINAL]
    return finals[-1] if finals else None


def _open_promise(attempts: Sequence[Attempt]) -> Attempt | None:
    promises = [attempt for attempt in attempts if attempt.disposition is Disposition.CALLBACK]
    if not promises or promises[-1].callback_at is None:
        return None
    kept = attempts[-1] is not promises[-1] and attempts[-1].at >= promises[-1].callback_at
    return None if kept else promises[-1]
