"""The two of a call that we put through come into the volunteer's room, and out of it: what the carrier asks
and tells of them, decided and committed in its own request (cf. `line_joining`, `transfer_answers`).
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from dialer.domain.access import Permission, require
from dialer.domain.call import FINAL, RING_ME, proven_by
from dialer.domain.line import room_of
from dialer.domain.ringing import SOON
from dialer.domain.transfer import COMPLETED, room_between
from dialer.services.calling.bridging import GoodBye
from dialer.services.calling.call_evidence import Held, Told, apply, hold_call
from dialer.services.calling.dialled_ends import Ended, part
from dialer.services.calling.room_settling import change_room
from dialer.services.calling.spoken_languages import language_of_contact
from dialer.services.calling.supervision_states import elsewhere
from dialer.services.calling.transfer_answers import Between, contact_without_volunteer
from dialer.services.calling.two_in_a_room import volunteer_left
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.store.queries import supervising, transfers
from dialer.store.queries.calls import call_by_sid

LINE_LOST: Final = "volunteer_line_lost"
HUNG_UP: Final = "supervisor_hung_up"
CUT_OFF_WITHIN: Final = dt.timedelta(seconds=15)
"""For so long after a coordinator's leg has ended, with which the room did, the two come back into it."""


@dataclass(frozen=True, slots=True)
class IntoRoom:
    """Into the volunteer's room, or that of a coordinator who has taken over (`is_theirs`); `language` is
    that of whoever goes there, the contact (`is_contact`) or the volunteer.
    """

    call_id: uuid.UUID
    room: str
    language: str
    is_contact: bool
    is_theirs: bool = False


Answer = IntoRoom | Between | GoodBye


@again_after_deadlock
def contact_comes(ctx: Context, call_id: uuid.UUID, sid: str) -> Answer:
    """The contact was taken out of the Dial that joined them with the volunteer: where they go on."""
    require(ctx.actor, Permission.CARRIER_TELL)
    with ctx.unit() as unit:
        held = hold_call(ctx, unit, call_id)
        if held is None or held.call.mode != RING_ME or held.call.contact_sid != sid:
            return GoodBye("lost")
        return _contact_goes(held)


@again_after_deadlock
def contact_leaves(ctx: Context, call_id: uuid.UUID, sid: str, status: str) -> Answer:
    """The contact isn't in the volunteer's room any more: they have hung up, or it has ended without them."""
    require(ctx.actor, Permission.CARRIER_TELL)
    with ctx.unit() as unit:
        held = hold_call(ctx, unit, call_id)
        if held is None or held.call.mode != RING_ME or held.call.contact_sid != sid:
            return GoodBye("lost")
        if proven_by(status) in FINAL:
            apply(held, Told("contact", sid, status))
            return GoodBye(held.call.state)
        if (between := contact_without_volunteer(held)) is not None:
            return between
        if _was_cut_off(held):
            held.call.deadline_at = min(held.call.deadline_at, ctx.now + SOON)
            return _contact_goes(held)
        volunteer_left(ctx, unit, held.call, held.shift)
        return _contact_goes(held)


@again_after_deadlock
def talked_on(ctx: Context, call_id: uuid.UUID, sid: str, status: str) -> GoodBye:
    """The contact isn't in the room any more in which a coordinator talked on with them: it has ended, or
    they hung up.
    """
    require(ctx.actor, Permission.CARRIER_TELL)
    with ctx.unit() as unit:
        held = hold_call(ctx, unit, call_id)
        if held is None or held.call.mode != RING_ME or held.call.contact_sid != sid:
            return GoodBye("lost")
        if proven_by(status) in FINAL:
            apply(held, Told("contact", sid, status))
        return GoodBye(HUNG_UP, _language(held))


@again_after_deadlock
def volunteer_goes_on(ctx: Context, call_id: uuid.UUID, sid: str, status: str) -> Answer | None:
    """The Dial that joined the two is over, or the room is: the volunteer goes there, while the two are to
    talk in it. None where they were never led into one.
    """
    require(ctx.actor, Permission.CARRIER_TELL)
    with ctx.unit() as unit:
        held = hold_call(ctx, unit, call_id)
        if held is None or held.call.mode != RING_ME or held.call.shift_id is None:
            return None
        call = held.call
        if proven_by(status) in FINAL:
            apply(held, Told("volunteer", sid, status))
            return GoodBye("completed", held.language)
        if call.parted_at is not None or elsewhere(unit, call) is not None:
            return GoodBye("completed", held.language)
        if call.state in FINAL or call.roomed_at is None or call.account_id is None:
            return GoodBye(call.state, held.language)
        return IntoRoom(call.id, room_of(call.account_id), held.language, is_contact=False)


@again_after_deadlock
def in_the_room(ctx: Context, sid: str) -> None:
    """The room tells that a leg came into it: one of two who were led there is held, or heard, as they should
    be.
    """
    require(ctx.actor, Permission.CARRIER_TELL)
    with ctx.unit() as unit:
        known = call_by_sid(unit, sid)
        if known is None or known.mode != RING_ME:
            return
        held = hold_call(ctx, unit, known.id)
        if held is not None and held.shift is not None and held.call.roomed_at is not None:
            change_room(ctx, unit, held.shift)


def _contact_goes(held: Held) -> Answer:
    call = held.call
    if call.state in FINAL:
        return GoodBye(call.state)
    transfer = transfers.open_of(held.unit, call.id)
    if transfer is not None and transfer.state == COMPLETED:
        return Between(call.id, room_between(transfer.id))
    if (room := elsewhere(held.unit, call)) is not None:
        return _with_coordinator(held, room)
    if call.parted_at is not None:
        return GoodBye(HUNG_UP, _language(held))
    if call.roomed_at is None or call.account_id is None:
        return GoodBye(LINE_LOST, _language(held))
    return IntoRoom(call.id, room_of(call.account_id), _language(held), is_contact=True)


def _with_coordinator(held: Held, room: str) -> IntoRoom:
    """Into the room in which a coordinator who has taken over talks on with them: from here on they are none
    of the volunteer's, whose phone is hung up.
    """
    call = held.call
    if held.assignment is not None and call.parted_at is None:
        part(Ended(held.ctx, held.unit, call, held.assignment, held.shift))
        call.muted_at = call.held_at = None  # where they go on the volunteer isn't
        if held.shift is not None:
            change_room(held.ctx, held.unit, held.shift)
    return IntoRoom(call.id, room, _language(held), is_contact=True, is_theirs=True)


def _was_cut_off(held: Held) -> bool:
    """Whether the room has ended though the volunteer may still be there: it belonged to a coordinator who
    had taken over, and whose leg is over. The carrier asks what follows for the volunteer as well.
    """
    if held.shift is None or elsewhere(held.unit, held.call) is not None:
        return False
    return supervising.had_taken_over(held.unit, held.shift.id, held.ctx.now - CUT_OFF_WITHIN)


def _language(held: Held) -> str:
    return language_of_contact(held.unit, held.call.contact_id, held.call.campaign_id)
