"""Tokens with which a browser calls through the carrier (twilio.com/docs/iam/access-tokens).

One is signed with the secret of an API key, never with the account's own, and lets whoever has it call one of
our TwiML Apps under one name, and do nothing else.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Final

from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from dialer.carrier.port import VoiceToken

LASTS: Final = dt.timedelta(minutes=50)
"""Under an hour: a page asks for another before it ends, and a call that has begun outlives its token."""

_IDENTITY: Final = re.compile(r"[A-Za-z0-9_]{1,121}")
"""The carrier takes no other characters in the name of a client, nor more of them."""


@dataclass(frozen=True, slots=True)
class TwilioTokens:
    """Signs tokens for one account; see `VoiceTokens` in `port.py`."""

    account_sid: str
    key_sid: str
    key_secret: str = field(repr=False)
    app_sid: str

    @property
    def is_ready(self) -> bool:
        """See `VoiceTokens`."""
        return bool(self.key_sid and self.key_secret and self.app_sid)

    def token_for(self, identity: str, now: dt.datetime) -> VoiceToken:
        """See `VoiceTokens`."""
        if not self.is_ready or not _IDENTITY.fullmatch(identity):
            raise ValueError("a token needs an API key, a TwiML App and a name of letters, digits and _")
        expires_at = now + LASTS
        token = AccessToken(
            self.account_sid,
            self.key_sid,
            self.key_secret,
            identity=identity,
            nbf=int(now.timestamp()),
            valid_until=int(expires_at.timestamp()),
            grants=[VoiceGrant(outgoing_application_sid=self.app_sid)],
        )
        return VoiceToken(str(token.to_jwt()), expires_at.replace(microsecond=0))
