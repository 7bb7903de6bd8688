"""Recorded messages that were left on answering machines: the ledger that keeps each number to one."""

from __future__ import annotations

import datetime as dt
import uuid

from sqlalchemy import func, select

from dialer.store.models.sounds import Sound, VoicemailDrop
from dialer.store.session import UnitOfWork


def lock_number(unit: UnitOfWork, number: str) -> None:
    """Let one at a time decide about a message on a number, until the end of the transaction."""
    name = func.hashtextextended(f"voicemail {unit.organisation_id} {number}", 0)
    unit.session.execute(select(func.pg_advisory_xact_lock(name)))


def left_on(unit: UnitOfWork, campaign_id: uuid.UUID, number: str) -> tuple[bool, dt.datetime | None]:
    """Whether the campaign has left its message on a number, or is about to; and when any last did."""
    here = func.coalesce(func.bool_or(VoicemailDrop.campaign_id == campaign_id), False)
    query = select(here, func.max(VoicemailDrop.at)).where(
        VoicemailDrop.organisation_id == unit.organisation_id,
        VoicemailDrop.number == number,
        VoicemailDrop.given_up_at.is_(None),
    )
    had_here, had_at = unit.session.execute(query).one()
    return had_here, had_at


def drop_of(unit: UnitOfWork, call_id: uuid.UUID) -> VoicemailDrop | None:
    """The message of a call (locked)."""
    return unit.session.scalar(
        select(VoicemailDrop).where(
            VoicemailDrop.organisation_id == unit.organisation_id, VoicemailDrop.call_id == call_id
        )
    )


def code_of(unit: UnitOfWork, sound_id: uuid.UUID) -> str:
    """What stands in the address under which the carrier fetches a sound."""
    return unit.session.scalars(
        select(Sound.code).where(Sound.organisation_id == unit.organisation_id, Sound.id == sound_id)
    ).one()
