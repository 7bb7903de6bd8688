"""Which of a campaign's numbers a person sees when they are rung (contract §6): same area first."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile


def pick_caller_id(caller_ids: Sequence[str], number: str) -> str | None:
    """The number that shares most of its beginning with the person's; of equals the first named.

    Numbers are E.164, so a shared beginning is the country, then the area. None without any.
    """
    return max(caller_ids, key=lambda each: _shared(each, number), default=None)


def _shared(one: str, other: str) -> int:
    """How many characters two numbers begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
