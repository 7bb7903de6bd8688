"""What becomes of a volunteer's shift when their line opens or ends (the shift is locked by the caller)."""

from __future__ import annotations

import datetime as dt

from dialer.domain.call import FINAL
from dialer.domain.line import LINE_LOST, NOT_ANSWERED
from dialer.services.calling.shift_states import move, pause_them
from dialer.store.models.calling import Shift
from dialer.store.models.calls import Call
from dialer.store.session import UnitOfWork


def is_wanted(shift: Shift | None, call: Call) -> bool:
    """Whether a leg is still its shift's line. One that isn't is hung up."""
    return shift is not None and shift.line_call_id == call.id


def line_opened(unit: UnitOfWork, shift: Shift, call: Call, now: dt.datetime) -> None:
    """Their leg is in their room. It brings back whoever was paused by us, not who paused themselves. Told
    again, or of a leg that doesn't count any more: no change.
    """
    if not is_wanted(shift, call) or call.state in FINAL:
        return
    shift.last_seen_at = max(shift.last_seen_at, now)
    comes_back = shift.state == "paused" and shift.pause_reason is not None
    move(unit, shift, now, "ready" if comes_back else None, line="open")


def line_over(unit: UnitOfWork, shift: Shift, call: Call, now: dt.datetime) -> None:
    """Their leg is over. Whoever waited on it is paused, and told why; whoever has somebody in hand finishes
    that first.
    """
    if not is_wanted(shift, call):
        return
    shift.line_call_id = None
    if shift.state == "ready":
        reason = LINE_LOST if shift.line_state == "open" else NOT_ANSWERED
        pause_them(unit, shift, now, reason, line="none")
    else:
        move(unit, shift, now, line="none")
