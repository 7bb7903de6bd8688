"""The ways onto a volunteer's own line, on the call screen: in the browser, rung, by ringing in, or
not at all but by hand.

All of it but the browser works without a script: every way is a form.
"""

from __future__ import annotations

import uuid
from typing import Final

from flask import Blueprint, redirect, render_template, request, session
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.dialling import DIALLED_MODES
from dialer.domain.errors import Conflict, InvalidTransition, NotFound
from dialer.services.accounts.phones import my_phones
from dialer.services.calling.campaigns import get_campaign
from dialer.services.calling.line_asking import ask_for_line
from dialer.services.calling.sessions import current_session, resume_session, start_session
from dialer.services.calling.views import SessionView
from dialer.services.context import Context
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.notices import tell
from dialer.web.softphone import offer_browser
from dialer.web.volunteer.hand import id_in_form, to_call
from dialer.web.volunteer.softphone import leave_here, sit_here

DIALS_IN: Final = "dials_in"
"""The cookie's name for the shift whose volunteer rings in."""

line_join = Blueprint("line_join", __name__, url_prefix="/call/join")


@line_join.get("")
@allow(Permission.SHIFT_RUN)
def ways() -> str | Response:
    """The ways into a campaign that dials by itself, before the shift begins."""
    ctx = context()
    if current_session(ctx) is not None:
        return to_call()
    campaign = get_campaign(ctx, _campaign_in_query())
    return render_template(
        "volunteer/join_line.html",
        campaign_id=campaign.id,
        campaign_name=campaign.name,
        phone=_own_phone(ctx),
        rings_in=bool(campaign.caller_ids),
        browser=offer_browser(),
    )


@line_join.post("")
@allow(Permission.SHIFT_RUN)
def join() -> Response:
    """Begin a shift on the line, or come back onto it: in this browser (`via=softphone`), rung (`via=phone`),
    or by ringing in. Once before one is rung: which phone is theirs?
    """
    ctx, wanted = context(), request.form.get("via")
    if wanted == "phone" and _own_phone(ctx) is None:
        return redirect("/call/phone", code=303)
    leave_here()
    session.pop(DIALS_IN, None)
    try:
        now = _join(ctx, "phone" if wanted == "phone" else "browser")
        if wanted == "browser":
            session[DIALS_IN] = str(now.id)
        if wanted == "softphone":
            sit_here(now.id)
    except (Conflict, InvalidTransition) as refusal:
        tell(gettext(refusal.detail), "warn")
    return to_call()


def dials_in(shift: SessionView) -> bool:
    """Whether the reader chose to ring in by themselves, with the PIN of this shift."""
    return session.get(DIALS_IN) == str(shift.id)


def is_dialled(ctx: Context, campaign_id: uuid.UUID) -> bool:
    """Whether a campaign dials by itself, so that one is asked how to join it."""
    return get_campaign(ctx, campaign_id).dialing_mode in DIALLED_MODES


def _join(ctx: Context, via: str) -> SessionView:
    now = current_session(ctx)
    if now is None:
        return start_session(ctx, id_in_form("campaign"), via=via)
    if now.state == "paused":
        now = resume_session(ctx, now.id)
    return ask_for_line(ctx, now.id, via=via)


def _own_phone(ctx: Context) -> str | None:
    return next((one.phone for one in my_phones(ctx) if one.confirmed), None)


def _campaign_in_query() -> uuid.UUID:
    try:
        return uuid.UUID(request.args.get("campaign", ""))
    except ValueError:
        raise NotFound from None
