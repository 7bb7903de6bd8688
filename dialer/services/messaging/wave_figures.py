"""What came back of a first wave, and until when the rest may follow it."""

from __future__ import annotations

import datetime as dt

from dialer.domain.first_wave import WaveState, came_back_well, has_arrived
from dialer.domain.safe_start import last_safe_start
from dialer.domain.sender import takes_s
from dialer.domain.texting import EMAIL
from dialer.services.context import Context
from dialer.services.messaging.estimate import plan_of
from dialer.services.messaging.first_waves import wave_view
from dialer.services.messaging.senders import rates_of, senders_of
from dialer.services.messaging.wave_views import FirstWaveView, WaveFigures, WaveProgressView
from dialer.store.models.calling import Campaign
from dialer.store.models.messaging import Blast
from dialer.store.queries import first_waves
from dialer.store.session import UnitOfWork


def figures_of_wave(unit: UnitOfWork, blast: Blast) -> WaveFigures:
    """What came back of a blast's first wave so far."""
    found = first_waves.outcomes_of(unit, blast.id)
    since = blast.launched_at or blast.created_at
    return WaveFigures(
        counts=found.counts,
        codes=found.codes,
        replies={row.inbound_class: row.texts for row in first_waves.replies_to(unit, blast.id)},
        opt_outs=first_waves.count_stops(unit, blast.id, blast.channel, since),
        segments=found.segments,
    )


def wave_progress(
    ctx: Context, unit: UnitOfWork, blast: Blast, campaign: Campaign, queued: int
) -> WaveProgressView | None:
    """How a blast's first wave fares, of which so many texts wait; None where it has none."""
    view = wave_view(unit, blast)
    if view is None:
        return None
    figures = figures_of_wave(unit, blast)
    left = max(0, queued - figures.counts.get("queued", 0))
    if view.state is not WaveState.HELD or blast.state != "paused":
        return WaveProgressView(view, figures, left)
    rates = rates_of(unit, senders_of(unit, blast, campaign), ctx.messaging)
    plan = plan_of(blast, campaign, takes_s(_parts(figures, left), left, rates, {}), ctx.now)
    goes_on = _goes_on_at(view, figures)
    return WaveProgressView(
        view,
        figures,
        left,
        goes_on_at=goes_on,
        awaits_delivery=goes_on is not None and not is_known_to_arrive(blast, figures),
        last_safe_start_at=last_safe_start(plan),
        must_end_at=plan.ends_at,
    )


def goes_on_at(held_at: dt.datetime | None, after_s: int | None) -> dt.datetime | None:
    """When the rest follows a held wave by itself, if that came back well; None where it never does."""
    if held_at is None or after_s is None:
        return None
    return held_at + dt.timedelta(seconds=after_s)


def is_known_to_arrive(blast: Blast, figures: WaveFigures) -> bool:
    """Whether enough of a wave arrived for the rest to follow by itself."""
    return blast.channel == EMAIL or has_arrived(figures.went, figures.counts.get("delivered", 0))


def _goes_on_at(view: FirstWaveView, figures: WaveFigures) -> dt.datetime | None:
    is_well = came_back_well(figures.went, figures.troubled)
    return goes_on_at(view.held_at, view.goes_on_after_s) if is_well else None


def _parts(figures: WaveFigures, left: int) -> int:
    """How many parts what is left has. The wave was drawn by lot, so the others have on average as many as
    its texts; letters have none, and take as long as one part each.
    """
    texts = sum(figures.counts.values())
    return round(left * figures.segments / texts) if figures.segments else left
