"""What the carrier tells of calls: kept as it came, applied in the same transaction, forward only (§8)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.dialects.postgresql import insert

from dialer.domain.access import Permission, require
from dialer.domain.call import DIALLED, ONE_LEG, proven_by
from dialer.domain.ringing import VOLUNTEER_MACHINE, Change, is_machine
from dialer.services.calling.call_evidence import Told, apply, hold_call, make
from dialer.services.calling.call_jobs import ask_to_end
from dialer.services.calling.machines import found
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.store.models import new_id
from dialer.store.models.messaging import CarrierEvent
from dialer.store.queries.calls import call_by_sid
from dialer.store.session import UnitOfWork

STATUS = "call_status"
DETECTION = "machine_detection"


@again_after_deadlock
def tell(ctx: Context, call_id: uuid.UUID | None, told: Told, params: Mapping[str, str]) -> bool:
    """Take in one thing told of a leg; False when it was told before, or is about no call of ours.

    The call is the one that our own address named, else the one the carrier's name belongs to.
    """
    require(ctx.actor, Permission.CARRIER_TELL)
    with ctx.unit() as unit:
        if not _keep(ctx, unit, told, call_id, params):
            return False
        held = hold_call(ctx, unit, call_id or _named(unit, told.sid))
        if held is None:
            return False
        one_leg = held.call.mode in ONE_LEG
        apply(held, replace(told, leg="contact") if one_leg else told)
        return True


@again_after_deadlock
def tell_who_answered(
    ctx: Context, call_id: uuid.UUID | None, sid: str, answered_by: str, params: Mapping[str, str]
) -> bool:
    """Take in what detection beside a call found (`machines` for dialled ones). A machine on the volunteer's
    phone ends the call, unless the contact is on the line already.
    """
    require(ctx.actor, Permission.CARRIER_TELL)
    told = Told("volunteer", sid, answered_by)
    with ctx.unit() as unit:
        if not _keep(ctx, unit, told, call_id, params):
            return False
        held = hold_call(ctx, unit, call_id or _named(unit, sid))
        if held is None:
            return False
        if held.call.mode == DIALLED:
            if held.call.carrier_sid == sid:
                found(held, answered_by)
        elif held.call.carrier_sid == sid and is_machine(answered_by) and held.call.answered_at is None:
            make(held, Change("no_answer", VOLUNTEER_MACHINE))
            unit.after_commit(lambda: ask_to_end(ctx, sid))
        return True


def _keep(
    ctx: Context, unit: UnitOfWork, told: Told, call_id: uuid.UUID | None, params: Mapping[str, str]
) -> bool:
    """Keep an event durably; False when it was kept before. It is applied with what keeps it."""
    number = told.status.lower() if told.sequence is None else told.sequence
    kind = STATUS if proven_by(told.status) else DETECTION
    statement = (
        insert(CarrierEvent)
        .values(
            organisation_id=unit.organisation_id,
            id=new_id(),
            name=f"{kind}:{told.sid}:{number}",
            kind=kind,
            sid=told.sid,
            about_id=call_id,
            status=told.status,
            sequence=told.sequence,
            payload=dict(params),
            received_at=ctx.now,
            due_at=ctx.now,
            applied_at=ctx.now,
        )
        .on_conflict_do_nothing()
        .returning(CarrierEvent.id)
    )
    return unit.session.scalar(statement) is not None


def _named(unit: UnitOfWork, sid: str) -> uuid.UUID:
    call = call_by_sid(unit, sid)
    return call.id if call else uuid.UUID(int=0)
