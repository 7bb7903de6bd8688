"""“Answer people”: who waits, one conversation at a time, and what is said in it. Works without a script."""

from __future__ import annotations

import uuid

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.conversing import FRIGHTENED, HANDOVER_REASONS
from dialer.domain.errors import Conflict, NotFound
from dialer.services.context import Context
from dialer.services.messaging.canned_replies import offered_for
from dialer.services.messaging.conversation_notes import notes_of
from dialer.services.messaging.conversation_pool import look_at, take_next, who_waits
from dialer.services.messaging.conversation_views import ConversationView
from dialer.services.messaging.conversations import get_conversation
from dialer.services.messaging.pictures import offered_pictures
from dialer.services.messaging.seen_texts import last_seen
from dialer.services.messaging.text_ends import texts_over
from dialer.web.brought import attachment_response, brought_with
from dialer.web.desk import context
from dialer.web.forms import Faults
from dialer.web.guard import allow
from dialer.web.notices import tell
from dialer.web.side import side_shown
from dialer.web.text_lines import Composer, empty_composer, in_a_line, nobody_in_particular, text_of
from dialer.web.text_wording import HANDOVER
from dialer.web.told_words import told_shown

texts = Blueprint("texts", __name__, url_prefix="/texts")


@texts.get("")
@allow(Permission.CONVERSATION_ANSWER)
def home() -> str:
    """What somebody who texts can do: answer whoever waits, those first who wait for them."""
    ctx = context()
    return render_template(
        "volunteer/texts.html",
        waiting=who_waits(ctx),
        over=texts_over(ctx),
        name_of=name_of,
        in_a_line=in_a_line,
        nobody_in_particular=nobody_in_particular,
    )


@texts.post("/next")
@allow(Permission.CONVERSATION_ANSWER)
def next_person() -> Response:
    """Take whoever has waited longest; with `another` one more beside those in hand."""
    try:
        taken = take_next(context(), another=bool(request.form.get("another")))
    except Conflict:
        tell(gettext("You have as many as one person can answer. Answer one of them first."), "warn")
        return to_texts()
    if taken is None:
        tell(gettext("Nobody waits for an answer just now. Thank you."))
        return to_texts()
    return redirect(url_for("texts.person", conversation_id=taken.id), code=303)


@texts.get("/<uuid:conversation_id>")
@allow(Permission.CONVERSATION_ANSWER)
def person(conversation_id: uuid.UUID) -> str | tuple[str, int]:
    """One conversation; whoever looks at it keeps it a while longer."""
    ctx = context()
    try:
        look_at(ctx, conversation_id)
    except NotFound:
        return gone()
    return person_page(ctx, conversation_id)


@texts.get("/<uuid:conversation_id>/brought/<uuid:attachment_id>")
@allow(Permission.CONVERSATION_READ)
def brought(conversation_id: uuid.UUID, attachment_id: uuid.UUID) -> Response:
    """What came with a text, to whoever has the conversation now."""
    return attachment_response(context(), conversation_id, attachment_id)


def person_page(
    ctx: Context, conversation_id: uuid.UUID, errors: Faults | None = None, composer: Composer | None = None
) -> str:
    """A conversation with what can be done: answer, leave it to somebody, note, tag."""
    view, found = get_conversation(ctx, conversation_id)
    brought = brought_with(ctx, conversation_id, found, "texts.brought")
    return render_template(
        "volunteer/text_person.html",
        talk=view,
        seen=last_seen(found),
        name=name_of(view),
        campaign_name=view.campaign_name or "",
        texts=[text_of(one, view.state, brought) for one in found],
        notes=notes_of(ctx, conversation_id),
        ready=offered_for(ctx, conversation_id),
        pictures=offered_pictures(ctx),
        reasons=[reason for reason in HANDOVER_REASONS if reason != FRIGHTENED],
        told=told_shown(ctx, conversation_id),
        side=side_shown(ctx, conversation_id),
        composer=composer or empty_composer(),
        errors=errors or {},
        say={"handover": HANDOVER},
    )


def gone(written: str = "") -> tuple[str, int]:
    """They aren’t ours to answer any more; what was written isn’t lost."""
    return render_template("volunteer/text_gone.html", written=written), 404


def name_of(view: ConversationView) -> str:
    """Who writes, as far as that is known."""
    if view.contact is None:
        return ""
    return " ".join(part for part in (view.contact.first_name, view.contact.last_name) if part)


def to_texts() -> Response:
    """Back to what there is to do."""
    return redirect(url_for("texts.home"), code=303)
