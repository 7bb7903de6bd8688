"""What volunteers are told of each other: how many call, what all of them did today. And, while they wait
for a dialled call, how long it takes, who rang back.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from dialer.domain.access import Permission
from dialer.domain.leaderboard import Leaderboard
from dialer.domain.pacing_meter import Meter
from dialer.services.calling.leaderboards import board_of
from dialer.services.calling.reach import reach_campaign, volunteer_id
from dialer.services.context import Context
from dialer.store.models.pacing import PacerLease
from dialer.store.queries import dialled
from dialer.store.queries.campaign_figures import calls_since, others_on_shift

RANG_BACK_WITHIN: Final = dt.timedelta(hours=1)
HERE_WITHIN: Final = dt.timedelta(minutes=15)
"""Whose page was closed, or is left lying, says nothing for so long: no company."""
NEAREST_S: Final = 5
"""Waits are told to five seconds: nobody can promise them better."""


@dataclass(frozen=True, slots=True)
class Company:
    """So many others are on the line for the campaign, so many of them `talking`; a wait lasts mostly between
    these two, in seconds (None where there is nothing to tell from); so many people rang back in the last
    hour.
    """

    others: int
    talking: int
    usual_wait_s: tuple[int, int] | None
    rang_back: int


def company_of(ctx: Context, campaign_id: uuid.UUID) -> Company:
    """For the volunteers of a campaign: figures without anybody's name."""
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.SHIFT_RUN)
        lease = unit.session.get(PacerLease, (unit.organisation_id, campaign.id))
        on_line, talking = dialled.count_on_line(unit, campaign.id)
        return Company(
            others=max(0, on_line - 1),
            talking=talking,
            usual_wait_s=_usual_wait(lease, ctx.now) if lease else None,
            rang_back=dialled.count_rang_back(unit, campaign.id, ctx.now - RANG_BACK_WITHIN),
        )


@dataclass(frozen=True, slots=True)
class Team:
    """Everybody who calls for a campaign: so many `others` are calling just now, and since midnight there
    were so many `calls` and `talks`, one's own among them; the campaign's `goal` of talks a day, and its
    leaderboard where it has switched one on.
    """

    others: int
    calls: int
    talks: int
    goal: int | None
    board: Leaderboard | None


def team_today(ctx: Context, campaign_id: uuid.UUID) -> Team:
    """For the volunteers of a campaign: figures without anybody's name, unless it has a leaderboard."""
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.SHIFT_RUN)
        midnight = ctx.now.astimezone(ZoneInfo(campaign.timezone)).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        calls, talks = calls_since(unit, campaign.id, midnight)
        return Team(
            others=others_on_shift(unit, campaign.id, volunteer_id(ctx), ctx.now - HERE_WITHIN),
            calls=calls,
            talks=talks,
            goal=campaign.talks_goal,
            board=board_of(ctx, unit, campaign, midnight),
        )


def _usual_wait(lease: PacerLease, now: dt.datetime) -> tuple[int, int] | None:
    kept = lease.state.get("meter")
    figures = Meter.from_state(kept).figures(now.timestamp()) if kept else None
    if figures is None or figures.wait_mean_s is None or figures.wait_p90_s is None:
        return None
    shortest = _near(figures.wait_mean_s / 2)
    return shortest, max(shortest + NEAREST_S, _near(figures.wait_p90_s))


def _near(seconds: float) -> int:
    return max(NEAREST_S, round(seconds / NEAREST_S) * NEAREST_S)
