"""`/e/CODE`: the private link by which somebody who signed up for an event says that they can't come."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import NotFound
from dialer.services.accounts.organisations import system_actor
from dialer.services.context import Context
from dialer.services.organising.private_pages import (
    leave_by_link,
    look_at_private_page,
    organisation_of_private_link,
    show_phone_by_link,
)
from dialer.web.calendar_file import calendar_file
from dialer.web.desk import context, desk
from dialer.web.event_words import when_words
from dialer.web.guard import allow
from dialer.web.limits import limit_misses

private_events = Blueprint("private_events", __name__, url_prefix="/e/<code>")


@private_events.get("")
@allow(Permission.EVENT_SIGN_UP_PUBLIC)
@limit_misses
def page(code: str) -> str:
    """What, when, where, and the two buttons."""
    ctx = _context(code)
    shown = look_at_private_page(ctx, code)
    return render_template(
        "public/event.html",
        code=code,
        page=shown,
        when=when_words(shown.event),
        is_over=shown.event.ends_at <= ctx.now,
    )


@private_events.post("/stay-away")
@allow(Permission.EVENT_SIGN_UP_PUBLIC)
@limit_misses
def stay_away(code: str) -> Response:
    """They can't come."""
    leave_by_link(_context(code), code)
    return redirect(f"/e/{code}", code=303)


@private_events.post("/remind")
@allow(Permission.EVENT_SIGN_UP_PUBLIC)
@limit_misses
def remind(code: str) -> Response:
    """The phone on which they read the link is theirs."""
    show_phone_by_link(_context(code), code)
    return redirect(f"/e/{code}", code=303)


@private_events.get("/session.ics")
@allow(Permission.EVENT_SIGN_UP_PUBLIC)
@limit_misses
def calendar(code: str) -> Response:
    """For their calendar."""
    ctx = _context(code)
    event = look_at_private_page(ctx, code).event
    return calendar_file(event, ctx.now, f"{ctx.public_url.rstrip('/')}/e/{code}")


def _context(code: str) -> Context:
    organisation_id = organisation_of_private_link(desk().units, code)
    if organisation_id is None:
        raise NotFound
    return context(system_actor(organisation_id))
