"""Whether a webhook was signed by the carrier: its official computation, over every URL it may have signed.

The carrier signs the URL that it asked for, sometimes with the port and sometimes without, never with a user
name; its validator takes both, but breaks on IPv6 hosts and drops a lone `?`, so the URLs are made here.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from twilio.request_validator import RequestValidator

_USUAL_PORT: Final = {"https": 443, "http": 80}


class _Form(dict[str, Sequence[str]]):
    """Parameters with all of their values, as the validator asks for them."""

    def getlist(self, name: str) -> Sequence[str]:
        return self[name]


class TwilioSignatures:
    """Signatures by any of these account tokens: while a token is being changed there are two."""

    def __init__(self, *tokens: str) -> None:
        self._validators = [RequestValidator(token) for token in tokens if token]

    def valid_signature(self, url: str, params: Mapping[str, Sequence[str]], signature: str | None) -> bool:
        """See `WebhookSignatures`."""
        if not signature:
            return False
        given = signature.encode()
        form = _Form(params)
        return any(
            hmac.compare_digest(validator.compute_signature(each, form).encode(), given)
            for each in urls_signed(url)
            for validator in self._validators
        )


def urls_signed(url: str) -> Iterator[str]:
    """The URL as it is, which nearly always is the one, then without its port and with it; each with and
    without a lone `?`.
    """
    whole = url.partition("#")[0]
    scheme, _, rest = whole.partition("://")
    end = min((rest.find(sign) for sign in "/?" if sign in rest), default=len(rest))
    parts = urlsplit(whole)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    named = f":{parts.port}" if parts.port else ""
    for port in dict.fromkeys((named, "", f":{parts.port or _USUAL_PORT.get(scheme, 443)}")):
        exact = f"{scheme}://{host}{port}{rest[end:]}"
        yield exact
        if exact.endswith("?"):
            yield exact[:-1]
