"""Texts to us: decided and committed before they are answered, since the carrier tells each but once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from flask import Response
from werkzeug.exceptions import BadRequest

from dialer.domain.access import Permission
from dialer.services.messaging.inbound import Attachment, InboundText, receive
from dialer.web.guard import allow
from dialer.web.webhooks.blueprint import context_of, told, twiml, webhooks

_MEDIA: Final = re.compile(r"/Media/(ME[0-9a-fA-F]{32})(?:\.\w+)?$")
_KIND: Final = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,60}")
_MOST: Final = 10
"""So many attachments a text has at most (twilio.com/docs/messaging/guides/webhook-request)."""


def attachments_in(params: Mapping[str, str]) -> tuple[Attachment, ...]:
    """What came with a text. Of its address only the carrier's name is kept: nobody is led to a place that a
    text names.
    """
    told = params.get("NumMedia", "")
    count = min(int(told), _MOST) if told.isascii() and told.isdigit() and len(told) < 4 else 0
    return tuple(
        Attachment(
            sid=found[1] if (found := _MEDIA.search(params.get(f"MediaUrl{n}", ""))) else "",
            content_type=kind if _KIND.fullmatch(kind := params.get(f"MediaContentType{n}", "")) else "",
        )
        for n in range(count)
    )


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
            attachments=attachments_in(params),
            service=params.get("MessagingServiceSid", ""),
        ),
    )
    return twiml()
