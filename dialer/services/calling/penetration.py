"""How far a campaign has come through its list: every number is in exactly one place."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import Row

from dialer.domain.access import Permission
from dialer.domain.penetration import PACE_WINDOW, SOON_MIN, minutes_left, rate
from dialer.domain.queue_order import Rank
from dialer.services.calling.language_lanes import speakers_wanted
from dialer.services.calling.reach import reach_campaign
from dialer.services.context import Context
from dialer.store.queries import penetration as queries

_Name = TypeVar("_Name")
_LINES: Final = {
    Rank.CALLBACK: "callbacks",
    Rank.EXPIRED: "given_back",
    Rank.RETRY: "retries",
    Rank.LATER: "retries",
    Rank.FRESH: "fresh",
}
NOBODY_LEFT: Final = "nobody_left"
"""Of a number that is done with though it was never tried: whoever is on it is called elsewhere."""


@dataclass(frozen=True, slots=True)
class Pass:
    """All first tries, all second ones, and so on."""

    number: int
    attempts: int
    answered: int
    """Somebody picked up, whoever it was."""
    contacted: int

    @property
    def answer_rate(self) -> float | None:
        """The share in which somebody picked up."""
        return rate(self.answered, self.attempts)

    @property
    def contact_rate(self) -> float | None:
        """The share in which we talked with whom we wanted."""
        return rate(self.contacted, self.attempts)


@dataclass(frozen=True, slots=True)
class PenetrationView:
    """Every number of a campaign: `waiting`, `in_hand`, `finished` and `out` add up to `numbers`; so do
    `never_tried` and `tried`.
    """

    numbers: int
    never_tried: int
    tried: Mapping[int, int]
    """By how often; the most includes what is beyond."""
    reached: int
    waiting: Mapping[str, int]
    due: int
    """Of those that wait: how many may be called now."""
    in_hand: int
    finished: Mapping[str, int]
    """By the last outcome on the number."""
    out: Mapping[str, int]
    """May not be called, by why."""
    passes: Sequence[Pass]
    speakers_wanted: Mapping[str, int]
    """Numbers that are due and wait for somebody who speaks their language, by language: nobody does who is
    on a shift, and nobody else may have them."""
    fresh_minutes_left: int | None
    """How long numbers never tried last at the rate of the last half hour; None when nobody can tell."""


def penetration(ctx: Context, campaign_id: uuid.UUID) -> PenetrationView:
    """How far a campaign has come. Counted from the results: some seconds for a million."""
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.STATS_READ)
        rows = queries.numbers(unit, campaign_id, ctx.now)
        waiting = _sum((_LINES[Rank(row.line)], row) for row in rows if row.state == "waiting")
        begun = queries.begun(unit, campaign_id, ctx.now - PACE_WINDOW)
        return PenetrationView(
            numbers=sum(row.numbers for row in rows),
            never_tried=sum(row.numbers for row in rows if not row.tries),
            tried=dict(sorted(_sum((row.tries, row) for row in rows if row.tries).items())),
            reached=sum(row.numbers for row in rows if row.reached),
            waiting=waiting,
            due=sum(row.numbers for row in rows if row.due),
            in_hand=sum(row.numbers for row in rows if row.state == "held"),
            finished=_sum((row.outcome or NOBODY_LEFT, row) for row in rows if row.state == "done"),
            out=_sum((row.out_reason or "", row) for row in rows if row.state == "out"),
            passes=[
                Pass(row.pass_, row.attempts, row.answered, row.contacted)
                for row in queries.passes(unit, campaign_id)
            ],
            speakers_wanted=speakers_wanted(unit, campaign, ctx.now),
            fresh_minutes_left=minutes_left(waiting.get("fresh", 0), begun),
        )


def ends_soon(ctx: Context, campaign_id: uuid.UUID) -> int | None:
    """In how many minutes no fresh number is left, at the present rate; None unless that is soon."""
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.STATS_READ)
        left = queries.fresh_left(unit, campaign_id)
        if left is None or campaign.fill_through is not None:
            return None
        minutes = minutes_left(left, queries.begun(unit, campaign_id, ctx.now - PACE_WINDOW))
        return minutes if minutes is not None and 0 < minutes <= SOON_MIN else None


def _sum(rows: Iterable[tuple[_Name, Row[Any]]]) -> dict[_Name, int]:
    found: Counter[_Name] = Counter()
    for name, row in rows:
        found[name] += row.numbers
    return dict(found)
