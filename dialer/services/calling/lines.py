"""A volunteer's line in a dialled mode: asked for, moved to another session, given up (contract §6).

The leg is a call of mode `line`, placed as every other: written down before the carrier hears of it, and
ended by the look at the carrier once it isn't its shift's line any more.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from typing import Final

from sqlalchemy import select, update

from dialer.domain.call import LINE
from dialer.domain.caller_id import pick_caller_id
from dialer.domain.errors import Conflict
from dialer.domain.line import (
    ELSEWHERE,
    FAREWELL_WITHIN,
    LINE_LOST,
    MAKES_WAY_WITHIN,
    UNSEEN,
    holds_line,
    new_pin,
)
from dialer.services.calling.call_rows import call_to_place
from dialer.services.calling.hanging_up import leave
from dialer.services.calling.line_states import earlier_legs
from dialer.services.calling.ring_gate import WORDS, line_refusal
from dialer.services.calling.ringing import NO_CALLER_ID, ask_to_place, own_phone
from dialer.services.calling.shift_states import move, pause_them
from dialer.services.calling.views import LineView
from dialer.services.context import Context
from dialer.store.models.calling import Campaign, Shift
from dialer.store.models.calls import Call
from dialer.store.queries import transfers
from dialer.store.queries.calls import OPEN
from dialer.store.queries.dialled import lock_room
from dialer.store.session import UnitOfWork

NO_LINE_HERE: Final = "In this campaign nobody waits on the line. Take the next person instead."


def line_view(ctx: Context, unit: UnitOfWork, shift: Shift) -> LineView | None:
    """The line of a shift; None where it has no use for one. Its PIN lets somebody ring in as the volunteer:
    it is shown to nobody else.
    """
    if shift.pin is None or shift.state == "ended":
        return None
    campaign = unit.session.get_one(Campaign, (unit.organisation_id, shift.campaign_id))
    pin = shift.pin if shift.account_id == ctx.actor.account_id else None
    return LineView(shift.line_state, pin, tuple(campaign.caller_ids))


def begin_line(
    ctx: Context,
    unit: UnitOfWork,
    campaign: Campaign,
    shift: Shift,
    before: Shift | None = None,
    *,
    ring: bool = True,
) -> None:
    """Give a new shift (locked, as is the one `before` it that it replaces) its line: the one that the
    volunteer is on already, else their phone is rung, where they wish it (`ring`). `Conflict` where it can't
    be.
    """
    if not holds_line(campaign.dialing_mode, shift.via):
        if before is not None:
            close_line(ctx, unit, before)
        return
    had_line = before is not None and before.line_call_id is not None
    if before is not None and had_line:
        move_line(ctx, unit, before, shift)
    else:
        give_pin(unit, shift)
    if ring and shift.via == "phone" and not had_line:
        ring_volunteer(ctx, unit, campaign, shift, shift.phone)


def ring_volunteer(
    ctx: Context, unit: UnitOfWork, campaign: Campaign, shift: Shift, phone: str | None
) -> None:
    """Have the phone of a volunteer rung that is shown to be theirs. While it rings, or they are on the line
    with it: no change.

    `Conflict` where the phone isn't confirmed, there is no number to show, or all calling is stopped.
    """
    own = own_phone(ctx, unit, shift.account_id, phone or shift.phone)
    if _is_on(unit, shift, own):
        return
    caller_id = pick_caller_id(campaign.caller_ids, own)
    if caller_id is None:
        raise Conflict(NO_CALLER_ID)
    call = call_to_place(
        ctx,
        unit,
        LINE,
        campaign_id=shift.campaign_id,
        account_id=shift.account_id,
        caller_id=caller_id,
        rings=own,
        shift_id=shift.id,
    )
    take_line(ctx, unit, shift, call)
    if reason := line_refusal(unit, shift, call):
        raise Conflict(WORDS[reason], reason=reason)
    ctx.audit(unit, "line.asked_for", "session", shift.id)
    unit.after_commit(lambda: ask_to_place(ctx))


def give_pin(unit: UnitOfWork, shift: Shift) -> None:
    """Let a shift be joined by ringing in."""

    def is_taken(pin: str) -> bool:
        return shift_with(unit, pin) is not None

    shift.pin = shift.pin or new_pin(secrets.randbelow, is_taken)


def take_line(ctx: Context, unit: UnitOfWork, shift: Shift, call: Call) -> None:
    """Let this leg be the line of a shift. One that it had makes way for it, and those of the volunteer's
    other shifts are left: nobody is on two lines. They asked for it, came by it or typed their PIN, so they
    are there.
    """
    shift.last_seen_at = max(shift.last_seen_at, ctx.now)
    if shift.pause_reason == UNSEEN:
        shift.pause_reason = LINE_LOST  # all that is missing now
    _make_way(ctx, unit, shift, call)
    _others_on_line(unit, shift)  # their shifts are locked before their room, as for whoever answers
    lock_room(unit, shift)
    for other in _others_on_line(unit, shift):
        close_line(ctx, unit, other)
        if other.state == "ready":
            pause_them(unit, other, ctx.now, LINE_LOST)
    give_pin(unit, shift)
    shift.line_call_id = call.id
    move(unit, shift, ctx.now, line="ringing")
    unit.session.flush()


def rest_elsewhere(ctx: Context, unit: UnitOfWork, shift: Shift) -> None:
    """Who goes on in this shift (locked) isn't waiting in another one: nobody is put through to them there,
    until they say so.
    """
    for other in _others_on_line(unit, shift):
        if other.state == "ready":
            pause_them(unit, other, ctx.now, ELSEWHERE)


def say_goodbye(ctx: Context, unit: UnitOfWork, shift: Shift) -> None:
    """Give up the line of a shift that went on elsewhere: whoever is on it hears why, and it is ended.
    Without one: no change. One that isn't up yet is hung up.
    """
    line = None if shift.line_call_id is None else _locked(unit, [shift.line_call_id])
    if shift.line_state != "open" or not line:
        close_line(ctx, unit, shift)
        return
    (call,) = line
    shift.line_call_id = None
    move(unit, shift, ctx.now, line="none")
    call.deadline_at = ctx.now + FAREWELL_WITHIN
    args = (str(ctx.organisation_id), str(call.id))
    unit.after_commit(lambda: ctx.jobs.enqueue("calls", "workers.jobs.say_goodbye", *args))


def close_line(ctx: Context, unit: UnitOfWork, shift: Shift, *, but: Call | None = None) -> None:
    """Give up the line of a shift: its leg is hung up, and any that makes way for it, but for the one that is
    to be the line now. Without one: no change.
    """
    call_id, shift.line_call_id = shift.line_call_id, None
    if call_id is None:
        return
    move(unit, shift, ctx.now, line="none")
    unit.session.flush()
    legs = [*_locked(unit, [call_id]), *earlier_legs(unit, shift, call_id)]
    leave(ctx, unit, [leg for leg in legs if leg is not but])


def move_line(ctx: Context, unit: UnitOfWork, before: Shift, shift: Shift) -> None:
    """The volunteer's leg, and that of whom they talk with, go on in the new shift: it is the same room."""
    shift.pin, shift.line_call_id = before.pin, before.line_call_id
    line, before.line_call_id = before.line_state, None
    shift.room_changed_at, before.room_changed_at = before.room_changed_at, None
    move(unit, before, ctx.now, line="none")
    unit.session.flush()
    moved = update(Call).where(
        Call.organisation_id == unit.organisation_id, Call.shift_id == before.id, Call.state.in_(OPEN)
    )
    unit.session.execute(moved.values(shift_id=shift.id))
    transfers.move(unit, before.id, shift.id)
    move(unit, shift, ctx.now, line=line)


