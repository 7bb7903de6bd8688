"""Filters that name other audiences: those are put in their place, and none may lead back to itself."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any, Final

from dialer.domain.errors import ValidationFailed
from dialer.domain.filters import tree
from dialer.domain.filters.reading import PUT_IN, read_filter

Written = Mapping[str, Any]
"""A filter as it is written down."""

_TOO_LARGE: Final = (
    "With the audiences that it names this is too large. Name fewer, or make a list of one of them first."
)


def named_in(rule: tree.Filter) -> Iterator[uuid.UUID]:
    """The audiences that a filter names itself."""
    return (one.audience_id for one in tree.conditions(rule) if isinstance(one, tree.InAudience))


def put_in(written: Written, saved: Mapping[uuid.UUID, Written]) -> Written:
    """The filter with the filters of the audiences it names in place of their names.

    `ValidationFailed` where one isn't there, leads back to itself, or all together get too large.
    """
    whole = _PuttingIn(saved).whole(written, ())
    try:
        read_filter(whole, bounds=PUT_IN)
    except ValidationFailed:
        raise ValidationFailed.at("/filter", _TOO_LARGE) from None
    return whole


class _PuttingIn:
    """Counts what it puts in, since audiences that name each other twice double at every step."""

    def __init__(self, saved: Mapping[uuid.UUID, Written]) -> None:
        self._saved = saved
        self._parts = 0

    def whole(self, written: Written, above: tuple[uuid.UUID, ...]) -> Written:
        self._parts += 1
        if self._parts > PUT_IN.parts:
            raise ValidationFailed.at("/filter", _TOO_LARGE)
        name, value = next(iter(written.items()))
        match name:
            case "all" | "any":
                return {name: [self.whole(part, above) for part in value]}
            case "not":
                return {name: self.whole(value, above)}
            case "audience":
                return self._of(uuid.UUID(value), above)
            case _:
                return written

    def _of(self, audience_id: uuid.UUID, above: tuple[uuid.UUID, ...]) -> Written:
        if audience_id in above:
            raise ValidationFailed.at("/filter", "This audience would lead back to itself. Name another.")
        if audience_id not in self._saved:
            raise ValidationFailed.at("/filter", "An audience that it names isn’t there. Take it out.")
        return self.whole(self._saved[audience_id], (*above, audience_id))
