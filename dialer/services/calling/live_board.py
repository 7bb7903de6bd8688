"""The live board of one campaign: is it lawful now, is it working, will we finish, who needs help."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Final

from sqlalchemy import Row

from dialer.domain import live_board as rules
from dialer.domain.access import Permission, Role
from dialer.domain.live_board import Caller, Finish, Lawful, Need, Outlook, Pace, Working
from dialer.domain.quiet_hours import QuietHours, is_quiet, quiet_until
from dialer.services.calling.left import Left, numbers_left
from dialer.services.calling.reach import reach_campaign
from dialer.services.context import Context
from dialer.store.models.accounts import Organisation
from dialer.store.models.calling import Campaign
from dialer.store.models.gotv import CampaignMinute
from dialer.store.queries import live_board as queries
from dialer.store.session import UnitOfWork

SPELL: Final = dt.timedelta(minutes=5)
"""One bar of the chart."""
LATELY: Final = dt.timedelta(hours=1)
SHOWN: Final = 2 * LATELY


@dataclass(frozen=True, slots=True)
class Spell:
    """Five minutes of calling; the last one is still going on."""

    at: dt.datetime
    attempts: int
    talks: int


@dataclass(frozen=True, slots=True)
class Hours:
    """When people may be rung, on the campaign's own clocks. `quiet_until` is set while they may not."""

    quiet: QuietHours
    zone: str
    quiet_until: dt.datetime | None
    end: dt.datetime | None

    @property
    def off(self) -> bool:
        """Whether there are no quiet hours at all."""
        return self.quiet.start == self.quiet.end


@dataclass(frozen=True, slots=True)
class LiveBoard:
    """Everything that the board of one campaign shows, as of `at`."""

    at: dt.datetime
    lawful: Lawful
    hours: Hours
    callers: Mapping[str, int]
    """Open shifts by their state."""
    lately: Pace
    before: Pace
    working: Working
    talk_every: dt.timedelta | None
    spells: Sequence[Spell]
    due: int
    """Numbers to be tried before the hours end."""
    resting: int
    """Numbers whose turn comes later."""
    outlook: Outlook
    needs: Sequence[Need]

    @property
    def caller_count(self) -> int:
        """How many volunteers are on a shift."""
        return sum(self.callers.values())


def live_board(ctx: Context, campaign_id: uuid.UUID) -> LiveBoard:
    """Read the board. It names volunteers, so it is for those who look after them."""
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.VOLUNTEER_READ)
        hours = _hours(campaign, ctx.now)
        spells = _spells(queries.minutes_since(unit, campaign_id, _first_spell(ctx.now)), ctx.now)
        callers = [_caller(row) for row in queries.open_shifts(unit, campaign_id)]
        calling = [caller for caller in callers if caller.state not in ("paused", "ended")]
        lately, before = _paces(spells, ctx.now)
        left = _left(unit, campaign_id, hours, ctx.now)
        return LiveBoard(
            at=ctx.now,
            lawful=_lawful(unit, campaign, hours, ctx.now),
            hours=hours,
            callers=Counter(caller.state for caller in callers if caller.state != "ended"),
            lately=lately,
            before=before,
            working=rules.is_working(lately, before, len(calling)),
            talk_every=rules.talk_every(lately, len(calling)),
            spells=spells,
            due=left.due,
            resting=left.resting,
            outlook=(
                Outlook(Finish.TOO_EARLY)
                if campaign.fill_through is not None
                else rules.forecast(left.due, lately, len(calling), ctx.now, hours.end)
            ),
            needs=rules.needs(callers, ctx.now),
        )


def _left(unit: UnitOfWork, campaign_id: uuid.UUID, hours: Hours, now: dt.datetime) -> Left:
    if hours.end is None:
        return numbers_left(unit, campaign_id, "day", now + dt.timedelta(days=1), now)
    return numbers_left(unit, campaign_id, "hours", hours.end, now)


def _hours(campaign: Campaign, now: dt.datetime) -> Hours:
    quiet = QuietHours(campaign.quiet_start, campaign.quiet_end)
    zone = campaign.timezone
    return Hours(quiet, zone, quiet_until(now, quiet, (zone,)), rules.hours_end(now, quiet, zone))


def _lawful(unit: UnitOfWork, campaign: Campaign, hours: Hours, now: dt.datetime) -> Lawful:
    organisation = unit.session.get_one(Organisation, unit.organisation_id)
    return rules.is_lawful(
        campaign.state,
        all_paused=organisation.paused_at is not None,
        demo=organisation.demo,
        hours_off=hours.off,
        quiet=is_quiet(now, hours.quiet, (hours.zone,)),
    )


def _first_spell(now: dt.datetime) -> dt.datetime:
    return _spell_of(now - SHOWN + SPELL)


def _spell_of(at: dt.datetime) -> dt.datetime:
    return at.replace(minute=at.minute - at.minute % 5, second=0, microsecond=0)


def _spells(minutes: Sequence[CampaignMinute], now: dt.datetime) -> list[Spell]:
    attempts: Counter[dt.datetime] = Counter()
    talks: Counter[dt.datetime] = Counter()
    for minute in minutes:
        at = _spell_of(minute.minute.astimezone(dt.UTC))
        attempts[at] += minute.attempts
        talks[at] += minute.contacted
    starts = [_first_spell(now) + SPELL * count for count in range(SHOWN // SPELL)]
    return [Spell(at, attempts[at], talks[at]) for at in starts]


def _paces(spells: Sequence[Spell], now: dt.datetime) -> tuple[Pace, Pace]:
    """The pace of the last hour, or since the first call where that is shorter, and of the hour before."""
    half = len(spells) // 2
    began = next((spell.at for spell in spells[half:] if spell.attempts), None)
    quiet_before = not any(spell.attempts for spell in spells[:half])
    span = now - began if quiet_before and began else now - spells[half].at
    return _pace(spells[half:], span), _pace(spells[:half], LATELY)


def _pace(spells: Sequence[Spell], over: dt.timedelta) -> Pace:
    attempts = sum(spell.attempts for spell in spells)
    return Pace(attempts, sum(spell.talks for spell in spells), over)


def _caller(row: Row[Any]) -> Caller:
    refused = list(takewhile(lambda one: one == "refused", row.dispositions or ()))
    return Caller(
        id=row.account_id,
        name=row.name,
        state=row.state,
        last_seen_at=row.last_seen_at,
        first_shift=row.first_shift,
        held_up_since=row.limited_since,
        looking_since=row.looking_since,
        refusals=len(refused),
        refused_at=row.times[len(refused) - 1] if refused else None,
        asked_at=row.asked_at,
        help_reason=row.help_reason,
        help_by=row.help_by,
        is_volunteer=row.role == Role.VOLUNTEER,
    )
