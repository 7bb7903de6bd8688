"""Somebody whom the dialler rang has answered: the volunteer who has waited longest is joined with them,
decided and committed in the carrier's own request (design §4; contract §6).

The same request again gets the same answer, and two answers at once never the same volunteer: the claim locks
the volunteer's shift, and changes it in the transaction that changes the call.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from dialer.carrier.port import Carrier, Rerouting
from dialer.domain.abandonment import (
    ALONE_TRIES,
    ANSWER_WITHIN,
    LINE_BACK_TRIES,
    Step,
    has_met_nobody,
    hears_first,
    next_step,
)
from dialer.domain.access import Permission, require
from dialer.domain.assignment import lease_ends
from dialer.domain.call import DIALLED, FINAL, proven_by
from dialer.domain.line import room_of
from dialer.domain.ringing import Change
from dialer.services.calling import call_urls, pacing_events, recordings
from dialer.services.calling.call_evidence import Held, Told, apply, hold_call, hold_leg, make
from dialer.services.calling.call_jobs import ask_to_look
from dialer.services.calling.dialled_ends import Ended, part
from dialer.services.calling.inbound_line import stop_calls_to
from dialer.services.calling.line_states import out_of_room
from dialer.services.calling.reach import campaign_of
from dialer.services.calling.room_settling import change_room
from dialer.services.calling.shift_states import move
from dialer.services.calling.spoken_languages import language_of_contact
from dialer.services.calling.supervision_states import elsewhere
from dialer.services.calling.transfer_answers import Between, contact_without_volunteer
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.store.models.accounts import Organisation
from dialer.store.models.calling import Shift
from dialer.store.queries import dialled

SORRY: Final = "line_lost"
HUNG_UP: Final = "hung_up"
OVER: Final = "over"


@dataclass(frozen=True, slots=True)
class Join:
    """Into the room of a volunteer, now, who hears a tone; or that of a coordinator who has taken over."""

    call_id: uuid.UUID
    room: str
    recorded_in: str | None = None
    """The language in which they are told first that the call is recorded; None where it isn't."""
    tone: bool = True


@dataclass(frozen=True, slots=True)
class Greet:
    """Somebody is looked for: say hello, then ask again."""

    call_id: uuid.UUID
    language: str


@dataclass(frozen=True, slots=True)
class OneMoment:
    """They were greeted already, and nobody is free after all: a word, then ask again."""

    call_id: uuid.UUID
    language: str


@dataclass(frozen=True, slots=True)
class Inform:
    """Nobody was free: who called, the number to ring back, and the key that stops our calls."""

    call_id: uuid.UUID
    language: str
    organisation: str
    ring_back: str


@dataclass(frozen=True, slots=True)
class HoldOn:
    """The volunteer's line was lost: one moment, then ask again, for the `tries`-th time. Whoever was on hold
    hears what one hears on hold.
    """

    call_id: uuid.UUID
    language: str
    tries: int
    on_hold: bool = False


@dataclass(frozen=True, slots=True)
class Leave:
    """End the call, having said a word of `reason` to whoever is still there: nothing, where it is over."""

    reason: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class PlayMessage:
    """A machine, and nobody with it: what it hears is asked for."""

    call_id: uuid.UUID


Answer = PlayMessage | Join | Greet | OneMoment | Inform | HoldOn | Leave | Between


def mode_of(ctx: Context, call_id: uuid.UUID | None) -> str | None:
    """How a call came about that the carrier asks about; None where there is none."""
    require(ctx.actor, Permission.CARRIER_TELL)
    if call_id is None:
        return None
    with ctx.units.look(ctx.organisation_id) as unit:
        return dialled.mode_of(unit, call_id)


@again_after_deadlock
def answered(ctx: Context, call_id: uuid.UUID, sid: str) -> Answer:
    """What somebody hears who has answered, or who was greeted and is asked about again.

    A second call that the carrier made of one request is ended, never joined.
    """
    with _held(ctx, call_id, sid) as held:
        if held is None:
            return Leave(OVER)
        apply(held, Told("contact", sid, "in-progress"))
        return _decide(held)


@again_after_deadlock
def out_of_the_room(ctx: Context, call_id: uuid.UUID, sid: str, status: str, tries: int) -> Answer:
    """They aren't in the volunteer's room any more: they hung up, or the volunteer's line was lost. Whoever
    is still there comes back to the volunteer once their line is open again, within some twenty seconds; or
    goes on with a third party with whom they talk already.
    """
    with _held(ctx, call_id, sid) as held:
        if held is None:
            return Leave(OVER)
        if proven_by(status) in FINAL:
            apply(held, Told("contact", sid, status))
            return Leave(OVER)
        if (between := contact_without_volunteer(held)) is not None:
            return between
        _note_alone(held, is_in_room=False)
        if tries == 0 and elsewhere(held.unit, held.call) is None:
            _doubt_line(held)
        answer = _back(held, tries)
        if held.call.parted_at is not None:
            held.call.muted_at = held.call.held_at = None  # where they go on the volunteer isn't
        return answer


