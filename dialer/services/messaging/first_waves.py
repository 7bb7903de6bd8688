"""The first wave of a blast as rows: wanted at the launch, drawn once all is written down, let pass."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection

from sqlalchemy import select

from dialer.domain.errors import ValidationFailed
from dialer.domain.first_texts import BY_HAND
from dialer.domain.first_wave import Wanted, WaveState, faults_of_wave
from dialer.services.messaging.wave_views import FirstWaveView
from dialer.store.models.first_waves import FirstWave
from dialer.store.models.messaging import Blast
from dialer.store.queries import first_waves
from dialer.store.session import UnitOfWork


def begin_first_wave(unit: UnitOfWork, blast: Blast, wanted: Wanted) -> None:
    """Have a blast that is being launched begin with a first wave. `ValidationFailed` where it can't."""
    if faults := list(faults_of_wave(wanted, blast.mode)):
        raise ValidationFailed(errors=faults)
    unit.session.add(
        FirstWave(
            organisation_id=unit.organisation_id,
            blast_id=blast.id,
            size=wanted.size,
            goes_on_after_s=wanted.goes_on_after_s,
        )
    )
    unit.session.flush()


def check_mode(unit: UnitOfWork, blast: Blast, mode: str) -> None:
    """Refuse to have a blast sent by hand that was set for later with a first wave."""
    if mode == BY_HAND and wave_of(unit, blast.id) is not None:
        detail = "It begins with a first wave. Cancel it, and launch another one that is sent by hand."
        raise ValidationFailed.at("/mode", detail)


def draw_first_wave(unit: UnitOfWork, blast_id: uuid.UUID) -> None:
    """Draw the wave of a blast that is written down whole; nothing where it has none."""
    wave = wave_of(unit, blast_id)
    if wave is not None and wave.passed_at is None:
        first_waves.draw(unit, blast_id, wave.size)


def let_wave_pass(unit: UnitOfWork, blast_id: uuid.UUID, now: dt.datetime) -> None:
    """Let the rest of a blast follow its first wave; nothing where it follows already."""
    wave = wave_of(unit, blast_id)
    if wave is not None and wave.passed_at is None:
        wave.passed_at = now
        unit.session.flush()


def wave_of(unit: UnitOfWork, blast_id: uuid.UUID) -> FirstWave | None:
    """The first wave of a blast; None where all of it may go at once."""
    return unit.session.get(FirstWave, (unit.organisation_id, blast_id), populate_existing=True)


def in_first_wave(unit: UnitOfWork, blast_ids: Collection[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Those of these blasts of which nothing but their first wave may go yet."""
    if not blast_ids:
        return frozenset()
    query = select(FirstWave.blast_id).where(
        FirstWave.organisation_id == unit.organisation_id,
        FirstWave.blast_id.in_(blast_ids),
        FirstWave.passed_at.is_(None),
    )
    return frozenset(unit.session.scalars(query))


def wave_view(unit: UnitOfWork, blast: Blast) -> FirstWaveView | None:
    """A blast's first wave as it is shown; None where it has none."""
    wave = wave_of(unit, blast.id)
    if wave is None:
        return None
    return FirstWaveView(wave.size, wave.goes_on_after_s, _state(wave, blast), wave.held_at, wave.passed_at)


def _state(wave: FirstWave, blast: Blast) -> WaveState:
    if wave.passed_at is not None:
        return WaveState.PASSED
    if wave.held_at is not None:
        return WaveState.HELD
    return WaveState.DRAWING if blast.planned_at is None else WaveState.GOING
