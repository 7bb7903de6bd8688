"""Calls as they are shown (contract §6)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dialer.store.models.calls import Call


@dataclass(frozen=True, slots=True)
class CallView:
    """A call. `to` is whom it is for: the contact, or (inbound) our number; `from_number` the caller id.

    It is `in_progress` from the moment the volunteer answers; `answered_at` is when the contact did.
    `end_reason` says why it came to nothing, where the state alone doesn't; `contact_rung_at` is when the
    contact's phone was made to ring, `parted_at` when they left the volunteer though their call went on.
    `why` the dialler rang this number then is for who runs the campaign.
    """

    id: uuid.UUID
    campaign_id: uuid.UUID | None
    contact_id: uuid.UUID | None
    assignment_id: uuid.UUID | None
    direction: str
    mode: str
    to: str | None
    from_number: str | None
    state: str
    end_reason: str | None
    answered_by: str | None
    duration_s: int | None
    cost: Decimal | None
    currency: str | None
    carrier_sid: str | None
    created_at: dt.datetime
    contact_rung_at: dt.datetime | None
    answered_at: dt.datetime | None
    parted_at: dt.datetime | None
    ended_at: dt.datetime | None
    why: Mapping[str, Any] | None
    recording_id: uuid.UUID | None = None


def call_view(call: Call, *, with_why: bool = False, recording_id: uuid.UUID | None = None) -> CallView:
    """A row as it is shown; `with_why` to those who answer for the campaign."""
    inbound = call.direction == "inbound"
    return CallView(
        id=call.id,
        campaign_id=call.campaign_id,
        contact_id=call.contact_id,
        assignment_id=call.assignment_id,
        direction=call.direction,
        mode=call.mode,
        to=call.caller_id if inbound else call.number,
        from_number=call.number if inbound else call.caller_id,
        state=call.state,
        end_reason=call.end_reason,
        answered_by=call.answered_by,
        duration_s=call.duration_s,
        cost=call.cost,
        currency=call.cost_currency,
        carrier_sid=call.carrier_sid,
        created_at=call.created_at,
        contact_rung_at=call.contact_rung_at,
        answered_at=call.answered_at,
        parted_at=call.parted_at,
        ended_at=call.ended_at,
        why=call.why if with_why else None,
        recording_id=recording_id,
    )
