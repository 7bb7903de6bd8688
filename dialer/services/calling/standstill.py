"""Why nobody is put through to a volunteer who waits on their line: what their page says instead of “next
call soon”, which would be untrue.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from dialer.domain.access import Permission
from dialer.domain.dialling import Still, stands_still
from dialer.domain.quiet_hours import quiet_until
from dialer.domain.shift import waits
from dialer.services.calling.facts import calling_rules
from dialer.services.calling.pacing_view import SILENT_AFTER, still_of
from dialer.services.calling.reach import reach_campaign
from dialer.services.calling.views import SessionView
from dialer.services.context import Context
from dialer.store.models.calling import Campaign
from dialer.store.models.pacing import PacerLease
from dialer.store.queries import dialling


@dataclass(frozen=True, slots=True)
class Standstill:
    """Why, and until when, where a clock says that. `mark` changes with it: for pages that show it."""

    why: Still
    until: dt.datetime | None = None

    @property
    def mark(self) -> str:
        """In a word."""
        return self.why.value


def standstill_of(ctx: Context, shift: SessionView) -> Standstill | None:
    """What keeps the dialler from ringing anybody for a shift that waits on its line; None where it rings, or
    where the shift doesn't wait.
    """
    if shift.line is None or not waits(shift.state, shift.line.state):
        return None
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, shift.campaign_id, Permission.SHIFT_RUN)
        lease = unit.session.get(PacerLease, (unit.organisation_id, campaign.id))
        why = still_of(ctx, unit, campaign, lease, on_line={"ready": 1})
        if why is None or not stands_still(why, ringing=dialling.lines(unit, campaign.id).ringing):
            return None
        if why is Still.NO_PACER and ctx.now - shift.started_at < SILENT_AFTER:
            return None  # it comes within a second of the first volunteer
        return Standstill(why, _until(campaign, ctx.now) if why is Still.QUIET_HOURS else None)


def with_standstill(ctx: Context, shift: SessionView) -> SessionView:
    """A shift with the word for it, where it waits in vain."""
    still = standstill_of(ctx, shift)
    return shift if still is None else replace(shift, standstill=still.mark)


def _until(campaign: Campaign, now: dt.datetime) -> dt.datetime | None:
    rules = calling_rules(campaign)
    return quiet_until(now, rules.hours, (rules.zone,))
