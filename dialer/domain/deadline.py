"""A blast's deadline, such as the close of the polls: nothing of it may arrive afterwards (design §4).

Three things see to that: the gate skips what would be too late, the carrier is told to drop what it hasn't
passed on in time (`ValidityPeriod`; it reports 30036), and what still waits is ended before the moment.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from dialer.domain.errors import FieldError

LAST_LEG: Final = dt.timedelta(seconds=20)
"""Kept for the way from the carrier's queue to the phone, which no validity period bounds, and for the
second that may lie between the gate and the wire. Networks take some seconds, as a rule.
"""
LEAST_VALIDITY: Final = dt.timedelta(seconds=10)
"""A shorter one isn't begun: the carrier takes 1 s but advises more than 5 (Message resource,
ValidityPeriod), and we let up to 5 s of work wait there, so it would cost a request and not arrive.
"""
CLOSING: Final = LAST_LEG + LEAST_VALIDITY
"""How long before a deadline the last text may be begun."""

JUST_NOW: Final = dt.timedelta(hours=1)
"""A time to start that went by less long ago means at once: whoever launches a little late still means it.
One of yesterday is a slip.
"""

_EARLIEST: Final = dt.datetime(1, 1, 2, tzinfo=dt.UTC)


def is_too_late(now: dt.datetime, deadline_at: dt.datetime | None) -> bool:
    """Whether a text that is begun now can't be relied on to arrive before the deadline."""
    return deadline_at is not None and deadline_at - now < CLOSING


def last_moment(deadline_at: dt.datetime) -> dt.datetime:
    """When the last text may be begun."""
    return max(deadline_at, _EARLIEST) - CLOSING


def validity_s(now: dt.datetime, deadline_at: dt.datetime) -> int:
    """For how many seconds the carrier may keep a text, so that it arrives before the deadline."""
    return int((deadline_at - LAST_LEG - now).total_seconds())


def faults_of_times(
    now: dt.datetime, send_at: dt.datetime | None, deadline_at: dt.datetime | None
) -> list[FieldError]:
    """What is wrong with the times of a blast that is still to start."""
    found = []
    if send_at is not None and send_at <= now - JUST_NOW:
        words = "This time is over. Give a later one, or none to send it as soon as it is launched."
        found.append(FieldError("/send_at", words))
    if is_too_late(now, deadline_at):
        found.append(FieldError("/deadline_at", "Nothing sent now could arrive by then. Give a later time."))
    elif send_at is not None and is_too_late(max(now, send_at), deadline_at):
        words = "It would start too late for anything to arrive before its deadline."
        found.append(FieldError("/send_at", words))
    return found
