"""Our numbers at the carrier: where texts and calls to each go, put right, and who answers a call back."""

from __future__ import annotations

from typing import Final

from flask import render_template, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from dialer.domain.access import Permission
from dialer.domain.errors import Conflict, ValidationFailed
from dialer.domain.own_numbers import ANSWERED, Fault, RingBack
from dialer.services.messaging.number_tasks import ask_to_put_right, ask_to_read, latest_tasks
from dialer.services.messaging.own_numbers import own_numbers, say_answered_elsewhere
from dialer.services.paging import Slice
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import Answer, go, next_address, our_numbers, page_asked, said
from dialer.web.coordinator.number_wording import FAULT, outcome
from dialer.web.coordinator.wording import Words
from dialer.web.desk import context
from dialer.web.guard import allow

RING_BACK: Final[Words] = {
    RingBack.HERE: _("A call back is answered here"),
    RingBack.ELSEWHERE: _("A call back is answered elsewhere"),
    RingBack.OTHER_ADDRESS: _("A call back doesn’t come here"),
    RingBack.NO_VOICE: _("It can’t be rung back: it takes no calls"),
    RingBack.NOT_OURS: _("It isn’t one of ours: nobody here answers a call back"),
    RingBack.UNKNOWN: _("Nobody has looked yet who answers a call back"),
}
WAY: Final[Words] = {
    "caller_id": _("people who are rung see it"),
    "sender": _("texts go out from it"),
    "pool": _("texts go out from it, through a Messaging Service"),
    "blast": _("a text that isn’t over goes out from it"),
}
TASK: Final[Words] = {
    "search": _("Look what can be had"),
    "buy": _("Buy"),
    "release": _("Give back"),
    "put_right": _("Put right"),
}


UNDER_WAY: Final[Words] = {
    "buy": _("Being bought"),
    "release": _("Being given back"),
    "put_right": _("Being put right"),
}


@coordinator.get("/numbers")
@allow(Permission.SENDER_READ)
def numbers() -> str:
    """Our numbers, those that campaigns show, and what was asked of the carrier."""
    ctx, page = context(), page_asked()
    found = own_numbers(ctx, page)
    return render_template(
        "coordinator/numbers.html",
        found=found,
        here=request.full_path,
        following=next_address(Slice(found.numbers, found.next), "coordinator.numbers"),
        to_give_back=[one for one in found.numbers if "release" not in one.under_way],
        is_reading=found.is_reading,
        under_way=UNDER_WAY,
        ring_back=RING_BACK,
        answered=ANSWERED,
        ways=WAY,
        tasks=[(one, TASK[one.kind], outcome(one)) for one in latest_tasks(ctx)],
    )


@coordinator.post("/numbers/read")
@allow(Permission.SENDER_MANAGE)
def read_numbers() -> Answer:
    """Have the carrier's list read."""
    ask_to_read(context())
    return go("coordinator.numbers", being_asked())


@coordinator.post("/numbers/put-right")
@allow(Permission.SENDER_MANAGE)
def put_number_right() -> Answer:
    """Have texts and calls to one of ours come here; from another system only when that is said."""
    try:
        ask_to_put_right(context(), the_number(), take_over=said("take_over") == "yes")
    except ValidationFailed:
        return go("coordinator.numbers", str(FAULT[Fault.NOT_OURS]), "warn")
    except Conflict as error:
        if "others" not in error.extra:
            words = gettext("The carrier is being asked about it just now. Say so again in a moment.")
            return go("coordinator.numbers", words, "warn")
        words = gettext(
            "Another system hears of texts or calls to it: %(others)s. Nothing was changed.",
            others=", ".join(map(str, error.extra.get("others", ()))),  # type: ignore[call-overload]
        )
        return go("coordinator.numbers", words, "warn")
    return go("coordinator.numbers", being_asked())


@coordinator.post("/numbers/answered-elsewhere")
@allow(Permission.SENDER_MANAGE)
def answer_elsewhere() -> Answer:
    """Say who answers a call back, or take it back."""
    answered = said("answered") == "yes"
    try:
        say_answered_elsewhere(context(), the_number(), answered=answered)
    except ValidationFailed:
        return go("coordinator.numbers", gettext("No campaign shows this number any more."), "warn")
    words = gettext("Noted: calls back to it are answered elsewhere.") if answered else gettext("Taken back.")
    return go("coordinator.numbers", words)


def the_number() -> str:
    """The number that the form is about."""
    return next(iter(our_numbers("number")), "")


def being_asked() -> str:
    """What is said after each press that a worker acts upon."""
    return str(gettext("Asked of the carrier. What comes of it appears here."))
