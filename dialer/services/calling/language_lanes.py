"""Which languages a claim of numbers looks for: a volunteer's, or those of all who wait on the line."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dialer.domain.call_policy import policy_of
from dialer.domain.languages import (
    Lane,
    LanguageMatch,
    code_of,
    lanes_of_room,
    lanes_of_volunteer,
    may_speak,
)
from dialer.services.calling.facts import Person
from dialer.store.models.calling import Campaign
from dialer.store.queries.dial_languages import (
    due_by_language,
    rung_in,
    tongues_of,
    tongues_on_shift,
    tongues_waiting,
)
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class Speaking:
    """What a claim goes by: how strictly, what is spoken, and where numbers of those languages wait."""

    match: LanguageMatch
    home: str
    speaks: frozenset[str]
    lanes: list[Lane]

    def with_(self, people: Iterable[Person]) -> list[Person]:
        """Those of them with whom somebody may speak here."""
        return [
            one
            for one in people
            if may_speak(self.match, self.speaks, code_of(one.callee.language, self.home))
        ]


def of_volunteer(unit: UnitOfWork, campaign: Campaign, account_id: uuid.UUID) -> Speaking:
    """For the next number of one volunteer."""
    policy = policy_of(campaign.call_policy)
    match, home = policy.language_match, policy.home_language
    speaks = frozenset({""}) if match is LanguageMatch.OFF else tongues_of(unit, account_id, home)
    return Speaking(match, home, speaks, lanes_of_volunteer(match, speaks))


def of_room(unit: UnitOfWork, campaign: Campaign, most: int) -> Speaking:
    """For `most` numbers that the dialler rings."""
    policy = policy_of(campaign.call_policy)
    match, home = policy.language_match, policy.home_language
    if match is LanguageMatch.OFF:
        return Speaking(match, home, frozenset(), lanes_of_room(match, [], {}, most))
    waiting = tongues_waiting(unit, campaign.id, home)
    spoken = frozenset({""}).union(*waiting)
    under_way = rung_in(unit, campaign.id) if len(spoken) > 1 else {}
    return Speaking(match, home, spoken, lanes_of_room(match, waiting, under_way, most))


def speakers_wanted(unit: UnitOfWork, campaign: Campaign, now: dt.datetime) -> Mapping[str, int]:
    """The numbers that are due and wait for somebody who speaks their language, by language: nobody on a
    shift does. None of them wait where others may have them too.
    """
    policy = policy_of(campaign.call_policy)
    if policy.language_match is not LanguageMatch.ONLY:
        return {}
    home = policy.home_language
    spoken = frozenset[str]().union(*tongues_on_shift(unit, campaign.id, home))
    due = due_by_language(unit, campaign.id, now)
    return {language or home: count for language, count in sorted(due.items()) if language not in spoken}
