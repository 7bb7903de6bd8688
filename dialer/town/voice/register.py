"""All calls of the town, in the order in which they came, and what went wrong with some."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from dialer.town.api import RefusedError
from dialer.town.numbers import written_plainly
from dialer.town.voice.leg import INITIATED, QUEUED, Leg

MOST_ON_A_PAGE = 1000
USUAL_PAGE = 50
LATELY = 3
"""Of how many of the last things that somebody heard the page says who spoke."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong with a call: the carrier's code, and what it was in plain words."""

    sid: str
    code: int
    detail: str
    at: str

    def record(self) -> dict[str, Any]:
        """As the ledger keeps it."""
        return asdict(self)


class Register:
    """Calls by SID, and how often each number was rung."""

    def __init__(self) -> None:
        self.legs: dict[str, Leg] = {}
        self.troubles: list[Trouble] = []
        self.rung: dict[str, int] = defaultdict(int)
        self._to: dict[str, dict[str, Leg]] = defaultdict(dict)

    def enter(self, leg: Leg) -> None:
        """Take a leg in; one that is known already takes its new state."""
        if leg.sid not in self.legs:
            self.rung[far_end(leg)] += 1
        self.legs[leg.sid] = self._to[leg.to][leg.sid] = leg

    def newest_first(self, to: str | None = None) -> Iterator[Leg]:
        """All of them, or those to one number."""
        return reversed(list((self.legs if to is None else self._to.get(to, {})).values()))

    def joined_with(self, leg: Leg) -> list[str]:
        """The last whom somebody on the telephone spoke with, in a call of their own or in a room."""
        heard = [each.what.split(",") for each in leg.sounds[-LATELY:] if each.kind == "people"]
        sids = dict.fromkeys(sid for together in heard for sid in together)
        return [far_end(self.legs[sid]) for sid in sids if sid in self.legs]


def far_end(leg: Leg) -> str:
    """The number at which the townsperson is."""
    return leg.person


@dataclass(frozen=True, slots=True)
class Query:
    """What of the list is wanted, and which page of it."""

    wanted: tuple[Callable[[Leg], bool], ...]
    page_size: int
    page: int
    after_sid: str
    to: str | None = None

    def matching(self, register: Register) -> Iterator[Leg]:
        """Newest first, from behind the call that the page token names."""
        begun = not self.after_sid
        for leg in register.newest_first(self.to):
            if not begun:
                begun = leg.sid == self.after_sid
            elif all(wants(leg) for wants in self.wanted):
                yield leg


def read_query(query: Mapping[str, str], made_before: datetime | None) -> Query:
    """The filters and the page asked for. Raises RefusedError for what can't be one.

    A filter by time leaves out what has not been dialled yet. `made_before` is what a list that
    lags behind shows at the most.
    """
    try:
        size, page = int(query.get("PageSize", USUAL_PAGE)), int(query.get("Page", 0))
        times = (*_times(query, "StartTime", "started_at"), *_times(query, "EndTime", "ended_at"))
    except ValueError:
        raise RefusedError(20001) from None
    equal = {"ParentCallSid": "parent_sid", "From": "caller"}
    to = written_plainly(query["To"].strip()) if query.get("To") else None
    fields = [_equals(name, query[key]) for key, name in equal.items() if query.get(key)]
    if status := query.get("Status"):
        fields.append(lambda leg: (QUEUED if leg.status == INITIATED else leg.status) == status)
    if made_before is not None:
        fields.append(lambda leg: leg.created_at <= made_before)
    token = query.get("PageToken", "").removeprefix("PA")
    return Query((*fields, *times), min(max(size, 1), MOST_ON_A_PAGE), max(page, 0), token, to)


def _equals(name: str, value: str) -> Callable[[Leg], bool]:
    """Keep legs with this number or parent."""
    plain = written_plainly(value.strip())
    return lambda leg: getattr(leg, name) == plain


def _times(query: Mapping[str, str], key: str, name: str) -> Iterator[Callable[[Leg], bool]]:
    """Keep legs by an instant: on a day, from it or until it, bounds included."""
    for sign in ("", "<", ">"):
        if given := query.get(key + sign):
            yield _at(name, within(sign, given))


def _at(name: str, wants: Callable[[datetime | None], bool]) -> Callable[[Leg], bool]:
    """Keep legs whose instant of that name is wanted."""
    return lambda leg: wants(getattr(leg, name))


def within(sign: str, given: str) -> Callable[[datetime | None], bool]:
    """Whether an instant lies where a filter has it, an unknown one nowhere; raises ValueError."""
    since, until = _moment(given)

    def wants(at: datetime | None) -> bool:
        if at is None:
            return False
        return (sign == "<" or at >= since) and (sign == ">" or at < until)

    return wants


def _moment(given: str) -> tuple[datetime, datetime]:
    """The first and the past-the-last instant of a day or second; raises ValueError."""
    start = datetime.fromisoformat(given)
    start = start if start.tzinfo else start.replace(tzinfo=UTC)
    return start, start + (timedelta(days=1) if len(given) == len("2026-05-07") else timedelta(seconds=1))
