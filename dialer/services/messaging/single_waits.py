"""What texts wait for: those to one person from what holds at this moment, in the order the gate asks in, and
those of blasts that are sent by hand until somebody presses for them.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from dialer.domain.blast import Waiting
from dialer.domain.first_texts import BY_HAND
from dialer.domain.message import ALONE
from dialer.services.context import Context
from dialer.services.messaging.figures import BLAST
from dialer.services.messaging.needing_answers import REPLY
from dialer.services.messaging.waiting import WAITING, quiet_at
from dialer.store.models.accounts import Organisation
from dialer.store.models.calling import Campaign
from dialer.store.models.messaging import Blast, Message
from dialer.store.queries import inbound_readings
from dialer.store.queries.text_waits import StandingOf, standing_of
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class Wait:
    """Why a text is still here, and from when it may go; None where nobody can tell."""

    reason: Waiting
    until: dt.datetime | None = None


def waits_of(ctx: Context, unit: UnitOfWork, rows: Sequence[Message]) -> dict[uuid.UUID, Wait]:
    """What those of these texts wait for that somebody wrote to one person, or is to send by hand, by their
    ids.
    """
    unpressed = _unpressed(unit, [row for row in rows if row.state == "queued" and row.pressed_at is None])
    queued = [row for row in rows if row.state == "queued" and row.purpose in ALONE]
    if not queued:
        return unpressed
    standing = standing_of(unit, queued)
    unread = any(row.purpose != REPLY for row in queued) and inbound_readings.standing(unit).unread
    found = {row.id: _wait(unit, row, standing[row.id], ctx.now, unread=unread) for row in queued}
    return unpressed | {id_: wait for id_, wait in found.items() if wait is not None}


def _unpressed(unit: UnitOfWork, rows: Sequence[Message]) -> dict[uuid.UUID, Wait]:
    """Those of these texts that go when somebody presses for them."""
    of_blasts = {row.id: row.blast_id for row in rows if row.purpose == BLAST and row.blast_id is not None}
    if not of_blasts:
        return {}
    query = select(Blast.id).where(
        Blast.organisation_id == unit.organisation_id,
        Blast.id.in_(set(of_blasts.values())),
        Blast.mode == BY_HAND,
    )
    by_hand = set(unit.session.scalars(query))
    return {id_: Wait(Waiting.PRESS) for id_, blast_id in of_blasts.items() if blast_id in by_hand}


def _wait(
    unit: UnitOfWork, row: Message, standing: StandingOf, now: dt.datetime, *, unread: bool
) -> Wait | None:
    organisation = unit.session.get_one(Organisation, unit.organisation_id)
    if organisation.paused_at is not None:
        is_spent = organisation.paused_reason == Waiting.BUDGET
        return Wait(Waiting.BUDGET if is_spent else Waiting.ORGANISATION_PAUSED)
    key = (unit.organisation_id, row.campaign_id)
    campaign = unit.session.get(Campaign, key) if row.campaign_id is not None else None
    if campaign is not None and campaign.state != "active":
        return Wait(Waiting.CAMPAIGN_PAUSED)
    if unread and row.purpose != REPLY:
        return Wait(Waiting.UNREAD)
    if (resting := _resting(standing, now)) is not None:
        return resting
    if standing.in_review:
        return Wait(Waiting.REVIEW)
    until = quiet_at(row.number or "", campaign, now, standing.postcode)
    return Wait(Waiting.QUIET_HOURS, until) if until else None


def _resting(standing: StandingOf, now: dt.datetime) -> Wait | None:
    if standing.pause_reason is not None:
        return Wait(Waiting.SENDERS)
    if standing.resting_until is None or standing.resting_until <= now:
        return None
    return Wait(WAITING[standing.resting_for], standing.resting_until)
