"""The outcomes of an attempt, and what follows from each: one table (contract §6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Disposition(StrEnum):
    """What came of trying to reach a person."""

    CONTACTED = "contacted"
    REFUSED = "refused"
    WRONG_NUMBER = "wrong_number"
    DISCONNECTED = "disconnected"
    MOVED = "moved"
    DECEASED = "deceased"
    ALREADY_VOTED = "already_voted"
    DO_NOT_CALL = "do_not_call"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    ANSWERING_MACHINE = "answering_machine"
    LEFT_MESSAGE = "left_message"
    LANGUAGE_BARRIER = "language_barrier"
    CALLBACK = "callback"
    HUNG_UP = "hung_up"
    ABANDONED = "abandoned"


OF_A_MACHINE: Final = frozenset({Disposition.ANSWERING_MACHINE, Disposition.LEFT_MESSAGE})
"""Nobody was spoken with, though somebody may have spoken."""


class Effect(StrEnum):
    """What an outcome changes beside the queue."""

    OPTS_OUT_OF_VOICE = "opts_out_of_voice"
    MARKS_TURNOUT = "marks_turnout"
    SETS_MOVED = "sets_moved"
    SETS_DECEASED = "sets_deceased"
    TAKES_NUMBER_OFF = "takes_number_off"
    MARKS_NUMBER_DEAD = "marks_number_dead"


class Course(StrEnum):
    """How the campaign goes on with the person after an outcome."""

    FINAL = "final"
    """Over for this campaign."""
    NUMBER_OVER = "number_over"
    """Over on this number; another number of theirs is tried, if there is one."""
    RETRY = "retry"
    """Tried again after the campaign's gap, until its attempts are used up."""
    CALLBACK = "callback"
    """Phoned at the time they asked for."""


@dataclass(frozen=True, slots=True)
class Consequence:
    """One row of the table."""

    course: Course
    effects: frozenset[Effect] = frozenset()
    for_everyone: bool = False
    """Nobody was spoken to: it is an attempt for everyone on that number."""
    tries_next_number: bool = False
    """The person's next number has its turn."""


def _final(*effects: Effect) -> Consequence:
    return Consequence(Course.FINAL, frozenset(effects))


def _unreached(*, tries_next_number: bool = False) -> Consequence:
    return Consequence(Course.RETRY, for_everyone=True, tries_next_number=tries_next_number)


def _number_over(effect: Effect) -> Consequence:
    return Consequence(Course.NUMBER_OVER, frozenset({effect}), tries_next_number=True)


CONSEQUENCES: Final[Mapping[Disposition, Consequence]] = MappingProxyType(
    {
        Disposition.CONTACTED: _final(),
        Disposition.REFUSED: _final(),
        Disposition.WRONG_NUMBER: _number_over(Effect.TAKES_NUMBER_OFF),
        Disposition.DISCONNECTED: _number_over(Effect.MARKS_NUMBER_DEAD),
        Disposition.MOVED: _final(Effect.SETS_MOVED),
        Disposition.DECEASED: _final(Effect.SETS_DECEASED),
        Disposition.ALREADY_VOTED: _final(Effect.MARKS_TURNOUT),
        Disposition.DO_NOT_CALL: _final(Effect.OPTS_OUT_OF_VOICE),
        Disposition.NO_ANSWER: _unreached(tries_next_number=True),
        Disposition.BUSY: _unreached(),
        Disposition.ANSWERING_MACHINE: _unreached(),
        Disposition.LEFT_MESSAGE: _unreached(),
        Disposition.LANGUAGE_BARRIER: Consequence(Course.RETRY),
        Disposition.CALLBACK: Consequence(Course.CALLBACK),
        Disposition.HUNG_UP: _unreached(),
        Disposition.ABANDONED: _unreached(),
    }
)
DISPOSITIONS: Final = tuple(disposition.value for disposition in Disposition)
BY_DIALLER: Final = frozenset({Disposition.HUNG_UP, Disposition.ABANDONED})
"""What only the dialler records: somebody answered it, and was gone before, or because, nobody was free."""
RECORDABLE: Final = tuple(one for one in DISPOSITIONS if one not in BY_DIALLER)
"""What somebody who speaks with people can record."""


def consequence(disposition: str) -> Consequence:
    """What follows from an outcome. An unknown word is a ValueError."""
    return CONSEQUENCES[Disposition(disposition)]
