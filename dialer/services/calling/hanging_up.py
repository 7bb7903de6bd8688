"""Calls whose contact left the volunteer's hands without a result: they are hung up, both legs (contract §6).

The shift was ended, the volunteer was taken out, the contact was left to somebody else: the number is due for
the next volunteer, so nobody may still be on the phone for it. That the carrier has to be told is not kept
anywhere: an open call whose assignment is `expired` or `skipped` says it, until the carrier says that it is
over. So a job that gets lost is made up for by a look, seconds later.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from dialer.domain.ringing import Change
from dialer.services.calling.call_evidence import Held, make
from dialer.services.calling.call_jobs import hang_up
from dialer.services.context import Context
from dialer.store.models.calling import Shift
from dialer.store.models.calls import Call
from dialer.store.queries.calls import open_calls_for
from dialer.store.queries.supervising import is_taken_away
from dialer.store.session import UnitOfWork


def hang_up_for(ctx: Context, unit: UnitOfWork, assignment_ids: Sequence[uuid.UUID]) -> None:
    """End what is under way for assignments (locked with their shifts) that were just left.

    What waits to be placed is withdrawn; what the carrier has is ended by a job. One that is being handed to
    the carrier at this instant is ended once its name is known. Whoever isn't the volunteer's to hang up any
    more, as they talk with somebody else, isn't.
    """
    leave(ctx, unit, [call for call in open_calls_for(unit, assignment_ids) if not goes_on(unit, call)])


def goes_on(unit: UnitOfWork, call: Call) -> bool:
    """Whether a call goes on though the volunteer has left it."""
    return call.parted_at is not None or is_taken_away(unit, call.id)


def leave(ctx: Context, unit: UnitOfWork, calls: Sequence[Call]) -> None:
    """The same for these calls (locked, with what they belong to)."""
    for call in calls:
        if call.dial_state == "waiting":
            withdraw(ctx, unit, call)
        elif call.dial_state == "dialled":
            hang_up(ctx, unit, call)


def withdraw(ctx: Context, unit: UnitOfWork, call: Call) -> None:
    """Take back a call (locked) that the carrier hasn't been asked for yet."""
    call.dial_state = "given_up"
    shift = unit.session.get(Shift, (unit.organisation_id, call.shift_id)) if call.shift_id else None
    held = Held(ctx, unit, call, shift=shift)
    make(held, Change("canceled", held.why_left))
