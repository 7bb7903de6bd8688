"""How many of a box have voted: at least those we have seen, at most what can be true beside that.

A box is a polling district. Telling is partial: some voters won't give their number, stations go unwatched
for hours, a link fails. So turnout is given with bounds, from what was seen, for how long somebody watched,
and how many there are (electors, or those who promised: the same rule for both). It assumes of polling days:

- *Watched* is a quarter of an hour or less between two numbers noted in a box, and what a sheet says. While
  somebody watches, at least three of four who vote are noted.
- *Unwatched* time brings at most twice as many an hour as watched time (a rush while the teller ate).
  Nobody watched for half an hour yet: it brings what a box can bring at most.
- *A box* brings at most a tenth of its people in an hour, and in a longer stretch at most 8 in a hundred and
  6 more for each hour of it: 74 of a hundred in eleven hours.
- People come one by one: to each number that is reckoned, twice its standard deviation (Poisson) is added.
- *Post*: whoever votes by post can have done so before the polls opened, and nobody watches that. So all who
  do and weren't seen may have voted; of those whose way of voting nobody knows, three of ten vote by post
  (a fifth of Great Britain's electors do, in some constituencies twice as many). Of them those are seen who
  stand on the list of returned postal votes; these say nothing of how busy a station is.

The bound never shrinks while nobody watches, and never grows by watching longer with the same numbers seen.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

SLOT: Final = dt.timedelta(minutes=5)
"""Marks are looked at by slots of this length: one in a slot, and the slot was watched."""
SILENT_AFTER: Final = dt.timedelta(minutes=30)
"""Nothing for longer than this, and somebody should ring the teller."""

_PAUSE_MOST: Final = dt.timedelta(minutes=15)
_NOTED_LEAST: Final = 0.75
_RUSH: Final = 2.0
_RATE_KNOWN_AFTER_S: Final = 1800.0
_HOUR_SHARE: Final = 0.10
_LONG_SHARE: Final = 0.08
_LONG_HOUR_SHARE: Final = 0.06
_POSTAL_SHARE: Final = 0.3
POST_BEGINS: Final = dt.timedelta(days=45)
"""No ballot goes out by post longer than this before the polls open."""

Span = tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True, slots=True)
class Telling:
    """How long a box has been open, and for how much of that somebody watched; in seconds."""

    open_s: float
    watched_s: float


def telling(
    slots: Iterable[dt.datetime], sheets: Iterable[Span], opens: dt.datetime, until: dt.datetime
) -> Telling:
    """How a box was watched between its opening and a moment: the slots with a number noted in them, and the
    spans of sheets.
    """
    spans = [(slot, slot + SLOT) for slot in slots]
    watched = _joined(_joined(spans, _PAUSE_MOST) + list(sheets), dt.timedelta(0))
    within = sum((_overlap(span, (opens, until)) for span in watched), dt.timedelta(0))
    return Telling(max(0.0, (until - opens).total_seconds()), within.total_seconds())


@dataclass(frozen=True, slots=True)
class Post:
    """What is known of a box's votes by post: electors who vote so and weren't seen to have voted; all whose
    way of voting nobody knows, and those of them who weren't seen; and who was seen on the list of returned
    postal votes, of those of unknown way and of all.
    """

    unseen: int = 0
    unknown: int = 0
    unknown_unseen: int = 0
    unknown_listed: int = 0
    listed: int = 0


NO_POST: Final = Post()


def at_most(people: int, seen: int, box: Telling, post: Post = NO_POST) -> int:
    """How many of these people can have voted, of whom so many were seen to."""
    return min(people, seen + math.ceil(_missed(people, seen, box, post) + _posted(post)))


def missed_at_most(people: int, seen: int, box: Telling, post: Post = NO_POST) -> int:
    """How many of them can have voted at the polling station without being noted there."""
    return min(people - seen, math.ceil(_missed(people, seen, box, post)))


def _missed(people: int, seen: int, box: Telling, post: Post) -> float:
    if box.open_s <= 0:
        return 0.0
    there = max(0, seen - post.listed)
    missed = _with_margin(there * (1 / _NOTED_LEAST - 1))
    unwatched_s = max(0.0, box.open_s - box.watched_s)
    if unwatched_s:
        missed += min(_pace(people, unwatched_s), _rush(there, box.watched_s, unwatched_s))
    return missed


def _posted(post: Post) -> float:
    """As many as can have voted by post beside those who were seen."""
    share = _POSTAL_SHARE
    of_unknown = post.unknown * share + 2 * math.sqrt(post.unknown * share * (1 - share))
    of_unknown -= post.unknown_listed
    return post.unseen + min(post.unknown_unseen, max(0.0, of_unknown))


def _pace(people: int, unwatched_s: float) -> float:
    """As many as a box of so many people can bring in this time."""
    hours = unwatched_s / 3600
    return _with_margin(people * min(_HOUR_SHARE * hours, _LONG_SHARE + _LONG_HOUR_SHARE * hours))


def _rush(seen: int, watched_s: float, unwatched_s: float) -> float:
    """As many as came while somebody watched, if twice as many an hour came while nobody did."""
    if watched_s < _RATE_KNOWN_AFTER_S:
        return math.inf
    came = _with_margin(max(seen, 1) / _NOTED_LEAST)
    return _with_margin(_RUSH * came * unwatched_s / watched_s)


def _with_margin(mean: float) -> float:
    return mean + 2 * math.sqrt(mean)


def _joined(spans: Sequence[Span], pause_most: dt.timedelta) -> list[Span]:
    """Spans in order, those joined that overlap or lie no further apart than this."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start - joined[-1][1] <= pause_most:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _overlap(span: Span, other: Span) -> dt.timedelta:
    return max(dt.timedelta(0), min(span[1], other[1]) - max(span[0], other[0]))
