"""What opening a link says of somebody's support: set at once, written down of all who opened it bit by bit.

The link says what is wanted, and what isn't so yet is found in the evidence itself: whatever ends a worker,
the next goes on, and done twice it is the same.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Final

from sqlalchemy import select, update

from dialer.domain.access import Permission, require
from dialer.domain.errors import NotFound, ValidationFailed
from dialer.domain.pledge import SUPPORTS
from dialer.services.claiming import is_silent
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context, GiveWay, never
from dialer.services.gotv.record import recompute_records, withdraw_evidence
from dialer.services.messaging.blasts import reach_blast
from dialer.services.messaging.link_figures import LinkView, link_view
from dialer.store.models.calling import Campaign
from dialer.store.models.links import Link
from dialer.store.queries.link_codes import (
    count_unsaid,
    said_otherwise,
    take_as_support,
    wait_for_visits,
)
from dialer.store.session import UnitOfWork

AT_ONCE: Final = 500
"""So many people are written down in one transaction, in about a tenth of a second."""
LEASE: Final = dt.timedelta(seconds=20)
"""For so long a silent worker is believed to be at it."""


def set_link_support(ctx: Context, blast_id: uuid.UUID, link_id: uuid.UUID, support: int | None) -> LinkView:
    """Say what opening a link says of somebody's support (None: nothing), for all who opened it and will.

    It only fills what is empty: what somebody said, or was written down of them with its time, stands. What
    it said before is taken back. The first hundreds are done at once, more by a worker (`left`). `NotFound`
    for a link that isn't the blast's.
    """
    if support is not None and support not in SUPPORTS:
        raise ValidationFailed.at("/support", "Give a support from 1 (strong for us) to 5 (against us).")
    _set(ctx, blast_id, link_id, support)
    if _write_next(ctx, link_id):
        enqueue_support(ctx, link_id)
    with ctx.unit() as unit:
        return link_view(unit, _link(unit, link_id))


def write_link_support(ctx: Context, link_id: uuid.UUID, turn_is_over: GiveWay = never) -> bool:
    """Write down what opening a link says, of all of whom it isn't yet; True where the turn was over before.

    May be run at any time and by several workers: one at a time is at it.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    if not _claim(ctx, link_id):
        return False
    while _write_next(ctx, link_id, leased=True):
        if turn_is_over():
            _give_back(ctx, link_id)
            return True
    return False


def resume_link_support(ctx: Context) -> int:
    """Ask for what is left to be written down, where nobody is at it; of how many links."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        waiting = unit.session.scalars(
            select(Link.id).where(
                Link.organisation_id == unit.organisation_id,
                Link.unsaid_count.is_not(None),
                is_silent(Link, ctx.now),
            )
        ).all()
    for link_id in waiting:
        enqueue_support(ctx, link_id)
    return len(waiting)


def enqueue_support(ctx: Context, link_id: uuid.UUID) -> None:
    """Have a worker go on with a link."""
    path = "workers.jobs.write_link_support"
    ctx.jobs.enqueue("imports", path, str(ctx.organisation_id), str(link_id))


@again_after_deadlock
def _set(ctx: Context, blast_id: uuid.UUID, link_id: uuid.UUID, support: int | None) -> None:
    with ctx.unit() as unit:
        blast, _ = reach_blast(ctx, unit, blast_id, Permission.BLAST_MANAGE)
        link = _link(unit, link_id, lock=True)
        if link.blast_id != blast.id:
            raise NotFound
        if link.support != support:
            link.support = support
            about = {"link_id": str(link.id), "support": support}
            ctx.audit(unit, "blast.link_support_set", "blast", blast.id, about)
        unit.session.flush()
        link.unsaid_count = count_unsaid(unit, link.id, support)


@again_after_deadlock
def _write_next(ctx: Context, link_id: uuid.UUID, *, leased: bool = False) -> bool:
    """Write it down of the next people; whether some are left. Nobody who follows the link waits for that:
    whoever did in between is met by the last look, for which those who are `visiting` are waited for.
    """
    with ctx.unit() as unit:
        link = _link(unit, link_id, lock=True)
        done = _write(ctx, unit, link)
        is_last = done < AT_ONCE
        if is_last:
            wait_for_visits(unit, link.id)
            done += _write(ctx, unit, link)
        link.unsaid_count = None if is_last else max(1, (link.unsaid_count or 0) - done)
        if leased or is_last:  # a press leaves the lease of a worker that is at it as it is
            link.leased_until = None if is_last else ctx.now + LEASE
        return not is_last


def _write(ctx: Context, unit: UnitOfWork, link: Link) -> int:
    """Take back what was said otherwise of the next people, and say what is wanted of the next; how many."""
    campaign = unit.session.get(Campaign, (unit.organisation_id, link.campaign_id))
    if campaign is None:
        return 0
    old = said_otherwise(unit, link.id, link.support, AT_ONCE)
    withdraw_evidence(unit, at=ctx.now, evidence_ids=old)
    if link.support is None:
        return len(old)
    of_it = {"election_id": campaign.election_id, "campaign_id": campaign.id}
    told = take_as_support(unit, link.id, support=link.support, most=AT_ONCE, **of_it)
    recompute_records(unit, campaign.election_id, told)
    return max(len(old), len(told))


def _claim(ctx: Context, link_id: uuid.UUID) -> bool:
    with ctx.unit() as unit:
        mine = (
            update(Link)
            .where(
                Link.organisation_id == unit.organisation_id,
                Link.id == link_id,
                Link.unsaid_count.is_not(None),
                is_silent(Link, ctx.now),
            )
            .values(leased_until=ctx.now + LEASE)
            .returning(Link.id)
        )
        return unit.session.scalar(mine) is not None


def _give_back(ctx: Context, link_id: uuid.UUID) -> None:
    with ctx.unit() as unit:
        of_it = (Link.organisation_id == unit.organisation_id, Link.id == link_id)
        unit.session.execute(update(Link).where(*of_it).values(leased_until=None))


def _link(unit: UnitOfWork, link_id: uuid.UUID, *, lock: bool = False) -> Link:
    query = select(Link).where(Link.organisation_id == unit.organisation_id, Link.id == link_id)
    link = unit.session.scalar(query.with_for_update(key_share=True) if lock else query)
    if link is None:
        raise NotFound
    return link
