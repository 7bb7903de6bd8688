"""A leg of a volunteer's room, theirs or a coordinator's, makes way for another one: the room, and whoever
they talk with in it, must not end with the leg that began it
(twilio.com/docs/voice/api/conference-participant-resource, `EndConferenceOnExit`).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from dialer.carrier.port import Carrier, ParticipantChange
from dialer.domain.access import Permission, require
from dialer.domain.call import FINAL, SUPERVISOR
from dialer.domain.line import room_of
from dialer.domain.supervision import AWAY, own_room_of
from dialer.services.calling.line_states import is_wanted
from dialer.services.calling.rooms import change, live_room_named
from dialer.services.context import Context
from dialer.store.models.calling import Shift
from dialer.store.models.calls import Call
from dialer.store.queries.supervising import supervision_once_with
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class Leaving:
    """A leg that is to go: in which room it is, and the leg that is there in its place, if one is."""

    sid: str
    room: str
    instead: str | None


def make_way(ctx: Context, carrier: Carrier, call_id: uuid.UUID, *, at_last: bool = False) -> None:
    """End a leg that isn't its shift's line any more, or its coordinator's. Where another one has its place,
    only once that is in the room, or `at_last`: from then on the room outlasts it. Raises CarrierError.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    leaving = _leaving(ctx, call_id)
    if leaving is None:
        return
    room = live_room_named(carrier, leaving.room) if leaving.instead is not None else None
    if room is not None and room.of(leaving.instead) is not None:
        change(carrier, room, leaving.sid, ParticipantChange(ends_conference=False))
    elif leaving.instead is not None and not at_last:
        return
    carrier.end_call(leaving.sid)


def _leaving(ctx: Context, call_id: uuid.UUID) -> Leaving | None:
    """None where it is over, or wanted again."""
    with ctx.unit() as unit:
        call = unit.session.get(Call, (unit.organisation_id, call_id))
        if call is None or call.carrier_sid is None or call.account_id is None or call.state in FINAL:
            return None
        of = _of_supervisor(unit, call) if call.mode == SUPERVISOR else _of_line(unit, call)
        if of is None:
            return None
        room, other_id = of
        other = unit.session.get(Call, (unit.organisation_id, other_id)) if other_id is not None else None
        instead = other.carrier_sid if other is not None and other.state not in FINAL else None
        return Leaving(call.carrier_sid, room, instead)


def _of_line(unit: UnitOfWork, call: Call) -> tuple[str, uuid.UUID | None] | None:
    """The room of a volunteer's leg, and the leg that is their line; None where it is that."""
    shift = unit.session.get(Shift, (unit.organisation_id, call.shift_id)) if call.shift_id else None
    if is_wanted(shift, call) or call.account_id is None:
        return None
    return room_of(call.account_id), shift.line_call_id if shift is not None else None


def _of_supervisor(unit: UnitOfWork, call: Call) -> tuple[str, uuid.UUID | None] | None:
    """The same of a coordinator's: the volunteer's room, or their own by now."""
    one = supervision_once_with(unit, call)
    if one is None or one.call_id is None:
        return "", None  # nobody is there in its place
    if one.call_id == call.id:
        return None
    shift = unit.session.get_one(Shift, (unit.organisation_id, one.shift_id))
    return own_room_of(one.id) if one.volunteer == AWAY else room_of(shift.account_id), one.call_id
