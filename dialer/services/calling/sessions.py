"""Shifts (sessions in the API): from the first call of an evening to the last."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from dialer.domain.access import Permission
from dialer.domain.assignment import lease_ends
from dialer.domain.errors import InvalidTransition
from dialer.services.calling.beside import help_in, supervised_in
from dialer.services.calling.call_jobs import ask_to_call_in
from dialer.services.calling.leases import end_shift, give_back
from dialer.services.calling.lines import begin_line, line_view, rest_elsewhere
from dialer.services.calling.reach import open_assignment, reach_campaign, reach_shift, volunteer_id
from dialer.services.calling.shift_begin import (
    Beginning,
    begin_shift,
    new_shift,
    one_start_at_a_time,
    state_with,
)
from dialer.services.calling.shift_states import move, rest
from dialer.services.calling.talk_views import talk_view
from dialer.services.calling.views import SessionView
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.store.models.calling import Assignment, Campaign, Shift
from dialer.store.queries import supervising
from dialer.store.queries.calls import is_on_the_phone
from dialer.store.session import UnitOfWork

EVENING: Final = dt.timedelta(days=1)
"""So long before a shift those may have begun that led on to it."""


@again_after_deadlock
def start_session(
    ctx: Context, campaign_id: uuid.UUID, *, via: str = "own_phone", phone: str | None = None
) -> SessionView:
    """Begin a shift in an active campaign (another state: `InvalidTransition`).

    A volunteer's second shift in a campaign ends the first, and takes its open assignment and its line over.
    The limit on skipping goes along with the volunteer. Where they wait on a line in another campaign, they
    are paused there. In a dialled campaign their `phone` is rung, where
    they call by phone (`Conflict` where it may not be).
    """
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.SHIFT_RUN)
        if campaign.state != "active":
            raise InvalidTransition("Nobody is called in this campaign just now.", state=campaign.state)
        one_start_at_a_time(unit, volunteer_id(ctx))
        earlier = _latest_shift(unit, volunteer_id(ctx))
        wanted = new_shift(ctx, Beginning(volunteer_id(ctx), campaign_id, via, phone), earlier)
        shift, before, assignment = begin_shift(ctx, unit, wanted)
        rest_elsewhere(ctx, unit, shift)
        begin_line(ctx, unit, campaign, shift, before)
        ctx.audit(unit, "session.started", "session", shift.id, {"campaign_id": str(campaign_id)})
        return session_view(ctx, unit, shift, assignment)


def get_session(ctx: Context, session_id: uuid.UUID) -> SessionView:
    """A shift as it stands."""
    with ctx.unit() as unit:
        shift = reach_shift(ctx, unit, session_id)
        return session_view(ctx, unit, shift, open_assignment(unit, shift.id))


def in_hand(ctx: Context, session_id: uuid.UUID) -> uuid.UUID | None:
    """The assignment that is open in a shift, if there is one."""
    with ctx.unit() as unit:
        assignment = open_assignment(unit, reach_shift(ctx, unit, session_id).id)
        return assignment.id if assignment else None


def current_session(ctx: Context, campaign_id: uuid.UUID | None = None) -> SessionView | None:
    """The actor's own latest open shift (in this campaign), if there is one."""
    with ctx.unit() as unit:
        query = (
            select(Shift)
            .where(
                Shift.organisation_id == unit.organisation_id,
                Shift.account_id == volunteer_id(ctx),
                Shift.state != "ended",
            )
            .order_by(Shift.started_at.desc(), Shift.id.desc())
            .limit(1)
        )
        if campaign_id is not None:
            query = query.where(Shift.campaign_id == campaign_id)
        shift = unit.session.scalar(query)
        return session_view(ctx, unit, shift, open_assignment(unit, shift.id)) if shift else None


@again_after_deadlock
def heartbeat(ctx: Context, session_id: uuid.UUID) -> SessionView:
    """The volunteer is still there: the lease of what they have open begins anew."""
    with ctx.unit() as unit:
        shift = _living(reach_shift(ctx, unit, session_id, lock=True))
        return session_view(ctx, unit, shift, hear_from(ctx, unit, shift))


@again_after_deadlock
def pause_session(ctx: Context, session_id: uuid.UUID, *, length: dt.timedelta | None = None) -> SessionView:
    """Nobody new is handed out until the shift goes on; what is open stays. Again: no change. After a
    `length` it goes on by itself; with somebody in hand that begins once they are done with them.
    """
    with ctx.unit() as unit:
        shift = _living(reach_shift(ctx, unit, session_id, lock=True))
        rest(unit, shift, ctx.now, length)
        return session_view(ctx, unit, shift, hear_from(ctx, unit, shift))


