"""Whether networks filter one of our senders: by its texts beside those of others, or beside its own past.

A network that filters a number says so (30007, 30034 and their like), or lets its texts vanish (30003,
30008). The first say that a text was *blocked*, all of them that it was *lost*. Every list has numbers that
can't be reached, so a share alone says nothing: a sender is taken as filtered only where it loses more than
others to the same campaigns' people in the same hours, or has more blocked than it used to, beyond what
chance explains.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from dialer.domain.proportion import OF_100, interval

WATCHED: Final = dt.timedelta(hours=3)
"""The texts by which senders are compared: what networks do to one changes within hours."""
PAST: Final = dt.timedelta(days=14)
"""What a sender's own past is, up to what is watched."""
EVIDENCE_LEAST: Final = 50
"""Of fewer settled texts nothing is concluded, on either side."""
PAST_LEAST: Final = 500
"""And of a past of fewer nothing either: a first day is no habit."""
Z: Final = 4.0
"""How wide the intervals are that must not touch. Somebody looks every minute, all day, at every sender, so
one look must be wrong far less often than once in a hundred: with four deviations to each side a sender that
is like the others is sent to rest less than once in a thousand days (tests/domain/test_sender_health.py).
"""
Z_AGAIN: Final = OF_100
"""And on trial after a rest: it was filtered before, so less is needed to believe it."""
BLOCKED_MORE: Final = 0.02
LOST_MORE: Final = 0.05
"""By how much more it must be at least, as a share of its texts: less isn't worth a rest."""

RESTS: Final = tuple(dt.timedelta(hours=hours) for hours in (2, 4, 8, 24))
"""How long it rests the first time, and when it was filtered again each time it tried."""
TRIAL_SHARE: Final = 0.1
"""What part of its rate it sends at when it tries again."""


@dataclass(frozen=True, slots=True)
class Settled:
    """Texts of which it is known what became of them: how many, and of those lost by the carrier's code.
    Of so many more, which are `waiting`, nothing has been heard yet.
    """

    texts: int = 0
    waiting: int = 0
    blocked: Mapping[int, int] = field(default_factory=dict)
    vanished: Mapping[int, int] = field(default_factory=dict)

    @property
    def blocked_count(self) -> int:
        """How many a network said it blocked."""
        return sum(self.blocked.values())

    @property
    def lost_count(self) -> int:
        """How many were blocked or vanished."""
        return self.blocked_count + sum(self.vanished.values())


@dataclass(frozen=True, slots=True)
class Filtered:
    """Why a sender is taken as filtered: its most frequent code, and whether texts were `blocked`."""

    code: int
    blocked: bool


def stands_apart(hits: int, of: int, other_hits: int, other_of: int, *, z: float, more: float) -> bool:
    """Whether one share is larger than another beyond chance: at its least still more than the other at its
    most, and by so much at least.
    """
    if not (of and other_of):
        return False
    far = hits / of - other_hits / other_of >= more
    return far and interval(hits, of, z)[0] > interval(other_hits, other_of, z)[1]


def judge(own: Settled, others: Settled, past: Settled, *, trial: bool = False) -> Filtered | None:
    """Whether a sender is filtered, of what has settled lately. The `others` are those of the same campaigns;
    where they say nothing, its own `past` does, by what was blocked alone: who can be reached differs from
    list to list. None where it is like them, or too little is known.
    """
    if own.texts < EVIDENCE_LEAST:
        return None
    z = Z_AGAIN if trial else Z
    if others.texts >= EVIDENCE_LEAST:
        return beside(own, others, z)
    if past.texts >= PAST_LEAST and _more_blocked(own, past, z):
        return _most(own.blocked, blocked=True)
    return None


def fares_well(own: Settled, others: Settled) -> bool:
    """Whether one on trial that isn't taken as filtered may be let go. Alone it is so only where hardly any
    of its texts are blocked: that there is nobody to compare it with says nothing for it.
    """
    return others.texts >= EVIDENCE_LEAST or own.blocked_count < BLOCKED_MORE * own.texts


def beside(own: Settled, others: Settled, z: float = Z) -> Filtered | None:
    """The same beside others alone, of however few. What waits counts as if it would arrive for the sender,
    and not for the others: a loss may be told sooner than an arrival.
    """
    if _more_blocked(own, others, z):
        return _most(own.blocked, blocked=True)
    lost = (own.lost_count, own.texts + own.waiting, others.lost_count, others.texts)
    if stands_apart(*lost, z=z, more=LOST_MORE):
        return _most(Counter(own.blocked) + Counter(own.vanished), blocked=False)
    return None


def rests_until(now: dt.datetime, times: int) -> dt.datetime:
    """Until when one rests that has been sent to rest so many times in a row: the next full hour after the
    time is over, since figures are kept by hours and what it does on trial must be known by itself.
    """
    over = now + RESTS[min(times, len(RESTS) - 1)]
    hour = over.replace(minute=0, second=0, microsecond=0)
    return hour if hour == over else hour + dt.timedelta(hours=1)


def _more_blocked(own: Settled, other: Settled, z: float) -> bool:
    blocked = (own.blocked_count, own.texts + own.waiting, other.blocked_count, other.texts)
    return stands_apart(*blocked, z=z, more=BLOCKED_MORE)


def _most(codes: Mapping[int, int], *, blocked: bool) -> Filtered:
    return Filtered(max(codes, key=lambda code: (codes[code], -code)), blocked)
