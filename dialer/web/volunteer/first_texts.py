"""“Send first texts”: the next text of a batch, one press for it, and the next; with a script or without."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.blast import Waiting
from dialer.domain.errors import Conflict, InvalidTransition, NotFound, RateLimited
from dialer.domain.first_texts import Empty
from dialer.domain.message_gate import Skip
from dialer.services.messaging import first_texts as deeds
from dialer.services.messaging.first_texts import BatchView
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.notices import tell
from dialer.web.volunteer.hand import id_in_form

first_texts = Blueprint("first_texts", __name__, url_prefix="/texts/first")

WAITS: Final[Mapping[str, object]] = {
    Waiting.QUIET_HOURS: _("It’s quiet hours: nobody is texted just now. Your texts stay here for a while."),
    Waiting.CAMPAIGN_PAUSED: _("Your coordinator has paused the campaign. Take your time."),
    Waiting.ORGANISATION_PAUSED: _("Your coordinator has paused everything. Take your time."),
    Waiting.BUDGET: _("The money for texts is spent. Your coordinator knows."),
    Waiting.UNREAD: _("We’re reading what people wrote to us first. Try again in a minute."),
    Waiting.UNREADABLE: _("We can’t read what people wrote to us yet, so nothing goes out. Try again later."),
    "paused": _("Your coordinator has paused these texts. Take your time."),
    "completed": _("All of these texts have been sent. Thank you."),
    "ended": _("Texting for this campaign is over. Thank you for every text that you sent."),
    "cancelled": _("Your coordinator has called off what was left of these texts. Thank you."),
}
NONE_GIVEN: Final[Mapping[str, object]] = {
    Empty.NOTHING_LEFT: _("Nothing is left to send just now: others have the rest, or it’s night for them."),
    Empty.YOUR_LIMIT: _("You’ve sent as many of these as one person may. Thank you."),
    Empty.SENDERS_USED_UP: _("Our numbers have sent as many today as is safe. The rest goes tomorrow."),
}
"""Why somebody has nothing to send, in their words."""
OVER: Final = frozenset({"ended", "completed", "cancelled"})
"""Nothing of it is ever sent again."""

LEFT_OUT: Final[Mapping[str, object]] = {
    Skip.OPTED_OUT: _("Asked us to stop"),
    Skip.VOTED: _("Already voted"),
    Skip.DEADLINE: _("It was too late"),
}
"""What came between a batch and a press. Any other reason is the person’s own, and no volunteer’s to know."""


@first_texts.get("")
@allow(Permission.FIRST_TEXT_SEND)
def choose() -> str:
    """What there is to send."""
    return render_template("volunteer/first_texts.html", found=deeds.blasts_to_send(context()))


@first_texts.get("/<uuid:blast_id>")
@allow(Permission.FIRST_TEXT_SEND)
def show(blast_id: uuid.UUID) -> str:
    """The next text of their batch; asking takes none."""
    batch = deeds.my_batch(context(), blast_id)
    waits = batch.waiting_reason and str(WAITS.get(batch.waiting_reason, WAITS["paused"]))
    return render_template(
        "volunteer/first_text.html",
        batch=batch,
        next=next(iter(batch.open), None),
        sent=sum(one.pressed_at is not None for one in batch.texts),
        left_out=_left_out(batch),
        waits=waits,
        is_over=batch.waiting_reason in OVER,
    )


@first_texts.post("/<uuid:blast_id>/take")
@allow(Permission.FIRST_TEXT_SEND)
def take(blast_id: uuid.UUID) -> Response:
    """Take a batch, or say why there is none."""
    given = deeds.take_batch(context(), blast_id)
    if given.empty is not None:
        tell(str(NONE_GIVEN[given.empty]), "warn")
    return _back(blast_id)


@first_texts.post("/<uuid:blast_id>/press")
@allow(Permission.FIRST_TEXT_SEND)
def press(blast_id: uuid.UUID) -> Response:
    """Send the one text that was on the page, however often it is pressed."""
    try:
        deeds.press(context(), id_in_form("text"))
    except RateLimited:
        tell(gettext("That was quick, so it didn’t count. Read this one, then press."), "warn")
    except InvalidTransition:
        pass  # the page says why nothing goes out
    except Conflict as refused:
        tell(_not_sent(refused), "warn")
    return _back(blast_id)


@first_texts.post("/<uuid:blast_id>/leave")
@allow(Permission.FIRST_TEXT_SEND)
def leave(blast_id: uuid.UUID) -> Response:
    """Leave one to somebody else."""
    try:
        deeds.leave_text(context(), id_in_form("text"))
    except (Conflict, NotFound):
        tell(gettext("It’s with somebody else already."), "warn")
    return _back(blast_id)


@first_texts.post("/<uuid:blast_id>/give-back")
@allow(Permission.FIRST_TEXT_SEND)
def give_back(blast_id: uuid.UUID) -> Response:
    """Stop for now: somebody else sends the rest."""
    done = deeds.give_back_batch(context(), blast_id)
    words = ngettext("Thank you. You sent one.", "Thank you. You sent %(num)s.", done.sent_by_me)
    tell(words if done.sent_by_me else gettext("They’re back with the others."))
    return redirect(url_for("first_texts.choose"), code=303)


def _not_sent(refused: Conflict) -> str:
    reason = str(refused.extra.get("reason", ""))
    if reason == Waiting.QUIET_HOURS:
        return str(gettext("It’s night where they live, so it wasn’t sent. It comes back in the morning."))
    if reason in WAITS:
        return str(gettext("It wasn’t sent."))
    return str(gettext("That one went to somebody else meanwhile, so you didn’t send it."))


def _left_out(batch: BatchView) -> list[tuple[str, str]]:
    """Who of the batch gets nothing after all, and why."""
    return [
        (one.first_name or "", str(LEFT_OUT.get(one.skip_reason or "", gettext("Left out"))))
        for one in batch.texts
        if one.state == "skipped"
    ]


def _back(blast_id: uuid.UUID) -> Response:
    return redirect(url_for("first_texts.show", blast_id=blast_id), code=303)
