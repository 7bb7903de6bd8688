"""A filter as it is written down, in JSON, read strictly: what isn't known is refused at its place.

Each condition is an object with one name in it. `all`, `any` and `not` put conditions together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from dialer.domain.errors import FieldError, ValidationFailed
from dialer.domain.filters import tree
from dialer.domain.filters.conditions import READERS
from dialer.domain.filters.values import Place, refuse


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a filter may be: conditions and what puts them together, and how deep they may lie."""

    parts: int = 100
    depth: int = 8


WRITTEN: Final = Bounds()
PUT_IN: Final = Bounds(parts=1_000, depth=40)
"""With the audiences that it names in place of their names."""


def read_filter(given: object, at: str = "/filter", bounds: Bounds = WRITTEN) -> tree.Filter:
    """Read a filter. `ValidationFailed` names each place that can't be taken, below `at`."""
    return _Reading(bounds).rule(Place(at, given), 1)


class _Reading:
    """One filter being read."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._parts = 0

    def rule(self, place: Place, depth: int) -> tree.Filter:
        self._count(place, depth)
        name, value = _one_name(place)
        inner = place.inner(name, value)
        match name:
            case "all":
                return tree.All(self._parts_of(inner, depth, least=0))
            case "any":
                return tree.AnyOf(self._parts_of(inner, depth, least=1))
            case "not":
                return tree.Not(self.rule(inner, depth + 1))
            case _:
                return _reader_of(name, place)(inner)

    def _count(self, place: Place, depth: int) -> None:
        self._parts += 1
        if depth > self._bounds.depth:
            refuse(place, f"This lies too deep: at most {self._bounds.depth} may lie within one another.")
        if self._parts > self._bounds.parts:
            refuse(place, f"These are too many conditions. Write at most {self._bounds.parts}.")

    def _parts_of(self, place: Place, depth: int, *, least: int) -> tuple[tree.Filter, ...]:
        if not isinstance(place.value, list) or len(place.value) < least:
            refuse(place, "Send a list of conditions here.")
        parts: list[tree.Filter] = []
        faults: list[FieldError] = []
        for inner in _items(place):
            try:
                parts.append(self.rule(inner, depth + 1))
            except ValidationFailed as error:
                faults += error.errors
            if self._parts > self._bounds.parts:
                break
        if faults:
            raise ValidationFailed(errors=faults)
        return tuple(parts)


def _items(place: Place) -> Iterator[Place]:
    return (place.inner(str(index), value) for index, value in enumerate(place.value))


def _one_name(place: Place) -> tuple[str, Any]:
    if not isinstance(place.value, dict) or len(place.value) != 1:
        refuse(place, "Send an object with one name in it, such as {“tags”: […]}.")
    return next(iter(place.value.items()))


def _reader_of(name: str, place: Place) -> Callable[[Place], tree.Filter]:
    reader = READERS.get(name)
    if reader is None:
        refuse(place.inner(name, None), "There is no such condition. Look at its spelling.")
    return reader
