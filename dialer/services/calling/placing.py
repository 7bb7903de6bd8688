"""Placing calls: claimed and committed before the carrier hears of them (design §2, law 2; §4).

No call is ever placed twice: what became of a request that was not answered is found out by asking
(`call_looks`), and if the carrier has nothing the volunteer presses the button again.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from typing import Final, Protocol

from dialer.carrier.port import (
    Accepted,
    CallOutcome,
    Carrier,
    NotAccepted,
    OutboundCall,
    Refused,
    Unknown,
)
from dialer.domain.access import Permission, require
from dialer.domain.call import LINE, SUPERVISOR, TRANSFER
from dialer.domain.carrier_action import Action
from dialer.domain.limit import Limit, Taken
from dialer.domain.ringing import (
    DIAL_WITHIN,
    LOST_AFTER,
    REFUSED,
    TOO_LATE,
    VOLUNTEER_RINGS_S,
    Change,
    back_off,
    first_look,
    next_look,
)
from dialer.services.calling import call_urls
from dialer.services.calling.call_evidence import Held, hold_call, make
from dialer.services.calling.call_jobs import hang_up
from dialer.services.calling.ring_gate import (
    NOT_IN_HAND,
    line_refusal,
    refusal,
    supervisor_refusal,
    transfer_refusal,
)
from dialer.services.calling.ringing import ask_to_place
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.store.models.calling import Campaign
from dialer.store.models.calls import Call
from dialer.store.queries import calls, transfers

BUCKET: Final = "calls"
LEGS: Final = 2
"""The volunteer's and the contact's: the account's limit counts both."""
_COMES_BACK: Final = frozenset({Action.BACK_OFF, Action.REST_SENDER})


class Pace(Protocol):
    """How fast the account may place calls, all processes and campaigns together."""

    def take(self, limits: Sequence[Limit], costs: Sequence[int]) -> Taken:
        """Take what each of these costs from every limit: as many of them as may go now."""


def place_next(ctx: Context, carrier: Carrier, pace: Pace) -> bool:
    """Place the call that has waited longest; False when there is none, or it has to wait."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        call_id = calls.waiting(unit, ctx.now)
        busy = calls.in_flight(unit) + LEGS > ctx.voice.max_concurrent_calls
    if call_id is None:
        return False
    if busy or not pace.take([Limit(BUCKET, ctx.voice.calls_per_second)], [1]).count:
        return give_up_late(ctx, call_id)
    wanted = _claim(ctx, call_id)
    if wanted is None:
        return True
    outcome = carrier.place_call(wanted)
    _record(ctx, call_id, outcome)
    return not isinstance(outcome, NotAccepted)


@again_after_deadlock
def give_up_late(ctx: Context, call_id: uuid.UUID) -> bool:
    """Give up a call that could not be placed in time; False while it may still wait."""
    with ctx.unit() as unit:
        held = hold_call(ctx, unit, call_id)
        if held is None or held.call.dial_state != "waiting" or ctx.now < held.call.deadline_at:
            return False
        held.call.dial_state = "given_up"
        make(held, Change("canceled", TOO_LATE))
        return True


def ask_if_waiting(ctx: Context) -> None:
    """Have a worker place what waits; the queue may have been emptied, or the asking lost."""
    with ctx.unit() as unit:
        waits = calls.waiting(unit, ctx.now) is not None
    if waits:
        ask_to_place(ctx)


def end_legs(ctx: Context, carrier: Carrier, sids: Sequence[str]) -> None:
    """Hang up legs, in this order; one that is over stays as it is. Raises CarrierError."""
    require(ctx.actor, Permission.SYSTEM_RUN)
    for sid in sids:
        carrier.end_call(sid)


@again_after_deadlock
def _claim(ctx: Context, call_id: uuid.UUID) -> OutboundCall | None:
    """Make a waiting call `dialling`; None when it isn't to be placed any more."""
    with ctx.unit() as unit:
        held = hold_call(ctx, unit, call_id)
        if held is None or held.call.dial_state != "waiting" or held.call.state != "queued":
            return None
        call = held.call
        reason = _against(held)
        if reason is not None:
            call.dial_state = "given_up"
            make(held, Change("canceled", reason))
            return None
        call.dial_state, call.attempts = "dialling", call.attempts + 1
        call.attempted_at, call.deadline_at = ctx.now, ctx.now + LOST_AFTER
        return _outbound(held)


