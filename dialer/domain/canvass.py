"""A canvass: the doors of a polling district, cut into walks that a crew does in one go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import Final, TypeVar

from dialer.domain.walk import Place

DOORS_LEAST: Final = 5
DOORS_USUAL: Final = 40
"""As many as two people do in an evening."""
DOORS_MOST: Final = 200

Walker = TypeVar("Walker")


def cut(
    people: Iterable[Walker], place: Callable[[Walker], Place], doors_most: int
) -> Iterator[Sequence[Walker]]:
    """Cut people into walks of at most so many doors, in walking order: each of one polling district, all
    who live behind a door together, and those of a district alike in length.
    """
    placed = sorted(((place(one), one) for one in people), key=lambda each: each[0])
    for _, district in groupby(placed, key=lambda each: each[0][:2]):
        doors = [[one for _, one in door] for _, door in groupby(district, key=lambda each: each[0])]
        walks = -(-len(doors) // doors_most)
        for start, end in pairwise(len(doors) * nth // walks for nth in range(walks + 1)):
            yield [one for door in doors[start:end] for one in door]
