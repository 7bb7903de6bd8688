"""A coordinator's leg and the rooms it goes into: what the carrier asks and tells of it, decided and
committed in its own request (cf. `line_joining`).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Final

from dialer.carrier.port import Carrier, Rerouting
from dialer.domain.access import Permission, require
from dialer.domain.call import FINAL, SUPERVISOR, proven_by
from dialer.domain.line import IN_THE_ROOM_WITHIN, LOOKED_AT_EVERY, room_of
from dialer.domain.ringing import SOON
from dialer.domain.supervision import AWAY, LINE_LOST, MOVED_AGAIN_AFTER, own_room_of, supervision_of
from dialer.services.calling import call_urls
from dialer.services.calling.bridging import GoodBye
from dialer.services.calling.call_evidence import Held, Told, apply, hold_call, hold_leg, picked_up
from dialer.services.calling.call_rows import call_opened
from dialer.services.calling.room_settling import contact_leg
from dialer.services.calling.supervision_states import another_leg, end, joined, step_aside
from dialer.services.calling.talk_views import has_room
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.store.models.calling import Shift
from dialer.store.models.calls import Call
from dialer.store.models.supervising import Supervision
from dialer.store.queries.calls import call_by_sid
from dialer.store.queries.dialled import ask_about_soon
from dialer.store.queries.supervising import supervision_with
from dialer.store.session import UnitOfWork

GONE: Final = "supervision_over"


@dataclass(frozen=True, slots=True)
class Attend:
    """Into the volunteer's room, heard by nobody yet; or into one of their own (`is_own`)."""

    call_id: uuid.UUID
    room: str
    is_own: bool
    language: str


@again_after_deadlock
def answered(ctx: Context, call_id: uuid.UUID | None, sid: str, answered_by: str | None) -> Attend | GoodBye:
    """The coordinator's phone was answered, or they are asked into another room. The same request again: the
    same answer.
    """
    require(ctx.actor, Permission.CARRIER_TELL)
    with ctx.unit() as unit:
        held = hold_leg(ctx, unit, call_id, sid, SUPERVISOR)
        if held is None:
            return GoodBye(GONE)
        picked_up(held, sid, answered_by)
        return _enter(held)


@again_after_deadlock
def out_of_the_room(ctx: Context, call_id: uuid.UUID | None, sid: str, status: str) -> Attend | GoodBye:
    """The room has ended, or they have hung up. Who has taken over goes on where the contact is asked to."""
    require(ctx.actor, Permission.CARRIER_TELL)
    with ctx.unit() as unit:
        held = hold_leg(ctx, unit, call_id, sid, SUPERVISOR)
        if held is None or held.shift is None:
            return GoodBye(GONE)
        if proven_by(status) in FINAL:
            apply(held, Told("volunteer", sid, status))
            return GoodBye(GONE)
        one = supervision_with(unit, held.call.id)
        if one is None or one.ended_at is not None:
            return GoodBye(GONE, held.language)
        if not has_room(unit, held.shift) and not step_aside(ctx, unit, held.shift, one):
            end(ctx, unit, held.shift, one, LINE_LOST)
            return GoodBye(LINE_LOST, held.language)
        return _enter(held)


@again_after_deadlock
def in_the_room(ctx: Context, sid: str) -> bool:
    """The room tells that a leg came into it; whether it is that of somebody who supervises."""
    require(ctx.actor, Permission.CARRIER_TELL)
    with ctx.unit() as unit:
        known = call_by_sid(unit, sid)
        if known is None or known.mode != SUPERVISOR:
            return False
        held = hold_leg(ctx, unit, known.id, sid, SUPERVISOR)
        if held is not None and held.shift is not None and held.call.state not in FINAL:
            apply(held, Told("volunteer", sid, "in-progress"))
            held.call.deadline_at = ctx.now + LOOKED_AT_EVERY
            joined(ctx, unit, held.shift, held.call)
        return True


