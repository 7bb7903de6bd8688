"""How a campaign's dialling goes, and why nobody is rung where nobody is (contract §6)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

from dialer.domain.access import Permission, require
from dialer.domain.dialling import DIALLED_MODES, Still
from dialer.domain.pacing_meter import DayFigures, Meter, with_mistaken
from dialer.services.calling.dial_tick import why_still
from dialer.services.calling.left import numbers_left
from dialer.services.calling.machine_figures import MachineFigures, kept_of, machine_figures_shown
from dialer.services.calling.reach import reach_campaign
from dialer.services.context import Context
from dialer.store.models.calling import Campaign, Shift
from dialer.store.models.pacing import PacerLease
from dialer.store.queries import dialling, pacer_leases
from dialer.store.session import UnitOfWork

SILENT_AFTER: Final = dt.timedelta(seconds=10)
"""A campaign of which no pacer has been heard for so long has none."""
ON_DUTY: Final = ("ready", "in_call", "wrap_up")


@dataclass(frozen=True, slots=True)
class PacingView:
    """`still` says why nobody is rung just now, None while somebody is; `lines_per_session` are the phones
    that ring for each volunteer on duty; of the last day and hour, see `DayFigures`. `due` numbers may be
    rung before tomorrow, `resting` ones later.
    """

    mode: str
    still: Still | None
    sessions: Mapping[str, int]
    ringing: int
    in_call: int
    lines_per_session: float
    figures: DayFigures
    abandoned_rate_max: float
    due: int
    resting: int
    machines: MachineFigures
    counted_at: dt.datetime
    """When the numbers were counted: of a long queue a moment ago."""


def pacing_of(ctx: Context, campaign_id: uuid.UUID) -> PacingView:
    """Figures without anybody's name."""
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.STATS_READ)
        lease = unit.session.get(PacerLease, (unit.organisation_id, campaign_id))
        sessions, lines = _sessions(unit, campaign_id), dialling.lines(unit, campaign_id)
        on_duty = sum(sessions[state] for state in ON_DUTY)
        machines = machine_figures_shown(unit, campaign, kept_of(lease.figures if lease else None), ctx.now)
        left = numbers_left(unit, campaign_id, "day", ctx.now + dt.timedelta(days=1), ctx.now)
        return PacingView(
            mode=campaign.dialing_mode,
            still=still_of(ctx, unit, campaign, lease, dialling.on_line(unit, campaign.id)),
            sessions={state: sessions[state] for state in ON_DUTY},
            ringing=lines.ringing,
            in_call=lines.answered,
            lines_per_session=round(lines.ringing / on_duty, 2) if on_duty else 0.0,
            figures=with_mistaken(_meter(lease).figures(ctx.now.timestamp()), machines.cut_people),
            machines=machines,
            abandoned_rate_max=campaign.abandoned_rate_max,
            due=left.due,
            resting=left.resting,
            counted_at=left.at,
        )


def campaigns_without_pacer(ctx: Context) -> int:
    """How many dialled campaigns have volunteers on a shift and nobody who rings for them."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        return pacer_leases.count_unled(unit, ctx.now - SILENT_AFTER)


def _sessions(unit: UnitOfWork, campaign_id: uuid.UUID) -> Counter[str]:
    query = (
        select(Shift.state, func.count())
        .where(
            Shift.organisation_id == unit.organisation_id,
            Shift.campaign_id == campaign_id,
            Shift.state != "ended",
        )
        .group_by(Shift.state)
    )
    return Counter(dict(unit.session.execute(query).all()))


def _meter(lease: PacerLease | None) -> Meter:
    kept = lease.state.get("meter") if lease else None
    return Meter.from_state(kept) if kept else Meter()


def still_of(
    ctx: Context,
    unit: UnitOfWork,
    campaign: Campaign,
    lease: PacerLease | None,
    on_line: Mapping[str, int],
) -> Still | None:
    """Why nobody is rung: what stands in the way now, else what the last second came to. `on_line`: how many
    volunteers are, by the state of their shifts.
    """
    if campaign.dialing_mode not in DIALLED_MODES:
        return None
    if why := why_still(ctx, unit, campaign, on_line):
        return why
    if lease is None or lease.at < ctx.now - SILENT_AFTER:
        return Still.NO_PACER
    said = lease.figures.get("still")
    return Still(said) if said else None
