"""That a request comes from the carrier: it signed the address that it asked for and the whole form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Request

from dialer.domain.errors import BadSignature
from dialer.web.desk import Desk, desk

SIGNATURE: str = "X-Twilio-Signature"


def check_signed(request: Request) -> None:
    """Raises `BadSignature` for anybody else, and for what the carrier tells another account."""
    asked_for = request.environ.get("RAW_URI") or request.full_path.rstrip("?")
    form = request.form.to_dict(flat=False)
    if not is_signed(desk(), asked_for, form, request.headers.get(SIGNATURE)):
        raise BadSignature


def is_signed(tools: Desk, asked_for: str, form: Mapping[str, Sequence[str]], signature: str | None) -> bool:
    """Whether the carrier signed this form for what was asked for here, and tells of our account."""
    url = public_address(tools.settings.public_url, asked_for)
    return tools.signatures.valid_signature(url, form, signature) and form.get("AccountSid") == [
        tools.settings.twilio_account_sid
    ]


def public_address(public_url: str, asked_for: str) -> str:
    """The address as the carrier wrote it: our public one, then path and query exactly as they came.

    What stands in front of us may say another scheme or host, and nobody's headers are trusted about that.
    """
    if not asked_for.startswith("/"):  # a proxy may ask with the whole address
        asked_for = "/" + asked_for.partition("://")[2].partition("/")[2]
    return public_url.rstrip("/") + asked_for
