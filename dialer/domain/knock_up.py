"""Knock-up: reminding supporters to vote, by which means and in which order (contract §9)."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from dialer.domain.doorstep import DoorOutcome, DoorReport
from dialer.domain.pledge import SUPPORTS


class Channel(enum.StrEnum):
    """By which means somebody is reminded."""

    DOORSTEP = "doorstep"
    VOICE = "voice"
    SMS = "sms"


class Order(enum.StrEnum):
    """Who comes first. `attempts`: fewest attempts, then most support, then by walk; `walk`: road by road."""

    ATTEMPTS = "attempts"
    WALK = "walk"


class Answer(enum.StrEnum):
    """What a crew notes of somebody on the day, as on its sheet. Going: they will vote; out: not at home."""

    VOTED = "voted"
    GOING = "going"
    LIFT = "lift"
    OUT = "out"
    MOVED = "moved"
    NO = "no"
    STOP = "stop"


REPORTS: Final[Mapping[Answer, DoorReport]] = MappingProxyType(
    {
        Answer.VOTED: DoorReport(DoorOutcome.ALREADY_VOTED),
        Answer.GOING: DoorReport(DoorOutcome.CONTACTED, voting_method="in_person"),
        Answer.LIFT: DoorReport(DoorOutcome.CONTACTED, needs_lift=True),
        Answer.OUT: DoorReport(DoorOutcome.NOT_IN),
        Answer.MOVED: DoorReport(DoorOutcome.MOVED),
        Answer.NO: DoorReport(DoorOutcome.CONTACTED, support=max(SUPPORTS)),
        Answer.STOP: DoorReport(DoorOutcome.DO_NOT_KNOCK),
    }
)
"""What each says in the words of results at doors. No: they aren't for us any more."""
SILENCED: Final = ("voice", "sms")
"""What stop bars besides knocking: no more calls or texts."""
