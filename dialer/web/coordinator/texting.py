"""A text to one person, from their page."""

from __future__ import annotations

import uuid
from typing import Final

from flask import request
from flask_babel import gettext, ngettext

from dialer.domain.access import Permission
from dialer.domain.errors import RuleBroken
from dialer.services.messaging.singles import NewText, preview_text, text_person
from dialer.services.messaging.views import MessageView
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.contacts import person_page
from dialer.web.coordinator.forms import WHOLE_FORM, Answer, Faults, chosen_id, faults_of, go, said
from dialer.web.coordinator.text_lines import Composer, state_of
from dialer.web.coordinator.text_wording import LEFT_OUT
from dialer.web.desk import context
from dialer.web.guard import allow

FIELD_AT: Final = {"/body": "body", "/campaign_id": "text_campaign_id"}


@coordinator.post("/contacts/<uuid:contact_id>/texts")
@allow(Permission.MESSAGE_SEND)
def text_somebody(contact_id: uuid.UUID) -> Answer:
    """Text somebody, once however often the form is sent; with `look` only show how it would read."""
    ctx = context()
    wanted = NewText(contact_id, written_body(), chosen_id("text_campaign_id"), chosen_id("text_id"))
    composer = Composer(said("text_id"), {"body": wanted.body, "campaign_id": str(wanted.campaign_id or "")})
    try:
        if said("look"):
            shown = Composer(composer.text_id, composer.values, preview_text(ctx, wanted))
            return person_page(ctx, contact_id, composer=shown)
        sent = text_person(ctx, wanted)
    except RuleBroken as error:
        if error.status not in (409, 422):
            raise
        return person_page(ctx, contact_id, faults_of_text(error), composer), error.status
    return go("coordinator.contact", sent_words(sent), contact_id=contact_id)


def sent_words(sent: MessageView) -> str:
    """What became of a text that was just written: it goes, or what it waits for."""
    if sent.waiting_reason:
        return f"{gettext('Kept.')} {state_of(sent)}."
    return str(ngettext("Sent in one part.", "Sent in %(num)s parts.", sent.segments))


def written_body() -> str:
    """What somebody wrote into the field of a text."""
    return request.form.get("body", "").replace("\r\n", "\n").strip()


def faults_of_text(error: RuleBroken) -> Faults:
    """A refusal beside its field; that somebody may not be texted in the words of a text to many."""
    reason = str(error.extra.get("reason", ""))
    if error.status == 409 and reason in LEFT_OUT:
        return {WHOLE_FORM: gettext("Nothing was sent: %(reason)s.", reason=LEFT_OUT[reason])}
    return faults_of(error, FIELD_AT)
