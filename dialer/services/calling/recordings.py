"""Recordings as calls go on: who was told that theirs is recorded, who objects, what the carrier tells.

Nobody is recorded before they were told. Somebody whom the dialler rang hears the sentence as the first words
of the carrier's own document, in front of the room, which takes a second and a half; the carrier is asked to
record only when they are in the room. Who is rung by a volunteer hears it before the two are joined, and the
carrier asks us for what follows when it has been said. A third party isn't told: recording ends when one is
asked for, before they are rung. So no callback that is lost, late or doubled can make a recording of somebody
who doesn't know.

One leg is recorded: what is said on it and heard on it. What a coordinator whispers to the volunteer alone
isn't in it.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy.dialects.postgresql import insert

from dialer.carrier.recording_port import NOTHING_THERE, PREPARED
from dialer.domain.access import Permission, require
from dialer.domain.call import FINAL
from dialer.domain.recording import (
    ABSENT,
    ERASED,
    MACHINE,
    NOT_BEGUN,
    OBJECTION,
    ON_THE_CALL,
    TOLD_WITHIN,
)
from dialer.services.calling.reach import reach_assignment
from dialer.services.calling.spoken_languages import language_of_contact
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.store.models import new_id
from dialer.store.models.calling import Campaign
from dialer.store.models.calls import Call
from dialer.store.models.recordings import Recording
from dialer.store.queries import recordings
from dialer.store.queries.calls import call_by_sid, latest_call_of
from dialer.store.session import UnitOfWork

NOW = dt.timedelta(0)


def is_recorded(unit: UnitOfWork, call: Call) -> bool:
    """Whether the campaign of a call records its calls, and nobody there has objected to that before."""
    if call.campaign_id is None:
        return False
    records = unit.session.get_one(Campaign, (unit.organisation_id, call.campaign_id)).recording
    return records and not recordings.was_objected_to(unit, call)


def want(ctx: Context, unit: UnitOfWork, call: Call, *, told_within: dt.timedelta = TOLD_WITHIN) -> bool:
    """Have a call (locked) recorded, where its campaign does, once the person was told: within that time at
    the latest. False where it isn't to be: nothing is said then.
    """
    if not is_recorded(unit, call):
        return False
    _write_down(ctx, unit, call, state="wanted", due_at=ctx.now + told_within)
    return True


def _write_down(ctx: Context, unit: UnitOfWork, call: Call, **values: object) -> bool:
    """The call's row; False where it has one already."""
    row = {
        "organisation_id": unit.organisation_id,
        "id": new_id(),
        "call_id": call.id,
        "campaign_id": call.campaign_id,
        "announced_at": ctx.now,
        "created_at": ctx.now,
    }
    written = insert(Recording).values(row | values).on_conflict_do_nothing().returning(Recording.id)
    return unit.session.scalar(written) is not None


def still_said(unit: UnitOfWork, call: Call) -> bool:
    """Whether the same answer to the carrier says again that a call is recorded."""
    row = recordings.of_call(unit, call.id)
    return row is not None and row.state in ON_THE_CALL


def first_words(ctx: Context, call_id: uuid.UUID | None) -> str | None:
    """The language in which somebody whom a volunteer rings is told that they are recorded; None where they
    aren't.
    """
    require(ctx.actor, Permission.CARRIER_TELL)
    with ctx.unit() as unit:
        call = unit.session.get(Call, (unit.organisation_id, call_id)) if call_id else None
        if call is None or call.state in FINAL or not is_recorded(unit, call):
            return None
        return language_of_contact(unit, call.contact_id, call.campaign_id)


def were_told(ctx: Context, call_id: uuid.UUID | None) -> None:
    """They have heard it: their call is recorded from now on."""
    require(ctx.actor, Permission.CARRIER_TELL)
    with ctx.unit() as unit:
        call = unit.session.get(Call, (unit.organisation_id, call_id)) if call_id else None
        if call is not None and call.state not in FINAL and want(ctx, unit, call, told_within=NOW):
            unit.after_commit(lambda: ask_to_mind(ctx))


def in_the_room(ctx: Context, sid: str) -> None:
    """A leg came into a volunteer's room, having heard what stands before it: it is recorded from now on, if
    it is to be.
    """
    require(ctx.actor, Permission.CARRIER_TELL)
    with ctx.unit() as unit:
        call = call_by_sid(unit, sid)
        row = recordings.of_call(unit, call.id) if call else None
        if row is not None and recordings.change(unit, row.id, "wanted", due_at=ctx.now):
            unit.after_commit(lambda: ask_to_mind(ctx))


@again_after_deadlock
def tell(ctx: Context, call_id: uuid.UUID | None, sid: str, status: str, seconds: int | None) -> None:
    """The carrier tells what became of a recording. Told again, or too late, it changes nothing."""
    require(ctx.actor, Permission.CARRIER_TELL)
    with ctx.unit() as unit:
        row = recordings.of_call(unit, call_id, lock=True) if call_id else None
        if row is None or row.carrier_sid not in {None, sid}:
            return
        row.carrier_sid = sid
        row.asked_at = row.asked_at or ctx.now
        take_in(row, status, seconds, ctx.now)
        if row.settled_at is None:
            unit.after_commit(lambda: ask_to_mind(ctx))


