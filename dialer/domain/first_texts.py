"""First texts sent by hand: a person presses once for each (contract §7 **S3**, peer-to-peer texting).

A blast of the mode `by_hand` is planned, judged, counted and completed like any other. Only: none of its
texts may go before somebody has pressed for it, and volunteers take them in batches of their own.
"""

from __future__ import annotations

import datetime as dt
import math
import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from dialer.domain.sender import kind_of

AUTOMATIC: Final = "automatic"
BY_HAND: Final = "by_hand"
BLAST_MODES: Final = (AUTOMATIC, BY_HAND)

BATCH: Final = 25
BATCH_MOST: Final = 100
"""How many texts one volunteer holds at once. Small, so that what somebody walks away from isn't much."""
EACH_MOST: Final = 100_000
"""The highest limit of texts that one volunteer may send of a blast."""

HOLD: Final = dt.timedelta(minutes=15)
"""For how long a batch stays with whoever took it or last pressed in it; then the rest is anybody's."""
LEAST_S: Final = 0.5
"""Two presses of one person that come closer are one: a double click whose second half falls on the next
text, or a key that is held. Nobody has read a text in half a second.
"""
PRESSES_A_MINUTE: Final = 20
"""How many texts one person sends in a minute by hand, for what an estimate says of the work: three seconds
a text. CTIA's Messaging Principles (2023, 4.1.1) take 15 to 60 for what a person does.
"""
DAY: Final = dt.timedelta(days=1)

SAFE_A_DAY: Final[Mapping[str, int]] = {
    "long_code": 200,
    "10dlc": 2_000,
    "toll_free": 2_000,
    "short_code": 100_000,
    "alphanumeric": 100_000,
    "messaging_service": 200,
}
"""How many first texts a sender may send in 24 hours without networks taking it for a machine, where the
installation doesn't say otherwise (`messaging.first_texts_a_day`).

Long codes: 200 a day, beyond which American networks block one (Plivo, “What are the limitations and
restrictions on US long code SMS messages?”); CTIA's Messaging Principles call more than a few hundred a day
unusual for a person, and 1,000 the most. 10DLC: the least that T-Mobile allows a registered brand (Twilio,
“T-Mobile daily message limits”); it is the brand's, so with several numbers set a share of it. Toll-free: as
much, for want of a published figure. Short codes and names have no limit of their own, and
are given one that only the rate stays under. A Messaging Service sends from its numbers: theirs together, and
one long code's until the carrier has told which they are.
"""


class Empty(StrEnum):
    """Why somebody who asks for texts to send gets none."""

    NOTHING_LEFT = "nothing_left"
    """All have been sent, or are with others just now, or wait for the day."""
    YOUR_LIMIT = "your_limit"
    """They have sent as many of this blast as one volunteer may."""
    SENDERS_USED_UP = "senders_used_up"
    """Its numbers have sent what is safe in 24 hours."""


def safe_a_day(kind: str, set_for: Mapping[str, int], pool: Collection[str] = ()) -> int:
    """How many first texts a sender of a kind may send in 24 hours: what is set for its kind, else what the
    numbers of its `pool` may together, else what is usual.
    """
    if kind in set_for:
        return set_for[kind]
    of_pool = [safe_a_day(found, set_for) for each in pool if (found := kind_of(each)) is not None]
    return sum(of_pool) or SAFE_A_DAY[kind]


@dataclass(frozen=True, slots=True)
class FirstText:
    """A text as whoever sends it sees it: no number, since nobody needs it to press."""

    id: uuid.UUID
    first_name: str | None = field(repr=False)
    body: str = field(repr=False)
    segments: int
    state: str
    skip_reason: str | None
    pressed_at: dt.datetime | None
    picture_path: str | None = None
    """Where the picture is seen that goes with it, within the installation."""

    @property
    def is_open(self) -> bool:
        """Whether it still waits for a press."""
        return self.state == "queued" and self.pressed_at is None


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a pool of senders may send by hand: `senders` of them, `a_day` together; `days` until all have
    their first text, at least one; None where nobody may send anything.
    """

    senders: int
    a_day: int
    days: int | None
    recipients: int

    @property
    def is_enough(self) -> bool:
        """Whether one day does."""
        return self.recipients <= self.a_day

    @property
    def hours_of_work(self) -> float:
        """How long one person would be at it without a rest."""
        return self.recipients / PRESSES_A_MINUTE / 60

    def missing(self, each: int = SAFE_A_DAY["long_code"]) -> int:
        """How many more numbers, each of which may send so many a day, would do it in one day."""
        return math.ceil(max(0, self.recipients - self.a_day) / max(1, each))

    def too_late(self, left: dt.timedelta) -> int:
        """How many its numbers couldn't reach in what is left until a deadline: each day begun gives its
        whole share at once.
        """
        days = math.ceil(max(0.0, left / DAY))
        return max(0, self.recipients - days * self.a_day)


def capacity(recipients: int, a_day: Iterable[int]) -> Capacity:
    """What senders that may send so many each make of so many recipients."""
    each = list(a_day)
    together = sum(each)
    days = max(1, math.ceil(recipients / together)) if together else None
    return Capacity(len(each), together, days, recipients)


def room(batch: int, sent: int, most: int | None) -> int:
    """How many texts somebody may take who has sent so many of a blast, where one may send `most` of it."""
    return batch if most is None else max(0, min(batch, most - sent))


def is_too_quick(now: dt.datetime, tried_at: dt.datetime | None) -> bool:
    """Whether a press comes too soon after the one before, counted or not, to be one of its own."""
    return tried_at is not None and (now - tried_at).total_seconds() < LEAST_S
