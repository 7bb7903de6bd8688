"""What the pacing policy of a campaign is to hear of, kept in the transaction of the change it tells of."""

from __future__ import annotations

import datetime as dt
import uuid

from dialer.domain.pacing_event import Kind, Outcome
from dialer.store.queries import pacing
from dialer.store.session import UnitOfWork


def note(
    unit: UnitOfWork,
    campaign_id: uuid.UUID,
    kind: Kind,
    at: dt.datetime,
    *,
    call_id: uuid.UUID | None = None,
    shift_id: uuid.UUID | None = None,
    result: Outcome | None = None,
) -> None:
    """Keep one event, where the campaign is in a dialled mode: nobody paces another one.

    A volunteer is told apart by their shift.
    """
    pacing.keep_event(unit, campaign_id, kind=kind, at=at, call_id=call_id, shift_id=shift_id, result=result)
