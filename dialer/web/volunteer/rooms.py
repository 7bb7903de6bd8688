"""The call screen's pages where nobody is in hand: idle, waiting, paused, saved, ended."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import render_template
from flask_babel import gettext

from dialer.domain.dialling import DIALLED_MODES
from dialer.domain.languages import SPOKEN
from dialer.domain.quiet_hours import QuietHours, quiet_until
from dialer.domain.talk import Talk
from dialer.services.accounts.my_languages import my_languages
from dialer.services.accounts.practising import is_first_time
from dialer.services.calling.campaigns import get_campaign, list_campaigns
from dialer.services.calling.company import Team, team_today
from dialer.services.calling.sessions import counts_so_far
from dialer.services.calling.views import AssignmentView, CampaignView, SessionView
from dialer.services.context import Context
from dialer.services.messaging.conversation_pool import waits_for
from dialer.services.messaging.first_texts import has_texts_to_send
from dialer.services.paging import Page
from dialer.web.house import current_organisation
from dialer.web.outcome_names import outcome_name
from dialer.web.volunteer import screen
from dialer.web.volunteer.line import shown_paused
from dialer.web.volunteer.outcomes import follows, is_reached
from dialer.web.volunteer.reports import callback_at, note_most
from dialer.web.volunteer.resting import paused_words, rests_s
from dialer.web.volunteer.standstill_words import nobody_words, quiet_words, stopped_words
from dialer.web.words import moment

CAMPAIGNS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Idle:
    """Before the first call of a shift, or between calls after a reload in another browser."""

    campaigns: list[tuple[str, str]]
    campaign_id: str
    sub: str
    calls: int
    on_shift: bool
    demo: bool
    rings: str = "them"
    """Who rings: `them`, from their own phone; `us`; or `both`, by the campaign."""
    to_answer: tuple[int, int] = (0, 0)
    first_texts: bool = False
    """How many wait for their own answer by text, and how many others that they may take."""
    speaks: list[str] = field(default_factory=list)
    first_time: bool = False
    """Whether they have neither practised nor called yet: practice comes first."""


@dataclass(frozen=True, slots=True)
class Resting:
    """Waiting or paused: three lines in the bar, and the caller's own counts."""

    small: str
    who: str
    sub: str
    calls: int
    talks: int
    rests_s: int | None = None
    shown: str = ""
    team: Team | None = None
    """What all of them did today, where the page says so."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was just saved, in words."""

    assignment_id: uuid.UUID
    first: str
    full: str
    what: str
    then: str
    notes: str
    most: int
    """How long its note may be."""


@dataclass(frozen=True, slots=True)
class Saved:
    """After a result. `quiet` leaves out cheer and counts."""

    quiet: bool
    caller: str
    calls: int
    talks: int
    recorded: Recorded
    shown: str = ""
    """What the page stands for while the next person may be put through at any moment (`on_line.shown`)."""


@dataclass(frozen=True, slots=True)
class Over:
    """After the end of a campaign. `others`: whether another one of theirs calls."""

    caller: str
    campaign: str
    calls: int
    talks: int
    recorded: Recorded | None
    others: bool
    team: Team


def idle(ctx: Context, shift: SessionView | None = None) -> str:
    """The page to start from."""
    active = _calling_now(ctx)
    campaigns = [(str(one.id), one.name) for one in active]
    page = Idle(
        campaigns=campaigns,
        campaign_id=str(shift.campaign_id) if shift else "",
        sub=active[0].name if len(active) == 1 else "",
        calls=counts_so_far(ctx, shift.id).calls if shift else 0,
        on_shift=shift is not None,
        demo=current_organisation().demo and all(_has_no_night(one) for one in active),
        rings=_who_rings(active),
        to_answer=waits_for(ctx),
        first_texts=has_texts_to_send(ctx),
        speaks=my_languages(ctx),
        first_time=shift is None and is_first_time(ctx),
    )
    return render_template("volunteer/idle.html", page=page, campaign_name=page.sub, spoken=SPOKEN)


def _who_rings(active: Sequence[CampaignView]) -> str:
    dialled = {one.dialing_mode in DIALLED_MODES for one in active}
    return "both" if len(dialled) > 1 else "us" if dialled == {True} else "them"


def _has_no_night(campaign: CampaignView) -> bool:
    """Whether quiet hours are off: in the demo, the mark of a campaign whose people are made up."""
    return campaign.quiet_start == campaign.quiet_end


def _calling_now(ctx: Context) -> list[CampaignView]:
    return [one for one in list_campaigns(ctx, Page(CAMPAIGNS_SHOWN)).items if one.state == "active"]


