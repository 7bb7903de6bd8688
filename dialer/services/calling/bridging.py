"""The volunteer has answered: are they joined with the contact? Decided and committed in the carrier's own
request, after the gate was passed once more (design §2, law 4; §4).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from dialer.domain.access import Permission, require
from dialer.domain.call import FINAL, RING_ME
from dialer.domain.ringing import VOLUNTEER_MACHINE, Change, is_machine
from dialer.domain.stats import ATTEMPTS
from dialer.services.calling.call_evidence import Held, Told, apply, hold_call, hold_leg, make
from dialer.services.calling.recordings import is_recorded
from dialer.services.calling.ring_gate import refusal
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.store.queries import counters


@dataclass(frozen=True, slots=True)
class Bridge:
    """Ring the contact now, showing `caller_id`, and join the two."""

    call_id: uuid.UUID
    number: str
    caller_id: str
    recorded: bool = False
    """The contact is told first that the call is recorded."""


@dataclass(frozen=True, slots=True)
class GoodBye:
    """End the volunteer's leg, having said why: a word of `END_REASONS`, of the gate, or a call's state.

    `language` is the volunteer's; nothing is said to a machine.
    """

    reason: str
    language: str = "en"

    @property
    def is_silent(self) -> bool:
        """Whether nobody is there to hear it."""
        return self.reason == VOLUNTEER_MACHINE


@again_after_deadlock
def answered(ctx: Context, call_id: uuid.UUID | None, sid: str, answered_by: str | None) -> Bridge | GoodBye:
    """What follows now that the volunteer's phone was answered. The same request again: the same answer.

    A second call that the carrier made of one request is ended, never joined.
    """
    require(ctx.actor, Permission.CARRIER_TELL)
    with ctx.unit() as unit:
        held = hold_leg(ctx, unit, call_id, sid, RING_ME)
        if held is None:
            return GoodBye("lost")
        apply(held, Told("volunteer", sid, "in-progress"))
        return decide(held, answered_by)


@again_after_deadlock
def over(ctx: Context, call_id: uuid.UUID | None, told: Told | None) -> GoodBye:
    """The contact's leg is over, and the volunteer still listens: how it ended."""
    require(ctx.actor, Permission.CARRIER_TELL)
    with ctx.unit() as unit:
        held = hold_call(ctx, unit, call_id) if call_id else None
        if held is None:
            return GoodBye("lost")
        if told is not None:
            apply(held, told)
        return GoodBye(held.call.state, held.language)


def decide(held: Held, answered_by: str | None) -> Bridge | GoodBye:
    """Whether the volunteer, who is there (their call locked), is put through."""
    call = held.call
    language = held.language
    if call.state in FINAL or held.assignment is None or call.number is None:
        return GoodBye(call.end_reason or call.state, language)
    if is_machine(answered_by):
        make(held, Change("no_answer", VOLUNTEER_MACHINE))
        return GoodBye(VOLUNTEER_MACHINE)
    if reason := refusal(held.ctx, held.unit, held.assignment):
        make(held, Change("canceled", reason))
        return GoodBye(reason, language)
    if call.contact_rung_at is None:
        _ring_contact(held)
    return Bridge(call.id, call.number, call.caller_id, is_recorded(held.unit, call))


def _ring_contact(held: Held) -> None:
    """From here on the contact's phone rings: an attempt, whatever comes of it."""
    call, now = held.call, held.ctx.now
    call.contact_rung_at = now
    if call.campaign_id is not None:
        counters.bump(held.unit, "campaign", call.campaign_id, ATTEMPTS)
        counters.bump_minute(held.unit, call.campaign_id, now, attempts=1)
