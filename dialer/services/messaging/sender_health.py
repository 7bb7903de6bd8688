"""How a sender fares: what became of its texts by day, by which codes, and what came back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from dialer.domain.access import Permission, require
from dialer.domain.errors import ValidationFailed
from dialer.domain.inbound_rules import OPT_OUT
from dialer.domain.proportion import interval
from dialer.domain.quiet_hours import USUAL_ZONE
from dialer.services.context import Context
from dialer.services.messaging.sender_settings import reach_sender, sender_view
from dialer.services.messaging.views import SenderView
from dialer.store.queries import sender_hours
from dialer.store.queries.sender_hours import COMPARED, INBOUND, Texts

DAYS: Final = 14
DAYS_MOST: Final = COMPARED.days
WEEK: Final = dt.timedelta(days=7)
_ZONE: Final = ZoneInfo(USUAL_ZONE)


@dataclass(frozen=True, slots=True)
class Fared:
    """What became of a sender's texts. `waiting` are those of which nothing more was heard yet, and the rate
    leaves them out; `replies` are all texts that came to it, `opt_outs` the noes among them.
    """

    waiting: int = 0
    delivered: int = 0
    undelivered: int = 0
    failed: int = 0
    replies: int = 0
    opt_outs: int = 0

    @property
    def texts(self) -> int:
        """All that went out."""
        return self.waiting + self.delivered + self.undelivered + self.failed

    @property
    def settled(self) -> int:
        """Those of which it is known what became of them."""
        return self.delivered + self.undelivered + self.failed

    @property
    def rate(self) -> float | None:
        """The share of those that was delivered."""
        return self.delivered / self.settled if self.settled else None

    @property
    def bounds(self) -> tuple[float, float]:
        """Where the true rate lies in 99 of 100 cases."""
        return interval(self.delivered, self.settled)

    @property
    def replies_per_thousand(self) -> float | None:
        """How many texts came back for a thousand that went out."""
        return self._per_thousand(self.replies)

    @property
    def opt_outs_per_thousand(self) -> float | None:
        """And how many of those said no."""
        return self._per_thousand(self.opt_outs)

    def _per_thousand(self, count: int) -> float | None:
        out = self.texts - self.failed
        return 1000 * count / out if out else None


@dataclass(frozen=True, slots=True)
class SenderHealth:
    """A sender's last days, the latest first, those without a text left out, and all of them together.
    `codes` are the carrier's for texts that didn't arrive, the most frequent first; 0 is none given.
    """

    sender: SenderView
    since: dt.date
    whole: Fared
    days: Sequence[tuple[dt.date, Fared]]
    codes: Sequence[tuple[int, int]]


def sender_health(ctx: Context, sender_id: uuid.UUID, days: int = DAYS) -> SenderHealth:
    """How a sender fared in the last days, today among them, on the clocks of the usual zone. What came to
    the numbers of a Messaging Service came to it. `ValidationFailed` for more days than are kept.
    """
    require(ctx.actor, Permission.SENDER_READ)
    if not 1 <= days <= DAYS_MOST:
        raise ValidationFailed.at("/days", f"From 1 to {DAYS_MOST}.")
    first = ctx.now.astimezone(_ZONE).date() - dt.timedelta(days=days - 1)
    since = dt.datetime.combine(first, dt.time(), _ZONE)
    with ctx.unit() as unit:
        row = reach_sender(unit, sender_id)
        own = sender_hours.read(unit, [row.address], since)
        pool = [one for one in row.pool if one != row.address]
        of_pool = sender_hours.read(unit, pool, since) if pool else []
        came = [one for one in of_pool if one.what.startswith(INBOUND)]
        view = sender_view(ctx, unit, row)
    rows = [*own, *came]
    by_day: defaultdict[dt.date, list[Texts]] = defaultdict(list)
    for one in rows:
        by_day[one.hour.astimezone(_ZONE).date()].append(one)
    fared = [(day, _fared(by_day[day])) for day in sorted(by_day, reverse=True)]
    return SenderHealth(view, first, _fared(rows), fared, _codes(rows))


def week_of_senders(ctx: Context, addresses: Iterable[str]) -> Mapping[str, Fared]:
    """How each of these fared in seven days, of those that sent anything."""
    require(ctx.actor, Permission.SENDER_READ)
    by_sender: defaultdict[str, list[Texts]] = defaultdict(list)
    with ctx.unit() as unit:
        for one in sender_hours.read(unit, list(addresses), ctx.now - WEEK):
            by_sender[one.sender].append(one)
    return {address: _fared(rows) for address, rows in by_sender.items()}


def _fared(rows: Iterable[Texts]) -> Fared:
    found: Counter[str] = Counter()
    for one in rows:
        found[one.what] += one.texts
    replies = sum(count for what, count in found.items() if what.startswith(INBOUND))
    return Fared(
        waiting=found["sent"],
        delivered=found["delivered"],
        undelivered=found["undelivered"],
        failed=found["failed"],
        replies=replies,
        opt_outs=found[f"{INBOUND}{OPT_OUT}"],
    )


def _codes(rows: Iterable[Texts]) -> Sequence[tuple[int, int]]:
    found: Counter[int] = Counter()
    for one in rows:
        if one.what in {"undelivered", "failed"}:
            found[one.code] += one.texts
    return sorted(found.items(), key=lambda each: (-each[1], each[0]))
