"""What watches over first waves: filled up where some were left out, held when all of one went, let pass when
its time has come and it came back well. Done every second; doing it twice is fine.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import select

from dialer.domain.access import Permission, require
from dialer.domain.blast import GOING, Pause
from dialer.domain.errors import Conflict
from dialer.domain.first_wave import Step, came_back_well, next_step
from dialer.services.context import Context
from dialer.services.messaging.first_waves import let_wave_pass
from dialer.services.messaging.launching import go_on, pause_with_reason
from dialer.services.messaging.outgoing import ask_to_send
from dialer.services.messaging.pictures import check_there
from dialer.services.messaging.waiting import all_held_up
from dialer.services.messaging.wave_figures import figures_of_wave, goes_on_at, is_known_to_arrive
from dialer.store.models.calling import Campaign
from dialer.store.models.first_waves import FirstWave
from dialer.store.models.messaging import Blast
from dialer.store.queries import first_waves
from dialer.store.session import UnitOfWork


def mind_first_waves(ctx: Context) -> None:
    """Do what is to be done about each first wave that the rest waits for."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    for blast_id in _waited_for(ctx):
        with ctx.unit() as unit:
            _mind(ctx, unit, blast_id)


def _mind(ctx: Context, unit: UnitOfWork, blast_id: uuid.UUID) -> None:
    """Locked as the deeds of people are, so that none comes between the look and what follows from it."""
    blast = unit.session.get_one(Blast, (unit.organisation_id, blast_id), with_for_update={"key_share": True})
    wave = unit.session.get_one(FirstWave, (unit.organisation_id, blast_id))
    if wave.passed_at is not None or blast.planned_at is None:
        return
    if blast.state == "running":
        _step(ctx, unit, blast, wave)
    elif blast.pause_reason == Pause.FIRST_WAVE and _goes_on_by_itself(ctx, unit, blast, wave):
        go_on(ctx, unit, blast)
        ctx.audit(unit, "blast.resumed", "blast", blast.id, {"first_wave": "came back well"})


def _step(ctx: Context, unit: UnitOfWork, blast: Blast, wave: FirstWave) -> None:
    standing = first_waves.standing_of(unit, blast.id, ctx.now)
    match next_step(wave.size, standing):
        case Step.DRAW:
            first_waves.draw(unit, blast.id, wave.size - standing.living)
            ask_to_send(ctx, unit, blast.channel)
        case Step.HOLD:
            wave.held_at = ctx.now
            pause_with_reason(ctx, unit, blast.id, Pause.FIRST_WAVE)
        case Step.PASS:
            let_wave_pass(unit, blast.id, ctx.now)
        case Step.WAIT:
            pass


def _goes_on_by_itself(ctx: Context, unit: UnitOfWork, blast: Blast, wave: FirstWave) -> bool:
    """Whether its time has come, nothing else holds it up, and what came back is no reason to look first."""
    at = goes_on_at(wave.held_at, wave.goes_on_after_s)
    campaign = unit.session.get_one(Campaign, (unit.organisation_id, blast.campaign_id))
    if at is None or ctx.now < at or all_held_up(ctx, unit, campaign, blast.channel):
        return False
    try:
        check_there(unit, blast.picture_id)
    except Conflict:  # its picture is gone: whoever carries on is told, and nobody else can help
        return False
    figures = figures_of_wave(unit, blast)
    return came_back_well(figures.went, figures.troubled) and is_known_to_arrive(blast, figures)


def _waited_for(ctx: Context) -> Sequence[uuid.UUID]:
    with ctx.unit() as unit:
        query = (
            select(FirstWave.blast_id)
            .join(
                Blast,
                (Blast.organisation_id == FirstWave.organisation_id) & (Blast.id == FirstWave.blast_id),
            )
            .where(
                FirstWave.organisation_id == unit.organisation_id,
                FirstWave.passed_at.is_(None),
                Blast.state.in_(GOING),
                Blast.planned_at.is_not(None),
            )
        )
        return unit.session.scalars(query.order_by(FirstWave.blast_id)).all()
