"""A coordinator's telephone in volunteers' rooms: their phone, which is rung, or this browser."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, g, jsonify, redirect, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import Conflict, NotFound
from dialer.domain.supervision import MODES
from dialer.services.accounts.phones import my_phones
from dialer.services.calling.sessions import get_session
from dialer.services.calling.shift_list import ListedShift
from dialer.services.calling.supervising import leave_supervision, my_browser, supervise, supervision_token
from dialer.services.context import Context
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import said
from dialer.web.coordinator.going_back import shown_again
from dialer.web.desk import context, desk
from dialer.web.guard import allow
from dialer.web.rule_words import N_
from dialer.web.softphone import Softphone, offer_browser, telephone
from dialer.web.stand_in import listen_on, open_leg, put_down_leg

desk_stand_in = Blueprint("desk_stand_in", __name__, url_prefix="/shifts/desk-phone/legs")

LEGS: Final = "/shifts/desk-phone/legs"
BY_BROWSER: Final = "supervises_by_browser"
"""The cookie's name for whether they come into rooms with this browser."""
HERE: Final = "supervises_here"
"""The cookie's name for the shift in whose room this browser is."""

_COMING: Final[Mapping[str, str]] = {
    "listen": N_("Pick up your phone: you hear them, and nobody hears you. They read that you listen."),
    "whisper": N_("Pick up your phone: only the volunteer hears you."),
    "take_over": N_("Pick up your phone: everybody hears you. The volunteer listens, or leaves it to you."),
}
_HERE: Final[Mapping[str, str]] = {
    "listen": N_("This browser joins them: you hear them, and nobody hears you. They read that you listen."),
    "whisper": N_("This browser joins them: only the volunteer hears you."),
    "take_over": N_("This browser joins them: everybody hears you, and the volunteer listens."),
}


@dataclass(frozen=True, slots=True)
class DeskPhone:
    """How a coordinator comes into rooms: by this browser, where it can be one, or by a phone of theirs, if
    one is shown to be theirs. `here` is the telephone while this browser is in a room.
    """

    browser: bool
    may_browse: bool
    has_phone: bool
    here: Softphone | None


def desk_phone(ctx: Context, shifts: Sequence[ListedShift]) -> DeskPhone | None:
    """The same for whoever may come into rooms; None for anybody else."""
    if not ctx.actor.may(Permission.CALL_SUPERVISE):
        return None
    may_browse = offer_browser()
    mine = {str(one.id) for one in shifts if one.supervision and _is_me(ctx, one.supervision.supervisor_id)}
    here = telephone(session[HERE], LEGS) if may_browse and session.get(HERE) in mine else None
    has_phone = any(phone.confirmed for phone in my_phones(ctx))
    return DeskPhone(may_browse and bool(session.get(BY_BROWSER)), may_browse, has_phone, here)


@coordinator.post("/campaigns/<uuid:campaign_id>/shifts/by")
@allow(Permission.CALL_SUPERVISE)
def choose_desk_phone(campaign_id: uuid.UUID) -> Response:
    """From now on come into rooms by this browser, or by phone (`via`)."""
    session[BY_BROWSER] = said("via") == "browser"
    return redirect(url_for("coordinator.shifts", campaign_id=campaign_id), code=303)


@coordinator.post("/shifts/<uuid:session_id>/supervise")
@allow(Permission.CALL_SUPERVISE)
def supervise_shift(session_id: uuid.UUID) -> Response:
    """Come into their room by this browser or by my phone, which is rung; or take part in another way, once
    there. Whose phone nobody knows yet is asked for it first.
    """
    mode = said("mode")
    if mode not in MODES:
        raise NotFound
    if session.get(BY_BROWSER) and desk().voice_tokens.is_ready:
        return shown_again(lambda ctx, shift: _come_here(ctx, shift, mode), session_id, gettext(_HERE[mode]))
    session.pop(HERE, None)
    if not any(phone.confirmed for phone in my_phones(context())):
        campaign_id = get_session(context(), session_id).campaign_id
        return redirect(f"/call/phone?shifts={campaign_id}", code=303)
    return shown_again(lambda ctx, shift: supervise(ctx, shift, mode), session_id, gettext(_COMING[mode]))


@coordinator.post("/shifts/<uuid:session_id>/leave")
@allow(Permission.CALL_SUPERVISE)
def leave_shift(session_id: uuid.UUID) -> Response:
    """Leave their room."""
    session.pop(HERE, None)
    return shown_again(leave_supervision, session_id, gettext("You have left."))


@coordinator.post("/shifts/<uuid:session_id>/supervise/token")
@allow(Permission.CALL_SUPERVISE)
def desk_phone_token(session_id: uuid.UUID) -> Response:
    """An access token for this browser's leg; `over` where nobody is to come by it any more."""
    try:
        made = supervision_token(context(), session_id, desk().voice_tokens)
    except (Conflict, NotFound):
        return jsonify({"over": True})
    return jsonify({"token": made.token, "lasts_s": int((made.expires_at - g.now).total_seconds())})


@desk_stand_in.post("")
@allow(Permission.CALL_SUPERVISE)
def open_here() -> Response:
    """Call with the access token that was given for this browser."""
    my_browser(context())
    return open_leg()


@desk_stand_in.get("/<sid>")
@allow(Permission.CALL_SUPERVISE)
def listen(sid: str) -> Response:
    """How one's own leg stands, and what is heard on it."""
    return listen_on(sid, my_browser(context()))


@desk_stand_in.post("/<sid>/end")
@allow(Permission.CALL_SUPERVISE)
def put_down(sid: str) -> Response:
    """Hang up one's own leg."""
    return put_down_leg(sid, my_browser(context()))


def _come_here(ctx: Context, session_id: uuid.UUID, mode: str) -> None:
    """Supervise by this browser; who is there by phone already stays on it."""
    if supervise(ctx, session_id, mode, via="browser").via == "browser":
        session[HERE] = str(session_id)


def _is_me(ctx: Context, account_id: uuid.UUID) -> bool:
    return account_id == ctx.actor.account_id
