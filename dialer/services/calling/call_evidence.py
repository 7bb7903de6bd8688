"""What is learned of a rung call, from whatever side, and all that follows, in one transaction."""

from __future__ import annotations

import datetime as dt
import math
import uuid
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from sqlalchemy import or_, update

from dialer.domain.answering_machine import verdict
from dialer.domain.assignment import lease_ends
from dialer.domain.call import DIALLED, FINAL, LINE, OF_A_ROOM, SUPERVISOR, TRANSFER, proven_by
from dialer.domain.line import LINE_MOVED, SHIFT_OVER, WENT_ON
from dialer.domain.pacing_event import Kind, Outcome
from dialer.domain.ringing import (
    BAD_NUMBER,
    NOBODYS_LINE,
    SOON,
    VOLUNTEER_MACHINE,
    Change,
    Leg,
    Standing,
    follow,
    is_machine,
)
from dialer.domain.stats import ATTEMPTS
from dialer.services.budget import stop_when_spent
from dialer.services.calling import pacing_events, supervision_states, transfer_ends, two_in_a_room
from dialer.services.calling.dialled_ends import Ended, close
from dialer.services.calling.line_states import is_wanted, line_over
from dialer.services.calling.ring_gate import COST_CAP, NOT_IN_HAND
from dialer.services.calling.shift_states import move
from dialer.services.context import Context
from dialer.store import changes
from dialer.store.models.accounts import Account
from dialer.store.models.calling import Assignment, Campaign, Shift
from dialer.store.models.calls import Call
from dialer.store.queries import counters, supervising, transfers
from dialer.store.queries.calls import lock_call, open_call_of
from dialer.store.queries.campaign_spending import spend
from dialer.store.queries.message_doubt import held_in
from dialer.store.session import UnitOfWork

MESSAGE_WITHIN: Final = dt.timedelta(minutes=5)
"""A call on which a recorded message is left is over by then, or is ended."""
HEARD: Final = ("en", "cy")
"""What we have words in to say on the phone."""
LEFT: Final = frozenset({"expired", "skipped"})
"""What an assignment is that ended without a result."""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing told of a leg: the carrier's word for it and, at its end, how long it lasted."""

    leg: Leg
    sid: str
    status: str
    sequence: int | None = None
    duration_s: int | None = None
    answered_by: str | None = None
    network_said: int | None = None
    """The answer of the network that the call went to (a SIP code), where it says why it failed."""


@dataclass(frozen=True, slots=True)
class Held:
    """A call with its shift and assignment, all locked, in one unit of work."""

    ctx: Context
    unit: UnitOfWork
    call: Call
    assignment: Assignment | None = None
    shift: Shift | None = None

    @property
    def was_left(self) -> bool:
        """Whether the contact left the volunteer's hands without a result, or a volunteer's own leg isn't
        their line any more: the call must not go on.

        On a volunteer's own line a call ends with its result too: the next person is joined there.
        """
        if self.call.mode in OF_A_ROOM:
            return self._is_unwanted
        if self.assignment is None:
            return False
        done = self.call.mode == DIALLED and self.assignment.state == "completed"
        left = done or self.assignment.state in LEFT or self.call.parted_at is not None
        return (left or self.is_nobodys_machine) and not self.goes_on_alone

    @property
    def _is_unwanted(self) -> bool:
        """Whether a leg of a volunteer's room has no business there any more."""
        if self.call.mode == LINE:
            return not is_wanted(self.shift, self.call)
        if self.call.mode == TRANSFER:
            return not transfer_ends.is_wanted(self.unit, self.call, self.shift)
        return not supervising.is_supervising(self.unit, self.call.id)

    @property
    def is_nobodys_machine(self) -> bool:
        """Whether a machine answered the dialler, and no volunteer is with it."""
        return self.call.mode == DIALLED and bool(self.call.machine) and self.call.joined_at is None

    @property
    def goes_on_alone(self) -> bool:
        """Whether it goes on without the volunteer: a recorded message is left on it, which takes a few
        minutes at most, or they have left the volunteer's room for another talk, or are about to.
        """
        if self.call.message_at is not None:
            return self.ctx.now < self.call.message_at + MESSAGE_WITHIN
        if supervising.is_taken_away(self.unit, self.call.id):
            return True
        return self.call.parted_at is not None and not self._is_left_alone

    @property
    def _is_left_alone(self) -> bool:
        """Whether whoever they talked with, without the volunteer, has gone."""
        of = (self.unit, self.call.id)
        return transfers.is_over(*of) or supervising.was_taken_away(*of)

    @property
    def why_left(self) -> str:
        """Why a call ends that was left."""
        if self.call.mode not in OF_A_ROOM:
            return NOT_IN_HAND
        if self.shift is not None and self.shift.state != "ended":
            return LINE_MOVED
        return WENT_ON if self.shift is not None and self.shift.moved_to else SHIFT_OVER

    @property
    def language(self) -> str:
        """The language in which the volunteer is spoken to: the first of theirs that we have words in."""
        if self.call.account_id is None:
            return "en"
        account = self.unit.session.get_one(Account, (self.unit.organisation_id, self.call.account_id))
        return next((one for one in account.languages if one in HEARD), "en")


