"""A volunteer's leg makes way for another one of theirs: the room, and whoever they talk with in it, must not
end with the leg that began it (twilio.com/docs/voice/api/conference-participant-resource,
`EndConferenceOnExit`).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from dialer.carrier.port import Carrier, ParticipantChange
from dialer.domain.access import Permission, require
from dialer.domain.call import FINAL
from dialer.services.calling.line_states import is_wanted
from dialer.services.calling.rooms import change, live_room
from dialer.services.context import Context
from dialer.store.models.calling import Shift
from dialer.store.models.calls import Call


@dataclass(frozen=True, slots=True)
class Leaving:
    """A leg that is to go: in whose room it is, and the leg that is there in its place, if one is."""

    sid: str
    account_id: uuid.UUID
    instead: str | None


def make_way(ctx: Context, carrier: Carrier, call_id: uuid.UUID, *, at_last: bool = False) -> None:
    """End a leg that isn't its shift's line any more. Where another one has its place, only once that is in
    the room, or `at_last`: from then on the room outlasts it. Raises CarrierError.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    leaving = _leaving(ctx, call_id)
    if leaving is None:
        return
    room = live_room(carrier, leaving.account_id) if leaving.instead is not None else None
    if room is not None and room.of(leaving.instead) is not None:
        change(carrier, room, leaving.sid, ParticipantChange(ends_conference=False))
    elif leaving.instead is not None and not at_last:
        return
    carrier.end_call(leaving.sid)


def _leaving(ctx: Context, call_id: uuid.UUID) -> Leaving | None:
    """None where it is over, or the line again."""
    with ctx.unit() as unit:
        call = unit.session.get(Call, (unit.organisation_id, call_id))
        if call is None or call.carrier_sid is None or call.account_id is None or call.state in FINAL:
            return None
        shift = unit.session.get(Shift, (unit.organisation_id, call.shift_id)) if call.shift_id else None
        if is_wanted(shift, call):
            return None
        line_id = shift.line_call_id if shift is not None else None
        line = unit.session.get(Call, (unit.organisation_id, line_id)) if line_id is not None else None
        instead = line.carrier_sid if line is not None and line.state not in FINAL else None
        return Leaving(call.carrier_sid, call.account_id, instead)
