"""A word to one volunteer, from their page."""

from __future__ import annotations

import uuid

from flask_babel import gettext

from dialer.domain.access import Permission
from dialer.domain.texting import EMAIL, SMS
from dialer.services.messaging.volunteer_texts import (
    VolunteerText,
    preview_volunteer_text,
    text_volunteer,
)
from dialer.web.composing import Form, looked_at_or_sent, with_ready, written_body
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import Answer, chosen_id, go, said
from dialer.web.coordinator.volunteers import READY, volunteer_page
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.text_lines import Composer


@coordinator.post("/volunteers/<uuid:volunteer_id>/messages")
@allow(Permission.MESSAGE_SEND)
def write_to_volunteer(volunteer_id: uuid.UUID) -> Answer:
    """Write to them, once however often the form is sent; with `look` only show how it would read, with
    `ready` put words behind what was typed.
    """
    ctx = context()
    by_email = said("channel") == EMAIL
    values = {"body": written_body(), "channel": EMAIL if by_email else SMS, "subject": said("subject")}
    if said("ready") in READY:
        values["body"] = with_ready(values["body"], gettext(READY[said("ready")]))
        return volunteer_page(ctx, volunteer_id, composer=Composer(said("text_id"), values))
    wanted = VolunteerText(
        volunteer_id, values["body"], values["channel"], values["subject"], chosen_id("text_id")
    )
    return looked_at_or_sent(
        Form(
            Composer(said("text_id"), values),
            page=lambda faults, shown: volunteer_page(ctx, volunteer_id, errors=faults, composer=shown),
            look=lambda: preview_volunteer_text(ctx, wanted),
            send=lambda: text_volunteer(ctx, wanted),
            there=lambda words: go("coordinator.volunteer", words, volunteer_id=volunteer_id),
        )
    )