@again_after_deadlock
def alone(ctx: Context, call_id: uuid.UUID, sid: str, times: int) -> HoldOn | None:
    """They are in the room of a volunteer who isn't there: a line that was lost, and nobody has told us yet.
    After a few moments they are taken out of it. None where it isn't their call.
    """
    with _held(ctx, call_id, sid) as held:
        if held is None or held.call.state in FINAL:
            return None
        if held.call.parted_at is None:
            _note_alone(held, is_in_room=True)
            _doubt_line(held)
        if times >= ALONE_TRIES:
            held.unit.after_commit(lambda: _ask_to_take_out(ctx, call_id))
        return HoldOn(call_id, _language(held), times + 1)


@again_after_deadlock
def take_out(ctx: Context, carrier: Carrier, call_id: uuid.UUID) -> None:
    """Have somebody who is alone in a room told that the volunteer's line was lost, unless they are back.
    Raises CarrierError.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        held = hold_call(ctx, unit, call_id)
        is_back = held is not None and _has_somebody(held)
        sid = None if is_back else dialled.open_sid(unit, call_id)
    if sid is not None:
        carrier.redirect_call(sid, Rerouting(url=call_urls.out_of_room(ctx, call_id, LINE_BACK_TRIES)))


@again_after_deadlock
def key_pressed(ctx: Context, call_id: uuid.UUID, sid: str, digits: str) -> bool:
    """Whoever heard that nobody was free pressed a key: the one that stops our calls to their number does so
    before it is answered. False for another key.
    """
    with _held(ctx, call_id, sid) as held:
        if held is None or held.call.number is None:
            return False
        return stop_calls_to(ctx, held.unit, held.call.number, digits)


@again_after_deadlock
def talked_on(ctx: Context, call_id: uuid.UUID, sid: str, status: str) -> Answer:
    """They aren't in the room any more in which a coordinator talked on with them: it has ended, or they hung
    up.
    """
    with _held(ctx, call_id, sid) as held:
        if held is None:
            return Leave(OVER)
        if proven_by(status) in FINAL:
            apply(held, Told("contact", sid, status))
        return Leave(HUNG_UP, _language(held))


@contextmanager
def _held(ctx: Context, call_id: uuid.UUID, sid: str) -> Iterator[Held | None]:
    """A dialled call, locked; None where the carrier asks about another leg than the one that it named."""
    require(ctx.actor, Permission.CARRIER_TELL)
    with ctx.unit() as unit:
        yield hold_leg(ctx, unit, call_id, sid, DIALLED)


def _decide(held: Held) -> Answer:
    call = held.call
    if call.state == "abandoned":
        return _information(held)
    if call.state in FINAL or held.is_nobodys_machine:
        return PlayMessage(call.id) if call.message_at and call.state not in FINAL else Leave(OVER)
    if call.joined_at is not None:
        return _again(held)
    return _join_or_not(held)


def _join_or_not(held: Held) -> Answer:
    call = held.call
    assert call.answered_at is not None  # noqa: S101 -- they have just answered
    shift = _whoever_waits(held)
    greeted = call.greeted_at is not None
    match next_step(call.answered_at, held.ctx.now, greeted=greeted, free=shift is not None):
        case Step.JOIN if shift is not None:
            return _join(held, shift)
        case Step.HOLD:
            return OneMoment(call.id, _language(held))
        case Step.GREET:
            call.greeted_at = held.ctx.now
            return Greet(call.id, _language(held))
        case _:
            make(held, Change("abandoned"))
            return _information(held)


def _whoever_waits(held: Held) -> Shift | None:
    """The volunteer for this call, locked: the one who suits them best. Whoever answered before, and still
    waits, isn't passed over.
    """
    call, unit = held.call, held.unit
    if call.campaign_id is None or call.answered_at is None or held.assignment is None:
        return None
    if held.assignment.state != "dialling":  # the contact isn't the dialler's to hand on
        return None
    since = held.ctx.now - ANSWER_WITHIN
    wish = dialled.wish_of(unit, held.assignment)
    behind = dialled.greeted_before(unit, call.campaign_id, since, call.answered_at, wish)
    return dialled.claim_waiting(unit, call.campaign_id, wish, behind=behind)


def _join(held: Held, shift: Shift) -> Join:
    """The contact comes into this volunteer's hands, and into their room."""
    ctx, unit, call, assignment = held.ctx, held.unit, held.call, held.assignment
    assert assignment is not None  # noqa: S101 -- without one nobody was looked for
    assignment.state, assignment.shift_id, assignment.account_id = "open", shift.id, shift.account_id
    ends_at = lease_ends(ctx.now, campaign_of(unit, assignment).assignment_timeout_s)
    assignment.expires_at = max(assignment.expires_at, ends_at)
    call.shift_id, call.account_id, call.joined_at = shift.id, shift.account_id, ctx.now
    move(unit, shift, ctx.now, "in_call")
    pacing_events.note(
        unit, assignment.campaign_id, "call_connected", ctx.now, call_id=call.id, shift_id=shift.id
    )
    in_time = hears_first(call.answered_at or ctx.now, ctx.now)
    told_in = _language(held) if in_time and recordings.want(ctx, unit, call) else None
    return Join(call.id, room_of(shift.account_id), told_in)


