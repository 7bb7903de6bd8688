"""Recordings as coordinators find, hear and delete them. Each listening is audited."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Select, and_, or_, select, update

from dialer.domain.access import Permission, require
from dialer.domain.call import FINAL
from dialer.domain.errors import InvalidTransition, NotFound
from dialer.domain.recording import BY_COORDINATOR, ON_THE_CALL, SAME_LISTENING, WITH_SOUND, deletes_at
from dialer.services.calling.reach import reach_assignment
from dialer.services.calling.recording_seal import SealedReader, SpoiltError
from dialer.services.calling.recordings import ask_to_mind, is_recorded
from dialer.services.calling.vault import Vault
from dialer.services.context import Context
from dialer.services.paging import Page, Slice, after_id, cut
from dialer.store.models.calling import Campaign
from dialer.store.models.calls import Call
from dialer.store.models.recordings import Recording
from dialer.store.queries import recordings
from dialer.store.queries.calls import latest_call_of
from dialer.store.session import UnitOfWork

Recorded = Literal["", "now", "was"]


@dataclass(frozen=True, slots=True)
class RecordingView:
    """What is known of one recording. `why` says why there is no sound, `trouble` what holds it up.

    `deletes_at` is when its time is over by what the campaign says now; `at_carrier` whether the carrier may
    still have something of it.
    """

    id: uuid.UUID
    call_id: uuid.UUID
    campaign_id: uuid.UUID
    contact_id: uuid.UUID | None
    account_id: uuid.UUID | None
    state: str
    seconds: int | None
    size: int | None
    started_at: dt.datetime | None
    ended_at: dt.datetime | None
    deletes_at: dt.datetime | None
    deleted_at: dt.datetime | None
    deleted_by: uuid.UUID | None
    why: str | None
    trouble: str | None
    at_carrier: bool
    created_at: dt.datetime


class SpoiltRecording(NotFound):
    """Its file, or the key to it, isn't as it was written."""

    default_detail = "Its file or its key isn’t what was written. Look whether a backup has it."


def list_recordings(
    ctx: Context,
    page: Page,
    *,
    campaign_id: uuid.UUID | None = None,
    contact_id: uuid.UUID | None = None,
    call_id: uuid.UUID | None = None,
) -> Slice[RecordingView]:
    """Recordings of the actor's campaigns, also those of which there is nothing to be heard any more, newest
    first.
    """
    require(ctx.actor, Permission.RECORDING_READ, campaign_id=campaign_id)
    query = _rows(ctx).order_by(Recording.id.desc())
    wanted = {Recording.campaign_id: campaign_id, Recording.call_id: call_id, Call.contact_id: contact_id}
    for column, value in wanted.items():
        query = query if value is None else query.where(column == value)
    if (after := after_id(page)) is not None:
        query = query.where(Recording.id < after)
    with ctx.unit() as unit:
        found = [_view(*row) for row in unit.session.execute(query.limit(page.limit + 1))]
    return cut(found, page, lambda view: (str(view.id),))


def get_recording(ctx: Context, recording_id: uuid.UUID) -> RecordingView:
    """One recording."""
    require(ctx.actor, Permission.RECORDING_READ)
    with ctx.unit() as unit:
        return _one(ctx, unit, recording_id)


def open_recording(ctx: Context, vault: Vault, recording_id: uuid.UUID) -> tuple[SealedReader, ExitStack]:
    """Its sound, and what has to be closed after it. That somebody listens is audited, once for the parts
    that a player asks for one after another.
    """
    require(ctx.actor, Permission.RECORDING_READ)
    with ExitStack() as held:
        with ctx.unit() as unit:
            _one(ctx, unit, recording_id)
            row = unit.session.get_one(Recording, (unit.organisation_id, recording_id))
            if row.state != "kept" or row.wrapped_key is None or row.size is None:
                raise InvalidTransition("There is nothing to listen to.", state=row.state)
            try:
                reader = held.enter_context(vault.opened(row.id, row.wrapped_key, row.size))
            except SpoiltError:
                raise SpoiltRecording from None
            if _is_another_listening(ctx, unit, row.id):
                ctx.audit(unit, "recording.listened", "recording", row.id)
        return reader, held.pop_all()


