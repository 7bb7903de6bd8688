"""Texts that may have meant no: all of them in one list, decided one by one or several at once."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from flask import render_template
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.email_address import channel_of
from dialer.domain.texting import EMAIL
from dialer.services.messaging.reviews import (
    DECIDED_AT_ONCE,
    Doubted,
    Outcome,
    Review,
    decide_several,
    list_reviews,
)
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import chosen_id, chosen_ids, go, next_address, page_asked, said
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.text_wording import inbound_rule


@dataclass(frozen=True, slots=True)
class Question:
    """A doubtful text: what it says, and why it was doubted."""

    body: str
    why: str
    words: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation that waits for a decision; `seen` is its latest doubtful text."""

    id: uuid.UUID
    seen: uuid.UUID | None
    name: str
    number: str
    questions: list[Question]


@coordinator.get("/inbox/review")
@allow(Permission.CONVERSATION_MANAGE)
def reviews() -> str:
    """Whatever may have meant no, the latest first."""
    found = list_reviews(context(), page_asked())
    return render_template(
        "coordinator/reviews.html",
        rows=[_row(one) for one in found.items],
        more=next_address(found, "coordinator.reviews"),
    )


@coordinator.post("/inbox/review")
@allow(Permission.CONVERSATION_MANAGE)
def decide_reviews() -> Response:
    """Decide alike about those that are ticked."""
    chosen = chosen_ids("conversation_id")[:DECIDED_AT_ONCE]
    if not chosen:
        return go("coordinator.reviews", gettext("Tick those that you decide about."), "warn")
    opt_out = said("decision") == "opt_out"
    outcome = decide_several(
        context(), dict.fromkeys(chosen, opt_out), {one: chosen_id(f"seen-{one}") for one in chosen}
    )
    return go("coordinator.reviews", _told(outcome, opt_out=opt_out), "warn" if outcome.left else "good")


def _told(outcome: Outcome, *, opt_out: bool) -> str:
    count = len(outcome.decided)
    if opt_out:
        words = ngettext(
            "One person isn’t written to again, by anyone here.",
            "%(num)s people aren’t written to again, by anyone here.",
            count,
        )
    else:
        words = ngettext("One person gets what others get.", "%(num)s people get what others get.", count)
    if not outcome.left:
        return str(words)
    if not count:
        return str(gettext("Somebody decided this already, or they wrote again."))
    others = gettext("The others were decided already, or they wrote again.")
    return f"{words} {others}"


def _row(one: Review) -> Row:
    talk = one.conversation
    names = (talk.contact.first_name, talk.contact.last_name) if talk.contact else ()
    name = " ".join(part for part in names if part)
    seen = one.doubted[0].message_id if one.doubted else None
    return Row(talk.id, seen, name, talk.number, [_question(each, talk.number) for each in one.doubted])


def _question(one: Doubted, place: str) -> Question:
    why = inbound_rule(one.rule, is_letter=channel_of(place) == EMAIL)
    return Question(one.body, why, one.words, one.at)