@again_after_deadlock
def left_the_room(ctx: Context, sid: str) -> None:
    """The room tells that a leg left it: the carrier is asked soon whether that of a coordinator is over,
    since it doesn't tell of a browser's end.
    """
    require(ctx.actor, Permission.CARRIER_TELL)
    with ctx.unit() as unit:
        known = call_by_sid(unit, sid)
        if known is not None and known.mode == SUPERVISOR:
            ask_about_soon(unit, known.id, ctx.now + SOON)


@again_after_deadlock
def from_browser(ctx: Context, sid: str, caller: str) -> Attend | GoodBye:
    """A coordinator's browser opens their leg, by the name that its token gave it; after a reload, or in
    another tab, another one, which takes part as the first one did. The same call told again is the same row.
    """
    require(ctx.actor, Permission.CARRIER_TELL)
    named = supervision_of(caller)
    with ctx.unit() as unit:
        one = unit.session.get(Supervision, (unit.organisation_id, named[1])) if named else None
        shift = _lock(unit, one) if one is not None else None
        if one is None or shift is None or one.ended_at is not None or one.via != "browser":
            return GoodBye(GONE)
        of = {"campaign_id": one.campaign_id, "account_id": one.account_id, "shift_id": one.shift_id}
        if (opened := call_opened(ctx, unit, SUPERVISOR, sid, caller, **of)) is not None:
            another_leg(ctx, unit, one, opened)
            unit.session.flush()
        call = call_by_sid(unit, sid)
        held = hold_call(ctx, unit, call.id) if call else None
        return _enter(held) if held is not None and held.call.mode == SUPERVISOR else GoodBye(GONE)


def move_out(ctx: Context, carrier: Carrier, supervision_id: uuid.UUID) -> None:
    """Have the coordinator go on in a room of their own: the volunteer's ends with that, and whom they talk
    with is asked what next, and led there. Who wasn't seen to come is asked there as well.

    Raises CarrierError.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    moving = _moving(ctx, supervision_id)
    if moving is None:
        return
    leg, contact = moving
    carrier.redirect_call(leg[1], Rerouting(url=call_urls.supervisor(ctx, leg[0])))
    if contact is not None:
        carrier.redirect_call(contact[1], Rerouting(url=call_urls.out_of_room(ctx, contact[0], 1)))


Leg = tuple[uuid.UUID, str]


def _moving(ctx: Context, supervision_id: uuid.UUID) -> tuple[Leg, Leg | None] | None:
    """The legs to be moved: the contact's only when they should have come by themselves."""
    with ctx.unit() as unit:
        one = unit.session.get(Supervision, (unit.organisation_id, supervision_id), with_for_update=True)
        if one is None or one.ended_at is not None or one.tell_after is None or one.talk_id is None:
            return None
        is_again, one.applied = one.applied == AWAY, AWAY
        one.tell_after = ctx.now + MOVED_AGAIN_AFTER
        leg = unit.session.get(Call, (unit.organisation_id, one.call_id)) if one.call_id else None
        talk = unit.session.get_one(Call, (unit.organisation_id, one.talk_id))
        if leg is None or leg.carrier_sid is None or talk.parted_at is not None:
            one.tell_after = None
            return None
        sid = contact_leg(talk)
        contact = (talk.id, sid) if is_again and sid is not None else None
        return (leg.id, leg.carrier_sid), contact


def _enter(held: Held) -> Attend | GoodBye:
    call, shift = held.call, held.shift
    one = supervision_with(held.unit, call.id)
    if call.state in FINAL or shift is None or one is None:
        return GoodBye(call.end_reason or GONE, held.language)
    call.deadline_at = held.ctx.now + IN_THE_ROOM_WITHIN
    if one.volunteer == AWAY:
        return Attend(call.id, own_room_of(one.id), is_own=True, language=held.language)
    return Attend(call.id, room_of(shift.account_id), is_own=False, language=held.language)


def _lock(unit: UnitOfWork, one: Supervision) -> Shift:
    """The shift that is supervised, locked, and the supervision as it is then."""
    shift = unit.session.get_one(Shift, (unit.organisation_id, one.shift_id), with_for_update=True)
    unit.session.refresh(one, with_for_update=True)
    return shift
