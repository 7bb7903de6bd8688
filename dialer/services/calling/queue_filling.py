"""The queue of a whole campaign, put together from its lists: what fits in a request at once, the rest soon.

A list of a million takes most of a minute. Nobody waits for that: calling begins with the first people, and a
worker goes on with the others, chunk by chunk, from where it stands whatever dies.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Final

from dialer.domain.access import Permission, require
from dialer.services.calling.queue_ordering import order_wanted
from dialer.services.calling.queue_sync import MANY, queue_people
from dialer.services.calling.reach import reach_campaign
from dialer.services.context import Context
from dialer.store.models.calling import Campaign
from dialer.store.queries import queue_filling
from dialer.store.queries.queue_sync import refresh_statistics
from dialer.store.session import UnitOfWork

FIRST: Final = 2_000
"""As many people are queued in the request, in some tenths of a second: enough to begin with."""
CHUNK: Final = 20_000
"""People of whom a worker looks at no more in one transaction: about a second."""
_NOBODY: Final = uuid.UUID(int=0)


def fill_queue(ctx: Context, unit: UnitOfWork, campaign: Campaign) -> None:
    """Queue every number that a campaign has to call by its lists and limits as they are now.

    To be called after a campaign started, or its lists or limits changed; like `sync_queues` it adds and
    never takes away. A campaign that doesn’t run has no queue.
    """
    if campaign.state not in ("active", "paused"):
        return
    through = _queue_chunk(unit, campaign.id, _NOBODY, ctx.now, FIRST)
    campaign.fill_through, campaign.fill_since = through, ctx.now if through else None
    if through is not None:
        unit.after_commit(lambda: enqueue_filling(ctx, campaign.id))


def fill_more(ctx: Context, campaign_id: uuid.UUID) -> bool:
    """Queue the next people of a campaign; whether there may be more. What another worker is at is left to
    it. The campaign itself isn't locked meanwhile: it can be paused at any moment.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        if not queue_filling.is_ours(unit, campaign_id):
            return False
        begun = queue_filling.begun(unit, campaign_id)
        if begun is None:
            return False
        through = _queue_chunk(unit, campaign_id, begun.through, begun.since, CHUNK)
        queue_filling.move(unit, campaign_id, begun, through)
        return through is not None


def resume_filling(ctx: Context) -> int:
    """Ask again for every queue that isn't whole yet; how many."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        waiting = queue_filling.being_filled(unit)
    for campaign_id in waiting:
        enqueue_filling(ctx, campaign_id)
    return len(waiting)


def share_filled(ctx: Context, campaign_id: uuid.UUID) -> float | None:
    """How much of its lists a campaign's queue has taken in so far, 0 to 1; None where it is whole.

    It counts whole lists: only for whoever wants to know, and not for each page of each volunteer.
    """
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.CAMPAIGN_READ)
        return queue_filling.share_done(unit, campaign)


def enqueue_filling(ctx: Context, campaign_id: uuid.UUID) -> None:
    """Ask a worker to go on with a queue soon."""
    ctx.jobs.enqueue("default", "workers.jobs.fill_queue", str(ctx.organisation_id), str(campaign_id))


def _queue_chunk(
    unit: UnitOfWork, campaign_id: uuid.UUID, after: uuid.UUID, since: dt.datetime, most: int
) -> uuid.UUID | None:
    """The person up to whom everybody is queued now; None when that was the last. All wait since the same
    moment, so that they are called in the order of the lists however long this takes.
    """
    people = queue_filling.people_after(unit, campaign_id, after, most)
    queued = queue_people(unit, since, campaign_id, people)
    is_first, is_last = after == _NOBODY, len(people) < most
    if is_first or is_last:  # what goes through the whole queue need not begin anew with every chunk
        order_wanted(unit, since, [campaign_id], people if is_first else None)
        if queued >= MANY or not is_first:
            refresh_statistics(unit)
    return None if is_last else people[-1]
