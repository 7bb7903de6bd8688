"""The webhooks about texts: what each says, and whether a fault has it lost, late, twice or out of order."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import uuid
from typing import Final

from dialer.town.api import VERSION
from dialer.town.book import Text
from dialer.town.opting_out import keyword
from dialer.town.town import Town
from dialer.town.webhooks import NOBODY, Reply

TOKENS: Final = uuid.UUID("6f1ad0a2-9a35-4f6c-8a2e-3f6c0b7d9d11")
"""The name space of idempotency tokens, so that each copy of a webhook carries the same."""

REORDERED_S: Final = 8.0
"""Longer than anybody's receipt takes after `sent`, so that the later status is told first."""


class Telling:
    """Tells our webhooks of each text that comes in and each status after the first."""

    def __init__(self, town: Town) -> None:
        self._town = town

    async def tell(self, text: Text, status: str) -> Reply:
        """Send the webhook, unless a fault has it lost, late or behind the next one."""
        if not text.callback:
            return NOBODY
        dice = self._town.dice
        if dice.happens("lost_inbound" if text.direction == "inbound" else "lost_callback"):
            self._told(text, status)
        elif text.direction != "inbound" and dice.happens("late_callback"):
            self._town.clock.after(dice.faults.late_s, functools.partial(self.send, text, status))
        elif status == "sent" and dice.happens("reordered_callback"):
            self._town.clock.after(REORDERED_S, functools.partial(self.send, text, status))
        else:
            return await self.send(text, status)
        return NOBODY

    async def send(self, text: Text, status: str) -> Reply:
        """Send the webhook now, and note that it is over, whatever was answered."""
        params = self._params(text, status)
        token = str(uuid.uuid5(TOKENS, f"{text.sid}{status}"))
        reply = await self._town.webhooks.send(text.callback, params, token)
        taken_at = self._town.clock.timestamp() if reply.ok and text.direction == "inbound" else None
        if self._town.dice.happens("doubled_inbound" if text.direction == "inbound" else "doubled_callback"):
            await self._town.webhooks.send(text.callback, params, token)
        self._told(text, status, taken_at)
        return reply

    def _told(self, text: Text, status: str, taken_at: float | None = None) -> None:
        taken = {} if taken_at is None else {"taken_at": taken_at}
        self._town.ledger.append("told", {"sid": text.sid, "status": status, **taken})
        mark_told(text, status, taken_at)

    def _params(self, text: Text, status: str) -> dict[str, str]:
        account = self._town.config.account_sid
        if text.direction == "inbound":
            return inbound_params(text, account, advanced=self._town.terms.advanced_opt_out)
        return status_params(text, account, status)


def mark_told(text: Text, status: str, taken_at: float | None = None) -> None:
    """One of its webhooks is over, and was answered with 2xx at that moment if it says one."""
    text.taken_at = text.taken_at or taken_at
    if status in text.untold:
        text.untold.remove(status)


def status_params(text: Text, account_sid: str, status: str) -> dict[str, str]:
    """What a status callback says."""
    params = {
        "SmsSid": text.sid,
        "SmsStatus": status,
        "MessageSid": text.sid,
        "MessageStatus": status,
        "To": text.to,
        "From": text.sender or "",
        "AccountSid": account_sid,
        "ApiVersion": VERSION,
    }
    if text.service:
        params["MessagingServiceSid"] = text.service
    if text.error_code is not None and status in {"failed", "undelivered"}:
        params["ErrorCode"] = str(text.error_code)
    if status == "delivered":
        received = dt.datetime.fromtimestamp(text.updated_at, dt.UTC)
        params["RawDlrDoneDate"] = received.strftime("%y%m%d%H%M")
    return params


def media_sid(text_sid: str, nth: int) -> str:
    """What the carrier calls the n-th attachment of a text."""
    return "ME" + hashlib.blake2b(f"{text_sid} {nth}".encode(), digest_size=16).hexdigest()


def inbound_params(text: Text, account_sid: str, *, advanced: bool) -> dict[str, str]:
    """What the webhook for an inbound text says; the carrier sends what it doesn't know as blank."""
    params = {
        "ToCountry": "GB",
        "ToState": "",
        "ToCity": "",
        "ToZip": "",
        "FromCountry": "GB",
        "FromState": "",
        "FromCity": "",
        "FromZip": "",
        "SmsMessageSid": text.sid,
        "SmsSid": text.sid,
        "MessageSid": text.sid,
        "SmsStatus": "received",
        "NumMedia": str(len(text.media)),
        "NumSegments": str(text.segments),
        "Body": text.body,
        "To": text.to,
        "From": text.sender or "",
        "AccountSid": account_sid,
        "ApiVersion": VERSION,
    }
    for n, kind in enumerate(text.media):
        params[f"MediaContentType{n}"] = kind
        place = f"Accounts/{account_sid}/Messages/{text.sid}/Media/{media_sid(text.sid, n)}"
        params[f"MediaUrl{n}"] = f"https://api.twilio.com/{VERSION}/{place}"
    if text.service:
        params["MessagingServiceSid"] = text.service
    word = keyword(text.body)
    if advanced and word is not None:
        params["OptOutType"] = word
    return params
