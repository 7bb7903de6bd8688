"""Calls as they are first written down: before the carrier hears of them, or as it tells of one that somebody
opened.
"""

from __future__ import annotations

import uuid

from sqlalchemy.dialects.postgresql import insert

from dialer.domain.line import IN_THE_ROOM_WITHIN
from dialer.domain.ringing import DIAL_WITHIN
from dialer.services.context import Context
from dialer.store.models import new_id
from dialer.store.models.calls import Call
from dialer.store.session import UnitOfWork


def call_to_place(
    ctx: Context,
    unit: UnitOfWork,
    mode: str,
    *,
    campaign_id: uuid.UUID,
    account_id: uuid.UUID | None,
    caller_id: str,
    rings: str | None,
    **about: object,
) -> Call:
    """A call that is to be placed, added to the unit: `rings` is the phone that it rings. One that isn't
    placed within `DIAL_WITHIN` is given up.
    """
    call = Call(
        organisation_id=unit.organisation_id,
        id=new_id(),
        direction="outbound",
        mode=mode,
        campaign_id=campaign_id,
        account_id=account_id,
        caller_id=caller_id,
        volunteer_number=rings,
        state="queued",
        dial_state="waiting",
        charged_legs=[],
        deadline_at=ctx.now + DIAL_WITHIN,
        created_at=ctx.now,
        **about,
    )
    unit.session.add(call)
    unit.session.flush()
    return call


def call_opened(
    ctx: Context,
    unit: UnitOfWork,
    mode: str,
    sid: str,
    caller: str,
    *,
    campaign_id: uuid.UUID,
    account_id: uuid.UUID,
    shift_id: uuid.UUID,
) -> Call | None:
    """A leg that somebody's browser (`caller`) opened, so that the carrier has it already; None where it was
    told of before.
    """
    row = {
        "organisation_id": unit.organisation_id,
        "id": new_id(),
        "direction": "inbound",
        "mode": mode,
        "campaign_id": campaign_id,
        "account_id": account_id,
        "shift_id": shift_id,
        "caller_id": caller,
        "state": "in_progress",
        "dial_state": "dialled",
        "carrier_sid": sid,
        "charged_legs": [],
        "deadline_at": ctx.now + IN_THE_ROOM_WITHIN,
        "created_at": ctx.now,
        "answered_at": ctx.now,
    }
    made = insert(Call).values(row).on_conflict_do_nothing().returning(Call.id)
    call_id = unit.session.scalar(made)
    return None if call_id is None else unit.session.get_one(Call, (unit.organisation_id, call_id))
