"""What becomes of a volunteer's shift when their line opens or ends (the shift is locked by the caller)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import func, select, update

from dialer.domain.call import FINAL, LINE
from dialer.domain.line import LINE_LOST, LINE_REASONS, NOT_ANSWERED
from dialer.domain.ringing import SOON, VOLUNTEER_MACHINE
from dialer.services.calling.call_jobs import ask_to_make_way
from dialer.services.calling.room_settling import change_room
from dialer.services.calling.shift_states import move, pause_them
from dialer.services.context import Context
from dialer.store.models.calling import Shift
from dialer.store.models.calls import Call
from dialer.store.queries.calls import OPEN
from dialer.store.queries.supervising import supervision_of
from dialer.store.session import UnitOfWork


def is_wanted(shift: Shift | None, call: Call) -> bool:
    """Whether a leg is still its shift's line. One that isn't is hung up."""
    return shift is not None and shift.line_call_id == call.id


def line_opened(ctx: Context, unit: UnitOfWork, shift: Shift, call: Call) -> None:
    """Their leg is in their room. It brings back whoever was paused for want of it, nobody else. Told again,
    or of a leg that doesn't count any more: no change. It is no sign of life: `take_line` is.

    Who came in muted, as their talk was muted or on hold, is heard again as soon as the rows say so. A leg
    whose place this one has taken goes now.
    """
    if not is_wanted(shift, call) or call.state in FINAL or shift.line_state == "open":
        return
    comes_back = shift.state == "paused" and shift.pause_reason in LINE_REASONS
    move(unit, shift, ctx.now, "ready" if comes_back else None, line="open")
    earlier = earlier_legs(unit, shift, call.id)
    for one in earlier:
        one.deadline_at = min(one.deadline_at, ctx.now + SOON)
    if earlier:
        ids = [str(one.id) for one in earlier]
        unit.after_commit(lambda: ask_to_make_way(ctx, *ids))
    if call.muted_at is not None or (earlier and supervision_of(unit, shift.id) is not None):
        call.muted_at = None  # nor does a coordinator whisper to the leg that was
        change_room(ctx, unit, shift)


def earlier_legs(unit: UnitOfWork, shift: Shift, but: uuid.UUID) -> Sequence[Call]:
    """Legs of a shift (locked) that are up and were its line before another one was, the latest first."""
    query = select(Call).where(
        Call.organisation_id == unit.organisation_id,
        Call.shift_id == shift.id,
        Call.mode == LINE,
        Call.state == "in_progress",
        Call.id != but,
    )
    locked = query.order_by(Call.id.desc()).with_for_update().execution_options(populate_existing=True)
    return unit.session.scalars(locked).all()


def out_of_room(unit: UnitOfWork, shift: Shift, now: dt.datetime) -> None:
    """They aren't in their room, as far as anybody can tell, though their leg may be there still: nobody is
    put through until they are back in it, or the carrier, which is asked soon, says that they are there.
    """
    if shift.line_state != "open":
        return
    move(unit, shift, now, line="ringing")
    line = (Call.organisation_id == unit.organisation_id, Call.id == shift.line_call_id)
    soon = func.least(Call.deadline_at, now + SOON)
    unit.session.execute(update(Call).where(*line, Call.state.in_(OPEN)).values(deadline_at=soon))


def line_over(unit: UnitOfWork, shift: Shift, call: Call, now: dt.datetime) -> None:
    """Their leg is over. Where the one whose place it was to take is still up, that is the line again. Else
    whoever waited on it is paused, and told why; whoever has somebody in hand finishes that first.
    """
    if not is_wanted(shift, call):
        return
    shift.line_call_id = None
    for earlier in earlier_legs(unit, shift, call.id)[:1]:
        shift.line_call_id, earlier.deadline_at = earlier.id, now  # whether it is, the carrier is asked
        move(unit, shift, now, line="ringing")
        return
    if shift.state == "ready":
        was_there = call.answered_at is not None and call.end_reason != VOLUNTEER_MACHINE
        reason = LINE_LOST if was_there else NOT_ANSWERED
        pause_them(unit, shift, now, reason, line="none")
    else:
        move(unit, shift, now, line="none")
