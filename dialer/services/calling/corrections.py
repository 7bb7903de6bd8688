"""Results put right: corrected, undone, or void with all of a volunteer's work (contract §6)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from dialer.domain.access import Permission, require
from dialer.domain.assignment import UNDO_WINDOW, lease_ends, may_correct
from dialer.domain.disposition import Disposition
from dialer.domain.errors import Conflict, Forbidden, InvalidTransition, NotFound
from dialer.domain.result import HouseholdReport, Report
from dialer.services.calling.assignment_views import assignment_view
from dialer.services.calling.effects import take_back_effects, take_back_opt_outs
from dialer.services.calling.queue_plan import sync_queues_of_number
from dialer.services.calling.reach import (
    campaign_of,
    lock_assignment,
    open_assignment,
    reach_assignment,
)
from dialer.services.calling.results import (
    Recording,
    lock_queue,
    replan_assignment,
    talks,
    tally,
    write_results,
)
from dialer.services.calling.shift_states import move
from dialer.services.calling.views import AssignmentView, VoidView
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.store.models.accounts import Account
from dialer.store.models.calling import Assignment, Result, Shift
from dialer.store.queries import dialled, queue
from dialer.store.session import UnitOfWork

_DIALLERS: Final = frozenset({Disposition.ABANDONED, Disposition.ANSWERING_MACHINE})
"""What the dialler itself may replace."""


@again_after_deadlock
def correct_result(ctx: Context, assignment_id: uuid.UUID, report: HouseholdReport) -> AssignmentView:
    """Put another result in the place of the first, as if that had not been; both are kept.

    The same volunteer may within 10 minutes (`Forbidden` after), a coordinator always. An opt-out stays.
    """
    with ctx.unit() as unit:
        assignment = reach_assignment(ctx, unit, assignment_id, Permission.RESULT_CORRECT)
        shift = lock_assignment(unit, assignment)
        standing = _standing_results(unit, assignment)
        recorded_at = _check_may_correct(ctx, assignment, standing)
        recording = Recording(ctx, unit, campaign_of(unit, assignment), assignment, recorded_at)
        if any(result.body_hash != report.fingerprint() for result in standing):
            _replace(recording, shift, standing, report)
        return assignment_view(unit, assignment, recording.campaign)


def recorded_notes(ctx: Context, assignment_id: uuid.UUID) -> list[str]:
    """The notes of the results of a call that count now."""
    with ctx.unit() as unit:
        assignment = reach_assignment(ctx, unit, assignment_id, Permission.RESULT_CORRECT)
        return [result.notes for result in _that_count(unit, assignment) if result.notes]


@again_after_deadlock
def undo_result(ctx: Context, assignment_id: uuid.UUID) -> AssignmentView:
    """Take a result back at once and open the assignment again, with what was filled in.

    For the volunteer's own slip, within `UNDO_WINDOW` (`Forbidden` after); also an opt-out is taken back.
    With the next contact open already, or the shift over: `Conflict`.
    """
    with ctx.unit() as unit:
        assignment = reach_assignment(ctx, unit, assignment_id, Permission.RESULT_CORRECT)
        shift = lock_assignment(unit, assignment)
        standing = _standing_results(unit, assignment)
        recorded_at = _check_may_correct(ctx, assignment, standing)
        if ctx.now - recorded_at > UNDO_WINDOW:
            raise Forbidden("It is too late to undo this. You can still correct it for ten minutes.")
        if shift is None or shift.state == "ended" or open_assignment(unit, shift.id) is not None:
            raise Conflict("Somebody else is on your screen already. Correct this result instead.")
        recording = Recording(ctx, unit, campaign_of(unit, assignment), assignment, recorded_at)
        lock_queue(recording)
        _take_back(recording, standing)
        take_back_opt_outs(unit, [result.id for result in standing], at=ctx.now, reason="undone")
        sync_queues_of_number(unit, assignment.number, ctx.now)
        shift.calls, shift.talks = shift.calls - 1, shift.talks - talks(standing)
        _reopen(recording, shift)
        ctx.audit(unit, "result.undone", "assignment", assignment.id)
        return assignment_view(unit, assignment, recording.campaign)


def replace_diallers(ctx: Context, unit: UnitOfWork, assignment: Assignment, now: Disposition) -> None:
    """Put what the dialler knows better in the place of a result (assignment locked with its shift): that
    nobody was reached, by itself or by a volunteer who left it to the dialler. A person's other word stands.
    """
    standing = _standing_results(unit, assignment)
    known = {result.disposition for result in standing}
    if known == {now} or known - _DIALLERS:
        return
    at = min(result.at for result in standing)
    recording = Recording(ctx, unit, campaign_of(unit, assignment), assignment, at)
    _replace(recording, None, standing, HouseholdReport(Report(now.value)))


@again_after_deadlock
def void_results(
    ctx: Context, volunteer_id: uuid.UUID, *, reason: str, since: dt.datetime | None = None
) -> VoidView:
    """Take back everything a volunteer recorded (since a moment), opt-outs too; how much it was."""
    require(ctx.actor, Permission.VOLUNTEER_VOID)
    with ctx.unit() as unit:
        if unit.session.get(Account, (unit.organisation_id, volunteer_id)) is None:
            raise NotFound
        voided = VoidView(0, 0)
        for assignment in _assignments_of(unit, volunteer_id, since):
            one = _void(ctx, unit, assignment)
            voided = VoidView(voided.results + one.results, voided.opt_outs + one.opt_outs)
        changes = {"results": voided.results, "opt_outs": voided.opt_outs}
        ctx.audit(unit, "volunteer.voided", "account", volunteer_id, changes, reason=reason)
        return voided


def _standing_results(unit: UnitOfWork, assignment: Assignment) -> Sequence[Result]:
    """The results of an assignment that count; none of them: `InvalidTransition`."""
    results = _that_count(unit, assignment)
    if assignment.state != "completed" or not results:
        raise InvalidTransition("No result is recorded here that could be changed.", state=assignment.state)
    return results


def _that_count(unit: UnitOfWork, assignment: Assignment) -> Sequence[Result]:
    return unit.session.scalars(
        select(Result)
        .where(
            Result.organisation_id == unit.organisation_id,
            Result.assignment_id == assignment.id,
            Result.superseded_at.is_(None),
            Result.voided_at.is_(None),
        )
        .order_by(Result.id)
    ).all()


def _check_may_correct(ctx: Context, assignment: Assignment, standing: Sequence[Result]) -> dt.datetime:
    recorded_at = min(result.at for result in standing)
    is_own = assignment.account_id == ctx.actor.account_id
    by_coordinator = ctx.actor.may(Permission.VOLUNTEER_VOID)
    if not by_coordinator and not (is_own and may_correct(recorded_at, ctx.now, by_coordinator=False)):
        raise Forbidden("Ten minutes have passed. Ask a coordinator to change this result.")
    return recorded_at


def _replace(
    recording: Recording, shift: Shift | None, standing: Sequence[Result], report: HouseholdReport
) -> None:
    lock_queue(recording)
    _take_back(recording, standing)
    late = recording.assignment.late
    results, written = write_results(recording, report, late=late, closes=False)
    replaced_by = {result.contact_id: result.id for result in results}
    for result in standing:
        result.superseded_by = replaced_by.get(result.contact_id)
    recording.unit.session.flush()
    replan_assignment(recording)
    sync_queues_of_number(recording.unit, recording.assignment.number, recording.ctx.now)
    tally(recording, results, rung=written.rung)
    if shift is not None:
        shift.talks += talks(results) - talks(standing)
    recording.ctx.audit(
        recording.unit,
        "result.corrected",
        "assignment",
        recording.assignment.id,
        {"from": _outcome(standing, recording), "to": report.contact.disposition},
    )


def _take_back(recording: Recording, standing: Sequence[Result]) -> None:
    """As if these results had not been: they count no more, and what they changed is put back."""
    for result in standing:
        result.superseded_at = recording.ctx.now
    recording.unit.session.flush()
    take_back_effects(recording.unit, standing, recording.ctx.now)
    tally(recording, standing, times=-1)


def _reopen(recording: Recording, shift: Shift) -> None:
    unit, assignment = recording.unit, recording.assignment
    contact_ids = [assignment.contact_id, *assignment.household_ids]
    if not queue.hold(unit, assignment.id, assignment.number, contact_ids):
        raise Conflict("Somebody else is speaking to this household now. Correct this result instead.")
    assignment.state, assignment.closed_at, assignment.late = "open", None, False
    assignment.expires_at = lease_ends(recording.ctx.now, recording.campaign.assignment_timeout_s)
    if shift.state == "ready":
        spoken_to = dialled.joined_among(unit, [assignment.id])
        move(unit, shift, recording.ctx.now, "wrap_up" if spoken_to else "assigned")
    unit.session.flush()
    replan_assignment(recording)
    queue.set_held(unit, assignment.queue_entry_id)


def _void(ctx: Context, unit: UnitOfWork, assignment: Assignment) -> VoidView:
    lock_assignment(unit, assignment)
    standing = _standing_results(unit, assignment)
    recording = Recording(ctx, unit, campaign_of(unit, assignment), assignment, ctx.now)
    lock_queue(recording)
    for result in standing:
        result.voided_at = ctx.now
    unit.session.flush()
    take_back_effects(unit, standing, ctx.now)
    tally(recording, standing, times=-1)
    lifted = take_back_opt_outs(unit, _all_results(unit, assignment), at=ctx.now, reason="void")
    replan_assignment(recording)
    sync_queues_of_number(unit, assignment.number, ctx.now)
    return VoidView(sum(not result.implied for result in standing), len(lifted))


def _all_results(unit: UnitOfWork, assignment: Assignment) -> Sequence[uuid.UUID]:
    """Those that were corrected too: an opt-out outlives a correction, but not a void."""
    return unit.session.scalars(
        select(Result.id).where(
            Result.organisation_id == unit.organisation_id, Result.assignment_id == assignment.id
        )
    ).all()


def _assignments_of(
    unit: UnitOfWork, volunteer_id: uuid.UUID, since: dt.datetime | None
) -> Sequence[Assignment]:
    standing = select(Result.assignment_id).where(
        Result.organisation_id == unit.organisation_id,
        Result.account_id == volunteer_id,
        Result.superseded_at.is_(None),
        Result.voided_at.is_(None),
    )
    if since is not None:
        standing = standing.where(Result.at >= since)
    query = select(Assignment).where(
        Assignment.organisation_id == unit.organisation_id, Assignment.id.in_(standing)
    )
    return unit.session.scalars(query.order_by(Assignment.shift_id, Assignment.id)).all()


def _outcome(results: Sequence[Result], recording: Recording) -> str | None:
    mine = [one.disposition for one in results if one.contact_id == recording.assignment.contact_id]
    return mine[0] if mine else None
