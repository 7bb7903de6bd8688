"""A word to many of us at once: all of a team, of a campaign, or who signed up for a session.

Each person gets it once: by text where a phone is shown to be theirs, else by email. What stands against
their number or address holds; whoever is left out is named, to be rung.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dialer.domain.message_gate import Skip

MANY: Final = 10
"""To more than so many it goes only once their number was typed."""
MOST: Final = 5_000
"""To no more at once: what goes to more people is a campaign's, with a first wave and senders of its own."""


class Audience(StrEnum):
    """Whom it is for."""

    TEAM = "team"
    CAMPAIGN = "campaign"
    SESSION = "session"


AUDIENCES: Final = tuple(one.value for one in Audience)


class LeftOut(StrEnum):
    """Why somebody of them gets nothing, where it isn't the gate that says so (`Skip`)."""

    NO_WAY = "no_way"
    """No number that is shown to be theirs and no address, or nothing that texts or letters come from."""
    ELSEWHERE = "same_place"
    """Another of them is written to at the same number or address."""
    REFUSED = "refused"
    """It couldn't be written to them as it is."""
    CALLED_OFF = "called_off"


@dataclass(frozen=True, slots=True)
class Person:
    """One of them as they can be reached: `phone` only where it is shown to be theirs."""

    phone: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class Ways:
    """What can be written to anybody: whether texts, and whether letters, have something to come from."""

    texts: bool
    letters: bool


def place_of(person: Person, barred: Mapping[str, Skip], ways: Ways) -> str | LeftOut | Skip:
    """Where somebody is written to, or why nowhere: a no stands before that nothing is known."""
    phone = person.phone if ways.texts else None
    email = person.email.lower() if person.email and ways.letters else None
    for place in (phone, email):
        if place is not None and place not in barred:
            return place
    reasons = (barred[place] for place in (phone, email) if place is not None)
    return next(reasons, LeftOut.NO_WAY)
