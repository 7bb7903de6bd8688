"""Transfers as they are shown."""

from __future__ import annotations

from dialer.services.calling.views import TransferView
from dialer.store.models.transfers import Transfer


def transfer_view(row: Transfer) -> TransferView:
    """A row as it is shown; `talked_s` is for how long the two have talked without the volunteer."""
    talked_s = None
    if row.completed_at is not None and row.ended_at is not None:
        talked_s = max(0, round((row.ended_at - row.completed_at).total_seconds()))
    return TransferView(
        id=row.id,
        assignment_id=row.assignment_id,
        session_id=row.shift_id,
        call_id=row.leg_id,
        label=row.label,
        to_account_id=row.to_account_id,
        node=row.node,
        warm=row.warm,
        state=row.state,
        reason=row.reason,
        started_at=row.started_at,
        answered_at=row.answered_at,
        completed_at=row.completed_at,
        ended_at=row.ended_at,
        talked_s=talked_s,
    )