@again_after_deadlock
def resume_session(ctx: Context, session_id: uuid.UUID) -> SessionView:
    """Go on after a pause. Again: no change."""
    with ctx.unit() as unit:
        shift = _living(reach_shift(ctx, unit, session_id, lock=True))
        assignment = hear_from(ctx, unit, shift)
        move(unit, shift, ctx.now, state_with(unit, assignment))
        ask_to_call_in(ctx, unit, shift)
        return session_view(ctx, unit, shift, assignment)


@again_after_deadlock
def end_session(ctx: Context, session_id: uuid.UUID) -> SessionView:
    """End the shift; what was open is due at once. Again: no change."""
    with ctx.unit() as unit:
        shift = reach_shift(ctx, unit, session_id, lock=True)
        if shift.state != "ended":
            end_shift(ctx, unit, shift)
            ctx.audit(unit, "session.ended", "session", shift.id)
        return session_view(ctx, unit, shift, None)


def let_go_on(ctx: Context, session_id: uuid.UUID) -> SessionView:
    """A coordinator lets a volunteer go on who skipped too much; counting begins anew."""
    with ctx.unit() as unit:
        shift = reach_shift(ctx, unit, session_id, lock=True)
        reach_campaign(ctx, unit, shift.campaign_id, Permission.VOLUNTEER_MANAGE)
        shift.limited_since, shift.limits_from = None, ctx.now
        ctx.audit(unit, "session.let_go_on", "session", shift.id)
        return session_view(ctx, unit, shift, open_assignment(unit, shift.id))


def hear_from(ctx: Context, unit: UnitOfWork, shift: Shift) -> Assignment | None:
    """Note a sign of life of a shift (locked): its open assignment's lease begins anew, unless it ran out."""
    return renew_lease(ctx, unit, shift, open_assignment(unit, shift.id))


def renew_lease(
    ctx: Context, unit: UnitOfWork, shift: Shift, assignment: Assignment | None
) -> Assignment | None:
    """The same for an assignment that is known. Who holds the shift's lock holds that of what it has open.

    While a call for it is under way it stays in their hands, whenever they were heard of last. Where the
    campaign is over it isn't prolonged: a shift that is to end does.
    """
    shift.last_seen_at = ctx.now
    if assignment is None:
        return None
    if assignment.expires_at <= ctx.now and not is_on_the_phone(unit, assignment.id):
        give_back(ctx, unit, [assignment])
        unit.session.refresh(shift)
        return None
    if shift.end_reason is not None:
        return assignment
    campaign = unit.session.get_one(Campaign, (unit.organisation_id, shift.campaign_id))
    assignment.expires_at = lease_ends(ctx.now, campaign.assignment_timeout_s)
    return assignment


def session_view(ctx: Context, unit: UnitOfWork, shift: Shift, assignment: Assignment | None) -> SessionView:
    """A shift as it is shown."""
    company = supervising.beside(unit, shift.id)
    return SessionView(
        id=shift.id,
        campaign_id=shift.campaign_id,
        volunteer_id=shift.account_id,
        state=shift.state,
        via=shift.via,
        calls=shift.calls,
        talks=shift.talks,
        started_at=shift.started_at,
        assignment_id=assignment.id if assignment else None,
        limited=shift.limited_since is not None,
        pause_reason=shift.pause_reason,
        moving_to=shift.moving_to,
        moved_to=shift.moved_to,
        stayed_from=shift.stayed_from,
        rests_until=shift.rests_until,
        end_reason="moved" if shift.moved_to else shift.end_reason,
        line=line_view(ctx, unit, shift),
        talk=talk_view(unit, shift),
        help=help_in(company),
        supervision=supervised_in(company),
    )


@dataclass(frozen=True, slots=True)
class Counts:
    """What a volunteer has done by now."""

    calls: int
    talks: int


def counts_so_far(ctx: Context, session_id: uuid.UUID) -> Counts:
    """The counts of a shift, with those of the shifts that led on to it as its volunteer was moved."""
    with ctx.unit() as unit:
        shift = reach_shift(ctx, unit, session_id)
        query = select(Shift.id, Shift.moved_to, Shift.calls, Shift.talks).where(
            Shift.organisation_id == unit.organisation_id,
            Shift.account_id == shift.account_id,
            Shift.started_at > shift.started_at - EVENING,
        )
        rows = unit.session.execute(query).all()
        chain = {shift.id}
        while more := {row.id for row in rows if row.moved_to in chain} - chain:
            chain |= more
        mine = [row for row in rows if row.id in chain]
        return Counts(sum(row.calls for row in mine), sum(row.talks for row in mine))


def _living(shift: Shift) -> Shift:
    if shift.state == "ended":
        raise InvalidTransition("This shift is over. Start another one.", state="ended")
    return shift


def _latest_shift(unit: UnitOfWork, account_id: uuid.UUID) -> Shift | None:
    return unit.session.scalar(
        select(Shift)
        .where(Shift.organisation_id == unit.organisation_id, Shift.account_id == account_id)
        .order_by(Shift.started_at.desc(), Shift.id.desc())
        .limit(1)
    )