def _again(held: Held) -> Answer:
    """The carrier asks once more about somebody who was joined already: the same answer, while it holds."""
    if (taken := _taken_over(held)) is not None:
        return taken
    if held.shift is None or not _in_hand(held):
        return Leave(OVER)
    told_in = _language(held) if recordings.still_said(held.unit, held.call) else None
    return Join(held.call.id, room_of(held.shift.account_id), told_in)


def _in_hand(held: Held) -> bool:
    """Whether they are still that volunteer's to talk with."""
    return held.assignment is not None and held.assignment.state == "open"


def _back(held: Held, tries: int) -> Answer:
    """Back to the volunteer with whom they were joined, while that is still their call. Whoever has
    met nobody at all, and is waited for no longer, was abandoned.
    """
    call, shift = held.call, held.shift
    if call.state not in FINAL and (other := _not_to_them(held, tries)) is not None:
        return other
    if call.state in FINAL or shift is None:
        return _information(held) if call.state == "abandoned" else Leave(OVER)
    is_over = tries >= LINE_BACK_TRIES or not _in_hand(held)
    if is_over and call.alone_at is not None:
        make(held, Change("abandoned"))
        return _information(held)
    if is_over:
        return Leave(SORRY, _language(held)) if _in_hand(held) else Leave(OVER)
    if tries > 0 and shift.line_state == "open":
        _as_before(held, shift)
        return Join(call.id, room_of(shift.account_id))
    return HoldOn(call.id, _language(held), tries + 1, on_hold=call.held_at is not None)


def _as_before(held: Held, shift: Shift) -> None:
    """Who was muted or put them on hold came back unheard: their room is settled with both in it."""
    if (held.call.muted_at or held.call.held_at) is not None:
        change_room(held.ctx, held.unit, shift)


def _not_to_them(held: Held, tries: int) -> Answer | None:
    """What follows for somebody who is in the volunteer's hands no more: a recorded message, or a coordinator
    who has taken over. None for anybody else.
    """
    if held.call.message_at is not None:
        return PlayMessage(held.call.id)
    return _taken_over(held) if tries < LINE_BACK_TRIES else None


def _taken_over(held: Held) -> Join | Leave | None:
    """Into the room in which a coordinator who has taken over talks on with them: from here on they aren't in
    the volunteer's any more. Out of that one, once it is over; None for anybody else.
    """
    if (room := elsewhere(held.unit, held.call)) is None:
        return Leave(HUNG_UP, _language(held)) if held.call.parted_at is not None else None
    if held.assignment is not None:
        part(Ended(held.ctx, held.unit, held.call, held.assignment, held.shift))
    return Join(held.call.id, room, tone=False)


def _note_alone(held: Held, *, is_in_room: bool) -> None:
    """They are without their volunteer: whether they have been all along is seen while it lasts only."""
    call, now = held.call, held.ctx.now
    unmet = call.joined_at is not None and has_met_nobody(
        call.joined_at, call.alone_at, now, is_in_room=is_in_room
    )
    call.alone_at = now if unmet else None


def _doubt_line(held: Held) -> None:
    """The volunteer isn't in their room: nobody is sent back into it until they are, or the carrier, which is
    asked about their line at once, says that they are there.
    """
    if held.shift is None or held.shift.line_state != "open":
        return
    ctx = held.ctx
    if held.shift.line_call_id is not None:
        dialled.ask_about_soon(held.unit, held.shift.line_call_id, ctx.now)
        out_of_room(held.unit, held.shift, ctx.now)
        held.unit.after_commit(lambda: ask_to_look(ctx))


def _has_somebody(held: Held) -> bool:
    """Whether the volunteer is back in whose room they are; in a coordinator's own, that tells nothing."""
    return held.call.parted_at is None and held.shift is not None and held.shift.line_state == "open"


def _ask_to_take_out(ctx: Context, call_id: uuid.UUID) -> None:
    ctx.jobs.enqueue("calls", "workers.jobs.take_out_contact", str(ctx.organisation_id), str(call_id))


def _information(held: Held) -> Inform:
    held.call.informed_at = held.call.informed_at or held.ctx.now
    organisation = held.unit.session.get_one(Organisation, held.unit.organisation_id)
    return Inform(held.call.id, _language(held), organisation.name, held.call.caller_id)


def _language(held: Held) -> str:
    """The language in which the contact is spoken to: theirs where it is known."""
    return language_of_contact(held.unit, held.call.contact_id, held.call.campaign_id)