def _make_way(ctx: Context, unit: UnitOfWork, shift: Shift, call: Call) -> None:
    """Another leg (`call`) is to be the line of a shift. The one that was stays in the room until that one is
    in it (`line_states.line_opened`), so that whoever is there meanwhile isn't left alone; one that isn't in
    the room is hung up.
    """
    before = None if shift.line_call_id is None else _locked(unit, [shift.line_call_id])
    if shift.line_state != "open" or not before:
        close_line(ctx, unit, shift, but=call)
        return
    shift.line_call_id = None
    before[0].deadline_at = ctx.now + MAKES_WAY_WITHIN


def _others_on_line(unit: UnitOfWork, shift: Shift) -> Sequence[Shift]:
    others = select(Shift).where(
        Shift.organisation_id == unit.organisation_id,
        Shift.account_id == shift.account_id,
        Shift.id != shift.id,
        Shift.state != "ended",
        Shift.line_call_id.is_not(None),
    )
    return unit.session.scalars(others.order_by(Shift.id).with_for_update()).all()


def _locked(unit: UnitOfWork, call_ids: Sequence[uuid.UUID]) -> Sequence[Call]:
    """Those of these calls that aren't over."""
    query = select(Call).where(
        Call.organisation_id == unit.organisation_id, Call.id.in_(call_ids), Call.state.in_(OPEN)
    )
    locked = query.with_for_update().execution_options(populate_existing=True)
    return unit.session.scalars(locked).all()


def _is_on(unit: UnitOfWork, shift: Shift, phone: str) -> bool:
    """Whether the shift's line is that phone's already."""
    if shift.line_call_id is None:
        return False
    return unit.session.get_one(Call, (unit.organisation_id, shift.line_call_id)).volunteer_number == phone


def shift_with(unit: UnitOfWork, pin: str) -> uuid.UUID | None:
    """The open shift that a PIN belongs to."""
    return unit.session.scalar(
        select(Shift.id).where(
            Shift.organisation_id == unit.organisation_id, Shift.pin == pin, Shift.state != "ended"
        )
    )
