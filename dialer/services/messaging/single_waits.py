"""What texts wait for: those to one person from what holds at this moment, in the order the gate asks in, and
those of blasts that are sent by hand until somebody presses for them.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from dialer.domain.blast import Waiting
from dialer.domain.first_texts import BY_HAND
from dialer.domain.message import ALONE
from dialer.services.context import Context
from dialer.services.messaging.figures import BLAST
from dialer.services.messaging.senders import known_senders
from dialer.services.messaging.waiting import WAITING, is_resting, quiet_at
from dialer.store.models.accounts import Organisation
from dialer.store.models.calling import Campaign
from dialer.store.models.conversations import Conversation
from dialer.store.models.messaging import Blast, Message, Sender
from dialer.store.queries import inbound_readings
from dialer.store.queries.postcodes import postcodes_of_texts
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class Wait:
    """Why a text is still here, and from when it may go; None where nobody can tell."""

    reason: Waiting
    until: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class _Standing:
    """What holds now of everything that texts may wait for."""

    organisation: Organisation
    unread: bool
    campaigns: Mapping[uuid.UUID, Campaign]
    senders: Mapping[str, Sender]
    in_review: frozenset[str]
    postcodes: Mapping[uuid.UUID, str]


def waits_of(ctx: Context, unit: UnitOfWork, rows: Sequence[Message]) -> dict[uuid.UUID, Wait]:
    """What those of these texts wait for that somebody wrote to one person, or is to send by hand, by their
    ids.
    """
    unpressed = _unpressed(unit, [row for row in rows if row.state == "queued" and row.pressed_at is None])
    queued = [row for row in rows if row.state == "queued" and row.purpose in ALONE]
    if not queued:
        return unpressed
    standing = _standing(unit, queued)
    found = {row.id: _wait(row, standing, ctx.now) for row in queued}
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


def _standing(unit: UnitOfWork, rows: Sequence[Message]) -> _Standing:
    wanted = {row.campaign_id for row in rows if row.campaign_id is not None}
    campaigns = select(Campaign).where(
        Campaign.organisation_id == unit.organisation_id, Campaign.id.in_(wanted)
    )
    reviews = select(Conversation.number).where(
        Conversation.organisation_id == unit.organisation_id,
        Conversation.number.in_({row.number for row in rows}),
        Conversation.state == "review",
    )
    return _Standing(
        organisation=unit.session.get_one(Organisation, unit.organisation_id),
        unread=inbound_readings.standing(unit).unread,
        campaigns={row.id: row for row in unit.session.scalars(campaigns)},
        senders=known_senders(unit, {row.sender for row in rows if row.sender is not None}),
        in_review=frozenset(unit.session.scalars(reviews)),
        postcodes=postcodes_of_texts(unit, [row.id for row in rows]),
    )


def _wait(row: Message, standing: _Standing, now: dt.datetime) -> Wait | None:
    if standing.organisation.paused_at is not None:
        is_spent = standing.organisation.paused_reason == Waiting.BUDGET
        return Wait(Waiting.BUDGET if is_spent else Waiting.ORGANISATION_PAUSED)
    campaign = standing.campaigns.get(row.campaign_id) if row.campaign_id else None
    if campaign is not None and campaign.state != "active":
        return Wait(Waiting.CAMPAIGN_PAUSED)
    if standing.unread and row.purpose != "reply":
        return Wait(Waiting.UNREAD)
    if (resting := _resting(standing.senders.get(row.sender or ""), now)) is not None:
        return resting
    if row.number in standing.in_review:
        return Wait(Waiting.REVIEW)
    until = quiet_at(row.number or "", campaign, now, standing.postcodes.get(row.id))
    return Wait(Waiting.QUIET_HOURS, until) if until else None


def _resting(sender: Sender | None, now: dt.datetime) -> Wait | None:
    if sender is None or not is_resting(sender, now):
        return None
    if sender.pause_reason is not None:
        return Wait(Waiting.SENDERS)
    return Wait(WAITING[sender.resting_for], sender.resting_until)
