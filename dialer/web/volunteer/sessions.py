"""The phone-bank sessions to come: whoever is signed in comes, or stays away, by one press."""

from __future__ import annotations

import uuid
from typing import Final

from flask import Blueprint, Flask, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import Conflict, InvalidTransition, NotFound
from dialer.services.context import Context
from dialer.services.organising.events import Wanted, get_event, list_events
from dialer.services.organising.rsvps import come_myself, stay_away
from dialer.services.organising.telling import how_i_am_reminded
from dialer.services.organising.views import EventView
from dialer.services.paging import Page
from dialer.web.calendar_file import calendar_file
from dialer.web.desk import context
from dialer.web.event_words import tell_of, when_words
from dialer.web.guard import allow
from dialer.web.notices import tell

phone_sessions = Blueprint("phone_sessions", __name__, url_prefix="/call/sessions")

_FEW: Final = 3
_ALL: Final = 100


@phone_sessions.get("")
@allow(Permission.EVENT_SIGN_UP)
def coming() -> str:
    """All that are to come, one's own first, those that were called off too until they would be over."""
    found = _to_come(context(), _ALL)
    return render_template(
        "volunteer/sessions.html",
        mine=[one for one in found if one.mine],
        others=[one for one in found if not one.mine],
        when_words=when_words,
        reminded=how_i_am_reminded(context()),
    )


@phone_sessions.post("/<uuid:event_id>/come")
@allow(Permission.EVENT_SIGN_UP)
def come(event_id: uuid.UUID) -> Response:
    """Sign up; again says the same."""
    ctx = context()
    try:
        rsvp = come_myself(ctx, event_id)
    except InvalidTransition as refusal:
        was_called_off = refusal.extra["state"] == "cancelled"
        tell(gettext("It was called off.") if was_called_off else gettext("It is over already."), "warn")
    except (Conflict, NotFound):
        tell(gettext("That session isn’t here any more."), "warn")
    else:
        tell_of(get_event(ctx, event_id), rsvp)
    return _back()


@phone_sessions.post("/<uuid:event_id>/stay-away")
@allow(Permission.EVENT_SIGN_UP)
def not_come(event_id: uuid.UUID) -> Response:
    """Sign off; again changes nothing."""
    ctx = context()
    try:
        stay_away(ctx, event_id)
    except (Conflict, NotFound):
        tell(gettext("You aren’t signed up for it."), "warn")
    else:
        tell(gettext("Thank you for telling us. Your place goes to somebody else."))
    return _back()


@phone_sessions.get("/<uuid:event_id>/session.ics")
@allow(Permission.EVENT_SIGN_UP)
def calendar(event_id: uuid.UUID) -> Response:
    """For one's own calendar."""
    ctx = context()
    return calendar_file(get_event(ctx, event_id), ctx.now, f"{ctx.public_url.rstrip('/')}/call/sessions")


def _back() -> Response:
    return redirect(url_for("phone_sessions.coming"), code=303)


def _to_come(ctx: Context, most: int) -> list[EventView]:
    wanted = Wanted(since=ctx.now, kind="phone_bank", cancelled_of_mine=True)
    return list(list_events(ctx, wanted, Page(most)).items)


def next_sessions() -> list[EventView]:
    """The first few to come, for pages of the call screen."""
    return _to_come(context(), _FEW)


def install_phone_sessions(app: Flask) -> None:
    """Let the call screen's templates ask."""
    app.jinja_env.globals["next_sessions"] = next_sessions
    app.jinja_env.globals["when_words"] = when_words
