"""What came with texts on pages: a picture behind a press, anything else as a file to be taken away.

Nobody is ambushed by a picture, and nothing that somebody sent is ever opened by a page of ours but a whole
JPEG, PNG or GIF.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask import Response, url_for
from flask_babel import gettext

from dialer.domain.attachment import NO_PICTURE, Fetched
from dialer.services.context import Context
from dialer.services.messaging.attachments import AttachmentView, attachments_of, open_attachment
from dialer.services.messaging.views import MessageView
from dialer.web.desk import desk
from dialer.web.rule_words import N_

_NOT_HERE: Final[Mapping[str, str]] = {
    "waiting": N_("It is on its way to us."),
    "gone": N_("It could not be fetched: the carrier hasn’t got it."),
    "too_large": N_("It could not be fetched: it is too large."),
    "not_fetched": N_("It could not be fetched: the carrier didn’t give it."),
}


@dataclass(frozen=True, slots=True)
class Brought:
    """One thing that came with a text: where it can be had, or in words why it can't."""

    url: str
    is_picture: bool
    words: str


Brings = Mapping[uuid.UUID, Sequence[Brought]]
"""By text."""


def brought_with(
    ctx: Context, conversation_id: uuid.UUID, texts: Sequence[MessageView], endpoint: str
) -> Brings:
    """What came with these texts of a conversation; `endpoint` is where it is had."""
    those = [one.id for one in texts if one.attachments]
    if not those:
        return {}
    found = attachments_of(ctx, conversation_id, those)
    return {text: [_brought(one, conversation_id, endpoint) for one in came] for text, came in found.items()}


def attachment_response(ctx: Context, conversation_id: uuid.UUID, attachment_id: uuid.UUID) -> Response:
    """One of them, for whoever may read its conversation."""
    return fetched_response(open_attachment(ctx, desk().settings.secret_key, conversation_id, attachment_id))


def fetched_response(found: Fetched) -> Response:
    """What came with a text, kept by nobody on the way; what is no picture is only ever a file."""
    response = Response(found.data, mimetype=found.content_type)
    if found.content_type == NO_PICTURE:
        response.headers["Content-Disposition"] = 'attachment; filename="from-a-text.bin"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _what_was_here(one: AttachmentView) -> str:
    """Of one whose time was over: what it was, and how large."""
    size = f"{max(1, (one.size or 0) // 1024)} kB"
    if one.content_type == NO_PICTURE:
        return str(
            gettext("Something that is no text was here (%(size)s), until its time was over.", size=size)
        )
    return str(gettext("A picture was here (%(size)s), until its time was over.", size=size))


def _brought(one: AttachmentView, conversation_id: uuid.UUID, endpoint: str) -> Brought:
    is_kept = one.state == "kept"
    if one.state == "deleted":
        return Brought("", is_picture=False, words=_what_was_here(one))
    return Brought(
        url=url_for(endpoint, conversation_id=conversation_id, attachment_id=one.id) if is_kept else "",
        is_picture=is_kept and one.content_type != NO_PICTURE,
        words="" if is_kept else str(gettext(_NOT_HERE[one.why or one.state])),
    )
