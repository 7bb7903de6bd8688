"""A leaderboard of today's talks: ties share a place, nobody stands on it with none, first names only."""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

PLACES_SHOWN: Final = 5
NAMES_SHOWN: Final = 8
"""A place that more share is told by their number: to name some of them would be by chance."""
_NO_NAME: Final = re.compile(r"@|(?:\d\D*){4}")
"""An email address or a phone number that somebody gave for a name."""


@dataclass(frozen=True, slots=True)
class Talked:
    """Somebody and how often they talked today. `name` is their first name, empty where they gave none."""

    account_id: uuid.UUID
    name: str
    talks: int


@dataclass(frozen=True, slots=True)
class Place:
    """All who had as many talks: `number` is one more than there are people before them. `names` are those of
    the others among them, in the order of the alphabet, none where too many share the place; `mine` says
    whether one stands there oneself.
    """

    number: int
    talks: int
    people: int
    names: tuple[str, ...]
    mine: bool


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """The first `places`; one's `own` where it isn't among them; whether one keeps `out` of it."""

    places: tuple[Place, ...]
    own: Place | None
    out: bool


def first_name(name: str) -> str:
    """What others may read of the name of an account; empty where it is an address or a number."""
    return "" if _NO_NAME.search(name) else next(iter(name.split()), "")


def leaderboard(talked: Iterable[Talked], me: uuid.UUID, *, out: bool) -> Leaderboard:
    """As `me` reads it. Who keeps out of it isn't among those who `talked`."""
    placed = _places([one for one in talked if one.talks > 0 and not (out and one.account_id == me)], me)
    first = tuple(placed[:PLACES_SHOWN])
    return Leaderboard(first, next((one for one in placed[PLACES_SHOWN:] if one.mine), None), out)


def _places(talked: Sequence[Talked], me: uuid.UUID) -> list[Place]:
    tied: defaultdict[int, list[Talked]] = defaultdict(list)
    for one in talked:
        tied[one.talks].append(one)
    placed, before = [], 0
    for talks, people in sorted(tied.items(), reverse=True):
        others = sorted((one.name for one in people if one.account_id != me), key=str.casefold)
        names = tuple(others) if len(people) <= NAMES_SHOWN else ()
        placed.append(Place(before + 1, talks, len(people), names, len(others) < len(people)))
        before += len(people)
    return placed
