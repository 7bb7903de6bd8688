"""What keeps blasts going whatever dies: found in the rows, asked of workers, ended when nothing is left."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import exists, or_, select

from dialer.domain.access import Permission, require
from dialer.domain.blast import OPEN
from dialer.domain.deadline import CLOSING, is_too_late
from dialer.domain.message_gate import Skip
from dialer.domain.texting import CHANNELS
from dialer.services.calling.reach import reach_campaign
from dialer.services.context import Context
from dialer.services.messaging.figures import BLAST, Move, count_moves
from dialer.services.messaging.gate import count_promoted
from dialer.services.messaging.lanes import has_work
from dialer.services.messaging.launching import enqueue_clearing, enqueue_planning, start_scheduled
from dialer.services.messaging.outgoing import enqueue_sending
from dialer.services.messaging.planning import PLANNABLE
from dialer.services.messaging.progress import forget_pace
from dialer.services.messaging.wave_minding import mind_first_waves
from dialer.store.models.calling import Campaign
from dialer.store.models.messaging import Blast, Message
from dialer.store.queries import counters
from dialer.store.queries.blast_ends import Left, cancel_singles_of_ended, end_queued, left_of
from dialer.store.queries.message_rows import promote
from dialer.store.session import UnitOfWork

ENDED_AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Unsent:
    """Blasts that aren’t over, and how many of their texts haven't gone yet, as far as they are planned."""

    blasts: int
    texts: int


def keep_blasts_going(ctx: Context) -> None:
    """Start what is due, ask for what waits, end what is over. Done every second; doing it twice is fine."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    start_scheduled(ctx)
    call_off_ended(ctx)
    call_off_singles(ctx)
    for blast_id in _unplanned(ctx):
        enqueue_planning(ctx, blast_id)
    for blast_id in (*_uncleared(ctx), *_closed(ctx)):
        enqueue_clearing(ctx, blast_id)
    mind_first_waves(ctx)
    for blast_id in _planned(ctx):
        finish_blast(ctx, blast_id)
    for channel in CHANNELS:
        if has_work(ctx, channel):
            enqueue_sending(ctx, channel)
    with ctx.unit() as unit:
        forget_pace(ctx, unit)


def count_unsent(ctx: Context, campaign_id: uuid.UUID) -> Unsent:
    """What the end of a campaign calls off of its texts."""
    with ctx.unit() as unit:
        reach_campaign(ctx, unit, campaign_id, Permission.CAMPAIGN_MANAGE)
        query = select(Blast.id).where(
            Blast.organisation_id == unit.organisation_id,
            Blast.campaign_id == campaign_id,
            Blast.state.in_(OPEN),
        )
        blasts = unit.session.scalars(query).all()
        return Unsent(len(blasts), counters.read(unit, BLAST, blasts).get("queued", 0))


def call_off_ended(ctx: Context) -> int:
    """Cancel the blasts of campaigns that have ended: nothing of them would ever go out; how many."""
    with ctx.unit() as unit:
        ended = (
            select(Blast)
            .join(
                Campaign,
                (Campaign.organisation_id == Blast.organisation_id) & (Campaign.id == Blast.campaign_id),
            )
            .where(
                Blast.organisation_id == unit.organisation_id,
                Blast.state.in_(OPEN),
                Campaign.state == "ended",
            )
            .with_for_update(of=Blast, key_share=True)
        )
        blasts = unit.session.scalars(ended).all()
        for blast in blasts:
            blast.state, blast.pause_reason = "cancelled", None
            ctx.audit(unit, "blast.cancelled", "blast", blast.id, {"campaign": "ended"})
        return len(blasts)


def call_off_singles(ctx: Context) -> int:
    """Cancel texts to one person that wait in a campaign that has ended, and would for ever; how many."""
    with ctx.unit() as unit:
        rows = cancel_singles_of_ended(unit)
        count_moves(unit, (Move(None, row.campaign_id, row.purpose, "queued", "cancelled") for row in rows))
        return len(rows)


def finish_blast(ctx: Context, blast_id: uuid.UUID) -> bool:
    """Complete a blast of which nothing is left that could still be sent; whether it is complete now.

    Texts that only a review holds up are skipped as `in_review`. A number that nobody stands for any more,
    while somebody there was left out as a duplicate, is theirs first.
    """
    with ctx.unit() as unit:
        left = left_of(unit, blast_id)
        if left.sending or left.asked_about or left.sendable:
            return False
        blast = unit.session.get_one(
            Blast, (unit.organisation_id, blast_id), with_for_update={"key_share": True}
        )
        if blast.state not in PLANNABLE or blast.planned_at is None:
            return False
        if _rest_follows(ctx, unit, blast, left):
            return False
        blast.state, blast.pause_reason, blast.finished_at = "completed", None, ctx.now
        ctx.audit(unit, "blast.completed", "blast", blast.id, {"total": blast.total})
        return True


def clear_blast(ctx: Context, blast_id: uuid.UUID) -> bool:
    """End some of what is left of a blast that was called off, or for which it is too late; whether more is
    left.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        blast = unit.session.get(Blast, (unit.organisation_id, blast_id))
        if blast is None:
            return False
        if _is_closed(ctx, blast):
            return _end_late(unit, blast)
        if blast.state != "cancelled":
            return False
        rows = end_queued(unit, blast_id, state="cancelled", limit=ENDED_AT_ONCE)
        of_it = (blast_id, blast.campaign_id, BLAST, "queued", "cancelled")
        count_moves(unit, (Move(*of_it) for _ in rows))
        left = left_of(unit, blast_id)
        if not left.queued and not left.sending:
            blast.finished_at = blast.finished_at or ctx.now
        return left.queued


