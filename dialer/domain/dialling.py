"""The dialler's own rules, beside those of its policy: how long things may take, and why nobody is rung.

Sources: a live answer hears somebody within two seconds, a phone rings for fifteen at least, and whoever was
abandoned rests for 72 hours (Ofcom, statement on persistent misuse of networks, 2016).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from dialer.domain.abandonment import ANSWER_WITHIN
from dialer.domain.contact_gate import NumberFacts
from dialer.domain.queue_order import Rank

DIALLED_MODES: Final = ("progressive", "predictive")

TICK_S: Final = 1.0
"""How often a campaign's policy is asked."""
LEASE: Final = dt.timedelta(seconds=3)
"""For so long a leader leads who isn't heard of any more; then another one does."""
STALE_AFTER: Final = dt.timedelta(seconds=3)
"""A number that was claimed so long ago and could not be rung yet is given back: the volunteer for whom it
was to be rung may be talking by now.
"""
NOBODYS_AFTER: Final = dt.timedelta(seconds=30)
"""The same where no pacer runs any more that would give it back: others do."""
BEGIN_WITHIN_S: Final = 1.0
"""How long after the gate a call may still be posted: less than a lease lasts, so that a process that was
held up never rings beside its successor.
"""
RINGS_S: Final = 20
UNHEARD_AFTER: Final = dt.timedelta(seconds=10)
"""A call of which the carrier has told nothing for so long stands in its queue, and is taken out of it:
nobody may be free when it rings at last.
"""
OVER_AFTER: Final = dt.timedelta(seconds=RINGS_S + 15)
"""By then a call has been answered or is over; the carrier is asked."""
TALK_LOOK: Final = dt.timedelta(seconds=60)
"""How often the carrier is asked about a talk that goes on."""


def next_dial_look(looks: int, *, answered: bool) -> dt.timedelta:
    """How long after one look at the carrier the next one at a dial is due: soon while nobody has answered,
    since it should be over; every minute while two talk.
    """
    return TALK_LOOK if answered else min(dt.timedelta(seconds=2.0 ** min(looks, 6)), TALK_LOOK)


class Still(StrEnum):
    """Why nobody is rung just now."""

    NO_PACER = "no_pacer"
    ALL_PAUSED = "all_paused"
    CAMPAIGN_PAUSED = "campaign_paused"
    COST_CAP = "cost_cap"
    QUIET_HOURS = "quiet_hours"
    NO_CALLER_ID = "no_caller_id"
    NOBODY_ON_LINE = "nobody_on_line"
    CARRIER_REFUSES = "carrier_refuses"
    CARRIER_BUSY = "carrier_busy"
    TOO_MANY_CALLS = "too_many_calls"
    NOBODY_DUE = "nobody_due"
    NO_SPEAKER = "no_speaker"
    """Whoever is due speaks what nobody does who waits on the line, and nobody else may be put through."""
    PASSED_OVER = "passed_over"
    """Nobody among those who came next may be rung: their numbers leave the line, and more follow."""
    ENOUGH = "enough"
    """As many are rung as the volunteers can take."""


_GOES_ON: Final = frozenset({None, Still.ENOUGH, Still.NOBODY_ON_LINE})
"""As many are rung as can be, or about to be."""
_BETWEEN: Final = frozenset(
    {Still.NOBODY_DUE, Still.NO_SPEAKER, Still.PASSED_OVER, Still.CARRIER_BUSY, Still.TOO_MANY_CALLS}
)
"""Nobody new is rung just now, but whoever is rung already may answer."""


def stands_still(why: Still | None, *, ringing: int) -> bool:
    """Whether nobody can come to somebody who waits on their line, for that reason, while so many ring."""
    return why not in _GOES_ON and not (why in _BETWEEN and ringing)


@dataclass(frozen=True, slots=True)
class PolicySettings:
    """What a pacing policy reads (the published interface of policies)."""

    max_abandon_rate: float
    max_calls_per_second: float
    max_concurrent_calls: int
    ring_timeout_s: float = float(RINGS_S)
    grace_s: float = ANSWER_WITHIN.total_seconds()
    amd: bool = False
    amd_false_positive_rate: float = 0.0
    tick_s: float = TICK_S


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that a policy hears of (the published interface of policies)."""

    kind: str
    t: float
    call_id: str | None = None
    volunteer_id: str | None = None
    result: str | None = None


def somebody_on_line(on_line: Mapping[str, int]) -> bool:
    """Whether any volunteer is on the line, by the state of their shifts, who doesn't rest."""
    return any(count for state, count in on_line.items() if state != "paused")


def room(asked: int, *, waiting: int, under_way: int, calls_per_second: float, most: int) -> int:
    """How many of those asked for to claim now: no more than go in a second, or than may be under way,
    together with those that still wait to be rung.
    """
    in_a_second = max(1, int(calls_per_second * TICK_S))
    return max(0, min(asked, in_a_second - waiting, most - under_way - waiting))


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a number is rung: whose turn in the line, at whose word, and what was known."""

    mode: str
    rank: Rank
    due_at: dt.datetime
    attempt: int
    others: int
    """How many more people are on the number."""
    asked: int
    """How many the policy asked for at that moment."""
    free: int
    """How many volunteers waited for a call then."""


def ledger_of(
    reason: Reason, number: NumberFacts, now: dt.datetime, home: tuple[str, ...] = ()
) -> Mapping[str, Any]:
    """What is kept of a dial, so that "why did you call me?" has an answer. No name and no number. `home` are
    the zones in which the person's postcode lies.
    """
    return {
        "at": now.isoformat(),
        "mode": reason.mode,
        "turn": reason.rank.name.lower(),
        "due_at": reason.due_at.isoformat(),
        "attempt": reason.attempt,
        "others_on_number": reason.others,
        "asked": reason.asked,
        "free": reason.free,
        "gate": {
            "suppressed": number.suppressed,
            "dead": number.dead,
            "country_allowed": number.allowed,
            "zones": list(dict.fromkeys([*number.zones, *home])),
        },
    }
