"""What becomes of texts, and texts to us."""

from __future__ import annotations

import uuid

from flask import Response, request

from dialer.domain.access import Permission
from dialer.services.messaging.carrier_events import StatusOfText, record_status
from dialer.web.guard import allow
from dialer.web.webhooks.blueprint import context_of, told, webhooks
from dialer.web.webhooks.nudging import ask_for


@webhooks.post("/messages/status")
@allow(Permission.CARRIER_TELL)
def message_status() -> Response:
    """Keep what the carrier tells of a text, before it is answered; a job applies it."""
    params = told()
    ctx = context_of(params.get("From", ""))
    event = StatusOfText(
        sid=params.get("MessageSid") or params.get("SmsSid", ""),
        status=params.get("MessageStatus") or params.get("SmsStatus", ""),
        message_id=_id(request.args.get("m")),
        error_code=_code(params.get("ErrorCode")),
        params=params,
    )
    if record_status(ctx, event):
        ask_for(ctx, "workers.jobs.apply_carrier_events")
    return Response(status=204)


def _id(text: str | None) -> uuid.UUID | None:
    """An id of ours in an address; one that isn't an id names nothing."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


def _code(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None
