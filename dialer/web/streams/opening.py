"""A stream begins: who watches is known, what they may watch is checked as in REST, then `live` has it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

from flask import Response, request, session

from dialer.domain.errors import Unavailable
from dialer.domain.live_topics import OF_SESSION, Topic, read_topics
from dialer.services.watching import Credential, watch
from dialer.web.desk import context, desk
from dialer.web.guard import LOGIN_KEY
from dialer.web.streams.handover import AGAIN_S, MEDIA_TYPE, Asked, HandedOver, ask_live, connection_of

LONGEST_ID: Final = 1024
LAST_EVENT_ID: Final = {
    "in": "header",
    "name": "Last-Event-ID",
    "required": False,
    "description": "The id of the last event that came: what it names isn’t sent again.",
    "schema": {"type": "string", "maxLength": LONGEST_ID},
}
"""How the API's description names it."""


def open_stream(topics_text: str) -> Response:
    """The stream of these topics, for whoever was recognised at the door."""
    return _opened(read_topics(topics_text))


def open_session_stream(session_id: uuid.UUID) -> Response:
    """The stream of a shift, with the call and the person in hand, for the volunteer whose it is."""
    return _opened([Topic(kind, session_id) for kind in OF_SESSION])


def _opened(wanted: Sequence[Topic]) -> Response:
    ctx = context()
    topics = watch(ctx, wanted)
    if request.method == "HEAD":
        return Response(mimetype=MEDIA_TYPE)
    if connection_of(request.environ) is None:
        raise Unavailable("This server can’t stream.", retry_after_s=AGAIN_S)
    asked = Asked(
        organisation_id=ctx.organisation_id,
        account_id=ctx.actor.account_id,
        credential=_credential(),
        topics=topics,
        last_id=request.headers.get("Last-Event-ID", "")[:LONGEST_ID],
    )
    return HandedOver(ask_live(desk().settings.run_dir, asked))


def _credential() -> Credential:
    """By what the guard recognised them: the API takes tokens alone, pages their session alone."""
    if request.path.startswith("/api/"):
        return Credential(is_token=True, secret=request.headers["Authorization"].partition(" ")[2].strip())
    return Credential(is_token=False, secret=session[LOGIN_KEY])
