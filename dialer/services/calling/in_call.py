"""Mute and hold, by the volunteer, in a talk on their own line (issue of dialled modes).

What should be is kept with the contact's call, so that a reload shows it and the next talk begins with
neither; the carrier's room is brought there afterwards (`room_settling`).
"""

from __future__ import annotations

import uuid
from typing import Final

from sqlalchemy import select

from dialer.domain.errors import Conflict
from dialer.domain.in_call import HOLD_MOST, back_at
from dialer.services.calling.reach import open_assignment, reach_shift
from dialer.services.calling.room_settling import change_room
from dialer.services.calling.sessions import session_view
from dialer.services.calling.talk_views import talk_on
from dialer.services.calling.views import SessionView
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.store.models.calling import Shift
from dialer.store.models.calls import Call
from dialer.store.session import UnitOfWork

NOBODY_THERE: Final = "Nobody is on the line with you now."
NO_ROOM: Final = "On your own phone you mute and hold with its own buttons."
AT_ONCE: Final = 200


@again_after_deadlock
def mute(ctx: Context, session_id: uuid.UUID, *, on: bool) -> SessionView:
    """Have whoever the volunteer talks with hear them no more, or again. The same again: no change.

    `Conflict` where nobody is on their line; that nobody is muted then needs no doing.
    """
    with ctx.unit() as unit:
        shift = reach_shift(ctx, unit, session_id, lock=True)
        call = _talk(unit, shift, needed=on)
        if call is not None and (call.muted_at is not None) != on:
            call.muted_at = ctx.now if on else None
            change_room(ctx, unit, shift)
        return session_view(ctx, unit, shift, open_assignment(unit, shift.id))


@again_after_deadlock
def hold(ctx: Context, session_id: uuid.UUID, *, on: bool) -> SessionView:
    """Have whoever the volunteer talks with wait, for `HOLD_MOST` at most, or come back. The same again: no
    change, and no longer a wait. `Conflict` as for `mute`.
    """
    with ctx.unit() as unit:
        shift = reach_shift(ctx, unit, session_id, lock=True)
        call = _talk(unit, shift, needed=on)
        if call is not None and (call.held_at is not None) != on:
            call.held_at = ctx.now if on else None
            change_room(ctx, unit, shift)
        return session_view(ctx, unit, shift, open_assignment(unit, shift.id))


def bring_back(ctx: Context) -> int:
    """Bring back who has been on hold for as long as anybody may be; how many. For the cron's tick."""
    with ctx.unit() as unit:
        waiting = _waited_enough(ctx, unit)
    return sum(_bring_back(ctx, call_id) for call_id in waiting)


def _talk(unit: UnitOfWork, shift: Shift, *, needed: bool) -> Call | None:
    """Whoever is on the line of a shift (locked)."""
    call = talk_on(unit, shift)
    if call is None and needed:
        raise Conflict(NOBODY_THERE if shift.pin is not None else NO_ROOM)
    return call


def _waited_enough(ctx: Context, unit: UnitOfWork) -> list[uuid.UUID]:
    query = (
        select(Call.shift_id)
        .where(
            Call.organisation_id == unit.organisation_id,
            Call.held_at <= ctx.now - HOLD_MOST,
            Call.state == "in_progress",
        )
        .order_by(Call.held_at)
        .limit(AT_ONCE)
    )
    return [one for one in unit.session.scalars(query) if one is not None]


@again_after_deadlock
def _bring_back(ctx: Context, shift_id: uuid.UUID) -> bool:
    """The same for whoever is on the line of one shift, unless they are back already."""
    with ctx.unit() as unit:
        shift = unit.session.get(Shift, (unit.organisation_id, shift_id), with_for_update=True)
        call = talk_on(unit, shift) if shift is not None else None
        if shift is None or call is None or call.held_at is None or back_at(call.held_at) > ctx.now:
            return False
        call.held_at = None
        change_room(ctx, unit, shift)
        return True