def _is_closed(ctx: Context, blast: Blast) -> bool:
    return blast.state in PLANNABLE and is_too_late(ctx.now, blast.deadline_at)


def _end_late(unit: UnitOfWork, blast: Blast) -> bool:
    """Skip what still waits at the deadline, also what a worker has claimed; whether more may be left."""
    reason = Skip.DEADLINE
    rows = end_queued(unit, blast.id, state="skipped", limit=ENDED_AT_ONCE, reason=reason)
    of_it = (blast.id, blast.campaign_id, BLAST, "queued", "skipped")
    count_moves(unit, (Move(*of_it, reason_after=reason) for _ in rows))
    return len(rows) == ENDED_AT_ONCE


def _rest_follows(ctx: Context, unit: UnitOfWork, blast: Blast, left: Left) -> bool:
    """Whether somebody still gets it: let the next on free numbers follow, and end what is in review."""
    if left.queued:
        if blast.state != "running":
            return True
        reason = Skip.IN_REVIEW
        rows = end_queued(unit, blast.id, state="skipped", limit=ENDED_AT_ONCE, reason=reason, reviewed=True)
        of_it = (blast.id, blast.campaign_id, BLAST, "queued", "skipped")
        count_moves(unit, (Move(*of_it, reason_after=reason) for _ in rows))
        if left_of(unit, blast.id).queued:  # somebody is just at it, or has just decided
            return True
    if _is_closed(ctx, blast):
        return False
    promoted = promote(unit, blast.id, None, ctx.now)
    count_promoted(unit, blast.id, blast.campaign_id, promoted)
    return promoted > 0


def _unplanned(ctx: Context) -> list[uuid.UUID]:
    """Blasts that have begun and aren't written down whole, and that nobody is writing."""
    free = or_(Blast.plan_leased_until.is_(None), Blast.plan_leased_until < ctx.now)
    return _ids(ctx, Blast.state.in_(PLANNABLE), Blast.planned_at.is_(None), free)


def _planned(ctx: Context) -> list[uuid.UUID]:
    return _ids(ctx, Blast.state.in_(PLANNABLE), Blast.planned_at.is_not(None))


def _uncleared(ctx: Context) -> list[uuid.UUID]:
    return _ids(ctx, Blast.state == "cancelled", Blast.finished_at.is_(None))


def _closed(ctx: Context) -> list[uuid.UUID]:
    """Blasts of which something still waits although it is too late for it."""
    waits = exists().where(
        Message.organisation_id == Blast.organisation_id,
        Message.blast_id == Blast.id,
        Message.state == "queued",
        Message.purpose == BLAST,
    )
    return _ids(ctx, Blast.state.in_(PLANNABLE), Blast.deadline_at < ctx.now + CLOSING, waits)


def _ids(ctx: Context, *of_them: object) -> list[uuid.UUID]:
    with ctx.unit() as unit:
        query = select(Blast.id).where(Blast.organisation_id == unit.organisation_id, *of_them)  # type: ignore[arg-type]
        return list(unit.session.scalars(query.order_by(Blast.id)))
