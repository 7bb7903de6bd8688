"""That a request comes from the carrier: it signed the address that it asked for and the whole form."""

from __future__ import annotations

from flask import Request

from dialer.domain.errors import BadSignature
from dialer.web.desk import desk

SIGNATURE: str = "X-Twilio-Signature"


def check_signed(request: Request) -> None:
    """Raises `BadSignature` for anybody else, and for what the carrier tells another account."""
    tools = desk()
    form = request.form.to_dict(flat=False)
    url = public_address(tools.settings.public_url, request)
    if not tools.signatures.valid_signature(url, form, request.headers.get(SIGNATURE)):
        raise BadSignature
    if form.get("AccountSid") != [tools.settings.twilio_account_sid]:
        raise BadSignature


def public_address(public_url: str, request: Request) -> str:
    """The address as the carrier wrote it: our public one, then path and query exactly as they came.

    What stands in front of us may say another scheme or host, and nobody's headers are trusted about that.
    """
    raw = request.environ.get("RAW_URI") or request.full_path.rstrip("?")
    if not raw.startswith("/"):  # a proxy may ask with the whole address
        raw = "/" + raw.partition("://")[2].partition("/")[2]
    return public_url.rstrip("/") + str(raw)
