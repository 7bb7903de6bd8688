"""The message that is left on an answering machine: a volunteer's press, the carrier's requests, its end.

A number gets it once. It is written down as left when the carrier is told to play it, not when somebody
wished for it.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Final

from dialer.carrier.port import Carrier, Rerouting
from dialer.domain.access import Permission, require
from dialer.domain.answering_machine import AT_THE_BEEP, has_ended_greeting, plays_now
from dialer.domain.call import DIALLED, FINAL
from dialer.domain.disposition import Disposition
from dialer.domain.errors import AssignmentClosed, Conflict
from dialer.domain.result import HouseholdReport, Report
from dialer.services.calling import call_urls, recordings
from dialer.services.calling.assignment_views import assignment_view
from dialer.services.calling.call_evidence import Held, hold_call
from dialer.services.calling.corrections import replace_diallers
from dialer.services.calling.dialled_ends import Ended, part
from dialer.services.calling.machines import begin_message, rules_for, why_no_message, write_message_down
from dialer.services.calling.reach import campaign_of, lock_assignment, reach_assignment
from dialer.services.calling.results import Recording, complete
from dialer.services.calling.views import AssignmentView
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.store.models.calling import Assignment
from dialer.store.models.sounds import VoicemailDrop
from dialer.store.queries import supervising, transfers, voicemail
from dialer.store.queries.calls import open_calls_for
from dialer.store.session import UnitOfWork

WORDS: Final = {
    "no_message": "This campaign leaves no message.",
    "stopped": "All calling is stopped just now.",
    "barred": "This number must not be called.",
    "quiet_hours": "It is too early or too late to leave a message.",
    "had_one": "This number has had the message already.",
    "had_another": "This number has had a message from another campaign of ours a short while ago.",
    "no_call": "The call is over, so nothing can be left on it.",
    "put_through": "Somebody else is being rung for them already. Call that off first.",
    "taken_over": "A coordinator has taken over this talk. They decide how it goes on.",
}
"""What is said of each reason."""


@dataclass(frozen=True, slots=True)
class Play:
    """The message, then the end."""

    address: str


@dataclass(frozen=True, slots=True)
class WaitForBeep:
    """Silence for a while; then ask again, for the `times`-th time."""

    call_id: uuid.UUID
    times: int


@again_after_deadlock
def leave_message(ctx: Context, assignment_id: uuid.UUID) -> AssignmentView:
    """A volunteer who hears a machine has the campaign's message left on it, and is free for the next. The
    same again changes nothing. `Conflict`, in words, where none may be left; `AssignmentClosed` once another
    result is recorded.
    """
    with ctx.unit() as unit:
        assignment = reach_assignment(ctx, unit, assignment_id, Permission.RESULT_RECORD)
        shift = lock_assignment(unit, assignment)
        held = _call_of(ctx, unit, assignment)
        if assignment.state != "open":
            if held is None or held.call.message_at is None:
                raise AssignmentClosed(state=assignment.state)
        elif held is None:
            raise Conflict(WORDS["no_call"])
        elif reason := _not_theirs_alone(held) or why_no_message(held):
            raise Conflict(WORDS[reason])
        else:
            begin_message(held, ctx.actor.account_id)
            recording = Recording(ctx, unit, campaign_of(unit, assignment), assignment, ctx.now)
            complete(recording, shift, HouseholdReport(Report(Disposition.ANSWERING_MACHINE.value)))
            ctx.audit(unit, "message.left", "assignment", assignment.id)
        return assignment_view(unit, assignment, campaign_of(unit, assignment))


def _call_of(ctx: Context, unit: UnitOfWork, assignment: Assignment) -> Held | None:
    """The call with the person of an assignment, on which the volunteer is or was joined with them."""
    under_way = (one for one in open_calls_for(unit, [assignment.id]) if one.mode == DIALLED)
    call = next((one for one in under_way if one.joined_at is not None), None)
    return hold_call(ctx, unit, call.id) if call else None


def _not_theirs_alone(held: Held) -> str | None:
    """Why it isn't for the volunteer to end this talk (all of it locked); None where it is."""
    if held.call.parted_at is not None:
        return "no_call"
    if transfers.open_of(held.unit, held.call.id) is not None:
        return "put_through"
    taken = held.shift is not None and supervising.takes_over(held.unit, held.shift.id)
    return "taken_over" if taken else None


