"""Texts to us: decided and committed before they are answered, since the carrier tells each but once."""

from __future__ import annotations

from flask import Response
from werkzeug.exceptions import BadRequest

from dialer.domain.access import Permission
from dialer.services.messaging.inbound import InboundText, receive
from dialer.web.guard import allow
from dialer.web.webhooks.blueprint import context_of, told, twiml, webhooks


@webhooks.post("/messages/inbound")
@allow(Permission.CARRIER_TELL)
def message_inbound() -> Response:
    """Take a text in. The answer never holds words: what we answer goes out as a text of its own."""
    params = told()
    sid, number = params.get("MessageSid") or params.get("SmsSid", ""), params.get("From", "")
    if not sid or not number:
        raise BadRequest("A text needs its MessageSid and its From.")
    ctx = context_of(params.get("To", ""), params.get("MessagingServiceSid", ""))
    receive(
        ctx,
        InboundText(
            sid=sid,
            number=number,
            sender=params.get("To", ""),
            body=params.get("Body", ""),
            received_at=ctx.now,
            opt_out_type=params.get("OptOutType"),
        ),
    )
    return twiml()
