"""The room that a volunteer talks in, as the carrier has it: who is there, and how each of them takes part.

Never asked in a transaction. A room is found by its name and kept by the carrier's own name for it: entered
again after it was empty it is another one.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from dialer.carrier.port import Carrier, Participant, ParticipantChange
from dialer.domain.line import room_of


@dataclass(frozen=True, slots=True)
class LiveRoom:
    """A room with those who are in it, or on their way."""

    sid: str
    people: tuple[Participant, ...]

    def of(self, call_sid: str | None) -> Participant | None:
        """How one leg takes part; None where it isn't there."""
        return next((one for one in self.people if one.call_sid == call_sid), None)


def live_room(carrier: Carrier, account_id: uuid.UUID) -> LiveRoom | None:
    """The room of a volunteer; None where nobody is in it. Raises CarrierError."""
    return live_room_named(carrier, room_of(account_id))


def live_room_named(carrier: Carrier, name: str) -> LiveRoom | None:
    """The room of that name; None where nobody is in it. Raises CarrierError."""
    for one in carrier.conferences(name):
        if people := carrier.participants(one.sid):
            return LiveRoom(one.sid, tuple(people))
    return None


def change(carrier: Carrier, room: LiveRoom, call_sid: str | None, wanted: ParticipantChange) -> bool:
    """Have one leg take part like that, unless it does; whether it is there. Raises CarrierError."""
    there = room.of(call_sid)
    if there is None:
        return False
    return _is_so(there, wanted) or carrier.change_participant(room.sid, there.call_sid, wanted)


def _is_so(there: Participant, wanted: ParticipantChange) -> bool:
    return (
        wanted.muted in (None, there.muted)
        and wanted.on_hold in (None, there.on_hold)
        and wanted.coaches in (None, there.coaches or "")
        and wanted.ends_conference in (None, there.ends_conference)
    )
