"""What becomes of texts, and texts to us."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

from flask import Response, request

from dialer.domain.access import Permission
from dialer.services.messaging.carrier_events import StatusOfText, record_status
from dialer.web.guard import allow
from dialer.web.webhooks.blueprint import context_of, told, webhooks
from dialer.web.webhooks.nudging import ask_for

APPLY: Final = "workers.jobs.apply_carrier_events"


@webhooks.post("/messages/status")
@allow(Permission.CARRIER_TELL)
def message_status() -> Response:
    """Keep what the carrier tells of a text, before it is answered; a job applies it."""
    params = told()
    ctx = context_of(params.get("From", ""))
    if record_status(ctx, status_told(params, request.args.get("m"))):
        ask_for(ctx, APPLY)
    return Response(status=204)


def status_told(params: Mapping[str, str], message_id: str | None) -> StatusOfText:
    """What the carrier's parameters say became of the text that our address named."""
    return StatusOfText(
        sid=params.get("MessageSid") or params.get("SmsSid", ""),
        status=params.get("MessageStatus") or params.get("SmsStatus", ""),
        message_id=_id(message_id),
        error_code=_code(params.get("ErrorCode")),
        params=params,
    )


def _id(text: str | None) -> uuid.UUID | None:
    """An id of ours in an address; one that isn't an id names nothing."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


def _code(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None