def delete_recording(ctx: Context, recording_id: uuid.UUID, reason: str) -> None:
    """Delete one for good, while it is made too; the row keeps that there was one. Again: no change."""
    require(ctx.actor, Permission.RECORDING_MANAGE)
    with ctx.unit() as unit:
        _one(ctx, unit, recording_id)
        this = Recording.id == recording_id
        if recordings.discard(unit, this, BY_COORDINATOR, ctx.now, ctx.actor.account_id):
            changes = {"why": BY_COORDINATOR}
            ctx.audit(unit, "recording.deleted", "recording", recording_id, changes, reason=reason)
            unit.after_commit(lambda: ask_to_mind(ctx))


def recording_ids(unit: UnitOfWork, call_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """The recording of each of these calls that has one."""
    query = select(Recording.call_id, Recording.id).where(
        Recording.organisation_id == unit.organisation_id, Recording.call_id.in_(call_ids)
    )
    return {row.call_id: row.id for row in unit.session.execute(query)} if call_ids else {}


def recorded_of(ctx: Context, assignment_id: uuid.UUID) -> Recorded:
    """Whether the last call for an assignment is recorded `now` (or about to be: from the moment that the
    carrier has it, so that the volunteer's page says so before the two are joined), or `was`, and there still
    is something to be deleted where the person objects.
    """
    with ctx.unit() as unit:
        assignment = reach_assignment(ctx, unit, assignment_id, Permission.ASSIGNMENT_READ)
        call = latest_call_of(unit, assignment.id)
        if call is None:
            return ""
        row = recordings.of_call(unit, call.id)
        goes_on = call.state not in FINAL and call.parted_at is None
        if goes_on and (is_recorded(unit, call) if row is None else row.state in ON_THE_CALL):
            return "now"
        return "was" if row is not None and row.state in WITH_SOUND else ""


def _rows(ctx: Context) -> Select[Recording, Call, int]:
    """Those within the actor's reach: a token may be narrowed to some campaigns."""
    same = Recording.organisation_id
    query = (
        select(Recording, Call, Campaign.recording_days)
        .join(Call, and_(Call.organisation_id == same, Call.id == Recording.call_id))
        .join(Campaign, and_(Campaign.organisation_id == same, Campaign.id == Recording.campaign_id))
        .where(same == ctx.organisation_id)
    )
    reach = ctx.actor.campaign_ids
    return query if reach is None else query.where(Recording.campaign_id.in_(reach))


def _one(ctx: Context, unit: UnitOfWork, recording_id: uuid.UUID) -> RecordingView:
    found = unit.session.execute(_rows(ctx).where(Recording.id == recording_id)).one_or_none()
    if found is None:
        raise NotFound
    return _view(*found)


def _is_another_listening(ctx: Context, unit: UnitOfWork, recording_id: uuid.UUID) -> bool:
    by = ctx.actor.token_id or ctx.actor.account_id
    noted = (
        update(Recording)
        .where(
            Recording.organisation_id == unit.organisation_id,
            Recording.id == recording_id,
            or_(
                Recording.listened_by.is_distinct_from(by),
                Recording.listened_at.is_(None),
                Recording.listened_at <= ctx.now - SAME_LISTENING,
            ),
        )
        .values(listened_by=by, listened_at=ctx.now)
        .returning(Recording.id)
        .execution_options(synchronize_session=False)
    )
    return unit.session.scalar(noted) is not None


def _view(row: Recording, call: Call, days: int) -> RecordingView:
    kept = row.state == "kept" and row.ended_at is not None
    return RecordingView(
        id=row.id,
        call_id=row.call_id,
        campaign_id=row.campaign_id,
        contact_id=call.contact_id,
        account_id=call.account_id,
        state=row.state,
        seconds=row.seconds,
        size=row.size,
        started_at=row.started_at,
        ended_at=row.ended_at,
        deletes_at=deletes_at(row.ended_at, days) if kept and row.ended_at else None,
        deleted_at=row.deleted_at,
        deleted_by=row.deleted_by,
        why=row.why,
        trouble=row.trouble,
        at_carrier=row.asked_at is not None
        and row.cleared_at is None
        and (row.state != "lost" or row.settled_at is None),
        created_at=row.created_at,
    )
