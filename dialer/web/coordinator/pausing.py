"""Pause all: one press, no dialog; carrying on asks once."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.services.calling.pause_all import pause_all, resume_all
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.confirming import Asking
from dialer.web.coordinator.forms import Answer
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.look import local_path
from dialer.web.notices import tell


@coordinator.post("/pause-all")
@allow(Permission.ORGANISATION_PAUSE)
def pause_everything() -> Response:
    """Stop every new call of the organisation."""
    pause_all(context(), "coordinator")
    words = gettext("Everything is paused. Calls under way finish normally; nothing new starts.")
    tell(words, "warn", undo=url_for("coordinator.carry_on", sure="yes"))
    return _back()


@coordinator.post("/resume-all")
@allow(Permission.ORGANISATION_PAUSE)
def carry_on() -> Answer:
    """Let everything go on; asks first, unless this is the answer or the undo of a pause."""
    if request.args.get("sure") != "yes":
        return render_template("coordinator/confirm.html", asking=_asking(), values={})
    resume_all(context())
    tell(gettext("Calls and texts go on."))
    return _back()


def _asking() -> Asking:
    return Asking(
        section="live",
        question=gettext("Carry on calling and texting?"),
        consequence=gettext("Every running campaign hands out people again at once, and texts go on."),
        action=url_for("coordinator.carry_on", sure="yes"),
        deed=gettext("Carry on"),
        back=_came_from(),
        keep=gettext("Stay paused"),
    )


def _came_from() -> str:
    site = request.host_url.rstrip("/")
    address = (request.referrer or "").removeprefix(site)
    return local_path(address, url_for("coordinator.campaigns"))


def _back() -> Response:
    """The page whose button was pressed; the page that asked has no address of its own to go back to."""
    address = _came_from()
    return redirect(url_for("coordinator.campaigns") if address.startswith("/resume-all") else address, 303)
