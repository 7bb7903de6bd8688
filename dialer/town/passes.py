"""The tokens with which browsers call: whether one is good, and whose it is.

Source: twilio.com/docs/iam/access-tokens: a JWT signed (HS256) with the secret of an API key, of an account,
with a grant for calls by one TwiML App. The town's one key and its one app follow from the account.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
from dataclasses import dataclass
from typing import Any, Final

from dialer.town.config import TownConfig
from dialer.town.strict import ComplaintError

LONGEST_S: Final = 24 * 3600
_IDENTITY: Final = re.compile(r"[A-Za-z0-9_]{1,121}")


@dataclass(frozen=True, slots=True)
class Pass:
    """Who may call, by which app."""

    identity: str
    app_sid: str


def read_pass(token: str, config: TownConfig, now: float) -> Pass:
    """Whose token it is. Raises ComplaintError, with the carrier's code, for one that the carrier refuses."""
    head, claims = _opened(token, config.auth_token)
    if head.get("alg") != "HS256" or not str(head.get("cty", "")).startswith("twilio-fpa"):
        raise ComplaintError("20102: Invalid Access Token header")
    if (claims.get("iss"), claims.get("sub")) != (config.api_key_sid, config.account_sid):
        raise ComplaintError("20103: Invalid Access Token issuer/subject")
    _check_times(claims, now)
    return _granted(claims.get("grants"), config)


def _opened(token: str, secret: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The head and the claims of a token that is signed with the secret. Raises ComplaintError."""
    try:
        signed, _, signature = token.rpartition(".")
        head, claims = (json.loads(_decoded(part)) for part in signed.split("."))
        is_ours = hmac.compare_digest(
            _decoded(signature), hmac.digest(secret.encode(), signed.encode(), "sha256")
        )
    except ValueError:
        raise ComplaintError("20101: Invalid Access Token") from None
    if not isinstance(head, dict) or not isinstance(claims, dict):
        raise ComplaintError("20101: Invalid Access Token")
    if not is_ours:
        raise ComplaintError("20107: Invalid Access Token signature")
    return head, claims


def _check_times(claims: dict[str, Any], now: float) -> None:
    """Raises ComplaintError for a token that is not good yet, no more, or for too long."""
    begins, ends = claims.get("nbf", now), claims.get("exp")
    if not isinstance(ends, int) or not isinstance(begins, int | float) or ends - begins > LONGEST_S:
        raise ComplaintError("20157: Expiration Time in the Access Token is invalid")
    if ends <= now:
        raise ComplaintError("20104: Access Token expired or expiration date invalid")
    if begins > now:
        raise ComplaintError("20105: Access Token not yet valid")


def _granted(grants: object, config: TownConfig) -> Pass:
    """What it grants. Raises ComplaintError where that isn't a call by the town's app under a proper name."""
    if not isinstance(grants, dict):
        raise ComplaintError("20106: Invalid Access Token grants")
    identity, voice = grants.get("identity"), grants.get("voice")
    outgoing = voice.get("outgoing") if isinstance(voice, dict) else None
    app_sid = outgoing.get("application_sid") if isinstance(outgoing, dict) else None
    if app_sid != config.app_sid or not isinstance(identity, str) or not _IDENTITY.fullmatch(identity):
        raise ComplaintError("20106: Invalid Access Token grants")
    return Pass(identity, config.app_sid)


def _decoded(part: str) -> bytes:
    """Raises ValueError for what isn't base64 as JWTs have it."""
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
