"""What somebody does with a conversation that they answer."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.conversing import FRIGHTENED, HANDOVER_REASONS
from dialer.domain.errors import Conflict, InvalidTransition, NotFound, ValidationFailed
from dialer.services.messaging.answering import NewReply, preview_reply, reply
from dialer.services.messaging.canned_replies import offered_for
from dialer.services.messaging.conversation_handover import hand_over
from dialer.services.messaging.conversation_notes import add_note, set_tags
from dialer.services.messaging.conversation_pool import give_back
from dialer.services.messaging.conversations import close_conversation
from dialer.services.messaging.number_blocks import block
from dialer.web.composing import Form, looked_at_or_sent, with_ready, written_body, written_values
from dialer.web.desk import context
from dialer.web.forms import Answer, chosen_id, faults_of, said, said_or_none
from dialer.web.guard import allow
from dialer.web.notices import tell
from dialer.web.text_lines import Composer
from dialer.web.volunteer.texts import gone, person_page, to_texts

text_deeds = Blueprint("text_deeds", __name__, url_prefix="/texts/<uuid:conversation_id>")


@text_deeds.post("/reply")
@allow(Permission.CONVERSATION_ANSWER)
def answer(conversation_id: uuid.UUID) -> Answer:
    """Answer, once however often the form is sent; with `look` only show how it would read, with `use` put
    words that are kept ready behind what was typed.
    """
    ctx = context()
    body = written_body()
    try:
        if (ready := chosen_id("use")) is not None:
            found = next((one.body for one in offered_for(ctx, conversation_id) if one.id == ready), "")
            values = {**written_values(), "body": with_ready(body, found)}
            return person_page(ctx, conversation_id, None, Composer(said("text_id"), values))
        picture = chosen_id("picture_id")
        wanted = NewReply(conversation_id, body, chosen_id("text_id"), chosen_id("seen"), picture)
        return looked_at_or_sent(
            Form(
                Composer(said("text_id"), written_values()),
                page=lambda faults, shown: person_page(ctx, conversation_id, faults, shown),
                look=lambda: preview_reply(ctx, wanted),
                send=lambda: reply(ctx, wanted),
                there=_told,
            )
        )
    except NotFound:
        return gone(body)


@text_deeds.post("/close")
@allow(Permission.CONVERSATION_ANSWER)
def close(conversation_id: uuid.UUID) -> Answer:
    """Nothing needs to be said."""
    try:
        close_conversation(context(), conversation_id, seen=chosen_id("seen"))
    except NotFound:
        return gone()
    except Conflict:
        tell(gettext("They have written again since. Read that first."), "warn")
        return redirect(url_for("texts.person", conversation_id=conversation_id), code=303)
    except InvalidTransition:
        tell(gettext("They may have asked us to stop. A coordinator decides that."), "warn")
        return to_texts()
    return _told(gettext("Closed."))


@text_deeds.post("/give-back")
@allow(Permission.CONVERSATION_ANSWER)
def leave(conversation_id: uuid.UUID) -> Answer:
    """Leave it to others."""
    return _do(lambda: give_back(context(), conversation_id), gettext("Somebody else will answer them."))


@text_deeds.post("/hand-over")
@allow(Permission.CONVERSATION_ANSWER)
def to_coordinator(conversation_id: uuid.UUID) -> Answer:
    """Ask a coordinator to go on."""
    ctx = context()
    if said("reason") not in HANDOVER_REASONS:
        faults = {"reason": gettext("Choose why.")}
        return person_page(ctx, conversation_id, faults), 422
    words = gettext("A coordinator goes on with it. Thank you.")
    return _do(lambda: hand_over(ctx, conversation_id, said("reason"), said_or_none("handover_note")), words)


@text_deeds.post("/frightened")
@allow(Permission.CONVERSATION_ANSWER)
def frightened(conversation_id: uuid.UUID) -> Answer:
    """They are taken off this person at once and for good, and are told that they did right."""
    try:
        hand_over(context(), conversation_id, FRIGHTENED)
    except NotFound:
        return gone()
    return render_template("volunteer/text_frightened.html")


@text_deeds.post("/block")
@allow(Permission.CONVERSATION_ANSWER)
def block_number(conversation_id: uuid.UUID) -> Answer:
    """Block the number for everybody."""
    words = gettext("Blocked. Nobody here meets this number again.")
    return _do(lambda: block(context(), conversation_id), words)


@text_deeds.post("/notes")
@allow(Permission.CONVERSATION_ANSWER)
def note(conversation_id: uuid.UUID) -> Answer:
    """Write something down for whoever comes next."""
    return _keep(conversation_id, lambda: add_note(context(), conversation_id, said("note")), "note")


@text_deeds.post("/tags")
@allow(Permission.CONVERSATION_ANSWER)
def tag(conversation_id: uuid.UUID) -> Answer:
    """Say what it is about, with commas between tags."""
    tags = request.form.get("tags", "").split(",")
    return _keep(conversation_id, lambda: set_tags(context(), conversation_id, tags), "tags")


def _do(deed: Callable[[], object], words: str) -> Answer:
    try:
        deed()
    except (Conflict, NotFound):
        return gone()
    tell(words)
    return to_texts()


def _keep(conversation_id: uuid.UUID, deed: Callable[[], object], field: str) -> Answer:
    try:
        deed()
    except NotFound:
        return gone()
    except ValidationFailed as error:
        return person_page(context(), conversation_id, faults_of(error, lambda _: field)), 422
    tell(gettext("Kept."))
    return redirect(url_for("texts.person", conversation_id=conversation_id), code=303)


def _told(words: str) -> Response:
    tell(words)
    return to_texts()
