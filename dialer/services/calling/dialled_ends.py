"""A call that the dialler placed is over: what is recorded where nobody was joined, and who is free again.

It is part of the same transaction as the evidence that the call is over, so that every dial ends in something
that is said of it (issue of dialled modes; contract §6).
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from dialer.domain.abandonment import outcome_of, was_abandoned, was_alone_to_the_end
from dialer.domain.call import DIALLED, FINAL
from dialer.domain.disposition import Disposition
from dialer.domain.pacing_event import Kind, Outcome
from dialer.domain.result import HouseholdReport, Report
from dialer.services.calling import pacing_events, recordings, supervision_states, transfer_ends
from dialer.services.calling.call_jobs import ask_to_call_in, ask_to_move
from dialer.services.calling.reach import campaign_of
from dialer.services.calling.results import Recording, complete
from dialer.services.calling.room_settling import change_room
from dialer.services.calling.shift_states import free, move
from dialer.services.context import Context
from dialer.store.models.calling import Assignment, Result, Shift
from dialer.store.models.calls import Call
from dialer.store.queries import queue, voicemail
from dialer.store.session import UnitOfWork

MACHINES: Final = frozenset({"answering_machine", "left_message"})
"""What a volunteer records who got no person: the policy learns how many there are."""
_UNANSWERED: Final[dict[str, Outcome]] = {"no_answer": "no_answer", "busy": "busy"}


@dataclass(frozen=True, slots=True)
class Ended:
    """A dialled call that has come to its end just now, with its assignment and shift, all locked."""

    ctx: Context
    unit: UnitOfWork
    call: Call
    assignment: Assignment
    shift: Shift | None

    @property
    def lasted(self) -> dt.timedelta:
        """How long they were on the line: what the carrier says, else as far as we know."""
        if self.call.duration_s is not None:
            return dt.timedelta(seconds=self.call.duration_s)
        return self.ctx.now - (self.call.answered_at or self.ctx.now)

    @property
    def met_nobody(self) -> bool:
        """Whether nobody of us was there for them, though perhaps somebody should have been."""
        call = self.call
        if call.joined_at is None:
            return not call.machine
        return was_alone_to_the_end(call.alone_at, (call.answered_at or call.joined_at) + self.lasted)


def close(ended: Ended) -> None:
    """All that follows from the end of a dialled call: once, since a call ends but once. Of one that had left
    the volunteer's room before, all that concerns them has followed (`part`).
    """
    drop = voicemail.drop_of(ended.unit, ended.call.id) if ended.call.message_at else None
    if drop is not None and drop.played_at is None:
        drop.given_up_at = ended.ctx.now  # it may be left another time
    if ended.call.joined_at is not None and ended.call.parted_at is not None:
        return
    if ended.call.state == "completed" and ended.met_nobody and was_abandoned(ended.lasted):
        ended.call.state = "abandoned"  # they answered, and nobody spoke with them
    _leave_room_bare(ended)
    if ended.call.joined_at is not None and ended.call.state != "abandoned":
        _tell(ended, _came_to(ended))
        _let_volunteer_go(ended)
        return
    _tell(ended, _unjoined(ended.call))
    _take_back(ended.assignment)
    if ended.assignment.state == "dialling":
        _close_assignment(ended)
    _let_volunteer_go(ended)


def part(ended: Ended) -> None:
    """Somebody who was joined isn't in the volunteer's room any more, though their call goes on: for the
    volunteer, for whoever else was in that room, and for the pacing, it is over. Once. Whom the volunteer had
    rung themselves is none of the pacing's.
    """
    call = ended.call
    if call.parted_at is not None or call.state in FINAL:
        return
    call.parted_at = ended.ctx.now
    recordings.stop(ended.ctx, ended.unit, call.id)
    if call.joined_at is not None or call.roomed_at is not None:
        _leave_room_bare(ended)
        _leave_others(ended)
        if call.mode == DIALLED:
            _tell(ended, _came_to(ended))
        _let_volunteer_go(ended)


def _leave_room_bare(ended: Ended) -> None:
    """Whoever comes next hears the volunteer."""
    was_kept_apart = (ended.call.muted_at or ended.call.held_at) is not None
    if was_kept_apart and ended.shift is not None:
        change_room(ended.ctx, ended.unit, ended.shift)


def _leave_others(ended: Ended) -> None:
    """Whoever comes next meets the volunteer alone: no third party, and nobody who speaks in their stead."""
    transfer_ends.contact_left(ended.ctx, ended.unit, ended.call, ended.shift)
    if ended.shift is not None:
        supervision_states.contact_left(ended.ctx, ended.unit, ended.shift)
        if ended.call.mode != DIALLED:
            supervision_states.let_go(ended.ctx, ended.unit, ended.shift)


def _take_back(assignment: Assignment) -> None:
    """Out of the hands of a volunteer who wasn't there: what came of it is the dialler's to say."""
    if assignment.state == "open":
        assignment.state, assignment.shift_id, assignment.account_id = "dialling", None, None


def _close_assignment(ended: Ended) -> None:
    """The dialler's own result: an attempt. Where it was none, the number waits again at its place."""
    ctx, unit, assignment = ended.ctx, ended.unit, ended.assignment
    outcome = _of_machine(ended)
    outcome = outcome or outcome_of(ended.call.state, ended.call.end_reason, ended.lasted)
    if outcome is None:
        assignment.state, assignment.closed_at = "expired", ctx.now
        queue.put_back(unit, [assignment.queue_entry_id])
        unit.session.flush()
        queue.release(unit, [assignment.id])
        return
    recording = Recording(ctx, unit, campaign_of(unit, assignment), assignment, ctx.now)
    complete(recording, None, HouseholdReport(Report(outcome.value)))


