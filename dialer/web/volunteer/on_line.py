"""Pages for whoever is on a line of their own, waiting for people who are dialled: nobody in hand now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, render_template
from flask_babel import gettext

from dialer.domain.access import Permission
from dialer.domain.errors import NotFound
from dialer.domain.line import ELSEWHERE, LINE_LOST, NOT_ANSWERED, UNSEEN
from dialer.domain.phone import written
from dialer.services.calling.campaigns import get_campaign
from dialer.services.calling.company import Company, company_of
from dialer.services.calling.sessions import counts_so_far, current_session, heartbeat
from dialer.services.calling.views import AssignmentView, LineView, SessionView
from dialer.services.context import Context
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.streams.opening import open_session_stream
from dialer.web.volunteer import rooms
from dialer.web.volunteer.line import shown
from dialer.web.volunteer.softphone import is_here, offer_browser

on_line = Blueprint("on_line", __name__, url_prefix="/call")

WAITING: Final = "waiting"
PAUSED: Final = "paused"


@dataclass(frozen=True, slots=True)
class Waiting:
    """The bar's state and its three lines; how to be on the line; company, and the caller's own counts.

    `here`: the line is in this browser; `browser`: it may be had here; `recorded`: what was saved before the
    pause.
    """

    state: str
    small: str
    who: str
    sub: str
    shown: str
    line: str
    pin: str
    numbers: list[str]
    company: Company
    calls: int
    talks: int
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
    state, small, who, sub = _bar(now, line, company, here=here)
    page = Waiting(
        state=state,
        small=small,
        who=who,
        sub=sub,
        shown=shown(now, line, ctx.now),
        line=line.state,
        pin=line.pin,
        numbers=[written(number) for number in line.numbers],
        company=company,
        calls=done.calls,
        talks=done.talks,
        here=here,
        browser=line.state == "none" and offer_browser(),
        recorded=rooms.recorded(ctx, last) if last is not None and _is_own_pause(now) else None,
    )
    return render_template("volunteer/on_line.html", page=page, campaign_name=campaign.name)


def _bar(shift: SessionView, line: LineView, company: Company, *, here: bool) -> tuple[str, str, str, str]:
    if here and line.state != "open" and not _rests(shift):
        joins = gettext("Putting you on the line")
        return WAITING, str(joins), str(gettext("One moment")), str(gettext("In this browser"))
    if line.state == "ringing":
        rings = gettext("We’re ringing your phone")
        return WAITING, str(rings), str(gettext("Pick up")), str(gettext("Stay on the line between calls"))
    if shift.state == "paused":
        return PAUSED, str(gettext("You’re paused")), str(gettext("Take your time")), _why_paused(shift)
    if line.state != "open":
        off = gettext("You’re not on the line")
        return PAUSED, str(off), str(gettext("Join the line")), str(gettext("Then people are put through"))
    small, who = gettext("Waiting for someone to answer"), gettext("Next call soon")
    return WAITING, str(small), str(who), _usual(company)


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
