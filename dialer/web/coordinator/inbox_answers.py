"""What is done with a conversation: it is answered, or given to somebody who answers."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import request
from flask_babel import gettext

from dialer.domain.access import Permission
from dialer.domain.conversing import HANDOVER_REASONS
from dialer.domain.errors import Conflict, ValidationFailed
from dialer.services.messaging.answering import NewReply, assign_conversation, preview_reply, reply
from dialer.services.messaging.canned_replies import offered_for
from dialer.services.messaging.conversation_campaign import give_to_campaign
from dialer.services.messaging.conversation_handover import hand_over
from dialer.services.messaging.conversation_notes import add_note, set_tags
from dialer.services.messaging.number_blocks import block, unblock
from dialer.web.composing import Form, looked_at_or_sent, with_ready, written_body, written_values
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import Answer, chosen_id, faults_of, go, said, said_or_none
from dialer.web.coordinator.inbox import conversation_page
from dialer.web.desk import context
from dialer.web.guard import allow
from dialer.web.text_lines import Composer


@coordinator.post("/inbox/<uuid:conversation_id>/reply")
@allow(Permission.CONVERSATION_ANSWER)
def answer_talk(conversation_id: uuid.UUID) -> Answer:
    """Answer, once however often the form is sent; with `look` only show how it would read, with `use` put
    words that are kept ready behind what was typed.
    """
    ctx = context()
    if (ready := chosen_id("use")) is not None:
        found = next((one.body for one in offered_for(ctx, conversation_id) if one.id == ready), "")
        values = {**written_values(), "body": with_ready(written_body(), found)}
        return conversation_page(ctx, conversation_id, None, Composer(said("text_id"), values))
    wanted = NewReply(
        conversation_id, written_body(), chosen_id("text_id"), chosen_id("seen"), chosen_id("picture_id")
    )
    composer = Composer(said("text_id"), written_values())
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


@coordinator.post("/inbox/<uuid:conversation_id>/campaign")
@allow(Permission.CONVERSATION_MANAGE)
def give_talk_to_campaign(conversation_id: uuid.UUID) -> Answer:
    """Have a campaign answer it, or none."""
    ctx = context()
    try:
        given = give_to_campaign(ctx, conversation_id, chosen_id("campaign_id"))
    except ValidationFailed:
        faults = {"campaign_id": gettext("This campaign has ended meanwhile. Choose another.")}
        return conversation_page(ctx, conversation_id, faults), ValidationFailed.status
    except Conflict:
        words = gettext("They write with a campaign already, and that goes on with them.")
        return go("coordinator.conversation", words, "warn", conversation_id=conversation_id)
    words = gettext("No campaign answers it.")
    if given.campaign_name:
        words = gettext("%(campaign)s answers it from now on.", campaign=given.campaign_name)
    return go("coordinator.conversation", words, conversation_id=conversation_id)


@coordinator.post("/inbox/<uuid:conversation_id>/notes")
@allow(Permission.CONVERSATION_ANSWER)
def note_talk(conversation_id: uuid.UUID) -> Answer:
    """Write something down for whoever comes next."""
    return _keep(conversation_id, lambda: add_note(context(), conversation_id, said("note")), "note")


@coordinator.post("/inbox/<uuid:conversation_id>/tags")
@allow(Permission.CONVERSATION_ANSWER)
def tag_talk(conversation_id: uuid.UUID) -> Answer:
    """Say what it is about, with commas between tags."""
    tags = request.form.get("tags", "").split(",")
    return _keep(conversation_id, lambda: set_tags(context(), conversation_id, tags), "tags")


@coordinator.post("/inbox/<uuid:conversation_id>/hand-over")
@allow(Permission.CONVERSATION_ANSWER)
def hand_talk_over(conversation_id: uuid.UUID) -> Answer:
    """Leave it to the coordinators."""
    if said("reason") not in HANDOVER_REASONS:
        return conversation_page(context(), conversation_id, {"reason": gettext("Choose why.")}), 422
    hand_over(context(), conversation_id, said("reason"), said_or_none("handover_note"))
    return go("coordinator.inbox", gettext("A coordinator goes on with it. Thank you."))


@coordinator.post("/inbox/<uuid:conversation_id>/block")
@allow(Permission.CONVERSATION_ANSWER)
def block_number(conversation_id: uuid.UUID) -> Answer:
    """Block the number for everybody."""
    block(context(), conversation_id)
    return go("coordinator.inbox", gettext("Blocked. Nobody here meets this number again."))


@coordinator.post("/inbox/<uuid:conversation_id>/unblock")
@allow(Permission.CONVERSATION_UNBLOCK)
def unblock_number(conversation_id: uuid.UUID) -> Answer:
    """Take a block back."""
    if not said("reason"):
        return conversation_page(context(), conversation_id, {"reason": gettext("Say why.")}), 422
    unblock(context(), conversation_id, said("reason"))
    words = gettext("The number isn’t blocked any more.")
    return go("coordinator.conversation", words, conversation_id=conversation_id)


def _keep(conversation_id: uuid.UUID, deed: Callable[[], object], field: str) -> Answer:
    try:
        deed()
    except ValidationFailed as error:
        return conversation_page(context(), conversation_id, faults_of(error, lambda _: field)), 422
    return go("coordinator.conversation", gettext("Kept."), conversation_id=conversation_id)
