"""An assignment in a volunteer's hands: looked at, filled in step by step, or skipped."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import replace

from dialer.domain.access import Permission
from dialer.domain.errors import AssignmentClosed, ValidationFailed
from dialer.services.calling.assignment_views import assignment_view
from dialer.services.calling.freeing import free_shifts
from dialer.services.calling.hanging_up import hang_up_for
from dialer.services.calling.leases import rest_from_talk
from dialer.services.calling.reach import campaign_of, lock_assignment, reach_assignment
from dialer.services.calling.shift_states import says_something
from dialer.services.calling.supervision_states import volunteer_done
from dialer.services.calling.transfer_views import transfer_view
from dialer.services.calling.views import AssignmentView
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.store.models.calling import Assignment, Shift
from dialer.store.queries import dialled, queue, transfers
from dialer.store.session import UnitOfWork

DRAFT_MAX = 64 * 1024
"""Characters of a draft as JSON: steps answered, and what stands in the form."""


def get_assignment(
    ctx: Context, assignment_id: uuid.UUID, *, speaking_to: uuid.UUID | None = None
) -> AssignmentView:
    """An assignment; its script read out to `speaking_to`, if that is somebody of the household."""
    with ctx.unit() as unit:
        assignment = reach_assignment(ctx, unit, assignment_id, Permission.ASSIGNMENT_READ)
        view = assignment_view(unit, assignment, campaign_of(unit, assignment), speaking_to)
        transfer = transfers.latest_of(unit, assignment.id)
        return replace(view, transfer=transfer_view(transfer)) if transfer is not None else view


def save_draft(ctx: Context, assignment_id: uuid.UUID, draft: Mapping[str, object]) -> AssignmentView:
    """Keep what the volunteer has filled in so far in place of what was kept before.

    It is taken in any state: a result may still come after the lease ran out.
    """
    if len(json.dumps(draft)) > DRAFT_MAX:
        raise ValidationFailed.at("/draft", "This is more than can be kept. Shorten the note.")
    with ctx.unit() as unit:
        assignment = reach_assignment(ctx, unit, assignment_id, Permission.RESULT_RECORD)
        assignment.draft = dict(draft)
        return assignment_view(unit, assignment, campaign_of(unit, assignment))


@again_after_deadlock
def skip_assignment(ctx: Context, assignment_id: uuid.UUID, *, reason: str | None = None) -> AssignmentView:
    """Give the contact back to the line, not for this volunteer again today. Again: no change. A call
    that is under way for them is hung up.

    One that is completed or expired: `AssignmentClosed`.
    """
    with ctx.unit() as unit:
        assignment = reach_assignment(ctx, unit, assignment_id, Permission.RESULT_RECORD)
        shift = lock_assignment(unit, assignment)
        if assignment.state == "open":
            says_something(ctx, unit, shift)
            _skip(ctx, unit, assignment, shift, reason)
        elif assignment.state != "skipped":
            raise AssignmentClosed("This contact isn’t in your hands any more.", state=assignment.state)
        return assignment_view(unit, assignment, campaign_of(unit, assignment))


def _skip(
    ctx: Context, unit: UnitOfWork, assignment: Assignment, shift: Shift | None, reason: str | None
) -> None:
    assignment.state, assignment.closed_at, assignment.skip_reason = "skipped", ctx.now, reason
    if dialled.joined_among(unit, [assignment.id]):
        rest_from_talk(ctx, unit, assignment)
    else:
        queue.put_back(unit, [assignment.queue_entry_id])
    unit.session.flush()
    queue.release(unit, [assignment.id])
    if shift is not None:
        volunteer_done(ctx, unit, shift)
    hang_up_for(ctx, unit, [assignment.id])
    free_shifts(ctx, unit, [assignment.shift_id])
