"""Which of a campaign's numbers a person sees when they are rung (contract §6): same area first, in turn.

A number that carriers have labelled as spam is answered less: one that falls behind the others beyond what
chance explains rests, so that the label can fade, and a coordinator sees why.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Final

from dialer.domain import proportion

SUBSCRIBER_DIGITS: Final = 6
"""Where the end of a number tells nothing of its area: two that differ in these alone are equally near."""
WATCHED: Final = dt.timedelta(hours=24)
"""The calls by which numbers are compared."""
RESTS_FOR: Final = dt.timedelta(hours=24)
"""How long a number rests that fell behind; and for how long one isn't looked at that was taken back."""
EVIDENCE_LEAST: Final = 50
"""Of fewer calls nothing is concluded, on either side."""


@dataclass(frozen=True, slots=True)
class Usage:
    """How numbers of a campaign have been used lately."""

    calls: Mapping[str, int]
    """Calls in the last hour."""
    at_rest: Collection[str] = ()
    """Those that fell behind."""
    hour_max: int | None = None
    """Calls after which a number rests until the hour has passed."""

    def and_one(self, caller_id: str) -> Usage:
        """The same after one more call from a number."""
        return replace(self, calls={**self.calls, caller_id: self.calls.get(caller_id, 0) + 1})

    def rests(self, caller_id: str) -> bool:
        """Whether a number is to be left alone now."""
        used_up = self.hour_max is not None and self.calls.get(caller_id, 0) >= self.hour_max
        return used_up or caller_id in self.at_rest


UNUSED: Final = Usage({})


def pick_caller_id(caller_ids: Sequence[str], number: str, usage: Usage = UNUSED) -> str | None:
    """The nearest number that doesn't rest; of equally near ones the least used in the last hour, of equals
    the first named. Where all rest, the nearest goes on all the same: somebody has to be shown. None
    without any.
    """
    return min(
        caller_ids,
        key=lambda each: (usage.rests(each), -_nearness(each, number), usage.calls.get(each, 0)),
        default=None,
    )


def _nearness(one: str, other: str) -> int:
    """How many characters two E.164 numbers begin with alike, up to the end of the area: the country, then
    the area.
    """
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    return min(alike, len(other) - SUBSCRIBER_DIGITS)


@dataclass(frozen=True, slots=True)
class Answers:
    """Calls, and how many of them were answered."""

    calls: int
    answered: int

    @property
    def rate(self) -> float | None:
        """The share that was answered."""
        return self.answered / self.calls if self.calls else None

    def interval(self) -> tuple[float, float]:
        """Where the true rate lies in 99 of 100 cases (Wilson's score interval)."""
        return proportion.interval(self.answered, self.calls)

    def without(self, other: Answers) -> Answers:
        """These less some of them."""
        return Answers(self.calls - other.calls, self.answered - other.answered)


def falls_behind(own: Answers, others: Answers) -> bool:
    """Whether a number is answered less than the campaign's others beyond what chance explains: at its best
    still less than they at their worst.
    """
    if min(own.calls, others.calls) < EVIDENCE_LEAST:
        return False
    return own.interval()[1] < others.interval()[0]