def due_request(held: Held) -> int | None:
    """Whether the carrier is to be told to ask what a machine hears (call locked), and for the how-manieth
    time; None where it asks by itself, or there is nothing more to hear.
    """
    call = held.call
    drop = voicemail.drop_of(held.unit, call.id) if call.message_at and held.goes_on_alone else None
    if drop is None or drop.played_at is not None or drop.given_up_at is not None:
        return None
    if call.answered_by is not None:
        return AT_THE_BEEP
    return 0 if call.parted_at is None else None


def leave(ctx: Context, carrier: Carrier, call_id: uuid.UUID) -> None:
    """Send a call on to its message, if it has one that wasn't played. Raises CarrierError.

    Once, whatever the database does: sent there again, it would begin anew in somebody's ear.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    times, sid = _request_of(ctx, call_id)
    if times is not None and sid is not None:
        send_to_message(ctx, carrier, call_id, sid, times)


@again_after_deadlock
def _request_of(ctx: Context, call_id: uuid.UUID) -> tuple[int | None, str | None]:
    """What the carrier is to be asked for, for the how-manieth time, and its name for the call."""
    with ctx.unit() as unit:
        held = hold_call(ctx, unit, call_id)
        return (due_request(held), held.call.carrier_sid) if held else (None, None)


def send_to_message(ctx: Context, carrier: Carrier, call_id: uuid.UUID, sid: str, times: int) -> None:
    """Take a call out of wherever it is, to the message, if it is still there. Raises CarrierError."""
    if not carrier.redirect_call(sid, Rerouting(url=call_urls.message(ctx, call_id, times))):
        return
    _take_out(ctx, call_id)


@again_after_deadlock
def _take_out(ctx: Context, call_id: uuid.UUID) -> None:
    """Who goes to the message isn't in the volunteer's room any more."""
    with ctx.unit() as unit:
        held = hold_call(ctx, unit, call_id)
        if held is not None:
            _part(held)


@again_after_deadlock
def heard_next(ctx: Context, call_id: uuid.UUID, sid: str, times: int) -> Play | WaitForBeep | None:
    """What the carrier plays to a machine, asked for the `times`-th time; None: nothing, the call ends. The
    same request again gets the same answer, and after the message no other one gets any.
    """
    require(ctx.actor, Permission.CARRIER_TELL)
    with ctx.unit() as unit:
        held = hold_call(ctx, unit, call_id)
        if held is None or held.call.mode != DIALLED or held.call.carrier_sid not in {None, sid}:
            return None
        _part(held)
        drop = voicemail.drop_of(unit, call_id) or _after_information(held)
        if drop is None or drop.given_up_at is not None:
            return None
        return _next(held, drop, times)


def _after_information(held: Held) -> VoicemailDrop | None:
    """The message for a machine that was told to its end that nobody was free, and after whose beep we are
    (call locked); None for anybody else.
    """
    call = held.call
    past_beep = call.state == "abandoned" and has_ended_greeting(call.answered_by)
    if not past_beep or held.assignment is None or why_no_message(held) is not None:
        return None
    write_message_down(held, None)
    return voicemail.drop_of(held.unit, call.id)


def _next(held: Held, drop: VoicemailDrop, times: int) -> Play | WaitForBeep | None:
    ctx, call = held.ctx, held.call
    if drop.played_at is None:
        _, rules = rules_for(held)
        if not plays_now(times, call.answered_by, detects=rules.detects):
            return WaitForBeep(call.id, times + 1)
        drop.played_at, drop.played_for = ctx.now, times
        if held.assignment is not None and held.assignment.state == "completed":
            replace_diallers(ctx, held.unit, held.assignment, Disposition.LEFT_MESSAGE)
    if drop.played_for != times:
        return None
    return Play(f"{ctx.public_url.rstrip('/')}/sound/{voicemail.code_of(held.unit, drop.sound_id)}")


def _part(held: Held) -> None:
    """The call has left the volunteer's room, if it was in one."""
    if held.assignment is not None and held.call.state not in FINAL:
        recordings.stop(held.ctx, held.unit, held.call.id)
        part(Ended(held.ctx, held.unit, held.call, held.assignment, held.shift))
