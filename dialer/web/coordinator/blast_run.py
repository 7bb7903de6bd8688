"""A text on its way: its progress, pause, carrying on and cancelling the rest."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, Final

from flask import Response as FlaskResponse
from flask import render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.blast import Pause
from dialer.domain.errors import Conflict, FieldError, InvalidTransition, ValidationFailed
from dialer.domain.languages import SPOKEN
from dialer.services.calling.campaigns import get_campaign
from dialer.services.calling.views import CampaignView
from dialer.services.context import Context
from dialer.services.messaging.blasts import BlastFields, change_blast, get_blast
from dialer.services.messaging.estimate import estimate_blast
from dialer.services.messaging.hand_progress import by_hand
from dialer.services.messaging.launching import cancel_blast as cancel
from dialer.services.messaging.launching import pause_blast as pause
from dialer.services.messaging.launching import resume_blast as resume
from dialer.services.messaging.progress import blast_progress as progress_of
from dialer.services.messaging.replies import blast_replies
from dialer.services.messaging.views import BlastView
from dialer.web.coordinator import blast_asks
from dialer.web.coordinator.blast_form import FIELD_AT, moment_said, note_of, wall_of
from dialer.web.coordinator.blast_going import going
from dialer.web.coordinator.blast_letters import letters_of
from dialer.web.coordinator.blast_links import links_shown
from dialer.web.coordinator.blast_minding import warned
from dialer.web.coordinator.blast_wave import wave_shown
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.confirming import Asking
from dialer.web.coordinator.forms import Answer, Faults, asked, faults_of, go, said, take_step
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.words import moment

_ANSWERS_COME_FOR: Final = dt.timedelta(hours=1)


@coordinator.get("/blasts/<uuid:blast_id>/progress")
@allow(Permission.BLAST_READ)
def blast_progress(blast_id: uuid.UUID) -> FlaskResponse:
    """The inside of the progress page; a page that shows another state by now is made anew."""
    ctx = context()
    found = get_blast(ctx, blast_id)
    inside = _inside(ctx, found, get_campaign(ctx, found.campaign_id))
    if asked("shown") != inside["going"].shown:
        return FlaskResponse("", headers={"HX-Refresh": "true"})
    return FlaskResponse(render_template("coordinator/_blast_progress.html", **inside))


@coordinator.post("/blasts/<uuid:blast_id>/pause")
@allow(Permission.BLAST_MANAGE)
def pause_blast(blast_id: uuid.UUID) -> Response:
    """Let nothing more go out for now."""
    if get_blast(context(), blast_id).is_letters:
        words = gettext("Paused. Emails already handed over still arrive.")
    else:
        words = gettext("Paused. Texts already handed over still arrive.")
    return take_step(pause, blast_id, words, _page(blast_id))


@coordinator.post("/blasts/<uuid:blast_id>/resume")
@allow(Permission.BLAST_MANAGE)
def resume_blast(blast_id: uuid.UUID) -> Response:
    """Go on with the rest. What waits behind a first wave goes only from a page that showed what came back:
    one that has stood open meanwhile is shown that first.
    """

    def go_on(ctx: Context, of: uuid.UUID) -> BlastView:
        return resume(ctx, of, past_wave=said("past_wave") == "yes")

    try:
        return take_step(go_on, blast_id, gettext("It goes on."), _page(blast_id))
    except Conflict as error:
        if error.extra.get("reason") != Pause.FIRST_WAVE:
            raise
        words = gettext("The first wave has gone meanwhile. See what came back, then send to the rest.")
        return go("coordinator.blast", words, "warn", blast_id=blast_id)


@coordinator.get("/blasts/<uuid:blast_id>/cancel")
@allow(Permission.BLAST_MANAGE)
def ask_cancel_blast(blast_id: uuid.UUID) -> str:
    """Ask before the rest is given up: there is no way back from it."""
    found = get_blast(context(), blast_id)
    asking = Asking(
        section="texts",
        question=gettext("Cancel the rest of “%(name)s”?", name=found.name),
        consequence=_what_is_left(found),
        action=url_for("coordinator.cancel_blast", blast_id=blast_id),
        deed=gettext("Cancel the rest"),
        back=url_for("coordinator.blast", blast_id=blast_id),
        keep=gettext("Leave it as it is"),
    )
    return render_template("coordinator/confirm.html", asking=asking, values={})


def _what_is_left(found: BlastView) -> str:
    if found.is_letters:
        words = gettext("Whoever hasn’t got it yet never will. Emails already handed over still arrive.")
    else:
        words = gettext("Whoever hasn’t got it yet never will. Texts already handed over still arrive.")
    return str(words)


@coordinator.post("/blasts/<uuid:blast_id>/cancel")
@allow(Permission.BLAST_MANAGE)
def cancel_blast(blast_id: uuid.UUID) -> Response:
    """Give up the rest."""
    return take_step(cancel, blast_id, gettext("Stopped. Nothing more of it goes out."), _page(blast_id))


@coordinator.post("/blasts/<uuid:blast_id>/deadline")
@allow(Permission.BLAST_MANAGE)
def move_deadline(blast_id: uuid.UUID) -> Answer:
    """Move the deadline of a text that is on its way: polls are kept open longer, or plans change."""
    ctx = context()
    found = get_blast(ctx, blast_id)
    campaign = get_campaign(ctx, found.campaign_id)
    try:
        change_blast(ctx, blast_id, BlastFields(deadline_at=_deadline_said(found, campaign.timezone)))
    except InvalidTransition:
        return go("coordinator.blast", gettext("It is over already."), "warn", blast_id=blast_id)
    except ValidationFailed as error:
        return progress_page(ctx, found, campaign, faults_of(error, FIELD_AT)), 422
    return go("coordinator.blast", gettext("Kept."), blast_id=blast_id)


@coordinator.post("/blasts/<uuid:blast_id>/asks")
@allow(Permission.BLAST_MANAGE)
def say_what_replies_mean(blast_id: uuid.UUID) -> Answer:
    """Say which of the campaign's own answers replies to a text mean that come from now on."""
    ctx = context()
    found = get_blast(ctx, blast_id)
    try:
        change_blast(ctx, blast_id, blast_asks.asks_said())
    except ValidationFailed as error:
        faults = faults_of(error, lambda _: blast_asks.FIELD)
        return progress_page(ctx, found, get_campaign(ctx, found.campaign_id), faults), 422
    words = gettext("Kept. It holds for replies that come from now on.")
    return go("coordinator.blast", words, blast_id=blast_id)


