"""Somebody frightened a volunteer in a call (cf. `messaging/conversation_handover`): they are done with that
person at once and for good, and need not go on.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Final

from sqlalchemy import select

from dialer.domain.access import Permission
from dialer.domain.disposition import Disposition
from dialer.domain.errors import AssignmentClosed, Conflict
from dialer.domain.help_request import FRIGHTENED
from dialer.domain.result import HouseholdReport, Report
from dialer.services.calling.hanging_up import goes_on, leave
from dialer.services.calling.help_requests import note_help
from dialer.services.calling.reach import campaign_of, lock_assignment, reach_assignment, volunteer_id
from dialer.services.calling.results import Recording, complete
from dialer.services.calling.shift_states import rest
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.store.models.calling import Shift
from dialer.store.queries.avoidances import spare_for_good
from dialer.store.queries.calls import open_calls_for
from dialer.store.session import UnitOfWork

LATELY: Final = dt.timedelta(days=1)
"""For so long whoever had somebody in hand may say that they frightened them."""
NOT_YOURS: Final = "Only whoever had this person on the phone can say so."


@again_after_deadlock
def frightened(ctx: Context, assignment_id: uuid.UUID) -> None:
    """Whoever the actor has in hand, or had within a day, never comes to them again, in calls or texts. The
    call is hung up and its result is `refused`, so that this campaign rings that person no more; one that was
    recorded stands. Nobody new is put through until they carry on, and coordinators see first of all that
    somebody was frightened. Said again: no change.

    `Conflict` where they aren't theirs, `AssignmentClosed` where it is too long ago.
    """
    with ctx.unit() as unit:
        assignment = reach_assignment(ctx, unit, assignment_id, Permission.RESULT_RECORD)
        me = volunteer_id(ctx)
        shift = lock_assignment(unit, assignment)
        if assignment.account_id != me:
            raise Conflict(NOT_YOURS)
        if assignment.closed_at is not None and assignment.closed_at < ctx.now - LATELY:
            raise AssignmentClosed("This was too long ago.", state=assignment.state)
        is_news = spare_for_good(unit, me, assignment.number, assignment.contact_id, ctx.now)
        if not is_news and assignment.state != "open":
            return
        ctx.audit(unit, "assignment.frightened", "assignment", assignment.id)
        if (now_on := _shift_now(unit, me, shift)) is not None:
            note_help(ctx, unit, now_on, FRIGHTENED)
            if now_on.state != "ended":
                rest(unit, now_on, ctx.now, None)
        if assignment.state == "open":
            recording = Recording(ctx, unit, campaign_of(unit, assignment), assignment, ctx.now)
            complete(recording, shift, HouseholdReport(Report(Disposition.REFUSED)))
        leave(ctx, unit, [call for call in open_calls_for(unit, [assignment.id]) if not goes_on(unit, call)])


def _shift_now(unit: UnitOfWork, me: uuid.UUID, then: Shift | None) -> Shift | None:
    """The shift that they are on (locked): another one than `then`, where that is over by now."""
    if then is not None and then.state != "ended":
        return then
    of_mine = select(Shift).where(
        Shift.organisation_id == unit.organisation_id, Shift.account_id == me, Shift.state != "ended"
    )
    return unit.session.scalar(of_mine.order_by(Shift.id.desc()).limit(1).with_for_update()) or then
