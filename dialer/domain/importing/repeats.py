"""Who repeats whom within one file: rows that are the same person, and elector numbers given twice."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from dialer.domain.person import Identity, Match, match

Key = tuple[str, ...]


class Place(NamedTuple):
    """Where a row belongs. `first`: the earlier row that is the same person, by the rule `why`.

    `loses_number`: an earlier row, of another person, holds its elector number.
    """

    first: int | None
    loses_number: bool = False
    why: Match | None = None


def keys_of(who: Identity) -> Iterator[Key]:
    """By what somebody may be the same person as another: who shares none of it with anybody, is new."""
    if who.external_id:
        yield ("id", who.external_id)
    if who.elector:
        yield ("elector", who.elector)
    for number in who.phones:
        yield (number, who.first, who.last)
    if who.email:
        yield (who.email, who.first, who.last)


@dataclass(slots=True)
class Repeats:
    """Remembers the people of the rows seen so far, and finds the first row of each."""

    _seen: dict[Key, list[tuple[int, Identity]]] = field(default_factory=dict)

    def place(self, row: int, who: Identity, own: str = "") -> Place:
        """Place the next row among the earlier ones and remember it. `own`: the id that we gave them."""
        first, why, loses = None, None, False
        keys = [("own", own), *keys_of(who)] if own else list(keys_of(who))
        for key in keys:
            for earlier, other in self._seen.get(key, ()):
                rule = Match.DIALER_ID if key[0] == "own" else match(who, other)
                loses = loses or (key[0] == "elector" and rule not in {Match.EXTERNAL_ID, Match.ELECTOR})
                if first is None and rule not in {None, Match.RENUMBERED}:
                    first, why = earlier, rule
        for key in keys:
            if not (loses and key[0] == "elector"):
                self._seen.setdefault(key, []).append((row if first is None else first, who))
        return Place(first, loses, why)
