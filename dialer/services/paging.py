"""A page of a long list, walked by key and never by offset."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from dialer.domain.errors import ValidationFailed

Item = TypeVar("Item")
Shown = TypeVar("Shown")

_DIGITS: Final = 10
"""Fewer than a number has that the database can't hold."""
NOT_OURS: Final = "This cursor isn’t one of this list. Start again without it."
"""What is said of a cursor that was made up, or is another list's."""


@dataclass(frozen=True, slots=True)
class Page:
    """What is asked for: at most `limit` items after the key `after` (None: from the start)."""

    limit: int = 50
    after: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Slice(Generic[Item]):
    """What is given: the items, and the key to ask for the next ones with (None: that was all)."""

    items: Sequence[Item]
    next: tuple[str, ...] | None = None

    def map(self, show: Callable[[Item], Shown]) -> Slice[Shown]:
        """The same page with each item shown in another way."""
        return Slice([show(item) for item in self.items], self.next)


def after_id(page: Page) -> uuid.UUID | None:
    """The id that a list ordered by id goes on after. Raises ValidationFailed on a cursor of another list."""
    after = after_ids(page, 1)
    return None if after is None else after[0]


def after_ranked_id(page: Page, ranks: int) -> tuple[int, uuid.UUID] | None:
    """The rank and id that a list ordered by both goes on after; refusals as for `after_id`."""
    if page.after is None:
        return None
    rank, *rest = page.after
    if not (rank.isdecimal() and rank.isascii() and int(rank) < ranks):
        rest = []
    (after,) = after_ids(Page(page.limit, tuple(rest)), 1) or ()
    return int(rank), after


def after_number(page: Page) -> int | None:
    """The number that a list ordered by one goes on after; refusals as for `after_id`."""
    if page.after is None:
        return None
    (written, *rest) = page.after
    if rest or not (written.isdecimal() and written.isascii() and len(written) < _DIGITS):
        raise ValidationFailed.at("/cursor", NOT_OURS)
    return int(written)


def after_ids(page: Page, count: int) -> tuple[uuid.UUID, ...] | None:
    """The ids that a list ordered by `count` ids goes on after; refusals as for `after_id`."""
    if page.after is None:
        return None
    try:
        ids = tuple(uuid.UUID(text) for text in page.after)
    except ValueError:
        ids = ()
    if len(ids) != count:
        raise ValidationFailed.at("/cursor", NOT_OURS)
    return ids


def after_moment(page: Page) -> tuple[dt.datetime, uuid.UUID] | None:
    """The moment and id that a list ordered by both goes on after; refusals as for `after_id`."""
    if page.after is None:
        return None
    moment, *rest = page.after
    (after,) = after_ids(Page(page.limit, tuple(rest)), 1) or ()
    try:
        return dt.datetime.fromisoformat(moment).astimezone(dt.UTC), after
    except (ValueError, OverflowError):
        raise ValidationFailed.at("/cursor", NOT_OURS) from None


def cut(items: Sequence[Item], page: Page, key: Callable[[Item], tuple[str, ...]]) -> Slice[Item]:
    """Make a slice of `limit + 1` fetched items: the one too many only tells that there is more."""
    if len(items) <= page.limit:
        return Slice(items)
    kept = items[: page.limit]
    return Slice(kept, key(kept[-1]))