def _against(held: Held) -> str | None:
    """Why it isn't placed: nobody waits for it any more, or the contact may not be rung now."""
    if held.ctx.now >= held.call.deadline_at:
        return TOO_LATE
    if held.call.mode == LINE:
        return line_refusal(held.unit, held.shift, held.call)
    if held.call.mode == TRANSFER:
        return _against_third_party(held)
    if held.call.mode == SUPERVISOR:
        return _against_supervisor(held)
    if held.assignment is None:
        return TOO_LATE
    return refusal(held.ctx, held.unit, held.assignment)


def _against_supervisor(held: Held) -> str | None:
    """The same of a coordinator who wants to come into a volunteer's room."""
    if held.was_left or held.call.campaign_id is None:
        return held.why_left
    campaign = held.unit.session.get_one(Campaign, (held.unit.organisation_id, held.call.campaign_id))
    return supervisor_refusal(held.unit, campaign)


def _against_third_party(held: Held) -> str | None:
    """The same of somebody whom a volunteer has rung to put a contact through to."""
    number, unit = held.call.volunteer_number, held.unit
    if held.was_left or number is None or held.call.campaign_id is None:
        return NOT_IN_HAND
    campaign = unit.session.get_one(Campaign, (unit.organisation_id, held.call.campaign_id))
    return transfer_refusal(held.ctx, unit, campaign, number)


def _outbound(held: Held) -> OutboundCall:
    """The volunteer's leg: the carrier listens first whether a person has answered, so that nobody is
    ever joined to an answering machine. Not where somebody holds on for a volunteer who was cut off: they
    are there, and those seconds are all that one waits; nor where the volunteer hears who answers.
    """
    ctx, call = held.ctx, held.call
    in_talk = call.mode == LINE and held.shift is not None and held.shift.state == "in_call"
    if call.mode == TRANSFER:
        transfer = transfers.of_leg(held.unit, call.id)
        in_talk = transfer is not None and transfer.warm
    assert call.volunteer_number is not None  # noqa: S101 -- every ring-me call and rung line has one
    answer = {LINE: call_urls.line, SUPERVISOR: call_urls.supervisor}.get(call.mode, call_urls.answer)
    return OutboundCall(
        id=call.id,
        to=call.volunteer_number,
        caller_id=call.caller_id,
        answer_url=answer(ctx, call.id),
        status_callback=call_urls.status(ctx, call.id, "volunteer"),
        ring_s=VOLUNTEER_RINGS_S,
        detect_machine=not in_talk,
    )


@again_after_deadlock
def _record(ctx: Context, call_id: uuid.UUID, outcome: CallOutcome) -> None:
    """Write down what the carrier said, unless a callback has said more meanwhile."""
    with ctx.unit() as unit:
        held = hold_call(ctx, unit, call_id)
        if held is None or held.call.dial_state != "dialling":
            return
        match outcome:
            case Accepted():
                _accepted(held, outcome.sid)
            case NotAccepted():
                _wait_again(ctx, held.call, outcome.retry_after_s)
            case Refused() if outcome.action in _COMES_BACK:
                _wait_again(ctx, held.call, None)
            case Refused():
                _refused(held, outcome)
            case Unknown():
                held.call.dial_state = "unknown"
                held.call.deadline_at = ctx.now + first_look(ctx.voice.settle_s)


def _accepted(held: Held, sid: str) -> None:
    call, ctx = held.call, held.ctx
    call.dial_state, call.carrier_sid = "dialled", sid
    call.deadline_at = ctx.now + next_look(0, ctx.voice.reconcile_after_s)
    if held.was_left:  # while the carrier was being asked
        hang_up(ctx, held.unit, call)


def _wait_again(ctx: Context, call: Call, retry_after_s: float | None) -> None:
    """It was proven not to have been taken: it may be placed later, until its time is over."""
    call.dial_state = "waiting"
    call.deadline_at = call.created_at + DIAL_WITHIN
    call.not_before = ctx.now + back_off(call.attempts, retry_after_s, random.random())  # noqa: S311 - jitter


def _refused(held: Held, outcome: Refused) -> None:
    held.call.dial_state = "given_up"
    held.call.error_code, held.call.error_detail = outcome.code, outcome.detail
    make(held, Change("failed", REFUSED))
