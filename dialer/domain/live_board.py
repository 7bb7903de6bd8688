"""The four questions of the live board, answered from figures: is it lawful now, is it working, will we
finish, who needs help. What is seen is said; nobody is judged or ranked.
"""

from __future__ import annotations

import datetime as dt
import math
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from dialer.domain.quiet_hours import QuietHours, quiet_until

ENOUGH_CALLS: Final = 20
"""Fewer attempts than this tell nothing about a share."""
ENOUGH_TIME: Final = dt.timedelta(minutes=30)
"""How long calls must have been made before a forecast is tried."""
SILENT_AFTER: Final = dt.timedelta(minutes=10)
LONG_LOOK: Final = dt.timedelta(minutes=10)
REFUSALS_IN_A_ROW: Final = 4


class Lawful(StrEnum):
    """Whether people may be rung at this moment."""

    YES = "yes"
    REHEARSAL = "rehearsal"
    """Everybody in it is made up."""
    HOURS_OFF = "hours_off"
    QUIET = "quiet"
    PAUSED = "paused"
    ALL_PAUSED = "all_paused"
    DRAFT = "draft"
    ENDED = "ended"


def is_lawful(state: str, *, all_paused: bool, demo: bool, hours_off: bool, quiet: bool) -> Lawful:
    """Say whether anybody may be rung, or why nobody is. No call by hand is abandoned, so hours decide."""
    if state in ("draft", "paused", "ended"):
        return Lawful(state)
    if all_paused:
        return Lawful.ALL_PAUSED
    if quiet:
        return Lawful.QUIET
    if not hours_off:
        return Lawful.YES
    return Lawful.REHEARSAL if demo else Lawful.HOURS_OFF


@dataclass(frozen=True, slots=True)
class Pace:
    """Calls made in a span of time, and how many became a talk."""

    attempts: int
    talks: int
    over: dt.timedelta

    @property
    def answer_share(self) -> float | None:
        """The share of attempts that became a talk; None where there were none."""
        return self.talks / self.attempts if self.attempts else None

    @property
    def tells(self) -> bool:
        """Whether there are enough calls to say anything by."""
        return self.attempts >= ENOUGH_CALLS


def hours_end(now: dt.datetime, hours: QuietHours, zone: str) -> dt.datetime | None:
    """When the present or next time for calls ends: the next start of quiet hours. None without any."""
    if hours.start == hours.end:
        return None
    begins = quiet_until(now, hours, (zone,)) or now
    wall = begins.astimezone(ZoneInfo(zone))
    days = 0 if wall.time() < hours.start else 1
    last = dt.datetime.combine(wall.date() + dt.timedelta(days=days), hours.start, ZoneInfo(zone))
    return last.astimezone(dt.UTC)


class Working(StrEnum):
    """Whether calls become talks."""

    YES = "yes"
    SLOW = "slow"
    NO_TALKS = "no_talks"
    STARTING = "starting"
    NOBODY_CALLING = "nobody_calling"


def is_working(lately: Pace, before: Pace, callers: int) -> Working:
    """Slow is a share of talks of less than half of what it was before; no talks is none in enough calls."""
    if not callers:
        return Working.NOBODY_CALLING
    if not lately.attempts:
        return Working.STARTING
    if not lately.talks:
        return Working.NO_TALKS if lately.tells else Working.STARTING
    now, then = lately.answer_share or 0.0, before.answer_share or 0.0
    if lately.tells and before.tells and now < then / 2:
        return Working.SLOW
    return Working.YES


def talk_every(lately: Pace, callers: int) -> dt.timedelta | None:
    """How long one caller waits between two talks; None while too few calls were made to tell."""
    return lately.over * callers / lately.talks if lately.talks and lately.tells else None


class Finish(StrEnum):
    """Whether everybody will have been tried by the end of the day's hours."""

    YES = "yes"
    CLOSE = "close"
    NO = "no"
    DONE = "done"
    TOO_EARLY = "too_early"