def take_in(row: Recording, status: str, seconds: int | None, now: dt.datetime) -> None:
    """What the carrier says of a recording (locked) that it makes, or has made."""
    if row.state in {"deleted", "lost"} and row.settled_at is None:
        row.due_at = now  # what it has made can be deleted now
    if row.state not in ON_THE_CALL:
        return
    if status == PREPARED:
        row.state, row.due_at, row.attempts, row.trouble = "fetching", now, 0, None
        row.ended_at, row.seconds = row.ended_at or now, seconds
    elif status in NOTHING_THERE:
        lose(row, ABSENT, now)


def lose(row: Recording, why: str, now: dt.datetime) -> None:
    """Nothing will ever come of it. Where the carrier was asked, it may have something all the same: that is
    looked for, and deleted there.
    """
    row.state, row.why, row.deleted_at = "lost", why, now
    row.settled_at = now if row.asked_at is None else None
    row.due_at, row.attempts, row.trouble, row.wrapped_key = now, 0, None, None


def stop(ctx: Context, unit: UnitOfWork, call_id: uuid.UUID) -> None:
    """Record no more of a call, and keep what was recorded: of a person who is to be put through to somebody
    else or talks with a coordinator alone, or of a message that plays to a machine. Again, or of a call that
    isn't recorded: no change.
    """
    row = recordings.of_call(unit, call_id, lock=True)
    if row is None or row.state not in ON_THE_CALL or row.stops_at is not None:
        return
    row.stops_at, row.due_at = ctx.now, ctx.now
    if row.asked_at is None:
        lose(row, NOT_BEGUN, ctx.now)
    unit.after_commit(lambda: ask_to_mind(ctx))


@again_after_deadlock
def object_to(ctx: Context, assignment_id: uuid.UUID) -> bool:
    """The person doesn't want to be recorded: it ends at once, what there is of this talk is deleted, and in
    this campaign they aren't recorded again, nor is anybody on that number. Said by their volunteer. Whether
    anything was there to be deleted; again it changes nothing.
    """
    with ctx.unit() as unit:
        assignment = reach_assignment(ctx, unit, assignment_id, Permission.RESULT_RECORD)
        _object_beforehand(ctx, unit, assignment.id)
        theirs = recordings.of_calls(Call.assignment_id == assignment.id)
        gone = recordings.discard(unit, theirs, OBJECTION, ctx.now, ctx.actor.account_id)
        for recording_id in gone:
            ctx.audit(unit, "recording.objected_to", "recording", recording_id)
        unit.after_commit(lambda: ask_to_mind(ctx))
        return bool(gone)


def _object_beforehand(ctx: Context, unit: UnitOfWork, assignment_id: uuid.UUID) -> None:
    """They say so before the call has a row: it gets one of which there never was a sound."""
    call = latest_call_of(unit, assignment_id)
    if call is None or call.state in FINAL or not is_recorded(unit, call):
        return
    over = {"why": OBJECTION, "deleted_at": ctx.now, "deleted_by": ctx.actor.account_id}
    _write_down(ctx, unit, call, state="deleted", due_at=ctx.now, settled_at=ctx.now, **over)


def was_machine(ctx: Context, unit: UnitOfWork, assignment_id: uuid.UUID) -> None:
    """It was no person: what was recorded of a machine goes."""
    theirs = recordings.of_calls(Call.assignment_id == assignment_id)
    if recordings.discard(unit, theirs, MACHINE, ctx.now):
        unit.after_commit(lambda: ask_to_mind(ctx))


def erase_recordings_of(ctx: Context, unit: UnitOfWork, contact_ids: Sequence[uuid.UUID]) -> int:
    """Delete what was recorded of these people, in every campaign, as part of their erasure; how many: calls
    that were for them, and those for another of their household in which they were spoken with. Their keys
    are destroyed in this very transaction.

    The erasure of a person that calls this isn't there yet: until it is, nobody who was called can be deleted
    at all, and a coordinator deletes their recordings one by one.
    """
    theirs = recordings.of_calls(recordings.spoken_with(contact_ids))
    gone = recordings.discard(unit, theirs, ERASED, ctx.now, ctx.actor.account_id)
    unit.after_commit(lambda: ask_to_mind(ctx))
    return len(gone)


def ask_to_mind(ctx: Context) -> None:
    """Have a worker do what is due; a tick makes up for what gets lost."""
    for name in ("mind_recordings", "fetch_recordings"):
        ctx.jobs.enqueue(
            "calls" if name == "mind_recordings" else "default", _JOB + name, str(ctx.organisation_id)
        )


_JOB = "workers.jobs."
