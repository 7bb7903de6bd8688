"""Who calls just now: every shift by what it is doing and since when, first those who asked for help."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask import render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import NotFound, RuleBroken
from dialer.domain.line import LINE_LOST, NOT_ANSWERED, UNSEEN
from dialer.domain.supervision import AWAY
from dialer.services.calling.campaigns import get_campaign, list_campaigns
from dialer.services.calling.help_requests import close_help, take_help
from dialer.services.calling.moving import MovedView, move_sessions
from dialer.services.calling.sessions import (
    end_session,
    get_session,
    let_go_on,
    pause_session,
    resume_session,
)
from dialer.services.calling.shift_list import ListedShift, caller_name, list_shifts
from dialer.services.calling.taken_over import talks_taken_over
from dialer.services.context import Context
from dialer.services.paging import Page
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.confirming import Asking
from dialer.web.coordinator.desk_phone import desk_phone
from dialer.web.coordinator.forms import everything, said, ticked
from dialer.web.coordinator.going_back import Deed, shown_again
from dialer.web.coordinator.wording import DISPOSITION, SHIFT_STATE
from dialer.web.desk import context
from dialer.web.guard import allow, may_open
from dialer.web.notices import tell
from dialer.web.rule_words import N_
from dialer.web.words import duration, lowered

_ASKS: Final = "asks"
TARGETS_MOST: Final = 100
_RINGS: Final = "rings"
_ORDER: Final = (_ASKS, "in_call", _RINGS, "wrap_up", "assigned", "ready", "paused", "ended")
_WHY_PAUSED: Final[Mapping[str, str]] = {
    LINE_LOST: N_("the line was lost"),
    NOT_ANSWERED: N_("their phone wasn’t picked up"),
    UNSEEN: N_("not heard from"),
}
_REASON: Final[Mapping[str | None, str]] = {
    "frightened": N_("feels uneasy on a call"),
    "question": N_("has a question"),
    "technical": N_("something doesn’t work"),
    None: N_("would like help"),
}
_MODE: Final[Mapping[str, str]] = {
    "listen": N_("%(name)s listens"),
    "whisper": N_("%(name)s whispers to them"),
    "take_over": N_("%(name)s has taken over"),
}
_TALKS_ON: Final = N_("%(name)s talks on with whom they left")


@dataclass(frozen=True, slots=True)
class Group:
    """Those who do the same."""

    name: str
    words: str
    shifts: Sequence[ListedShift]


@coordinator.get("/campaigns/<uuid:campaign_id>/shifts")
@allow(Permission.VOLUNTEER_READ)
def shifts(campaign_id: uuid.UUID) -> str:
    """Everybody on a shift in a campaign."""
    return _page("coordinator/shifts.html", campaign_id)


@coordinator.get("/campaigns/<uuid:campaign_id>/shifts/now")
@allow(Permission.VOLUNTEER_READ)
def shifts_now(campaign_id: uuid.UUID) -> str:
    """The inside of that page, as it changes."""
    return _page("coordinator/_shifts.html", campaign_id)


_DEEDS: Final[Mapping[str, tuple[Deed, str]]] = {
    "help-take": (take_help, N_("They read now that you’re coming.")),
    "help-done": (close_help, N_("Thank you. It is off the list.")),
    "pause": (pause_session, N_("Paused. Nobody new is put through to them.")),
    "resume": (resume_session, N_("They carry on.")),
    "go-on": (let_go_on, N_("They can go on.")),
    "end": (end_session, N_("The shift has ended.")),
}
"""What is done with somebody's shift in one press, and what is said then."""


@coordinator.post(f"/shifts/<uuid:session_id>/<any({', '.join(map(repr, _DEEDS))}):deed>")
@allow(Permission.VOLUNTEER_MANAGE)
def do_with_shift(session_id: uuid.UUID, deed: str) -> Response:
    """Bring help, pause or let go on, or end a shift for somebody."""
    what, words = _DEEDS[deed]
    return shown_again(what, session_id, gettext(words))


@coordinator.get("/shifts/<uuid:session_id>/end")
@allow(Permission.VOLUNTEER_MANAGE)
def ask_end_shift(session_id: uuid.UUID) -> str:
    """Ask before a shift is ended for somebody."""
    ctx = context()
    shift = get_session(ctx, session_id)
    name = caller_name(ctx, session_id)
    asking = Asking(
        section="live",
        question=gettext("End the shift of %(name)s?", name=name),
        consequence=gettext("Whom they have in hand goes to somebody else. What they recorded stays."),
        action=url_for("coordinator.do_with_shift", session_id=session_id, deed="end"),
        deed=gettext("End the shift"),
        back=url_for("coordinator.shifts", campaign_id=shift.campaign_id),
        keep=gettext("Let it go on"),
    )
    return render_template("coordinator/confirm.html", asking=asking, values={}, errors={})


