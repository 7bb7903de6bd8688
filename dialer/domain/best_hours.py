"""At which hours a campaign's people pick up, learned from its own calls, and when to try somebody again.

Hours are told apart by the clock of the campaign, and weekdays from weekends. An hour with few calls is
taken to be like the whole: `PRIOR` calls at the overall rate are added to each (shrinkage), so that ten calls
move nothing and a thousand decide.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

PRIOR: Final = 50
LOOK_AHEAD_H: Final = 24
"""A try is put off by no more than a day."""
AS_GOOD: Final = 0.95
"""An hour is as good as the best whose rate comes to so much of its: the sooner one is taken."""
_SATURDAY: Final = 5


class Slot(NamedTuple):
    """An hour of the day, of weekdays or of weekends."""

    weekend: bool
    hour: int


class Picked(NamedTuple):
    """Calls, and in how many of them a person picked up."""

    calls: int
    answered: int


@dataclass(frozen=True, slots=True)
class Hours:
    """What a campaign has learned."""

    seen: Mapping[Slot, Picked]

    @property
    def overall(self) -> Picked:
        """All hours together."""
        return Picked(
            sum(one.calls for one in self.seen.values()), sum(one.answered for one in self.seen.values())
        )

    def expected(self, slot: Slot) -> float:
        """The rate to expect at an hour, drawn to the overall rate where there is little to go by."""
        calls, answered = self.overall
        overall = answered / calls if calls else 0.0
        here = self.seen.get(slot, Picked(0, 0))
        return (here.answered + PRIOR * overall) / (here.calls + PRIOR)


def slot_of(at: dt.datetime, zone: str) -> Slot:
    """The hour of an instant by the clocks of a zone."""
    local = at.astimezone(ZoneInfo(zone))
    return Slot(local.weekday() >= _SATURDAY, local.hour)


def best_moment(
    due: dt.datetime,
    failed: Collection[int],
    hours: Hours,
    zone: str,
    is_free: Callable[[dt.datetime], bool],
) -> dt.datetime:
    """When to try again who may be tried from `due` on: within a day, at an hour in which they may be called
    (`is_free`) that isn't among the `failed` ones, the soonest of those that are as good as the best. Where
    there is none such, `due`.
    """
    first = due.replace(minute=0, second=0, microsecond=0)
    moments = [due, *(first + dt.timedelta(hours=nth) for nth in range(1, LOOK_AHEAD_H + 1))]
    slots = [(moment, slot_of(moment, zone)) for moment in moments if is_free(moment)]
    others = [(moment, hours.expected(slot)) for moment, slot in slots if slot.hour not in failed]
    if not others:
        return due
    best = max(rate for _, rate in others)
    return next(moment for moment, rate in others if rate >= best * AS_GOOD)