def _deadline_said(found: BlastView, zone: str) -> dt.datetime | None:
    faults: list[FieldError] = []
    wanted = moment_said("deadline_at", zone, faults, found.deadline_at)
    if faults:
        raise ValidationFailed(errors=faults)
    return wanted


def progress_page(
    ctx: Context, found: BlastView, campaign: CampaignView, errors: Faults | None = None
) -> str:
    """The page of a text that was launched, or set for later."""
    zone, errors = campaign.timezone, errors or {}
    return render_template(
        "coordinator/blast_progress.html",
        campaign=campaign,
        since=_since(found, campaign.timezone),
        errors=errors,
        values=blast_asks.sent_values() if blast_asks.FIELD in errors else blast_asks.values_of(found),
        **blast_asks.choices_of(ctx, campaign.id),
        deadline_value=said("deadline_at") if "deadline_at" in errors else wall_of(found.deadline_at, zone),
        deadline_words=moment(found.deadline_at, zone) if found.deadline_at else "",
        deadline_note=note_of(found.deadline_at, zone),
        safe_words=_safe_words(ctx, found),
        letters=letters_of(found),
        language_names=SPOKEN,
        **_inside(ctx, found, campaign),
    )


def _safe_words(ctx: Context, found: BlastView) -> str:
    """That a text which waits for its time would be too late for its deadline. Counted anew for each page,
    not for each look at its progress.
    """
    if found.state != "scheduled" or found.deadline_at is None:
        return ""
    warnings = estimate_blast(ctx, found.id).warnings
    return " ".join(warned(one) for one in warnings if one.code in ("deadline", "deadline_near"))


def _inside(ctx: Context, found: BlastView, campaign: CampaignView) -> dict[str, Any]:
    """What the page asks for again while it moves. What waits for its time has no replies."""
    has_begun = found.state != "scheduled" and _began(found) is not None
    progress = progress_of(ctx, found.id)
    return {
        "blast": found,
        "going": going(found, progress, campaign, ctx.now),
        "wave": wave_shown(found, progress.first_wave, campaign, ctx.now),
        "may_manage": ctx.actor.may(Permission.BLAST_MANAGE),
        "replies": blast_replies(ctx, found.id) if has_begun else None,
        "by_hand": by_hand(ctx, found.id) if has_begun and found.is_by_hand else None,
        "moving": _is_moving(found, ctx.now),
        **links_shown(ctx, found.id, progress.accepted),
        "may_read": ctx.actor.may(Permission.CONVERSATION_READ),
    }


def _is_moving(found: BlastView, now: dt.datetime) -> bool:
    """Whether figures may still change: while it isn't over, and for an hour more, since networks and people
    answer late.
    """
    return found.finished_at is None or now - found.finished_at < _ANSWERS_COME_FOR


def _began(found: BlastView) -> dt.datetime | None:
    """When the first of it may have gone out; None of what was never launched."""
    return found.launched_at and max(found.launched_at, found.send_at or found.launched_at)


def _since(found: BlastView, zone: str) -> list[str]:
    told, began = [], _began(found)
    if found.state == "scheduled" and found.send_at:
        told.append(gettext("Goes out %(when)s", when=moment(found.send_at, zone)))
    elif began:
        told.append(gettext("Sent from %(when)s", when=moment(began, zone)))
    if found.deadline_at and found.finished_at is None:
        told.append(gettext("Nothing later than %(when)s", when=moment(found.deadline_at, zone)))
    if found.finished_at:
        told.append(gettext("until %(when)s", when=moment(found.finished_at, zone)))
    return [str(words) for words in told]


def _page(blast_id: uuid.UUID) -> str:
    return url_for("coordinator.blast", blast_id=blast_id)
