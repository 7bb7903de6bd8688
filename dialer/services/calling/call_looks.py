"""Asking the carrier about calls: what became of a request without an answer, and of a call that nobody
tells of any more (contract §7, §8; design §2, law 5). Calls that must not go on are ended by the same look.

A call is never placed again on a guess: one of which the carrier knows nothing, in two looks that were read
to their end, has failed, and is shown as such.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dialer.carrier.port import Carrier, CarrierCall, CarrierError
from dialer.domain.access import Permission, require
from dialer.domain.call import DIALLED, FINAL, LINE, OF_A_ROOM, ONE_LEG, SUPERVISOR, proven_by
from dialer.domain.dialling import next_dial_look
from dialer.domain.line import LOOKED_AT_EVERY
from dialer.domain.ringing import LOST, SOON, TOO_LATE, VOLUNTEER_GONE, Change, first_look, next_look
from dialer.logs import get_logger
from dialer.services.calling.call_evidence import Held, Told, apply, hold_call, make
from dialer.services.calling.leaving_messages import due_request, send_to_message
from dialer.services.calling.line_states import line_opened
from dialer.services.calling.making_way import make_way
from dialer.services.calling.supervision_states import joined
from dialer.services.calling.two_in_a_room import was_in_room
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.store.queries import calls

AT_ONCE: Final = 100
ASKED_FOR: Final = dt.timedelta(seconds=60)
"""Whoever looks has this long before somebody else may."""
HANG_UP_AGAIN: Final = dt.timedelta(seconds=10)
"""The same for a call that is to be hung up: somebody may be on the phone for nothing."""
EARLIER: Final = dt.timedelta(minutes=1)
"""How much before our own moment the carrier's clock may have it."""
BACK_WITHIN: Final = dt.timedelta(seconds=5)
"""So long after it was started, web hears the carrier again."""
CLEAN_LOOKS: Final = 2

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be asked about one call."""

    call_id: uuid.UUID
    mode: str
    dial_state: str
    sid: str | None
    contact_sid: str | None
    contact_rung: bool
    number: str | None
    own_number: str | None
    caller_id: str
    since: dt.datetime
    message: int | None
    """It is to go on with the message that is left on a machine, by this request of the carrier's."""
    hang_up: bool
    """The contact left the volunteer's hands: what the carrier has of it is ended."""


def due_calls(ctx: Context) -> Sequence[uuid.UUID]:
    """The open calls that are past their deadline."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        return calls.due(unit, ctx.now, AT_ONCE)


def ask_about_open_calls(ctx: Context) -> int:
    """After an outage: have the carrier asked about every call under way; how many. It tells of a call but
    once, and told nobody. One whose request is still being made is left to whoever makes it.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        return calls.ask_soon(unit, ctx.now + BACK_WITHIN)


def ask_if_due(ctx: Context) -> None:
    """Have a worker look after the calls that are past their deadline."""
    if due_calls(ctx):
        ctx.jobs.enqueue("calls", "workers.jobs.look_after_calls", str(ctx.organisation_id))


def look_after(ctx: Context, carrier: Carrier, call_id: uuid.UUID) -> None:
    """Ask the carrier about one call that is past its deadline, and take in what it says."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    question = _question(ctx, call_id)
    if question is None:
        return
    try:
        if question.hang_up and question.mode in {LINE, SUPERVISOR}:
            make_way(ctx, carrier, question.call_id, at_last=True)
        elif question.hang_up:
            _hang_up(carrier, question)
        if question.message is not None and question.sid is not None:
            send_to_message(ctx, carrier, question.call_id, question.sid, question.message)
        legs = _ask(carrier, ctx, question)
        _take_from_queue(carrier, question, legs)
    except CarrierError as error:
        log.warning("the carrier could not be asked about a call", reason=error.reason)
        return
    _take_in(ctx, question, legs)


@again_after_deadlock
def _question(ctx: Context, call_id: uuid.UUID) -> Question | None:
    """What to ask; None where nobody has to be asked, or somebody else is just asking."""
    with ctx.unit() as unit:
        held = hold_call(ctx, unit, call_id)
        if held is None or held.call.state in FINAL or held.call.deadline_at > ctx.now:
            return None
        call = held.call
        if call.dial_state == "waiting":
            call.dial_state = "given_up"
            make(held, Change("canceled", TOO_LATE))
            return None
        if call.dial_state == "dialling":  # whoever placed it has not come back
            call.dial_state = "unknown"
        soon = held.was_left or call.message_at is not None
        call.deadline_at = ctx.now + (HANG_UP_AGAIN if soon else ASKED_FOR)
        return Question(
            call_id=call.id,
            mode=call.mode,
            dial_state=call.dial_state,
            sid=call.carrier_sid,
            contact_sid=call.contact_sid,
            contact_rung=call.contact_rung_at is not None,
            number=call.number,
            own_number=call.number if call.mode == DIALLED else call.volunteer_number,
            caller_id=call.caller_id,
            since=(call.attempted_at or call.created_at) - EARLIER,
            message=due_request(held),
            hang_up=held.was_left,
        )


@dataclass(frozen=True, slots=True)
class Legs:
    """What the carrier has of a call."""

    own: CarrierCall | None
    contact: CarrierCall | None


def _ask(carrier: Carrier, ctx: Context, question: Question) -> Legs:
    """Both legs as the carrier has them. Raises CarrierError where they can't be read."""
    if question.sid is None:
        return Legs(_unbound(ctx, _listed(carrier, question)), None)
    own = carrier.call(question.sid)
    return Legs(own, _contact_leg(carrier, question))