def hold_call(ctx: Context, unit: UnitOfWork, call_id: uuid.UUID) -> Held | None:
    """Lock a call with what it belongs to; None when there is no such call."""
    found = lock_call(unit, call_id)
    return Held(ctx, unit, *found) if found else None


def hold_leg(ctx: Context, unit: UnitOfWork, call_id: uuid.UUID | None, sid: str, mode: str) -> Held | None:
    """The same for one that our address names, if it is of that mode and this is its leg: a second one that
    the carrier made of one request is ended, never let in.
    """
    held = hold_call(ctx, unit, call_id) if call_id else None
    is_it = held is not None and held.call.mode == mode and held.call.carrier_sid in {None, sid}
    return held if is_it else None


def picked_up(held: Held, sid: str, answered_by: str | None) -> bool:
    """The carrier asks what to do with a leg of our own people, so it was answered; whether by a person. An
    answering machine isn't let into any room: for us nobody has answered.
    """
    apply(held, Told("volunteer", sid, "in-progress"))
    if is_machine(answered_by):
        make(held, Change("no_answer", VOLUNTEER_MACHINE))
        return False
    return True


def apply(held: Held, told: Told) -> None:
    """Take in one thing that was told. The same again, or an older one, changes nothing."""
    call = held.call
    _bind(call, told)
    if call.mode == DIALLED and told.sid == call.carrier_sid:
        taken(held)
    _keep_sequence(call, told)
    if told.answered_by and told.leg == "contact":
        call.answered_by = told.answered_by
        if call.mode == DIALLED and call.machine is None:
            call.machine = verdict(told.answered_by)
    whole = told.leg == "contact" or call.mode in OF_A_ROOM
    if whole and proven_by(told.status) == "in_progress" and call.state not in FINAL:
        _answered(held)
    change = follow(Standing(call.state, call.contact_rung_at is not None), told.leg, told.status)
    if change.end_reason is not None and held.was_left:
        change = replace(change, end_reason=held.why_left)  # we hung up, nobody else did
    if call.mode == TRANSFER:
        change = replace(change, end_reason=None)  # what it says is of a volunteer
    if call.mode == DIALLED and change.state == "failed" and told.network_said in NOBODYS_LINE:
        change = replace(change, end_reason=BAD_NUMBER)
    if call.parted_at is not None:
        change = replace(change, ask_soon=False)  # whose leg ended was out of it already
    _renew(held)
    _see(held, told)
    make(held, change, duration_s=told.duration_s)
    if told.leg == "volunteer" and proven_by(told.status) in FINAL and two_in_a_room.was_in_room(call):
        two_in_a_room.volunteer_left(held.ctx, held.unit, call, held.shift)
    _charge(held, told)


def make(held: Held, change: Change, *, duration_s: int | None = None) -> None:
    """Change a call (locked), and the shift it keeps busy."""
    call, now = held.call, held.ctx.now
    if change.ask_soon and call.state not in FINAL:
        call.deadline_at = min(call.deadline_at, now + SOON)
    if change.state is None or call.state in FINAL:
        return
    call.state = change.state
    call.end_reason = change.end_reason
    if held.shift is not None:
        changes.note(held.unit.session, "session", held.shift.id)
    if change.state == "ringing":
        call.ringing_at = call.ringing_at or now
        _tell_policy(held, "call_ringing")
    if change.state in FINAL:
        call.ended_at, call.duration_s = now, duration_s if change.state == "completed" else None
        _over(held)


def _answered(held: Held) -> None:
    """They have answered. Who did, nobody waits to find out."""
    call = held.call
    if call.answered_at is None:
        call.answered_at = held.ctx.now
        _tell_policy(held, "call_answered", "unknown")


def _over(held: Held) -> None:
    """The call is over: who had it is free for what comes next."""
    if held.call.mode == DIALLED and held.assignment is not None:
        transfer_ends.contact_over(held.ctx, held.unit, held.call, held.shift)
        close(Ended(held.ctx, held.unit, held.call, held.assignment, held.shift))
        if held.shift is not None:
            supervision_states.talk_over(held.ctx, held.unit, held.shift, held.call)
    else:
        if two_in_a_room.was_in_room(held.call):
            two_in_a_room.contact_left(held.ctx, held.unit, held.call, held.shift)
        _let_shift_go(held)


def taken(held: Held) -> None:
    """The carrier has a dialled call: it rings them, which is an attempt, whatever comes of it."""
    call, now = held.call, held.ctx.now
    if call.contact_rung_at is None and call.campaign_id is not None:
        call.contact_rung_at = call.attempted_at or now
        counters.bump(held.unit, "campaign", call.campaign_id, ATTEMPTS)
        counters.bump_minute(held.unit, call.campaign_id, now, attempts=1)