@dataclass(frozen=True, slots=True)
class Outlook:
    """The forecast. `first` and `last` bound the moment of finishing, `left_over` is the most that would be
    left at the end, `more_callers` how many more would do it at the same pace each.
    """

    finish: Finish
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    left_over: int = 0
    more_callers: int = 0


def forecast(left: int, lately: Pace, callers: int, now: dt.datetime, end: dt.datetime | None) -> Outlook:
    """Will the numbers that are left be tried by `end` (None: no end today) at the pace of late?

    Attempts scatter like arrivals, so the pace is taken as known to within two standard deviations of a
    Poisson count, n ± 2√n.
    """
    if left == 0:
        return Outlook(Finish.DONE)
    if not callers or not lately.tells or lately.over < ENOUGH_TIME:
        return Outlook(Finish.TOO_EARLY)
    scatter = 2 * math.sqrt(lately.attempts)
    fast, slow = lately.attempts + scatter, lately.attempts - scatter
    first, last = (now + lately.over * (left / count) for count in (fast, slow))
    if end is None or last <= end:
        return Outlook(Finish.YES, first, last)
    spans = max((end - now) / lately.over, 0.0)
    left_over = math.ceil(left - slow * spans)
    if first <= end:
        return Outlook(Finish.CLOSE, first, last, left_over)
    expected = max(math.ceil(left - lately.attempts * spans), 1)
    needed = left / (lately.attempts * spans / callers) if spans else math.inf
    more = math.ceil(needed) - callers if math.isfinite(needed) else 0
    return Outlook(Finish.NO, first, last, expected, max(more, 1) if spans else 0)


class Sign(StrEnum):
    """What is seen of somebody who may need help."""

    ASKED = "asked"
    """They asked for help themselves: that comes before whatever is only seen."""
    HELD_UP = "held_up"
    SILENT = "silent"
    LONG_LOOK = "long_look"
    REFUSALS = "refusals"


@dataclass(frozen=True, slots=True)
class Caller:
    """A volunteer on a shift, as far as it is seen."""

    id: uuid.UUID
    name: str
    state: str
    last_seen_at: dt.datetime
    first_shift: bool = False
    held_up_since: dt.datetime | None = None
    looking_since: dt.datetime | None = None
    refusals: int = 0
    """Refusals since anything else came of a call."""
    refused_at: dt.datetime | None = None
    asked_at: dt.datetime | None = None
    help_reason: str | None = None
    help_by: str | None = None
    """The coordinator who is coming."""
    is_volunteer: bool = True
    """Whether they have a page as a volunteer: coordinators who call have none."""


@dataclass(frozen=True, slots=True)
class Need:
    """Somebody to look after, why, and for how long it has been so."""

    caller: Caller
    sign: Sign
    span: dt.timedelta


def needs(callers: Iterable[Caller], now: dt.datetime) -> list[Need]:
    """Who may need help, first those who asked for it, then the longest first; one sign a person, the
    plainest.
    """
    found = [need for caller in callers if (need := _need(caller, now))]
    return sorted(found, key=lambda need: (need.sign is Sign.ASKED, need.span), reverse=True)


def _need(caller: Caller, now: dt.datetime) -> Need | None:
    if caller.asked_at is not None:
        return Need(caller, Sign.ASKED, now - caller.asked_at)
    if caller.held_up_since is not None and caller.state != "ended":
        return Need(caller, Sign.HELD_UP, now - caller.held_up_since)
    return None if caller.state in ("paused", "ended") else _seen(caller, now)


def _seen(caller: Caller, now: dt.datetime) -> Need | None:
    """What is only seen of somebody who calls."""
    if now - caller.last_seen_at > SILENT_AFTER:
        return Need(caller, Sign.SILENT, now - caller.last_seen_at)
    if caller.looking_since is not None and now - caller.looking_since > LONG_LOOK:
        return Need(caller, Sign.LONG_LOOK, now - caller.looking_since)
    if caller.refusals >= REFUSALS_IN_A_ROW and caller.refused_at is not None:
        return Need(caller, Sign.REFUSALS, now - caller.refused_at)
    return None
