"""The two of a call that we put through come into the volunteer's room, and out of it: what the carrier asks
and tells of them, decided and committed in its own request (cf. `line_joining`, `transfer_answers`).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Final

from dialer.domain.access import Permission, require
from dialer.domain.call import FINAL, RING_ME, proven_by
from dialer.domain.line import room_of
from dialer.domain.transfer import COMPLETED, room_between
from dialer.services.calling.bridging import GoodBye
from dialer.services.calling.call_evidence import Held, Told, apply, hold_call
from dialer.services.calling.room_settling import change_room
from dialer.services.calling.spoken_languages import language_of_contact
from dialer.services.calling.transfer_answers import Between, contact_without_volunteer
from dialer.services.calling.two_in_a_room import volunteer_left
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.store.queries import transfers
from dialer.store.queries.calls import call_by_sid

LINE_LOST: Final = "volunteer_line_lost"


@dataclass(frozen=True, slots=True)
class IntoRoom:
    """Into the volunteer's room; `language` is that of whoever goes there, the contact (`is_contact`) or the
    volunteer.
    """

    call_id: uuid.UUID
    room: str
    language: str
    is_contact: bool


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
        volunteer_left(ctx, unit, held.call, held.shift)
        return GoodBye(LINE_LOST, _language(held))


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
        if call.parted_at is not None:
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
    if call.roomed_at is None or call.account_id is None:
        return GoodBye(LINE_LOST, _language(held))
    return IntoRoom(call.id, room_of(call.account_id), _language(held), is_contact=True)


def _language(held: Held) -> str:
    return language_of_contact(held.unit, held.call.contact_id)