def _tell_policy(held: Held, kind: Kind, result: Outcome | None = None) -> None:
    """The policy that paces a campaign hears of its own calls."""
    call = held.call
    if call.mode == DIALLED and call.campaign_id is not None:
        pacing_events.note(held.unit, call.campaign_id, kind, held.ctx.now, call_id=call.id, result=result)


def _bind(call: Call, told: Told) -> None:
    """A leg that speaks is proof that the carrier took the call; a dialled one has the contact's alone."""
    if told.leg == "contact" and call.mode == "ring_me":
        call.contact_sid = call.contact_sid or told.sid
    elif call.carrier_sid is None:
        call.carrier_sid, call.dial_state = told.sid, "dialled"


def _keep_sequence(call: Call, told: Told) -> None:
    if told.sequence is None:
        return
    if told.leg == "contact":
        call.contact_sequence = max(call.contact_sequence, told.sequence)
    else:
        call.volunteer_sequence = max(call.volunteer_sequence, told.sequence)


def _renew(held: Held) -> None:
    """A call's events renew the lease of its assignment (contract §6)."""
    assignment, now = held.assignment, held.ctx.now
    if assignment is not None and assignment.state == "open" and held.shift is not None:
        campaign = held.unit.session.get_one(Campaign, (held.unit.organisation_id, assignment.campaign_id))
        ends_at = lease_ends(now, campaign.assignment_timeout_s)
        assignment.expires_at = max(assignment.expires_at, ends_at)


def _see(held: Held, told: Told) -> None:
    """Whose own phone is picked up for a call that they asked for is there. What the other person's phone
    does shows nothing of them, and that a line of theirs is open neither.
    """
    picked_up = told.leg == "volunteer" and proven_by(told.status) == "in_progress"
    if picked_up and held.call.mode == "ring_me" and held.shift is not None:
        held.shift.last_seen_at = max(held.shift.last_seen_at, held.ctx.now)


def _charge(held: Held, told: Told) -> None:
    """Add what a leg has cost when it ends: every minute begun, at the price that the settings name. A
    campaign that has spent what it may, with what is held for its emails, is paused, and everything when all
    together have.

    All calls of a campaign meet in its row, so this comes last: it is locked for as short as can be.
    """
    call, voice = held.call, held.ctx.voice
    if told.status != "completed" or not told.duration_s or told.leg in call.charged_legs:
        return
    cost = voice.price_per_minute * math.ceil(told.duration_s / 60)
    if call.campaign_id is not None:
        spend(held.unit, call.campaign_id, cost, voice.currency)
    call.charged_legs = [*call.charged_legs, told.leg]
    call.cost, call.cost_currency = (call.cost or Decimal(0)) + cost, voice.currency
    campaign = (Campaign.organisation_id == held.unit.organisation_id, Campaign.id == call.campaign_id)
    held_back = held_in(held.unit.organisation_id, call.campaign_id)
    held.unit.session.execute(
        update(Campaign)
        .where(
            *campaign,
            Campaign.state == "active",
            Campaign.cost_cap.is_not(None),
            or_(Campaign.spent + held_back >= Campaign.cost_cap, Campaign.cost_currency != voice.currency),
        )
        .values(state="paused", pause_reason=COST_CAP)
    )
    stop_when_spent(held.ctx, held.unit)


def _let_shift_go(held: Held) -> None:
    """What the end of a call means for the shift that it belongs to."""
    if held.call.mode not in OF_A_ROOM:
        _free_shift(held)
    elif held.call.mode == LINE and held.shift is not None:
        was_line = is_wanted(held.shift, held.call)
        line_over(held.unit, held.shift, held.call, held.ctx.now)
        if was_line and held.shift.line_call_id is None:
            supervision_states.line_gone(held.ctx, held.unit, held.shift)
    elif held.call.mode == TRANSFER:
        transfer_ends.leg_over(held.ctx, held.unit, held.call, held.shift)
    elif held.call.mode == SUPERVISOR and held.shift is not None:
        supervision_states.leg_over(held.ctx, held.unit, held.shift, held.call)


def _free_shift(held: Held) -> None:
    """The volunteer is off the phone: what happened is to be noted, or another try to be made."""
    shift, assignment = held.shift, held.assignment
    if shift is None or shift.state != "in_call" or held.call.parted_at is not None or _on_another(held):
        return
    if assignment is None or assignment.state != "open":
        move(held.unit, shift, held.ctx.now, "ready")
    else:
        move(held.unit, shift, held.ctx.now, "wrap_up" if held.call.contact_rung_at else "assigned")


def _on_another(held: Held) -> bool:
    """Whether the volunteer is on another call by now: this one was hung up for it."""
    if held.call.account_id is None:
        return False
    held.unit.session.flush()
    latest = open_call_of(held.unit, held.call.account_id)
    return latest is not None and latest.id != held.call.id
