"""What is done with a conversation: it is answered, or given to somebody who answers."""

from __future__ import annotations

import uuid

from flask_babel import gettext

from dialer.domain.access import Permission
from dialer.domain.errors import ValidationFailed
from dialer.services.messaging.answering import NewReply, assign_conversation, preview_reply, reply
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import Answer, chosen_id, faults_of, go, said
from dialer.web.coordinator.inbox import conversation_page
from dialer.web.coordinator.text_lines import Composer
from dialer.web.coordinator.texting import Form, looked_at_or_sent, written_body
from dialer.web.desk import context
from dialer.web.guard import allow


@coordinator.post("/inbox/<uuid:conversation_id>/reply")
@allow(Permission.CONVERSATION_ANSWER)
def answer_talk(conversation_id: uuid.UUID) -> Answer:
    """Answer, once however often the form is sent; with `look` only show how it would read."""
    ctx = context()
    wanted = NewReply(conversation_id, written_body(), chosen_id("text_id"))
    composer = Composer(said("text_id"), {"body": wanted.body})
    return looked_at_or_sent(
        Form(
            composer,
            page=lambda faults, shown: conversation_page(ctx, conversation_id, faults, shown),
            look=lambda: preview_reply(ctx, wanted),
            send=lambda: reply(ctx, wanted),
            there=lambda words: go("coordinator.conversation", words, conversation_id=conversation_id),
        )
    )


@coordinator.post("/inbox/<uuid:conversation_id>/assign")
@allow(Permission.CONVERSATION_MANAGE)
def give_talk(conversation_id: uuid.UUID) -> Answer:
    """Give it to somebody who answers, or to nobody in particular."""
    ctx = context()
    try:
        given = assign_conversation(ctx, conversation_id, chosen_id("volunteer_id"))
    except ValidationFailed as error:
        faults = faults_of(error, {"/volunteer_id": "volunteer_id"})
        return conversation_page(ctx, conversation_id, faults), error.status
    if given.assignee is None:
        return go("coordinator.conversation", gettext("Given to nobody."), conversation_id=conversation_id)
    words = gettext("Given to %(name)s.", name=given.assignee.name)
    return go("coordinator.conversation", words, conversation_id=conversation_id)
