"""What becomes of a supervision as the legs and the shift around it change (the caller has locked the shift).

Whoever has taken a talk over keeps it, whatever becomes of the volunteer: then the two go on in a room of the
coordinator's own, and the volunteer's is free again.
"""

from __future__ import annotations

import uuid

from sqlalchemy import select

from dialer.domain.call import FINAL
from dialer.domain.line import MAKES_WAY_WITHIN
from dialer.domain.supervision import (
    AWAY,
    LEFT,
    LINE_LOST,
    SHIFT_OVER,
    TAKE_OVER,
    TALK_OVER,
    WHISPER,
    own_room_of,
)
from dialer.services.calling.call_jobs import ask_to_make_way, hang_up
from dialer.services.calling.room_settling import change_room
from dialer.services.calling.talk_views import on_another, talk_on
from dialer.services.context import Context
from dialer.store.models.calling import Shift
from dialer.store.models.calls import Call
from dialer.store.models.supervising import Supervision
from dialer.store.queries.supervising import (
    earlier_legs,
    supervision_of,
    supervision_taking,
    supervision_with,
)
from dialer.store.session import UnitOfWork


def end(ctx: Context, unit: UnitOfWork, shift: Shift, one: Supervision, reason: str) -> None:
    """It is over: their leg is hung up, with any that makes way for it, and the volunteer is as they were.
    Again: no change.
    """
    if one.ended_at is not None:
        return
    one.ended_at, one.end_reason, one.tell_after = ctx.now, reason, None
    unit.session.flush()
    call = _leg(unit, one)
    for leg in (call, *earlier_legs(unit, one)):
        if leg is not None and leg.state not in FINAL:
            hang_up(ctx, unit, leg)
    change_room(ctx, unit, shift)


def another_leg(ctx: Context, unit: UnitOfWork, one: Supervision, call: Call) -> None:
    """Another leg (`call`) takes part from now on, as the one before did. That one stays until this one is in
    the room, so that whoever is there meanwhile isn't left alone; it goes then, or soon.
    """
    before = _leg(unit, one)
    one.call_id, one.joined_at = call.id, None
    if before is not None and before.state not in FINAL:
        before.deadline_at = ctx.now + MAKES_WAY_WITHIN


def joined(ctx: Context, unit: UnitOfWork, shift: Shift, call: Call) -> None:
    """Their leg is in the room. A talk that was to be taken over may be over meanwhile. A leg whose place
    this one has taken goes now.
    """
    one = supervision_with(unit, call.id)
    if one is None or one.joined_at is not None:
        return
    one.joined_at = ctx.now
    if one.mode == TAKE_OVER and one.volunteer != AWAY:
        take_over(ctx, unit, shift, one)
    if earlier := [str(leg.id) for leg in earlier_legs(unit, one)]:
        unit.after_commit(lambda: ask_to_make_way(ctx, *earlier))
    change_room(ctx, unit, shift)


def is_there(unit: UnitOfWork, one: Supervision) -> bool:
    """Whether they are in the room: by their leg, or by one that only makes way for it."""
    return one.joined_at is not None or bool(earlier_legs(unit, one))


def take_over(ctx: Context, unit: UnitOfWork, shift: Shift, one: Supervision) -> None:
    """Whoever is in the room speaks with the contact from now on, and may say what came of it; where the talk
    is over, they whisper.
    """
    talk = talk_on(unit, shift)
    if talk is None:
        one.mode = WHISPER
        return
    one.taken_over_at, talk.taken_over_by = ctx.now, one.account_id


def leg_over(ctx: Context, unit: UnitOfWork, shift: Shift, call: Call) -> None:
    """Their leg is over, and so is all of it; unless the one whose place it was to take is still up: that is
    theirs again.
    """
    one = supervision_with(unit, call.id)
    if one is None:
        return
    earlier = earlier_legs(unit, one)
    if not earlier:
        end(ctx, unit, shift, one, LEFT)
        return
    one.call_id, one.joined_at = earlier[0].id, ctx.now
    earlier[0].deadline_at = ctx.now  # whether it is, the carrier is asked
    unit.session.flush()
    change_room(ctx, unit, shift)


