"""The two whom we put through to each other (`ring_me`) go on in the volunteer's room, so that somebody else
can come in, and the volunteer can leave without ending it for the other.

Until then they are in a Dial: the volunteer's leg is the one we placed, the contact's its child. The child is
sent into the room first (`room_settling`): the Dial is over with that, and the carrier asks what follows for
the volunteer, who goes there too (`room_arrivals`).
"""

from __future__ import annotations

import uuid
from typing import Final

from sqlalchemy import select

from dialer.domain.call import FINAL, RING_ME
from dialer.domain.errors import Conflict
from dialer.domain.line import IN_THE_ROOM_WITHIN
from dialer.domain.transfer import TALKING
from dialer.services.calling import supervision_states, transfer_ends
from dialer.services.calling.call_jobs import ask_to_end, hang_up
from dialer.services.calling.talk_views import on_another
from dialer.services.context import Context
from dialer.store.models.calling import Shift
from dialer.store.models.calls import Call
from dialer.store.queries import supervising, transfers
from dialer.store.session import UnitOfWork

ON_ANOTHER_LINE: Final = "You have a line of your own open elsewhere. Leave it first."


def ring_me_talk(unit: UnitOfWork, assignment_id: uuid.UUID) -> Call | None:
    """The call in which a volunteer and whom they have in hand were put through to each other, while both are
    there.
    """
    query = select(Call).where(
        Call.organisation_id == unit.organisation_id,
        Call.assignment_id == assignment_id,
        Call.mode == RING_ME,
        Call.state == "in_progress",
        Call.answered_at.is_not(None),
        Call.contact_sid.is_not(None),
        Call.parted_at.is_(None),
    )
    return unit.session.scalar(query)


def take_into_room(
    ctx: Context, unit: UnitOfWork, shift: Shift, call: Call, *, refusal: str = ON_ANOTHER_LINE
) -> None:
    """From now on these two talk in the volunteer's room; whoever changes it next has them led there. Once.

    `Conflict`, in the words of `refusal`, where the volunteer has that room for another shift.
    """
    if call.mode != RING_ME or call.roomed_at is not None:
        return
    if _has_line_elsewhere(unit, shift):
        raise Conflict(refusal)
    call.roomed_at, call.shift_id = ctx.now, shift.id
    call.deadline_at = min(call.deadline_at, ctx.now + IN_THE_ROOM_WITHIN)


def was_in_room(call: Call) -> bool:
    """Whether the two were ever led into a room: then neither ends with the other's leg by itself."""
    return call.mode == RING_ME and call.shift_id is not None


def volunteer_left(ctx: Context, unit: UnitOfWork, call: Call, shift: Shift | None) -> None:
    """The volunteer's leg is over, or not in the room: it is over for the contact too, as in a Dial, and for
    whoever is rung for them, or listens. Two who talk with each other already go on, once the carrier asks
    what follows; so does the contact with a coordinator who has taken over.
    """
    if call.state in FINAL or call.parted_at is not None:
        return
    transfer = transfers.open_of(unit, call.id)
    if transfer is not None and transfer.state == TALKING and call.held_at is None:
        return
    transfer_ends.volunteer_gone(ctx, unit, call, shift)
    if shift is not None and not on_another(unit, shift, call):
        supervision_states.line_gone(ctx, unit, shift)
    if supervising.is_taken_away(unit, call.id):
        return
    call.roomed_at = None
    hang_up(ctx, unit, call)


def contact_left(ctx: Context, unit: UnitOfWork, call: Call, shift: Shift | None) -> None:
    """The contact's leg is over: whoever was rung for them goes, and whoever supervises, and so does the
    volunteer, whose leg is in a room and doesn't end by itself.
    """
    transfer_ends.contact_over(ctx, unit, call, shift)
    if shift is not None:
        supervision_states.room_over(ctx, unit, shift, call)
    if call.parted_at is None and (sid := call.carrier_sid) is not None:
        unit.after_commit(lambda: ask_to_end(ctx, sid))


def _has_line_elsewhere(unit: UnitOfWork, shift: Shift) -> bool:
    other = select(Shift.id).where(
        Shift.organisation_id == unit.organisation_id,
        Shift.account_id == shift.account_id,
        Shift.state != "ended",
        Shift.line_call_id.is_not(None),
    )
    return unit.session.scalar(other.limit(1)) is not None