def waiting(ctx: Context, shift: SessionView, reason: str) -> str:
    """Nobody may be rung at this moment: why, and what happens to the shift."""
    campaign = get_campaign(ctx, shift.campaign_id)
    small, who, sub = _why_nobody(reason, campaign, ctx.now)
    done = counts_so_far(ctx, shift.id)
    page = Resting(small, who, sub, done.calls, done.talks, team=team_today(ctx, campaign.id))
    return render_template("volunteer/waiting.html", page=page, campaign_name=campaign.name)


def _why_nobody(reason: str, campaign: CampaignView, now: dt.datetime) -> tuple[str, str, str]:
    if reason == "quiet_hours":
        until = quiet_until(now, QuietHours(campaign.quiet_start, campaign.quiet_end), (campaign.timezone,))
        return quiet_words(until, campaign.timezone, now)
    return stopped_words() if reason in ("all_paused", "campaign_paused") else nobody_words()


def paused(ctx: Context, shift: SessionView) -> str:
    """Take your time."""
    campaign = get_campaign(ctx, shift.campaign_id)
    done = counts_so_far(ctx, shift.id)
    small, who, sub = paused_words(shift, campaign.timezone, str(gettext("Nobody will be put through")))
    page = Resting(small, who, sub, done.calls, done.talks, rests_s(shift, ctx.now), shown_paused(shift))
    return render_template("volunteer/paused.html", page=page, campaign_name=campaign.name)


def campaign_over(ctx: Context, shift: SessionView, last: AssignmentView | None) -> str:
    """The campaign has ended, and with it the shift: thank you, and what was saved last."""
    campaign = get_campaign(ctx, shift.campaign_id)
    done = counts_so_far(ctx, shift.id)
    page = Over(
        caller=ctx.actor.name,
        campaign=campaign.name,
        calls=done.calls,
        talks=done.talks,
        recorded=recorded(ctx, last) if last and last.campaign_id == campaign.id else None,
        others=bool(_calling_now(ctx)),
        team=team_today(ctx, campaign.id),
    )
    return render_template("volunteer/campaign_over.html", page=page, campaign_name=campaign.name)


def ended(ctx: Context, shift: SessionView) -> str:
    """Thank you, and what the shift came to."""
    campaign = get_campaign(ctx, shift.campaign_id)
    done = counts_so_far(ctx, shift.id)
    page = Resting("", ctx.actor.name, "", done.calls, done.talks, team=team_today(ctx, campaign.id))
    return render_template("volunteer/ended.html", page=page, campaign_name=campaign.name)


def saved(ctx: Context, shift: SessionView, last: AssignmentView, shown: str = "") -> str:
    """What was just recorded, with Undo and the way on."""
    campaign = get_campaign(ctx, last.campaign_id)
    told = Talk.of(last.draft, str(last.contact.id))
    slug = told.heard().disposition or "contacted"
    done = counts_so_far(ctx, shift.id)
    page = Saved(
        quiet=slug == "deceased",
        caller=ctx.actor.name,
        calls=done.calls,
        talks=done.talks,
        recorded=_recorded(last, told, slug, campaign),
        shown=shown,
    )
    here = campaign if shift.campaign_id == campaign.id else get_campaign(ctx, shift.campaign_id)
    return render_template("volunteer/saved.html", page=page, campaign_name=here.name)


def recorded(ctx: Context, last: AssignmentView) -> Recorded:
    """What was saved last, in words."""
    told = Talk.of(last.draft, str(last.contact.id))
    slug = told.heard().disposition or "contacted"
    return _recorded(last, told, slug, get_campaign(ctx, last.campaign_id))


def _recorded(last: AssignmentView, told: Talk, slug: str, campaign: CampaignView) -> Recorded:
    person = screen.speaker(last, told)
    return Recorded(
        assignment_id=last.id,
        first=screen.first_name(person),
        full=screen.full_name(person),
        what=_in_words(last, told, slug),
        then=_follows(last, told, slug, campaign),
        notes=told.notes,
        most=note_most(told),
    )


def _follows(last: AssignmentView, told: Talk, slug: str, campaign: CampaignView) -> str:
    at = callback_at(told, campaign.timezone) if slug == "callback" else None
    if at:
        return str(gettext("Rung again: %(when)s.", when=moment(at, campaign.timezone)))
    if slug == "do_not_call" and told.heard().no_texts:
        return str(gettext("Nobody here rings or texts this number again."))
    return follows(slug, campaign.max_attempts - last.attempt, answered=bool(told.heard().answers))


def _in_words(last: AssignmentView, told: Talk, slug: str) -> str:
    answers = screen.answers_in_words(last, told) if is_reached(slug) else []
    return " · ".join([outcome_name(slug), *answers])