def talk_over(ctx: Context, unit: UnitOfWork, shift: Shift, call: Call) -> None:
    """The contact's leg is over. Whoever had taken it over talks with the volunteer now, and isn't heard by
    whoever comes next; elsewhere there is nobody left to talk with.
    """
    if (away := supervision_taking(unit, call.id)) is not None:
        end(ctx, unit, shift, away, TALK_OVER)
        return
    if not on_another(unit, shift, call):
        contact_left(ctx, unit, shift)


def contact_left(ctx: Context, unit: UnitOfWork, shift: Shift) -> None:
    """The contact isn't in the volunteer's room any more, though their call may go on: whoever had taken the
    talk over there talks with the volunteer now. Who talks on with the contact elsewhere does so.
    """
    one = supervision_of(unit, shift.id)
    if one is not None and one.mode == TAKE_OVER and one.volunteer != AWAY and is_there(unit, one):
        one.mode, one.taken_over_at = WHISPER, None
        change_room(ctx, unit, shift)


def room_over(ctx: Context, unit: UnitOfWork, shift: Shift, call: Call) -> None:
    """The talk of two whom we put through to each other is over, and with it the room: it is the volunteer's
    for that talk only. Whoever was with them there, or had taken the talk away, is let go.
    """
    one = supervision_taking(unit, call.id)
    if one is None and call.parted_at is None and not on_another(unit, shift, call):
        one = supervision_of(unit, shift.id)
    if one is not None:
        end(ctx, unit, shift, one, TALK_OVER)


def let_go(ctx: Context, unit: UnitOfWork, shift: Shift) -> None:
    """The volunteer leaves a room that is theirs for one talk only: whoever listened there has nobody left to
    listen to. Who talks on with the contact elsewhere does so.
    """
    one = supervision_of(unit, shift.id)
    if one is not None and one.volunteer != AWAY:
        end(ctx, unit, shift, one, TALK_OVER)


def step_aside(ctx: Context, unit: UnitOfWork, shift: Shift, one: Supervision) -> bool:
    """The volunteer leaves the talk to whoever has taken it over; whether there was one to leave. Again: no
    change.
    """
    talk = talk_on(unit, shift)
    if one.volunteer == AWAY or talk is None or one.mode != TAKE_OVER or not is_there(unit, one):
        return one.volunteer == AWAY
    one.volunteer, one.talk_id, one.tell_after = AWAY, talk.id, ctx.now
    unit.session.flush()
    change_room(ctx, unit, shift)
    supervision_id = one.id
    unit.after_commit(lambda: ask_to_move(ctx, supervision_id))
    return True


def volunteer_done(ctx: Context, unit: UnitOfWork, shift: Shift) -> None:
    """The volunteer has nothing more to do with whom they had in hand: a talk that was taken over goes on
    with the coordinator alone. To be called before whoever is left on their line is hung up.
    """
    one = supervision_of(unit, shift.id)
    if one is not None:
        step_aside(ctx, unit, shift, one)


def shift_ends(ctx: Context, unit: UnitOfWork, shift: Shift) -> None:
    """The shift ends: nobody listens any more, but a talk that was taken over goes on."""
    _without_volunteer(ctx, unit, shift, SHIFT_OVER)


def line_gone(ctx: Context, unit: UnitOfWork, shift: Shift) -> None:
    """The volunteer's leg is over: likewise."""
    _without_volunteer(ctx, unit, shift, LINE_LOST)


def elsewhere(unit: UnitOfWork, call: Call) -> str | None:
    """The room in which a contact's call (locked) goes on with whoever took it over; None: in its own."""
    one = supervision_taking(unit, call.id)
    return own_room_of(one.id) if one is not None else None


def ask_to_move(ctx: Context, supervision_id: uuid.UUID) -> None:
    """Have the two of them move."""
    args = str(ctx.organisation_id), str(supervision_id)
    ctx.jobs.enqueue("calls", "workers.jobs.move_taken_over", *args, first=True)


def _without_volunteer(ctx: Context, unit: UnitOfWork, shift: Shift, reason: str) -> None:
    one = supervision_of(unit, shift.id)
    if one is None or one.volunteer == AWAY:
        return
    if not step_aside(ctx, unit, shift, one):
        end(ctx, unit, shift, one, reason)


def _leg(unit: UnitOfWork, one: Supervision) -> Call | None:
    if one.call_id is None:
        return None
    leg = select(Call).where(Call.organisation_id == unit.organisation_id, Call.id == one.call_id)
    return unit.session.scalar(leg.with_for_update())