def _hang_up(carrier: Carrier, question: Question) -> None:
    """End both legs, as far as they are known; the contact's alone would go on for a moment. Ending one that
    is over changes nothing. Raises CarrierError.
    """
    for sid in (question.contact_sid, question.sid):
        if sid is not None:
            carrier.end_call(sid)


def _take_from_queue(carrier: Carrier, question: Question, legs: Legs) -> None:
    """A dial that the carrier still has in its queue would ring when nobody waits for it any more: it is
    cancelled. Raises CarrierError.
    """
    if question.mode == DIALLED and legs.own is not None and legs.own.status == "queued":
        carrier.end_call(legs.own.sid)


def _listed(carrier: Carrier, question: Question) -> list[CarrierCall]:
    """The calls that may be the one whose request was not answered, the oldest first."""
    found = carrier.calls(to=question.own_number, since=question.since)
    alike = [
        each
        for each in found
        if each.caller_id == question.caller_id and each.parent_sid is None and each.direction != "inbound"
    ]
    return alike[::-1]


def _unbound(ctx: Context, alike: Sequence[CarrierCall]) -> CarrierCall | None:
    """The first that is no other call of ours."""
    with ctx.unit() as unit:
        known = calls.known_sids(unit, [each.sid for each in alike])
    return next((each for each in alike if each.sid not in known), None)


def _contact_leg(carrier: Carrier, question: Question) -> CarrierCall | None:
    """The leg that the carrier made for the contact, by its name or by whose child it is."""
    if not question.contact_rung or question.mode in ONE_LEG:
        return None
    if question.contact_sid is not None:
        return carrier.call(question.contact_sid)
    found = carrier.calls(to=question.number, since=question.since)
    return next((each for each in found if each.parent_sid == question.sid), None)


@again_after_deadlock
def _take_in(ctx: Context, question: Question, legs: Legs) -> None:
    """Apply what was seen, or count that nothing was."""
    with ctx.unit() as unit:
        held = hold_call(ctx, unit, question.call_id)
        if held is None or held.call.state in FINAL:
            return
        _plan_next(held)
        if legs.own is None:
            _count_clean_look(held)
            return
        if legs.contact is not None:
            apply(held, _told("contact", legs.contact))
        apply(held, _told("contact" if question.mode in ONE_LEG else "volunteer", legs.own))
        if question.mode in OF_A_ROOM:
            _still_there(held)
            return
        _blame_nobody(held)
        _end_without_contact(held, legs)
        if was_in_room(held.call):  # neither leg ends with the other
            held.call.deadline_at = min(held.call.deadline_at, ctx.now + LOOKED_AT_EVERY)


def _still_there(held: Held) -> None:
    """A leg of a room that goes on is looked at again, as long as it lasts. On their line the volunteer is in
    their room, and so is a coordinator who supervises, whether or not that was told.
    """
    if held.shift is None or held.call.state != "in_progress" or held.was_left:
        return
    held.call.deadline_at = held.ctx.now + LOOKED_AT_EVERY
    if held.call.mode == LINE:
        line_opened(held.ctx, held.unit, held.shift, held.call)
    if held.call.mode == SUPERVISOR:
        joined(held.ctx, held.unit, held.shift, held.call)


def _blame_nobody(held: Held) -> None:
    """Of a call that ended before the contact was rung, and of which nobody told us: the volunteer may have
    hung up, or the carrier asked in vain what to do once they had answered, and gave up.
    """
    if held.call.end_reason == VOLUNTEER_GONE:
        held.call.end_reason = LOST


def _told(leg: str, seen: CarrierCall) -> Told:
    """What was seen of a leg, as if it had been told."""
    return Told(
        "contact" if leg == "contact" else "volunteer",
        seen.sid,
        seen.status,
        duration_s=seen.duration_s,
        answered_by=seen.answered_by,
    )


def _plan_next(held: Held) -> None:
    """When the carrier is asked again: later each time."""
    call, ctx = held.call, held.ctx
    call.reconciled += 1
    call.deadline_at = ctx.now + next_look(call.reconciled, ctx.voice.reconcile_after_s)
    if call.mode == DIALLED:
        call.deadline_at = ctx.now + next_dial_look(call.reconciled, answered=call.answered_at is not None)
    if held.was_left or due_request(held) is not None:
        call.deadline_at = ctx.now + SOON


def _count_clean_look(held: Held) -> None:
    """The carrier has nothing; after two looks, the second late enough, that is proof."""
    call, ctx = held.call, held.ctx
    call.clean_looks += 1
    settled_at = (call.attempted_at or call.created_at) + dt.timedelta(seconds=ctx.voice.settle_s)
    if call.clean_looks >= CLEAN_LOOKS and ctx.now >= settled_at:
        call.dial_state = "given_up"
        make(held, Change("failed", LOST))
    else:
        call.deadline_at = max(settled_at, ctx.now + first_look(ctx.voice.settle_s))


def _end_without_contact(held: Held, legs: Legs) -> None:
    """The volunteer's leg is over and nobody knows of one for the contact, though they were to be rung: the
    call ended as the volunteer's leg did. One more look is given to a list that may lag behind.
    """
    call, own = held.call, legs.own
    ended = proven_by(own.status) if own else None
    if own is None or call.state in FINAL or legs.contact is not None or ended not in FINAL:
        return
    call.clean_looks += 1
    if call.clean_looks >= CLEAN_LOOKS:
        make(held, Change(ended), duration_s=own.duration_s)
    else:
        call.deadline_at = held.ctx.now + SOON
