"""The first wave of a blast: a few people, drawn by lot, get it first; then it waits until somebody has seen
what came back (design §9). So a wrong link or a wrong list costs fifty texts and not fifty thousand.

The wave is a set of texts: only those may go before a person, or a time that was given for it, lets the
others follow. Whoever of them is left out at the last moment is replaced, so that as many go as were wanted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dialer.domain.errors import FieldError
from dialer.domain.first_texts import BY_HAND

USUAL: Final = 50
MOST: Final = 1_000
"""A wave of more is no trial any more: the blast itself can be paused."""
ASKED_OVER: Final = 500
"""To how many people more than these a text goes when the page proposes a first wave."""
GOES_ON_LEAST_S: Final = 60
GOES_ON_MOST_S: Final = 86_400
"""Within a minute no network has answered; after a day nobody remembers."""
TROUBLED_MOST: Final = 0.1
"""Where more of the wave than this failed, is in doubt or was answered with a no, it never goes on by
itself. Of a text that people want a few in a hundred come back so.
"""
ARRIVED_LEAST: Final = 0.5
"""Nor where fewer of its texts than this are known to have arrived: networks that tell nothing, or swallow
all of it, look well. Of phones that are on nearly all tell within seconds.
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A wave that somebody wants: how many first, and whether the rest goes by itself so long after it."""

    size: int = USUAL
    goes_on_after_s: int | None = None


class WaveState(StrEnum):
    """Where a first wave stands."""

    DRAWING = "drawing"
    """The blast is being written down, and they are drawn from all of it."""
    GOING = "going"
    HELD = "held"
    """All of it went, and the rest waits for a person or for its time."""
    PASSED = "passed"
    """The rest may go, or there is none."""


class Step(StrEnum):
    """What is to be done about a wave now."""

    WAIT = "wait"
    DRAW = "draw"
    HOLD = "hold"
    PASS = "pass"  # noqa: S105 - no password


@dataclass(frozen=True, slots=True)
class Standing:
    """How a wave's texts stand: `went` were handed over, whatever became of them; of those `on_the_wire` that
    isn't known yet, as the carrier hasn't answered or is being asked; `due` could go at once;
    `later` wait for something of their own, such as the morning where they are, or a sender that somebody
    stopped. `behind` are all others of
    the blast that still wait.
    """

    went: int = 0
    on_the_wire: int = 0
    due: int = 0
    later: int = 0
    behind: int = 0

    @property
    def living(self) -> int:
        """How many of it went or still will."""
        return self.went + self.on_the_wire + self.due + self.later


def next_step(size: int, standing: Standing) -> Step:
    """What follows for a wave of this size. It is never held while one of it may still go at once, and not
    before one went.
    """
    if not standing.behind:
        return Step.PASS
    if standing.living < size:
        return Step.DRAW
    if standing.on_the_wire or standing.due or not standing.went:
        return Step.WAIT
    return Step.HOLD


def came_back_well(went: int, troubled: int) -> bool:
    """Whether a wave may be followed by the rest without a person's word. `troubled` are those that failed,
    are in doubt, or were answered with what is or may be a no.
    """
    return went > 0 and troubled <= TROUBLED_MOST * went


def has_arrived(went: int, delivered: int) -> bool:
    """Whether enough of a wave of texts is known to have come to people's phones. Mail servers tell of no
    email that it arrived, so of a wave of those it isn't asked.
    """
    return went > 0 and delivered >= ARRIVED_LEAST * went


def faults_of_wave(wanted: Wanted, mode: str) -> Iterator[FieldError]:
    """What is wrong with a wave that somebody wants of a blast in this mode."""
    if mode == BY_HAND:
        yield FieldError("/first_wave", "It is sent by hand: each text waits for a press as it is.")
    if not 1 <= wanted.size <= MOST:
        yield FieldError("/first_wave/size", "A first wave is 1 to 1,000 people.")
    after = wanted.goes_on_after_s
    if after is not None and not GOES_ON_LEAST_S <= after <= GOES_ON_MOST_S:
        yield FieldError("/first_wave/goes_on_after_s", "It goes on after a minute to a day, or never.")
