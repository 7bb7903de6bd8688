"""Who is called next in a campaign, and why: the policy that its coordinators state (contract §6).

Callbacks that are due come first, then what fell out of somebody's hands, then retries, then numbers never
tried, by points. All defaults are the contract's: no points, no limits a number, one gap for all outcomes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from dialer.domain.disposition import CONSEQUENCES, Course, Disposition
from dialer.domain.errors import FieldError
from dialer.domain.languages import HOME, SPOKEN, LanguageMatch
from dialer.domain.queue_order import FRESH_LINES, Rank

POINTS_MOST: Final = 9
NUMBER_DAY_MOST: Final = 20
NUMBER_MOST: Final = 200
CALLER_ID_HOUR_MOST: Final = 10_000
GAP_MOST_S: Final = 90 * 86_400
LATELY: Final = dt.timedelta(days=30)
"""Whoever was spoken to within that time was reached lately."""
ADVISED_A_DAY: Final = 2
"""What we advise as the most tries of a number in a day, over all campaigns."""


class Sign(StrEnum):
    """What is known of the people on a number that was never tried; several may hold at once."""

    PLEDGED = "pledged"
    """Somebody there promised us their vote, and isn't known to have voted."""
    UNDECIDED = "undecided"
    SUPPORT_UNKNOWN = "support_unknown"
    """Of nobody there it is known whom they support."""
    AGAINST = "against"
    NEVER_REACHED = "never_reached"
    """In no campaign was anybody there spoken to by phone."""
    NOT_LATELY = "not_lately"
    """Nobody there was spoken to by phone within `LATELY`; who never was, wasn't lately either."""


SIGNS: Final = tuple(sign.value for sign in Sign)
GAPS_OF: Final = tuple(
    disposition.value
    for disposition, one in CONSEQUENCES.items()
    if one.course is Course.RETRY and disposition is not Disposition.ABANDONED
)
"""The outcomes that may have a gap of their own. Whoever was abandoned rests for 72 hours in any case."""


@dataclass(frozen=True, slots=True)
class CallPolicy:
    """What one campaign has set."""

    points: Mapping[str, int] = field(default_factory=dict)
    """By sign, from -9 to 9: numbers never tried go in the order of their sum, the most first."""
    fresh_first: bool = False
    """Numbers never tried come before retries that are due."""
    number_day_max: int | None = None
    """Tries of one number in a day of the campaign's zone, over all campaigns."""
    number_max: int | None = None
    """Tries of one number in this campaign, whoever is asked for on it."""
    caller_id_hour_max: int | None = None
    """Calls in an hour after which one of the campaign's caller ids rests, while another doesn't."""
    other_hours: bool = False
    """Retries go to an hour in which the number hasn't failed, the best by the campaign's own answers."""
    language_match: LanguageMatch = LanguageMatch.PREFER
    """Whether numbers go first, or only, to volunteers who speak their language."""
    home_language: str = HOME
    """What people speak of whom nothing is known, and volunteers who haven't said."""
    gaps_s: Mapping[str, int] = field(default_factory=dict)
    """How long a number rests after an outcome; one that isn't named: the campaign's `retry_after_s`."""

    @property
    def limits_numbers(self) -> bool:
        """Whether anybody has to count what was tried on a number."""
        return self.number_day_max is not None or self.number_max is not None

    @property
    def retries_at(self) -> Rank:
        """The line in which retries wait."""
        return Rank.LATER if self.fresh_first else Rank.RETRY

    @property
    def best(self) -> int:
        """The points of a number of which all speaks that is worth points."""
        return sum(max(worth, 0) for worth in self.points.values())

    @property
    def span(self) -> int:
        """From the best to the worst."""
        return sum(abs(worth) for worth in self.points.values())

    def line_of(self, signs: Collection[str]) -> int:
        """The line (a `priority`) in which a number never tried waits: the best first. The lines are as few
        as a claim can look through; where points differ by more, they share.
        """
        short = self.best - sum(self.points.get(sign, 0) for sign in signs)
        most = FRESH_LINES - 1
        return Rank.FRESH + (short if self.span <= most else short * most // self.span)

    def gaps(self) -> dict[Disposition, dt.timedelta]:
        """The gaps that differ from the campaign's own."""
        return {Disposition(name): dt.timedelta(seconds=seconds) for name, seconds in self.gaps_s.items()}


_LIMITS: Final = {
    "number_day_max": NUMBER_DAY_MOST,
    "number_max": NUMBER_MOST,
    "caller_id_hour_max": CALLER_ID_HOUR_MOST,
}


def policy_of(stored: Mapping[str, Any]) -> CallPolicy:
    """The policy as a campaign keeps it; the empty one is the default."""
    match = LanguageMatch(stored.get("language_match", LanguageMatch.PREFER))
    return CallPolicy(**{**stored, "language_match": match})


def stored_policy(policy: CallPolicy) -> dict[str, Any]:
    """As a campaign keeps it: only what isn't the default, so that a default may change."""
    usual = CallPolicy()
    named = {name: getattr(policy, name) for name in CallPolicy.__dataclass_fields__}
    return {name: value for name, value in named.items() if value != getattr(usual, name)}


def policy_faults(given: Mapping[str, Any]) -> list[FieldError]:
    """What is wrong with the settings given; those left out aren't looked at."""
    return [*_of_tables(given), *_of_limits(given), *_of_home(given)]


def _of_home(given: Mapping[str, Any]) -> Iterator[FieldError]:
    if given.get("home_language", HOME) not in SPOKEN:
        yield FieldError("/home_language", f"Choose from {', '.join(SPOKEN)}.")


def _of_tables(given: Mapping[str, Any]) -> Iterator[FieldError]:
    for name, words, least, most in (
        ("points", SIGNS, -POINTS_MOST, POINTS_MOST),
        ("gaps_s", GAPS_OF, 0, GAP_MOST_S),
    ):
        for word, value in given.get(name, {}).items():
            if word not in words:
                yield FieldError(f"/{name}/{word}", f"Choose from {', '.join(words)}.")
            elif not least <= value <= most:
                yield FieldError(f"/{name}/{word}", f"Choose between {least:,} and {most:,}.")


def _of_limits(given: Mapping[str, Any]) -> Iterator[FieldError]:
    for name, most in _LIMITS.items():
        value = given.get(name)
        if value is not None and not 1 <= value <= most:
            yield FieldError(f"/{name}", f"Choose between 1 and {most:,}, or null for no limit.")
