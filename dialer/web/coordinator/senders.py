"""Where texts come from: how fast each sender may go, which are stopped, and why."""

from __future__ import annotations

import uuid
from typing import Any, Final

from flask import render_template
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import InvalidTransition, RuleBroken, ValidationFailed
from dialer.domain.messaging_service import GRAVE
from dialer.domain.number_notes import NUMBER_KINDS
from dialer.domain.texting import SENDER_KINDS
from dialer.services.context import Context
from dialer.services.messaging.handing_over import HandOver, hand_over
from dialer.services.messaging.number_tasks import ask_to_read
from dialer.services.messaging.sender_health import week_of_senders
from dialer.services.messaging.sender_settings import (
    NewSender,
    add_sender,
    change_sender,
    get_sender,
    list_senders,
    pause_sender,
    resume_sender,
    unused_senders,
)
from dialer.services.messaging.views import SenderView
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import (
    WHOLE_FORM,
    Answer,
    Faults,
    everything,
    faults_of,
    go,
    number,
    our_numbers,
    said,
    same_names,
)
from dialer.web.coordinator.number_notes import rules_for
from dialer.web.coordinator.sender_health import why_stopped
from dialer.web.coordinator.service_wording import FLAW
from dialer.web.coordinator.wording import Words
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.words import figure

KIND: Final[Words] = {
    "long_code": _("Number"),
    "10dlc": _("Number registered for 10DLC"),
    "toll_free": _("Toll-free number"),
    "short_code": _("Short code"),
    "alphanumeric": _("Name"),
    "messaging_service": _("Messaging Service"),
    "email": _("Email address"),
}
FIELD_AT: Final = same_names("address", "kind", "rate", "pictures")
SLOWEST, FASTEST = 0.01, 10_000.0
_NEW: Final = {"address": "", "kind": "", "rate": "", "pictures": ""}
PICTURES: Final = {"": None, "yes": True, "no": False}


@coordinator.get("/senders")
@allow(Permission.SENDER_READ)
def senders() -> str:
    """Every sender, and the form of another."""
    return _page(context(), None, dict(_NEW))


@coordinator.post("/senders")
@allow(Permission.SENDER_MANAGE)
def make_sender() -> Answer:
    """Say what an address may do before it is first used."""
    ctx = context()
    try:
        add_sender(ctx, NewSender(next(iter(our_numbers("address")), ""), **_fields()))
    except RuleBroken as error:
        return _page(ctx, None, _sent(), _faults(error)), 422
    return go("coordinator.senders", gettext("Added."))


@coordinator.get("/senders/<uuid:sender_id>")
@allow(Permission.SENDER_MANAGE)
def sender(sender_id: uuid.UUID) -> str:
    """The form of one sender."""
    ctx = context()
    found = get_sender(ctx, sender_id)
    return _page(ctx, found, _as_is(found))


@coordinator.post("/senders/<uuid:sender_id>")
@allow(Permission.SENDER_MANAGE)
def save_sender(sender_id: uuid.UUID) -> Answer:
    """Change a sender's kind or rate."""
    ctx = context()
    try:
        change_sender(ctx, sender_id, _fields())
    except RuleBroken as error:
        return _page(ctx, get_sender(ctx, sender_id), _sent(), _faults(error)), 422
    return go("coordinator.senders", gettext("Saved."))


@coordinator.post("/senders/<uuid:sender_id>/read")
@allow(Permission.SENDER_MANAGE)
def read_service(sender_id: uuid.UUID) -> Response:
    """Have what is set for a Messaging Service read now."""
    found = get_sender(context(), sender_id)
    ask_to_read(context())
    words = gettext("Asked of the carrier. Open this page again in a moment.")
    return go("coordinator.sender", words, sender_id=found.id)


@coordinator.post("/senders/<uuid:sender_id>/pause")
@allow(Permission.SENDER_MANAGE)
def stop_sender(sender_id: uuid.UUID) -> Response:
    """Let nothing go out from it."""
    pause_sender(context(), sender_id)
    return go("coordinator.senders", gettext("Stopped. Its texts wait."))


@coordinator.post("/senders/<uuid:sender_id>/resume")
@allow(Permission.SENDER_MANAGE)
def start_sender(sender_id: uuid.UUID) -> Response:
    """Let it send again."""
    resume_sender(context(), sender_id)
    return go("coordinator.senders", gettext("It sends again."))


@coordinator.post("/senders/<uuid:sender_id>/hand-over")
@allow(Permission.SENDER_MANAGE)
def hand_sender_over(sender_id: uuid.UUID) -> Response:
    """Let others send what waits at a stopped one."""
    try:
        told = hand_over(context(), sender_id)
    except InvalidTransition:
        return go("coordinator.senders", gettext("It sends its texts itself."), "warn")
    return go("coordinator.senders", handed_over_words(told))


def handed_over_words(told: HandOver) -> str:
    """What becomes of its texts, as counts."""
    words = [
        ngettext(
            "One text goes out from another number.",
            "%(count)s texts go out from other numbers.",
            told.texts,
            count=figure(told.texts),
        )
    ]
    if told.in_conversation:
        words.append(
            ngettext(
                "One is to somebody who has written with this one.",
                "%(count)s are to people who have written with this one.",
                told.in_conversation,
                count=figure(told.in_conversation),
            )
        )
    if waiting := told.staying + told.singles:
        words.append(
            ngettext(
                "One has no other number and waits.",
                "%(count)s have no other number and wait.",
                waiting,
                count=figure(waiting),
            )
        )
    return " ".join(map(str, words))


def _fields() -> dict[str, Any]:
    fields: dict[str, Any] = {"rate_per_s": _rate(), "pictures": PICTURES.get(said("pictures"))}
    if kind := said("kind"):
        if kind not in KIND:
            raise ValidationFailed.at("/kind", gettext("Choose one of these."))
        fields["kind"] = kind
    return fields


def _rate() -> float | None:
    if not said("rate"):
        return None
    rate = number("rate")
    if not SLOWEST <= rate <= FASTEST:
        raise ValidationFailed.at("/rate", gettext("Write a rate from 0.01 to 10,000."))
    return rate


def _faults(error: RuleBroken) -> Faults:
    return faults_of(error, FIELD_AT) if isinstance(error, ValidationFailed) else {WHOLE_FORM: str(error)}


def _as_is(found: SenderView) -> dict[str, Any]:
    own = found.rate_per_s
    return {
        "address": found.address,
        "kind": found.kind,
        "rate": "" if own is None else f"{own:g}",
        "pictures": next(word for word, said in PICTURES.items() if said is found.pictures),
    }


def _sent() -> dict[str, Any]:
    return {name: said(name) for name in _NEW}


def _page(
    ctx: Context, editing: SenderView | None, values: dict[str, Any], errors: Faults | None = None
) -> str:
    listed: list[SenderView] = everything(lambda page: list_senders(ctx, page))
    return render_template(
        "coordinator/senders.html",
        senders=listed,
        unused=unused_senders(ctx),
        week=week_of_senders(ctx, [one.address for one in listed]),
        sender=editing,
        values=values,
        kinds=KIND,
        picture_choices=[
            ("", gettext("As its kind usually can")),
            ("yes", gettext("Yes: the carrier has enabled them")),
            ("no", gettext("No")),
        ],
        why_stopped=why_stopped,
        flaws=FLAW,
        grave=GRAVE,
        rules=rules_for(ctx.phones.allowed_countries, (*SENDER_KINDS, *NUMBER_KINDS)),
        errors=errors or {},
    )
