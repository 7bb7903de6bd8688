"""A list of the people whom an audience picks at one moment: any campaign or blast can take it.

The first chunk is put on the list at once, in the request; a worker goes on with the others. Each chunk is a
transaction that moves the snapshot's watermark, so that a killed worker's list is finished by the next one
and nobody is put on it twice. Spans of time count back from the snapshot's moment; what is known of somebody
is what is known as their chunk comes.
"""

from __future__ import annotations

import uuid
from typing import Final

from sqlalchemy import select

from dialer.domain.access import Permission, require
from dialer.domain.errors import NotFound
from dialer.domain.filters.reading import PUT_IN, read_filter
from dialer.domain.filters.saved import put_in
from dialer.services.calling.queue_sync import sync_queues
from dialer.services.context import Context
from dialer.services.gotv.elections import current_election
from dialer.services.people.audience_rules import audience_of, saved_filters
from dialer.services.people.audience_views import SnapshotView
from dialer.store.models import new_id
from dialer.store.models.audiences import AudienceSnapshot
from dialer.store.models.people import ContactList
from dialer.store.queries.audience_people import Asked, people_after, put_on_list
from dialer.store.session import UnitOfWork

CHUNK: Final = 5_000
"""People a transaction: as many as a request can wait for."""


def make_list_of(ctx: Context, audience_id: uuid.UUID, name: str) -> SnapshotView:
    """Make a new list of the people whom an audience picks now."""
    require(ctx.actor, Permission.AUDIENCE_MANAGE)
    require(ctx.actor, Permission.LIST_MANAGE)
    with ctx.unit() as unit:
        row = _begun(ctx, unit, audience_id, name)
        if _fill(ctx, unit, row):
            unit.after_commit(lambda: enqueue_filling(ctx, row.id))
        return _view(row)


def get_snapshot(ctx: Context, snapshot_id: uuid.UUID) -> SnapshotView:
    """How far a list of an audience's people is; `NotFound` when there is none such."""
    require(ctx.actor, Permission.AUDIENCE_READ)
    with ctx.unit() as unit:
        row = unit.session.get(AudienceSnapshot, (unit.organisation_id, snapshot_id))
        if row is None:
            raise NotFound
        return _view(row)


def is_being_filled(ctx: Context, list_id: uuid.UUID) -> bool:
    """Whether people of an audience are still being put on a list."""
    require(ctx.actor, Permission.LIST_READ)
    with ctx.unit() as unit:
        running = select(AudienceSnapshot.id).where(
            AudienceSnapshot.organisation_id == unit.organisation_id,
            AudienceSnapshot.list_id == list_id,
            AudienceSnapshot.state == "running",
        )
        return unit.session.scalar(running.limit(1)) is not None


def fill_list(ctx: Context, snapshot_id: uuid.UUID) -> bool:
    """Put the next people on a list; whether there may be more. What another worker is at is left to it."""
    require(ctx.actor, Permission.AUDIENCE_MANAGE)
    with ctx.unit() as unit:
        row = unit.session.scalar(
            select(AudienceSnapshot)
            .where(
                AudienceSnapshot.organisation_id == unit.organisation_id,
                AudienceSnapshot.id == snapshot_id,
                AudienceSnapshot.state == "running",
            )
            .with_for_update(skip_locked=True)
        )
        return row is not None and _fill(ctx, unit, row)


def resume_filling(ctx: Context) -> int:
    """Ask again for every list that isn't full yet; how many."""
    require(ctx.actor, Permission.AUDIENCE_MANAGE)
    with ctx.unit() as unit:
        running = select(AudienceSnapshot.id).where(
            AudienceSnapshot.organisation_id == unit.organisation_id, AudienceSnapshot.state == "running"
        )
        waiting = unit.session.scalars(running).all()
    for snapshot_id in waiting:
        enqueue_filling(ctx, snapshot_id)
    return len(waiting)


def enqueue_filling(ctx: Context, snapshot_id: uuid.UUID) -> None:
    """Ask a worker to go on with a list soon."""
    ctx.jobs.enqueue("default", "workers.jobs.fill_list", str(ctx.organisation_id), str(snapshot_id))


def _begun(ctx: Context, unit: UnitOfWork, audience_id: uuid.UUID, name: str) -> AudienceSnapshot:
    of = {"organisation_id": unit.organisation_id, "created_at": ctx.now}
    audience = audience_of(unit, audience_id)
    made = ContactList(**of, id=new_id(), name=name, default_region=ctx.phones.default_region)
    unit.session.add(made)
    unit.session.flush()
    row = AudienceSnapshot(
        **of,
        id=new_id(),
        audience_id=audience_id,
        list_id=made.id,
        election_id=current_election(unit).id,
        filter=dict(put_in(audience.filter, saved_filters(unit))),
        state="running",
        contact_count=0,
        created_by=ctx.actor.account_id,
    )
    unit.session.add(row)
    unit.session.flush()
    ctx.audit(unit, "list.created", "list", made.id, {"audience_id": str(audience_id)})
    return row


def _fill(ctx: Context, unit: UnitOfWork, row: AudienceSnapshot) -> bool:
    asked = Asked(read_filter(row.filter, bounds=PUT_IN), row.election_id, row.created_at)
    people, edge = people_after(unit, asked, row.through, CHUNK)
    row.contact_count += put_on_list(unit, row.list_id, people)
    sync_queues(unit, now=ctx.now, contact_ids=people)
    if edge is None:
        row.state, row.finished_at = "completed", ctx.now
        return False
    row.through = edge
    return True


def _view(row: AudienceSnapshot) -> SnapshotView:
    return SnapshotView(
        row.id,
        row.audience_id,
        row.list_id,
        row.state,
        row.contact_count,
        row.created_at,
        row.finished_at,
    )
