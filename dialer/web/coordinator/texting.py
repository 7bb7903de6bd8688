"""A text to one person, from their page."""

from __future__ import annotations

import uuid

from dialer.domain.access import Permission
from dialer.services.messaging.singles import NewText, preview_text, text_person
from dialer.web.composing import Form, looked_at_or_sent, written_body, written_values
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.contacts import person_page
from dialer.web.coordinator.forms import Answer, chosen_id, go, said
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.text_lines import Composer


@coordinator.post("/contacts/<uuid:contact_id>/texts")
@allow(Permission.MESSAGE_SEND)
def text_somebody(contact_id: uuid.UUID) -> Answer:
    """Text somebody, once however often the form is sent; with `look` only show how it would read."""
    ctx = context()
    wanted = NewText(
        contact_id,
        written_body(),
        chosen_id("text_campaign_id"),
        chosen_id("text_id"),
        picture_id=chosen_id("picture_id"),
    )
    composer = Composer(said("text_id"), written_values(campaign_id=str(wanted.campaign_id or "")))
    return looked_at_or_sent(
        Form(
            composer,
            page=lambda faults, shown: person_page(ctx, contact_id, faults, shown),
            look=lambda: preview_text(ctx, wanted),
            send=lambda: text_person(ctx, wanted),
            there=lambda words: go("coordinator.contact", words, contact_id=contact_id),
        )
    )
