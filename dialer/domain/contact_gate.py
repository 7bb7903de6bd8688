"""The one gate before every call: may this person be contacted on this number, now (contract §4, §6).

It is asked twice, when contact is planned and immediately before it (design §2, law 4).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from dialer.domain.postcode_zones import zones_of_postcode
from dialer.domain.quiet_hours import QuietHours, quiet_until
from dialer.domain.retry import Standing, Turn


class Refusal(StrEnum):
    """Why somebody may not be contacted."""

    SUPPRESSED = "suppressed"
    OPTED_OUT = "opted_out"
    DECEASED = "deceased"
    MOVED = "moved"
    DEAD_NUMBER = "dead_number"
    COUNTRY = "country"
    VOTED = "voted"
    OVER = "over"
    OTHER_NUMBER = "other_number"
    QUIET_HOURS = "quiet_hours"
    GAP = "gap"
    TRIED_ENOUGH = "tried_enough"
    TRIED_TODAY = "tried_today"


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """What is known of a number at this moment."""

    number: str
    suppressed: bool = False
    """An opt-out or suppression for voice holds for the number, whoever has it."""
    dead: bool = False
    allowed: bool = True
    """Its country may be rung, and it is neither premium rate nor satellite."""
    zones: tuple[str, ...] = ()
    tried_enough: bool = False
    """It was tried as often as the campaign tries a number, whoever was asked for."""
    rests_until: dt.datetime | None = None
    """It was tried as often as a number is in one day, and rests until the next begins."""


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What is known of a person on that number at this moment."""

    contact_id: str
    standing: Standing
    status: str = "active"
    opted_out: bool = False
    voted: bool = False
    postcode: str | None = None


@dataclass(frozen=True, slots=True)
class CallingRules:
    """What the campaign says about calling."""

    hours: QuietHours
    zone: str
    leaves_out_voted: bool
    """Campaigns that get out the vote stop ringing people who have voted."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Yes, or no with the reason, and from when it may be yes (None: not before something changes)."""

    refusal: Refusal | None = None
    until: dt.datetime | None = None

    @property
    def allowed(self) -> bool:
        """The gate is open."""
        return self.refusal is None


def may_contact(person: PersonFacts, number: NumberFacts, rules: CallingRules, now: dt.datetime) -> Verdict:
    """Whether a person may be called on a number at this instant: the first reason against it stands.

    Reasons that hold for good come before those that pass. It must be quiet nowhere that they may be: not in
    the campaign’s zone, not where the number belongs, not where their postcode lies. A promised
    callback is kept however often the number was tried.
    """
    lasting = next(_lasting(person, number, rules), None)
    if lasting is not None:
        return Verdict(lasting)
    if person.standing.due_at is not None and now < person.standing.due_at:
        return Verdict(Refusal.GAP, person.standing.due_at)
    promised = person.standing.turn is Turn.CALLBACK
    if number.rests_until is not None and now < number.rests_until and not promised:
        return Verdict(Refusal.TRIED_TODAY, number.rests_until)
    home = zones_of_postcode(person.postcode, number.number, rules.zone)
    until = quiet_until(now, rules.hours, (rules.zone, *number.zones, *home))
    return Verdict(Refusal.QUIET_HOURS, until) if until else Verdict()


def in_any_campaign(number: NumberFacts, *, status: str = "active", opted_out: bool = False) -> list[Refusal]:
    """Every reason against calling somebody on a number that holds whatever the campaign and the hour."""
    reasons = (
        (number.suppressed, Refusal.SUPPRESSED),
        (opted_out, Refusal.OPTED_OUT),
        (status != "active", status),
        (number.dead, Refusal.DEAD_NUMBER),
        (not number.allowed, Refusal.COUNTRY),
    )
    return [Refusal(reason) for holds, reason in reasons if holds]


def _lasting(person: PersonFacts, number: NumberFacts, rules: CallingRules) -> Iterator[Refusal]:
    yield from in_any_campaign(number, status=person.status, opted_out=person.opted_out)
    if person.voted and rules.leaves_out_voted:
        yield Refusal.VOTED
    if person.standing.over:
        yield Refusal.OVER
    elif person.standing.number != number.number:
        yield Refusal.OTHER_NUMBER
    if number.tried_enough and person.standing.turn is not Turn.CALLBACK:
        yield Refusal.TRIED_ENOUGH


def first_callable(
    people: list[PersonFacts], number: NumberFacts, rules: CallingRules, now: dt.datetime
) -> PersonFacts | None:
    """Whom to ask for on a shared number: a promised callback first, then whoever was tried least."""
    free = [person for person in people if may_contact(person, number, rules, now).allowed]
    return min(free, key=_turn_order, default=None)


def _turn_order(person: PersonFacts) -> tuple[bool, int]:
    return (person.standing.turn is not Turn.CALLBACK, person.standing.attempts)