@coordinator.post("/campaigns/<uuid:campaign_id>/shifts/move")
@allow(Permission.VOLUNTEER_MANAGE)
def move_shifts(campaign_id: uuid.UUID) -> Response:
    """Have those who were ticked, or everybody, go on in another campaign."""
    ctx = context()
    to, ids = _id(said("to")), [_id(one) for one in request.form.getlist("shift")]
    if not ids and not ticked("all"):
        tell(gettext("Tick who is to go."), "warn")
    else:
        try:
            _tell_moved(move_sessions(ctx, campaign_id, to, None if ticked("all") else ids))
        except RuleBroken as refusal:
            tell(gettext(refusal.detail), "warn")
    return Response(status=303, headers={"Location": url_for("coordinator.shifts", campaign_id=campaign_id)})


def _id(written: str) -> uuid.UUID:
    """An id that a form names; anything else isn't there."""
    try:
        return uuid.UUID(written)
    except ValueError:
        raise NotFound from None


def _tell_moved(found: MovedView) -> None:
    if found.moved or found.after_call:
        tell(
            gettext("%(now)s moved now, %(later)s after their call.", now=found.moved, later=found.after_call)
        )
    if found.refused:
        reasons = sorted({gettext(why) for _, why in found.refused})
        left = ngettext("One stays.", "%(num)s stay.", len(found.refused))
        tell(f"{left} {' '.join(reasons)}", "warn")


def _page(template: str, campaign_id: uuid.UUID) -> str:
    ctx = context()
    campaign = get_campaign(ctx, campaign_id)
    found = everything(lambda page: list_shifts(ctx, campaign_id, page))
    return render_template(
        template,
        campaign=campaign,
        count=sum(shift.state != "ended" for shift in found),
        groups=_groups(found),
        at=ctx.now,
        does=lambda shift: _does(shift, ctx.now),
        speaks=lambda shift: _speaks(shift, ctx.now),
        last=_last,
        asks=_asks,
        beside=_beside,
        me=ctx.actor.account_id,
        targets=_targets(ctx, campaign_id),
        desk=desk_phone(ctx, found),
        taken=talks_taken_over(ctx, campaign_id) if ctx.actor.may(Permission.CALL_SUPERVISE) else [],
        outcome=lambda slug: lowered(str(gettext(DISPOSITION[slug]))),
        zone=campaign.timezone,
    )


def _targets(ctx: Context, campaign_id: uuid.UUID) -> list[tuple[str, str]]:
    """Where people may go on, for whoever may send them."""
    if not may_open("coordinator.move_shifts", "POST"):
        return []
    found = list_campaigns(ctx, Page(TARGETS_MOST)).items
    return [(str(one.id), one.name) for one in found if one.state == "active" and one.id != campaign_id]


def _groups(found: Sequence[ListedShift]) -> list[Group]:
    """In each group whoever has been there longest comes first."""
    groups: dict[str, list[ListedShift]] = {name: [] for name in _ORDER}
    for shift in sorted(found, key=lambda one: one.help.asked_at if one.help else one.state_since):
        groups[_ASKS if shift.help else _doing(shift)].append(shift)
    return [Group(name, _group_words(name), those) for name, those in groups.items() if those]


def _doing(shift: ListedShift) -> str:
    """What they do: nobody speaks while a phone only rings."""
    return _RINGS if shift.rings else shift.state


def _group_words(name: str) -> str:
    if name == _ASKS:
        return str(gettext("Asking for help"))
    return str(gettext("Ringing somebody") if name == _RINGS else gettext(SHIFT_STATE[name]))


def _does(shift: ListedShift, now: dt.datetime) -> str:
    """What they do, and for how long."""
    words = _group_words(_doing(shift))
    if shift.state == "paused" and (why := _WHY_PAUSED.get(shift.pause_reason or "")):
        words = f"{words}: {gettext(why)}"
    if shift.speaking_since is not None and not shift.rings:
        return words  # the clock beside it counts
    span = duration(max(0.0, (now - shift.state_since).total_seconds()))
    return str(gettext("%(what)s for %(span)s", what=words, span=span))


def _speaks(shift: ListedShift, now: dt.datetime) -> int | None:
    """For how many seconds they have spoken, as their own page counts it; None where they don't."""
    if shift.speaking_since is None or shift.rings:
        return None
    return max(0, int((now - shift.speaking_since).total_seconds()))


def _last(shift: ListedShift) -> str:
    found = DISPOSITION.get(shift.last_result or "")
    return lowered(str(gettext(found))) if found else ""


def _asks(shift: ListedShift) -> str:
    """What they ask for, and who comes."""
    if shift.help is None:
        return ""
    words = str(gettext(_REASON[shift.help.reason]))
    if shift.help.taken_by:
        return f"{words}. {gettext('%(name)s is coming.', name=shift.help.taken_by)}"
    return words


def _beside(shift: ListedShift) -> str:
    """Who is in their room."""
    if shift.supervision is None:
        return ""
    there = shift.supervision
    words = _TALKS_ON if there.volunteer == AWAY else _MODE[there.mode]
    return str(gettext(words, name=there.name))
