"""The way to help on every page of the call screen, and who is beside the volunteer, in words."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Final, cast

from flask import Blueprint, Flask, Response, g, request
from flask_babel import gettext
from werkzeug.wrappers import Response as Answer

from dialer.domain.access import Permission
from dialer.domain.errors import Conflict
from dialer.domain.help_request import REASONS
from dialer.domain.supervision import AWAY, TAKE_OVER
from dialer.services.calling.beside import Help, Supervised
from dialer.services.calling.help_requests import ask_for_help, withdraw_help
from dialer.services.calling.sessions import current_session
from dialer.services.calling.supervising import leave_it_to_them
from dialer.services.calling.views import SessionView
from dialer.web.desk import context, current_actor
from dialer.web.guard import allow
from dialer.web.notices import tell
from dialer.web.rule_words import N_
from dialer.web.volunteer.hand import to_call
from dialer.web.volunteer.line import beside_of

helping = Blueprint("helping", __name__, url_prefix="/call")

_IN_ROOM: Final = {
    "listen": N_("%(name)s is listening, to help."),
    "whisper": N_("%(name)s is speaking to you. Only you hear it."),
    "take_over": N_("%(name)s has taken over. You’re muted."),
}
_AWAY: Final = N_("%(name)s talks on with them. You’re out of it.")


@dataclass(frozen=True, slots=True)
class Beside:
    """What a page of the call screen says of help: asked for (`asks`), what became of it, who is there."""

    asks: bool
    reason: str | None
    help_words: str
    room_words: str
    in_hand: uuid.UUID | None
    """Whom they have in hand: the one who may have frightened them."""
    may_leave: str
    """The name of whoever has taken over, while the talk can be left to them."""
    goes_on_with: str
    """The name of whoever talks on with the person alone, once it was left to them."""


@helping.post("/help")
@allow(Permission.SHIFT_RUN)
def ask() -> Answer:
    """Ask the coordinators for help, or say why it is asked for."""
    ctx = context()
    reason = request.form.get("reason")
    if now := current_session(ctx):
        ask_for_help(ctx, now.id, reason if reason in REASONS else None)
    return to_call()


@helping.post("/help/cancel")
@allow(Permission.SHIFT_RUN)
def cancel() -> Answer:
    """It is all right again."""
    ctx = context()
    if now := current_session(ctx):
        withdraw_help(ctx, now.id)
    return to_call()


@helping.post("/leave-it")
@allow(Permission.SHIFT_RUN)
def leave_it() -> Answer:
    """Leave the talk to whoever has taken it over."""
    ctx = context()
    if now := current_session(ctx):
        try:
            leave_it_to_them(ctx, now.id)
        except Conflict:
            tell(gettext("That is over already."), "warn")
    return to_call()


@helping.get("/beside")
@allow(Permission.SHIFT_RUN)
def beside() -> Response:
    """What the page says of help stands for: once that is another, it is shown anew."""
    return Response(beside_word(), mimetype="text/plain")


def beside_word() -> str:
    """The same of the reader's own shift."""
    now = mine()
    return beside_of(now) if now else ""


def beside_me() -> Beside | None:
    """What the page says of it; None for somebody without a shift."""
    now = mine()
    if now is None:
        return None
    return Beside(
        asks=now.help is not None,
        reason=now.help.reason if now.help else None,
        help_words=_help_words(now.help) if now.help else "",
        room_words=_room_words(now.supervision) if now.supervision else "",
        in_hand=now.assignment_id,
        may_leave=_may_leave(now.supervision) if now.supervision else "",
        goes_on_with=now.supervision.name if now.supervision and now.supervision.volunteer == AWAY else "",
    )


def rests_after() -> bool:
    """Whether the reader asked for a pause while they have somebody in hand: it begins with the result."""
    now = mine()
    in_hand = now is not None and now.line is not None and now.assignment_id is not None
    return in_hand and now is not None and now.state == "paused" and now.pause_reason is None


def install_helping(app: Flask) -> None:
    """Let the call screen's templates ask."""
    app.jinja_env.globals["beside_me"] = beside_me
    app.jinja_env.globals["rests_after"] = rests_after
    app.jinja_env.globals["beside_word"] = beside_word


def _help_words(asked: Help) -> str:
    if asked.taken_by:
        return str(gettext("%(name)s has seen it and is coming.", name=asked.taken_by))
    return str(gettext("We’ve told your coordinators. Take your time; you may hang up if you like."))


def _room_words(supervised: Supervised) -> str:
    words = _AWAY if supervised.volunteer == AWAY else _IN_ROOM[supervised.mode]
    return str(gettext(words, name=supervised.name))


def _may_leave(supervised: Supervised) -> str:
    is_there = supervised.joined_at is not None and supervised.volunteer != AWAY
    return supervised.name if supervised.mode == TAKE_OVER and is_there else ""


def mine() -> SessionView | None:
    """The reader's shift, read once a page."""
    if "my_shift" not in g:
        actor = current_actor()
        may = actor is not None and actor.account_id is not None and actor.may(Permission.SHIFT_RUN)
        g.my_shift = current_session(context()) if may else None
    return cast("SessionView | None", g.my_shift)
