"""Pages for whoever is on a line of their own, waiting for people who are dialled: nobody in hand now."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, render_template
from flask_babel import gettext

from dialer.domain.access import Permission
from dialer.domain.errors import NotFound
from dialer.domain.line import ELSEWHERE, LINE_LOST, NOT_ANSWERED, UNSEEN
from dialer.domain.phone import written
from dialer.services.calling.campaigns import get_campaign
from dialer.services.calling.company import Company, Team, company_of, team_today
from dialer.services.calling.sessions import counts_so_far, current_session, heartbeat
from dialer.services.calling.standstill import Standstill, standstill_of
from dialer.services.calling.views import AssignmentView, CampaignView, LineView, SessionView
from dialer.services.context import Context
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.softphone import offer_browser
from dialer.web.streams.opening import open_session_stream
from dialer.web.volunteer import rooms
from dialer.web.volunteer.line import shown
from dialer.web.volunteer.line_join import dials_in
from dialer.web.volunteer.resting import paused_words, rests_s
from dialer.web.volunteer.softphone import is_here
from dialer.web.volunteer.standstill_words import why_still

on_line = Blueprint("on_line", __name__, url_prefix="/call")

WAITING: Final = "waiting"
PAUSED: Final = "paused"


@dataclass(frozen=True, slots=True)
class Waiting:
    """The bar's state and its three lines; how to be on the line; company, and the caller's own counts.

    `here`: the line is in this browser; `browser`: it may be had here; `recorded`: what was saved before the
    pause; `is_held_up`: nobody is about to be put through; `rests_s`: so many seconds until they go on;
    `team`: what all of them did today, where the campaign has a goal or a leaderboard;
    `rings`: the number that they ring, who chose to ring in.
    """

    state: str
    small: str
    who: str
    sub: str
    is_held_up: bool
    rests_s: int | None
    shown: str
    line: str
    pin: str
    numbers: list[str]
    rings: str
    company: Company
    calls: int
    talks: int
    team: Team | None
    here: bool
    browser: bool
    recorded: rooms.Recorded | None


def waiting(ctx: Context, shift: SessionView, line: LineView, last: AssignmentView | None = None) -> str:
    """The page of somebody on a line of their own, with nobody in hand. Looking at it is a sign of life. In a
    pause of their own the `last` result stands on it, which can still be taken back.
    """
    now = heartbeat(ctx, shift.id)
    campaign = get_campaign(ctx, now.campaign_id)
    company = company_of(ctx, campaign.id)
    here, done = is_here(now), counts_so_far(ctx, now.id)
    still = standstill_of(ctx, now)
    around = Around(company, campaign, ctx.now, still, here=here)
    state, small, who, sub = _bar(now, line, around)
    page = Waiting(
        state=state,
        small=small,
        who=who,
        sub=sub,
        is_held_up=still is not None or now.end_reason is not None,
        rests_s=rests_s(now, ctx.now),
        shown=shown(now, line, ctx.now, still),
        line=line.state,
        pin=line.pin or "",
        numbers=[written(number) for number in line.numbers],
        rings=line.numbers[0] if line.numbers and dials_in(now) else "",
        company=company,
        calls=done.calls,
        talks=done.talks,
        team=team_today(ctx, campaign.id) if campaign.talks_goal or campaign.leaderboard else None,
        here=here,
        browser=line.state == "none" and offer_browser(),
        recorded=rooms.recorded(ctx, last) if last is not None and _is_own_pause(now) else None,
    )
    return render_template("volunteer/on_line.html", page=page, campaign_name=campaign.name)


@dataclass(frozen=True, slots=True)
class Around:
    """What a volunteer on their line waits among: who else does, in what campaign, and what holds it up."""

    company: Company
    campaign: CampaignView
    now: dt.datetime
    still: Standstill | None
    here: bool


def _bar(shift: SessionView, line: LineView, around: Around) -> tuple[str, str, str, str]:
    if around.here and line.state != "open" and not _rests(shift):
        joins = gettext("Putting you on the line")
        return WAITING, str(joins), str(gettext("One moment")), str(gettext("In this browser"))
    if line.state == "ringing":
        rings = gettext("We’re ringing your phone")
        return WAITING, str(rings), str(gettext("Pick up")), str(gettext("Stay on the line between calls"))
    if shift.state == "paused":
        return PAUSED, *paused_words(shift, around.campaign.timezone, _why_paused(shift))
    if line.state != "open":
        joins = gettext("Ring in") if dials_in(shift) else gettext("Join the line")
        off = gettext("You’re not on the line")
        return PAUSED, str(off), str(joins), str(gettext("Then people are put through"))
    return WAITING, *_waits(shift, around)


def _waits(shift: SessionView, around: Around) -> tuple[str, str, str]:
    """What they wait for, or why nobody comes."""
    if shift.end_reason is not None:
        ends, stay = gettext("The calls are ending"), gettext("Then your shift ends by itself")
        return str(ends), str(gettext("Somebody may still answer")), str(stay)
    if around.still is not None:
        return why_still(around.still, around.campaign, around.now)
    small, who = gettext("Waiting for someone to answer"), gettext("Next call soon")
    return str(small), str(who), _usual(around.company)


def _is_own_pause(shift: SessionView) -> bool:
    return shift.state == "paused" and shift.pause_reason is None


def _rests(shift: SessionView) -> bool:
    """Whether they are paused for anything but the line, which is back as soon as the browser has it."""
    return shift.state == "paused" and shift.pause_reason not in {LINE_LOST, NOT_ANSWERED}


def _usual(company: Company) -> str:
    if company.usual_wait_s is None:
        return ""
    least, most = company.usual_wait_s
    return str(gettext("Usually %(least)s to %(most)s seconds", least=least, most=most))


def _why_paused(shift: SessionView) -> str:
    words = {
        LINE_LOST: gettext("Your line was lost. Join it again, and go on."),
        NOT_ANSWERED: gettext("Your phone wasn’t picked up."),
        UNSEEN: gettext("We haven’t heard of you for a while."),
        ELSEWHERE: gettext("You went on in another campaign."),
    }
    return str(words.get(shift.pause_reason or "", gettext("Nobody will be put through")))


@on_line.get("/stream")
@allow(Permission.SHIFT_RUN)
def stream() -> Response:
    """The stream of `GET /api/v1/sessions/{id}/stream` for the page, with a cookie in place of a token."""
    now = current_session(context())
    if now is None:
        raise NotFound
    return open_session_stream(now.id)
