"""What a party that people say they will vote for means on the scale of support, in one election.

Campaigns ask “Who do you think you’ll vote for?”. The answer is kept as it was given, and means what the
election’s scale says of it now: ours 1, a likely partner 3, an opponent 5, won’t say nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dialer.domain.errors import FieldError
from dialer.domain.pledge import SUPPORTS

PARTIES_MAX: Final = 50
PARTY_MAX: Final = 80


def party_key(name: str) -> str:
    """By which two ways of writing a party are the same: case and spaces aside."""
    return " ".join(name.split()).casefold()


@dataclass(frozen=True, slots=True)
class Party:
    """A party, or another answer to the question, and what it means; None: nothing."""

    name: str
    support: int | None = None


@dataclass(frozen=True, slots=True)
class PartyScale:
    """What each party means."""

    parties: tuple[Party, ...] = ()

    def support_of(self, name: str | None) -> int | None:
        """What it means that somebody names this party; one that the scale hasn't means nothing."""
        key = party_key(name or "")
        return next((one.support for one in self.parties if party_key(one.name) == key), None)


def checked(given: Sequence[Party]) -> PartyScale | list[FieldError]:
    """The scale with its names tidied; else all that is wrong with it."""
    tidy = [Party(" ".join(one.name.split()), one.support) for one in given]
    return list(_faults(tidy)) or PartyScale(tuple(tidy))


def _faults(parties: Sequence[Party]) -> Iterator[FieldError]:
    if len(parties) > PARTIES_MAX:
        yield FieldError("/parties", f"Give at most {PARTIES_MAX} parties.")
    seen: set[str] = set()
    for at, party in enumerate(parties):
        if not party.name:
            yield FieldError(f"/parties/{at}/name", "Give the party a name.")
        elif len(party.name) > PARTY_MAX:
            yield FieldError(f"/parties/{at}/name", f"A name has {PARTY_MAX} characters at most.")
        elif party_key(party.name) in seen:
            yield FieldError(f"/parties/{at}/name", "This party is in the list already.")
        if party.support not in {None, *SUPPORTS}:
            yield FieldError(f"/parties/{at}/support", "Support is a number from 1 to 5, or nothing.")
        seen.add(party_key(party.name))


def stored(scale: PartyScale) -> list[dict[str, Any]]:
    """As it is kept."""
    return [{"name": one.name, "support": one.support} for one in scale.parties]


def read_scale(kept: Sequence[Mapping[str, Any]]) -> PartyScale:
    """As it was kept."""
    return PartyScale(tuple(Party(one["name"], one["support"]) for one in kept))
