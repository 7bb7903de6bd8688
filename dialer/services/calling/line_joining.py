"""A volunteer's leg and their room: what the carrier asks and tells of it, decided and committed in its own
request (design §4; contract §6).

Whoever comes into the room is proven by the room itself: its wait sound is asked for, or it tells that they
came. Only then is somebody put through to them.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from dialer.domain.access import Permission, require
from dialer.domain.call import FINAL, LINE, proven_by
from dialer.domain.line import (
    IN_THE_ROOM_WITHIN,
    LOOKED_AT_EVERY,
    SHIFT_OVER,
    holds_line,
    room_of,
    session_of,
)
from dialer.services.calling.bridging import GoodBye
from dialer.services.calling.call_evidence import Held, Told, apply, hold_call, hold_leg, picked_up
from dialer.services.calling.call_jobs import ask_to_call_in
from dialer.services.calling.call_rows import call_opened
from dialer.services.calling.line_states import line_opened, out_of_room
from dialer.services.calling.lines import take_line
from dialer.services.calling.talk_views import talk_on
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.store.models.calling import Campaign, Shift
from dialer.store.queries.calls import call_by_sid
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class Enter:
    """Go into the volunteer's room; `language` is theirs. `muted`: whoever they talk with isn't to hear them
    from the first moment on, and the room is settled then.
    """

    call_id: uuid.UUID
    room: str
    language: str
    muted: bool = False


@again_after_deadlock
def answered(ctx: Context, call_id: uuid.UUID | None, sid: str, answered_by: str | None) -> Enter | GoodBye:
    """The volunteer's phone was answered. The same request again: the same answer."""
    require(ctx.actor, Permission.CARRIER_TELL)
    with ctx.unit() as unit:
        held = hold_leg(ctx, unit, call_id, sid, LINE)
        if held is None:
            return GoodBye("lost")
        picked_up(held, sid, answered_by)
        return enter(held)


@again_after_deadlock
def out_of_the_room(ctx: Context, call_id: uuid.UUID | None, sid: str, status: str) -> Enter | GoodBye:
    """The volunteer isn't in the room any more. Who is still on the line goes back."""
    require(ctx.actor, Permission.CARRIER_TELL)
    with ctx.unit() as unit:
        held = hold_leg(ctx, unit, call_id, sid, LINE)
        if held is None:
            return GoodBye("lost")
        if proven_by(status) in FINAL:
            apply(held, Told("volunteer", sid, status))
        elif held.shift is not None and not held.was_left:
            out_of_room(unit, held.shift, ctx.now)
        return enter(held)


@again_after_deadlock
def in_the_room(ctx: Context, call_id: uuid.UUID | None, sid: str) -> str:
    """The volunteer is in their room: from now on somebody can be put through, if it is their line still. The
    language in which they are spoken to.

    A room tells of everybody to the address of who came first, so the leg counts, not which one that names.
    """
    require(ctx.actor, Permission.CARRIER_TELL)
    with ctx.unit() as unit:
        held = _hold_leg(ctx, unit, call_id, sid)
        if held is None:
            return "en"
        if held.shift is not None and not held.was_left and held.call.state not in FINAL:
            apply(held, Told("volunteer", sid, "in-progress"))
            held.call.deadline_at = ctx.now + LOOKED_AT_EVERY
            line_opened(ctx, unit, held.shift, held.call)
            ask_to_call_in(ctx, unit, held.shift)
        return held.language


@again_after_deadlock
def left_the_room(ctx: Context, call_id: uuid.UUID | None, sid: str) -> None:
    """The room tells that the volunteer left it."""
    require(ctx.actor, Permission.CARRIER_TELL)
    with ctx.unit() as unit:
        held = _hold_leg(ctx, unit, call_id, sid)
        if held is not None and held.shift is not None and not held.was_left:
            out_of_room(unit, held.shift, ctx.now)


@again_after_deadlock
def from_browser(ctx: Context, sid: str, caller: str) -> Enter | GoodBye:
    """A browser opens the line of its session, by the name that its access token gave it. The same call told
    again is the same row.
    """
    require(ctx.actor, Permission.CARRIER_TELL)
    named = session_of(caller)
    with ctx.unit() as unit:
        shift = lock_shift(unit, named[1]) if named else None
        if shift is None or shift.state == "ended" or not _has_line(unit, shift):
            return GoodBye(SHIFT_OVER)
        of = {"campaign_id": shift.campaign_id, "account_id": shift.account_id, "shift_id": shift.id}
        if (opened := call_opened(ctx, unit, LINE, sid, caller, **of)) is not None:
            take_line(ctx, unit, shift, opened)
        call = call_by_sid(unit, sid)
        held = hold_call(ctx, unit, call.id) if call else None
        return enter(held) if held and held.call.mode == LINE else GoodBye("lost")


def enter(held: Held) -> Enter | GoodBye:
    """Into the room, while the leg (locked) is still its shift's line. Where their talk is muted or on hold
    they are not heard in it until the carrier was told so too, and their leg's row says that.
    """
    call = held.call
    if call.state in FINAL:
        return GoodBye(call.end_reason or call.state, held.language)
    if held.was_left or call.account_id is None:
        return GoodBye(held.why_left, held.language)
    call.deadline_at = held.ctx.now + IN_THE_ROOM_WITHIN
    talk = talk_on(held.unit, held.shift) if held.shift is not None else None
    muted = talk is not None and (talk.muted_at or talk.held_at) is not None
    call.muted_at = held.ctx.now if muted else None
    return Enter(call.id, room_of(call.account_id), held.language, muted)


def _hold_leg(ctx: Context, unit: UnitOfWork, call_id: uuid.UUID | None, sid: str) -> Held | None:
    """The line whose leg it is, else the one that our address names."""
    known = call_by_sid(unit, sid)
    return hold_leg(ctx, unit, known.id if known else call_id, sid, LINE)


def _has_line(unit: UnitOfWork, shift: Shift) -> bool:
    campaign = unit.session.get_one(Campaign, (unit.organisation_id, shift.campaign_id))
    return holds_line(campaign.dialing_mode, "browser")


def lock_shift(unit: UnitOfWork, shift_id: uuid.UUID) -> Shift | None:
    """A shift, locked as it is now; None where there is none of that id."""
    return unit.session.get(Shift, (unit.organisation_id, shift_id), with_for_update=True)
