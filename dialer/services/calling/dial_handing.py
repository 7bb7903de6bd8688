"""Dials on their way to the carrier: past the gate a second time, under a fence that still holds, committed
before they are posted; and what the carrier said of each.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from dialer.carrier.port import Accepted, CallOutcome, NotAccepted, OutboundCall, Refused, Unknown
from dialer.domain.access import Permission, require
from dialer.domain.answering_machine import MachineRules, rules_of
from dialer.domain.carrier_action import PUTS_BACK, Action
from dialer.domain.dialling import OVER_AFTER, RINGS_S, STALE_AFTER, Still, somebody_on_line
from dialer.domain.ringing import BAD_NUMBER, LOST_AFTER, NOT_TAKEN, REFUSED, TOO_LATE, Change, first_look
from dialer.domain.stats import ATTEMPTS
from dialer.services.calling import call_urls
from dialer.services.calling.call_evidence import Held, hold_call, make
from dialer.services.calling.dial_claims import give_back_lines
from dialer.services.calling.ring_gate import refusals
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.store.models.calling import Assignment, Campaign
from dialer.store.models.calls import Call
from dialer.store.queries import counters, dialling, pacer_leases, pacing
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class Leading:
    """Who leads a campaign, and under which fence."""

    campaign_id: uuid.UUID
    holder: str
    fence: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What the carrier said of one dial."""

    call_id: uuid.UUID
    outcome: CallOutcome


@again_after_deadlock
def to_the_wire(
    ctx: Context, leading: Leading, call_ids: Sequence[uuid.UUID], begin_before: float
) -> list[OutboundCall]:
    """Make those of these dials `dialling` that may be rung at this instant; they are to be posted at once,
    and not after `begin_before` (of `time.monotonic()`). The others are given back.

    None of them once another process leads: it has them, or has given them back.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    with ctx.unit() as unit:
        if not pacer_leases.still_leads(unit, leading.campaign_id, leading.holder, leading.fence):
            return []
        campaign = unit.session.get_one(Campaign, (unit.organisation_id, leading.campaign_id))
        found = dialling.lock_waiting(unit, call_ids)
        against = _against(ctx, unit, campaign, [assignment for _, assignment in found])
        late = [assignment.id for call, assignment in found if call.created_at <= ctx.now - STALE_AFTER]
        reasons = dict.fromkeys(late, TOO_LATE) | against
        _give_back(ctx, unit, found, reasons)
        passed = [call for call, assignment in found if assignment.id not in reasons]
        for call in passed:
            call.dial_state, call.attempts = "dialling", call.attempts + 1
            call.attempted_at, call.deadline_at = ctx.now, ctx.now + LOST_AFTER
        pacing.tell_started(unit, campaign.id, [call.id for call in passed], ctx.now)
        rules = rules_of(campaign.answering_machines)
        return [_outbound(ctx, call, rules, begin_before) for call in passed]


def _against(
    ctx: Context, unit: UnitOfWork, campaign: Campaign, assignments: Sequence[Assignment]
) -> dict[uuid.UUID, str]:
    """Those that may not be rung at this instant: by the gate, or since nobody is there to talk with them."""
    if not somebody_on_line(dialling.on_line(unit, campaign.id)):
        return dict.fromkeys((one.id for one in assignments), Still.NOBODY_ON_LINE.value)
    return refusals(ctx, unit, campaign, assignments)


def _give_back(
    ctx: Context, unit: UnitOfWork, found: Sequence[tuple[Call, Assignment]], reasons: dict[uuid.UUID, str]
) -> None:
    refused = sorted(
        (reasons[assignment.id], call.id, (call, assignment))
        for call, assignment in found
        if assignment.id in reasons
    )
    for reason, those in groupby(refused, key=lambda one: one[0]):
        give_back_lines(ctx, unit, [both for _, _, both in those], reason)


def _outbound(ctx: Context, call: Call, rules: MachineRules, begin_before: float) -> OutboundCall:
    """What the carrier is asked for; where it listens who answers, it does so beside the call."""
    assert call.number is not None  # noqa: S101 -- every dial has one
    return OutboundCall(
        id=call.id,
        to=call.number,
        caller_id=call.caller_id,
        answer_url=call_urls.answer(ctx, call.id),
        status_callback=call_urls.status(ctx, call.id, "contact"),
        ring_s=RINGS_S,
        detect_machine=rules.detects,
        machine_callback=call_urls.machine(ctx, call.id) if rules.detects else None,
        detect_message_end=rules.leaves_messages,
        begin_before=begin_before,
    )


def record(ctx: Context, answers: Sequence[Answer]) -> None:
    """Write down what the carrier said of these dials, unless a callback has said more meanwhile.

    Those that it took, nearly all, in one statement.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    accepted = {one.call_id: one.outcome.sid for one in answers if isinstance(one.outcome, Accepted)}
    if accepted:
        _record_accepted(ctx, accepted)
    for one in answers:
        if one.call_id not in accepted:
            _record_one(ctx, one)


@again_after_deadlock
def _record_accepted(ctx: Context, sids: Mapping[uuid.UUID, str]) -> None:
    """The carrier rings them: attempts, whatever comes of them (`call_evidence.taken`)."""
    with ctx.unit() as unit:
        taken = dialling.set_taken(unit, sids, ctx.now + OVER_AFTER)
        for campaign_id, count in Counter(taken).items():
            counters.bump(unit, "campaign", campaign_id, ATTEMPTS, count)
            counters.bump_minute(unit, campaign_id, ctx.now, attempts=count)


@again_after_deadlock
def _record_one(ctx: Context, answer: Answer) -> None:
    with ctx.unit() as unit:
        held = hold_call(ctx, unit, answer.call_id)
        if held is None or held.call.dial_state != "dialling":
            return
        _take_in(held, answer.outcome)


def _take_in(held: Held, outcome: CallOutcome) -> None:
    call, ctx = held.call, held.ctx
    match outcome:
        case NotAccepted():
            _never_rang(held, Change("canceled", NOT_TAKEN))
        case Refused():
            call.error_code, call.error_detail = outcome.code, outcome.detail
            _never_rang(held, _after(outcome.action))
        case Unknown():
            call.dial_state = "unknown"
            call.deadline_at = ctx.now + first_look(ctx.voice.settle_s)


def _never_rang(held: Held, change: Change) -> None:
    """End a dial of which the carrier has nothing: no phone rang."""
    held.call.dial_state = "given_up"
    make(held, change)


def _after(action: Action) -> Change:
    """What a refusal makes of a dial: one that is about us puts the number back, one about the number is an
    attempt in vain, or shows that nobody has it.
    """
    if action in PUTS_BACK:
        return Change("canceled", REFUSED)
    return Change("failed", BAD_NUMBER if action is Action.RETIRE_NUMBER else REFUSED)