def _of_machine(ended: Ended) -> Disposition | None:
    """What came of a machine that answered while nobody was with it; None where it was none."""
    call = ended.call
    if not call.machine or call.joined_at is not None or call.state != "completed":
        return None
    drop = voicemail.drop_of(ended.unit, call.id)
    left = drop is not None and drop.played_at is not None
    return Disposition.LEFT_MESSAGE if left else Disposition.ANSWERING_MACHINE


def _let_volunteer_go(ended: Ended) -> None:
    """They finish up; whoever is done with it already is ready for the next."""
    shift = ended.shift
    if ended.call.mode != DIALLED and ended.assignment.state != "open":
        return  # with the result they were let go already, and may be ringing somebody else by now
    if shift is not None and ended.assignment.state != "open":
        ask_to_move(ended.ctx, ended.unit, shift)
    if shift is None or shift.state not in ("in_call", "wrap_up"):
        return
    if ended.assignment.state == "open":
        move(ended.unit, shift, ended.ctx.now, "wrap_up")
    else:
        free(ended.unit, shift, ended.ctx.now)
        ask_to_call_in(ended.ctx, ended.unit, shift)


def _tell(ended: Ended, result: Outcome | None) -> None:
    """The pacing policy hears how it ended; None stands for an abandoned call."""
    call = ended.call
    if call.campaign_id is None:
        return
    shift_id: uuid.UUID | None = call.shift_id
    kind: Kind = "call_ended" if result else "call_abandoned"
    pacing_events.note(
        ended.unit, call.campaign_id, kind, ended.ctx.now, call_id=call.id, shift_id=shift_id, result=result
    )


def _unjoined(call: Call) -> Outcome | None:
    if call.state == "abandoned":
        return None
    if call.state == "completed":
        return "machine" if call.machine else "hung_up"
    return _UNANSWERED.get(call.state, "failed")


def _came_to(ended: Ended) -> Outcome:
    """Whether a machine spoke with the volunteer, where they have said so by now."""
    recorded = ended.unit.session.scalar(
        select(Result.disposition).where(
            Result.organisation_id == ended.unit.organisation_id,
            Result.assignment_id == ended.assignment.id,
            Result.contact_id == ended.assignment.contact_id,
            Result.superseded_at.is_(None),
        )
    )
    return "machine" if recorded in MACHINES else "completed"
