"""A campaign ends: nobody who talks is cut off, and nobody who answers finds nobody there (contract §5, §6).

Nothing new starts. A shift ends at once where nobody is on the phone for it. One with somebody on the line,
or who writes up what came of it, goes on with that and ends by itself afterwards; and while the dialler's
last calls ring, whoever waits on the line stays for who may answer them. Whoever is to go on in another
campaign does so, once they are done with whom they have in hand. All of it has an end: a talk its own, what
follows the lease, which isn't prolonged any more, and the ringing `RUNG_OUT_WITHIN`.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from dialer.domain.access import Permission
from dialer.domain.shift import CAMPAIGN_OVER, RUNG_OUT_WITHIN, waits
from dialer.services.calling.call_jobs import ask_to_move
from dialer.services.calling.leases import end_shift
from dialer.services.calling.reach import open_assignment, reach_campaign, volunteer_id
from dialer.services.calling.sessions import session_view
from dialer.services.calling.views import SessionView
from dialer.services.context import Context
from dialer.store.models.calling import Assignment, Campaign, Shift
from dialer.store.queries import dialled
from dialer.store.queries.calls import is_on_the_phone, was_dialled
from dialer.store.session import UnitOfWork

TOLD_FOR: Final = dt.timedelta(hours=12)
"""So long a volunteer's page says that the campaign is over, unless they go on."""


def end_with_campaign(ctx: Context, unit: UnitOfWork, campaign: Campaign) -> None:
    """End every open shift of a campaign that has just ended, or have it end as soon as it may."""
    for shift in lock_open_shifts(unit, campaign):
        shift.end_reason = CAMPAIGN_OVER
        if shift.moving_to is not None:
            ask_to_move(ctx, unit, shift)
        end_if_done(ctx, unit, shift, campaign)


def lock_open_shifts(unit: UnitOfWork, campaign: Campaign) -> Sequence[Shift]:
    """The open shifts of a campaign, locked in one order."""
    query = select(Shift).where(
        Shift.organisation_id == unit.organisation_id,
        Shift.campaign_id == campaign.id,
        Shift.state != "ended",
    )
    return unit.session.scalars(query.order_by(Shift.id).with_for_update()).all()


def end_if_done(ctx: Context, unit: UnitOfWork, shift: Shift, campaign: Campaign) -> bool:
    """End a shift (locked) whose campaign is over, unless somebody is still to be spoken with or written up,
    or its volunteer goes on elsewhere (`moving.follow`); whether it ended.
    """
    if shift.moving_to is not None:
        return False
    if is_in_talk(unit, shift) or _may_be_answered(ctx, unit, shift, campaign):
        return False
    end_shift(ctx, unit, shift)
    return True


def is_in_talk(unit: UnitOfWork, shift: Shift) -> bool:
    """Whether somebody is on the phone for a shift, or was and is written up. Who calls on a phone of their
    own may be in a talk too, but nobody could cut that off.
    """
    if dialled.leg_on_line_of(unit, shift.id) is not None:
        return True
    assignment = open_assignment(unit, shift.id)
    if assignment is None:
        return False
    return is_on_the_phone(unit, assignment.id) or was_dialled(unit, assignment.id)


def _may_be_answered(ctx: Context, unit: UnitOfWork, shift: Shift, campaign: Campaign) -> bool:
    if not waits(shift.state, shift.line_state) or campaign.ended_at is None:
        return False
    return ctx.now < campaign.ended_at + RUNG_OUT_WITHIN and dialled.rings(unit, campaign.id)


@dataclass(frozen=True, slots=True)
class Farewell:
    """A shift that ended with its campaign. `assignment_id`: whom its volunteer had in hand, on a phone of
    their own, and of whom they may still say what came of it.
    """

    shift: SessionView
    assignment_id: uuid.UUID | None


def farewell_of(ctx: Context) -> Farewell | None:
    """The actor's latest shift, where it ended with its campaign not long ago."""
    with ctx.unit() as unit:
        query = select(Shift).where(
            Shift.organisation_id == unit.organisation_id, Shift.account_id == volunteer_id(ctx)
        )
        shift = unit.session.scalar(query.order_by(Shift.started_at.desc(), Shift.id.desc()).limit(1))
        if shift is None or not _ended_with_campaign(shift, ctx.now):
            return None
        return Farewell(session_view(ctx, unit, shift, None), _left_unsaid(ctx, unit, shift))


def _ended_with_campaign(shift: Shift, now: dt.datetime) -> bool:
    if shift.end_reason != CAMPAIGN_OVER or shift.moved_to is not None or shift.ended_at is None:
        return False
    return now < shift.ended_at + TOLD_FOR


def _left_unsaid(ctx: Context, unit: UnitOfWork, shift: Shift) -> uuid.UUID | None:
    """Whom the end of the shift took out of their hands, for as long as they would have kept them."""
    campaign = unit.session.get_one(Campaign, (unit.organisation_id, shift.campaign_id))
    kept = dt.timedelta(seconds=campaign.assignment_timeout_s)
    query = select(Assignment.id).where(
        Assignment.organisation_id == unit.organisation_id,
        Assignment.account_id == shift.account_id,
        Assignment.shift_id == shift.id,
        Assignment.state == "expired",
        Assignment.closed_at == shift.ended_at,
        Assignment.closed_at > ctx.now - kept,
    )
    return unit.session.scalar(query.limit(1))


def count_talks(ctx: Context, campaign_id: uuid.UUID) -> int:
    """How many talks are under way in a campaign, or are written up: those that its end lets finish."""
    with ctx.unit() as unit:
        reach_campaign(ctx, unit, campaign_id, Permission.CAMPAIGN_MANAGE)
        return dialled.count_in_talk(unit, campaign_id)
