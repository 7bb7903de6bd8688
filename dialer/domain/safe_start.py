"""By when a blast must start so that all of it is out in time (design §4)."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Final

from dialer.domain.deadline import last_moment
from dialer.domain.quiet_hours import SECOND, QuietHours, quiet_from, quiet_until

MARGIN_SHARE: Final = 0.1
MARGIN_LEAST_S: Final = 60.0
"""Kept above the time that a blast takes at full rate: writing the first rows, senders that people know
and that don't share evenly, a carrier that asks for patience.
"""
DAY_S: Final = 86_400
DAYS_MOST: Final = 366
"""How far ahead or back free time is added up: what takes longer has no safe start that anybody could use."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A blast that is to start at a moment, and what bounds it. Quiet hours are the campaign's."""

    start: dt.datetime
    duration_s: float
    hours: QuietHours
    zone: str
    deadline_at: dt.datetime | None = None

    @property
    def ends_at(self) -> dt.datetime | None:
        """When the last text must have been begun: before the deadline; without one, before the quiet hours
        that follow the start. None where nothing bounds it.
        """
        if self.deadline_at is not None:
            return last_moment(self.deadline_at)
        begin = quiet_until(self.start, self.hours, (self.zone,)) or self.start
        return quiet_from(begin, self.hours, (self.zone,))


def last_safe_start(plan: Plan) -> dt.datetime | None:
    """The last moment at which it can start and still be done in time, with a margin, to the second; None
    where nothing bounds it. It may be over already. With a deadline, quiet hours before it count as lost.
    """
    end = plan.ends_at
    if end is None:
        return None
    need = plan.duration_s + max(MARGIN_LEAST_S, MARGIN_SHARE * plan.duration_s)
    too_few, enough = 0, math.ceil(need)
    while _free_s(plan, end - enough * SECOND, end) < need:
        too_few, enough = enough, enough * 2
        if enough > DAYS_MOST * DAY_S:
            return None
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        if _free_s(plan, end - middle * SECOND, end) < need:
            too_few = middle
        else:
            enough = middle
    return (end - enough * SECOND).replace(microsecond=0)


def count_late(plan: Plan, recipients: int) -> int:
    """How many of these could not be reached before the deadline at full rate; 0 without one."""
    if plan.deadline_at is None:
        return 0
    free = _free_s(plan, plan.start, last_moment(plan.deadline_at))
    if free >= plan.duration_s:
        return 0 if free > 0 else recipients
    return recipients - int(recipients * free / plan.duration_s)


@dataclass(frozen=True, slots=True)
class TooLate:
    """When the last text would land, past what bounds it; `again_at` is when a start would be in time, where
    nothing but the night is in the way.
    """

    lands_at: dt.datetime
    again_at: dt.datetime | None


def too_late(plan: Plan) -> TooLate | None:
    """Whether its last text would land after the deadline, or, without one, in the quiet hours that follow
    its start though one that waits for the morning would be done in a day. What takes longer than a day goes
    on from day to day, and what starts at night waits for the morning.
    """
    if plan.deadline_at is not None:
        lands_at = _lands_at(plan)
        return TooLate(lands_at, None) if lands_at > last_moment(plan.deadline_at) else None
    lands_at = plan.start + dt.timedelta(seconds=plan.duration_s)
    zones = (plan.zone,)
    begins = quiet_from(plan.start, plan.hours, zones)
    if begins is None or begins <= plan.start or lands_at <= begins:
        return None
    again_at = quiet_until(begins, plan.hours, zones) or begins
    ends = quiet_from(again_at, plan.hours, zones)
    if ends is None or again_at + (lands_at - plan.start) > ends:
        return None
    return TooLate(lands_at, again_at)


def _lands_at(plan: Plan) -> dt.datetime:
    """When all of it is out; nothing goes in quiet hours."""
    left, moment, zones = dt.timedelta(seconds=plan.duration_s), plan.start, (plan.zone,)
    for _ in range(DAYS_MOST):
        moment = quiet_until(moment, plan.hours, zones) or moment
        begins = quiet_from(moment, plan.hours, zones)
        if begins is None or begins - moment >= left:
            return moment + left
        left, moment = left - (begins - moment), begins
    return moment


def _free_s(plan: Plan, start: dt.datetime, end: dt.datetime) -> float:
    """How many seconds between two moments aren't quiet."""
    end = min(end, start + dt.timedelta(days=2 * DAYS_MOST))
    free, moment = 0.0, start
    while moment < end:
        moment = quiet_until(moment, plan.hours, (plan.zone,)) or moment
        begins = quiet_from(moment, plan.hours, (plan.zone,))
        until = end if begins is None else min(begins, end)
        free += max(0.0, (until - moment).total_seconds())
        moment = max(until, moment)
    return free
