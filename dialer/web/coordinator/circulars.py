"""A word to all of a team, of a campaign, or who signed up for a session: looked at, sent, followed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from flask import render_template, request, url_for
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.circular import AUDIENCES, Audience, LeftOut
from dialer.domain.errors import AudienceChanged, NotFound, RuleBroken
from dialer.services.context import Context
from dialer.services.messaging.views import TextPreview
from dialer.services.organising.circulars import (
    CircularCheck,
    CircularView,
    NewCircular,
    call_off_circular,
    get_circular,
    id_for,
    list_circulars,
    look_at_circular,
    send_circular,
)
from dialer.web.composing import with_ready, written_body
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import (
    Answer,
    Faults,
    asked,
    chosen_id,
    faults_of,
    go,
    id_of,
    next_address,
    page_asked,
    said,
    same_names,
    take_step,
)
from dialer.web.coordinator.typed_number import changed_words, number_faults, typed
from dialer.web.coordinator.volunteers import READY
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.text_wording import Words, left_out

_LEFT_OUT: Final[Words] = {
    LeftOut.NO_WAY: _("No number shown to be theirs, and no email address"),
    LeftOut.ELSEWHERE: _("Same number or address as somebody above"),
    LeftOut.REFUSED: _("It couldn’t be written to them"),
    LeftOut.CALLED_OFF: _("Called off before it went"),
    "failed": _("Failed"),
    "undelivered": _("Didn’t arrive"),
}
_OUT: Final = ("sent", "delivered", "unknown")
_FAILED: Final = ("failed", "undelivered")
_WAITING: Final = ("waiting", "queued", "sending")


@dataclass(frozen=True, slots=True)
class Look:
    """How it reads by one channel, with what a text takes."""

    preview: TextPreview
    preview_words: str


@coordinator.get("/circulars")
@allow(Permission.MESSAGE_SEND)
def circulars() -> str:
    """What was said to many of us, the latest first."""
    found = list_circulars(context(), page_asked())
    return render_template(
        "coordinator/circulars.html",
        rows=[(one, _figures(one)) for one in found.items],
        next=next_address(found, "coordinator.circulars"),
    )


@coordinator.get("/circulars/new")
@allow(Permission.MESSAGE_SEND)
def new_circular() -> str:
    """Whom it would go to, and the field for what it says."""
    wanted = NewCircular(_audience(asked("audience")), id_of(asked("of")), "")
    check = look_at_circular(context(), wanted)
    return _form_page(wanted, check)


@coordinator.post("/circulars")
@allow(Permission.MESSAGE_SEND)
def write_circular() -> Answer:
    """Show how it would read and what it would cost; with `send`, after that, send it, once however often
    the form comes.
    """
    ctx = context()
    wanted = _said()
    if said("ready") in READY:
        body = with_ready(wanted.body, gettext(READY[said("ready")]))
        return _form_page(replace(wanted, body=body), _whom(ctx, wanted))
    try:
        if not said("send") or said("looked") != _digest(wanted):
            check = look_at_circular(ctx, wanted)
            faults: Faults = {} if wanted.body else {"body": gettext("Write what it says.")}
            return _form_page(wanted, check, faults), 422 if faults else 200
        if faults := number_faults() if said("many") else {}:
            return _form_page(wanted, look_at_circular(ctx, wanted), faults), 422
        sent = send_circular(ctx, wanted)
    except AudienceChanged as error:
        faults = {"confirm": changed_words(error)}
        return _form_page(wanted, look_at_circular(ctx, wanted), faults), error.status
    except RuleBroken as error:
        if error.status not in (409, 422):
            raise
        faults = faults_of(error, same_names("body", "subject"))
        return _form_page(wanted, _whom(ctx, wanted), faults), error.status
    return go("coordinator.circular", gettext("It is on its way."), circular_id=sent.id)


@coordinator.get("/circulars/<uuid:circular_id>")
@allow(Permission.MESSAGE_SEND)
def circular(circular_id: uuid.UUID) -> str:
    """How far it is, and who got nothing."""
    view = get_circular(context(), circular_id)
    return render_template(
        "coordinator/circular.html",
        one=view,
        figures=_figures(view),
        not_reached=[(one, _why(one.reason)) for one in view.not_reached],
        rest=sum(view.left_out.values())
        + sum(view.counts.get(one, 0) for one in _FAILED)
        - len(view.not_reached),
    )


@coordinator.post("/circulars/<uuid:circular_id>/call-off")
@allow(Permission.MESSAGE_SEND)
def stop_circular(circular_id: uuid.UUID) -> Response:
    """Let nothing more of it go."""
    page = url_for("coordinator.circular", circular_id=circular_id)
    return take_step(call_off_circular, circular_id, gettext("Stopped. What had gone, has gone."), page)


def _said() -> NewCircular:
    seen = typed(said("seen"))
    return NewCircular(
        _audience(said("audience")),
        id_of(said("of")),
        written_body(),
        said("subject"),
        seen,
        chosen_id("circular_id"),
    )


def _audience(word: str) -> Audience:
    if word not in AUDIENCES:
        raise NotFound
    return Audience(word)


def _whom(ctx: Context, wanted: NewCircular) -> CircularCheck:
    """Whom it goes to, without what can't be sent as it is."""
    return look_at_circular(ctx, NewCircular(wanted.audience, wanted.audience_id, ""))


def _form_page(wanted: NewCircular, check: CircularCheck, errors: Faults | None = None) -> str:
    return render_template(
        "coordinator/circular_new.html",
        wanted=wanted,
        check=check,
        circular_id=id_for(context(), wanted),
        looks=[Look(one, _parts(one)) for one in check.previews],
        looked=_digest(wanted),
        left_out=[(_why(reason), count) for reason, count in check.left_out.items()],
        back=_back(wanted),
        ready={name: gettext(words) for name, words in READY.items()},
        confirm=request.form.get("confirm", ""),
        errors=errors or {},
    )


def _digest(wanted: NewCircular) -> str:
    """What was looked at: other words are looked at anew before they go."""
    return sha256(f"{wanted.subject}\n{wanted.body}".encode()).hexdigest()[:16]


def _parts(preview: TextPreview) -> str:
    if preview.segments:
        return str(ngettext("One part", "%(num)s parts", preview.segments))
    return str(gettext("An email"))


def _back(wanted: NewCircular) -> str:
    if wanted.audience is Audience.TEAM:
        return url_for("coordinator.team", team_id=wanted.audience_id)
    if wanted.audience is Audience.CAMPAIGN:
        return url_for("coordinator.campaign", campaign_id=wanted.audience_id)
    return url_for("coordinator.phone_session", event_id=wanted.audience_id)


def _why(reason: str) -> str:
    return str(_LEFT_OUT[reason]) if reason in _LEFT_OUT else left_out(reason)


def _figures(view: CircularView) -> Mapping[str, int]:
    def many(states: tuple[str, ...]) -> int:
        return sum(view.counts.get(state, 0) for state in states)

    return {
        "waiting": many(_WAITING),
        "sent": many(_OUT),
        "delivered": view.counts.get("delivered", 0),
        "failed": many(_FAILED),
        "left_out": sum(view.left_out.values()) + view.counts.get("cancelled", 0),
    }
