"""Volunteers who are done with whom they had in hand."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from dialer.domain.line import UNSEEN
from dialer.services.calling.call_jobs import ask_to_call_in, ask_to_move, hang_up
from dialer.services.calling.shift_states import free, has_had_line, move, pause_them, rest_anew
from dialer.services.calling.supervision_states import volunteer_done
from dialer.services.context import Context
from dialer.store.models.calling import Shift
from dialer.store.queries import dialled
from dialer.store.queries.supervising import is_taken_away
from dialer.store.session import UnitOfWork

BUSY: Final = ("assigned", "in_call", "wrap_up", "paused")
"""What a shift may be that has somebody in hand."""


def free_shifts(
    ctx: Context, unit: UnitOfWork, shift_ids: Sequence[uuid.UUID | None], *, unheard: bool = False
) -> None:
    """The same for shifts that aren't locked yet."""
    shifts = unit.session.scalars(
        select(Shift)
        .where(
            Shift.organisation_id == unit.organisation_id,
            Shift.id.in_([one for one in shift_ids if one is not None]),
            Shift.state.in_(BUSY),
        )
        .order_by(Shift.id)
        .with_for_update()
    )
    for shift in shifts.all():
        free_shift(ctx, unit, shift, unheard=unheard)


def free_shift(
    ctx: Context, unit: UnitOfWork, shift: Shift, *, unheard: bool = False, supervised: bool = True
) -> None:
    """A shift (locked) whose assignment ended is ready for the next; a paused or ended one stays as it is.
    Where it ended since it was `unheard`, whoever has a line is paused: the next person would meet nobody.
    Whether a coordinator is with them is looked up, unless it is known that none is (`supervised=False`).

    While the person of a dialled call is still on the volunteer's line, nobody else may be joined to it: the
    leg is hung up, and its end makes the shift ready.
    """
    if shift.state not in BUSY:
        return
    ask_to_move(ctx, unit, shift)
    if supervised:
        volunteer_done(ctx, unit, shift)  # whom a coordinator has taken over goes on with them
    still_there = has_had_line(shift) and hang_up_contact(ctx, unit, shift)
    if shift.state == "paused":
        rest_anew(shift, ctx.now)
        return
    if still_there:
        move(unit, shift, ctx.now, "wrap_up")
    elif unheard and shift.line_state != "none":
        pause_them(unit, shift, ctx.now, UNSEEN)
    else:
        free(unit, shift, ctx.now)
        ask_to_call_in(ctx, unit, shift)


def hang_up_contact(ctx: Context, unit: UnitOfWork, shift: Shift) -> bool:
    """Have the person hung up who is on the line of a shift (locked), where there is one. A machine that a
    message is left on leaves the line too, and goes on; so does whom a coordinator has taken over.
    """
    leg = dialled.leg_on_line_of(unit, shift.id)
    if leg is None:
        return False
    if leg.message_at is None and not is_taken_away(unit, leg.id):
        hang_up(ctx, unit, leg)
    return True
