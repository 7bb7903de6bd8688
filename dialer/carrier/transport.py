"""The carrier's own client, taught where the API is, to be silent, and to be quick.

What its HTTP client does by itself and must not: log numbers (`log_request` writes the query), read proxies
from the environment, wait for ever (its time-out is ignored), post again after a 5xx (`max_retries`), and let
TWILIO_EDGE and TWILIO_REGION send requests elsewhere. So it is given another (`http`), as it foresees.
"""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import quote_plus, urlencode, urlsplit, urlunsplit

from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from dialer.carrier.http import Connections, Origin

API: Final = "https://api.twilio.com"
CONNECT_S: Final = 5.0
IDLE_S: Final = 10.0
"""Connections idle for longer are let go: one that is closed while we write makes an unknown send."""

CHARGED: Final = "//lookups."
"""Where each question costs money: none of them goes a second time by itself."""

_NO_ENVIRONMENT: Final = {"TWILIO_EDGE": "", "TWILIO_REGION": ""}  # an empty dict would mean os.environ
_PORTS: Final = {"https": 443, "http": 80}
_TARGET: Final = re.compile(r"/[!-~]*")


class NoAddressError(Exception):
    """Nobody has said where the carrier is: the simulated town hasn't come up yet."""


class Transport(AsyncHttpClient):
    """Sends the official client's requests to `base_url`. Used within one running loop."""

    def __init__(self, base_url: str) -> None:
        super().__init__(logging.getLogger("twilio"), is_async=True)
        self._connections = Connections(IDLE_S)
        self._base_url = base_url.rstrip("/")

    async def request(  # noqa: PLR0917 - the official signature
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - ours for the whole is around the call
        allow_redirects: bool = False,  # noqa: ARG002 - none is ever followed
    ) -> Response:
        """Send one request. `timeout` is within how many seconds a connection must be there, if sooner than
        `CONNECT_S`.

        Raises what `http` does; `UnicodeDecodeError` for an answer that is no text.
        """
        place = _place(rewritten(uri, self._base_url) + (f"?{urlencode(params)}" if params else ""))
        body = form_encoded(data) if data else b""
        head = _head(method, place.target, place.host, tuple((headers or {}).items()), auth)
        answer = await self._connections.ask(
            place.origin,
            b"%b%d\r\n\r\n%b" % (head, len(body), body),
            min(timeout or CONNECT_S, CONNECT_S),
            may_repeat=method == "GET" and CHARGED not in uri,
        )
        return Response(answer.status, answer.body.decode(), answer.headers)

    async def close(self) -> None:
        """Let go of all connections."""
        await self._connections.close()


class _Place(NamedTuple):
    """An address as HTTP needs it."""

    origin: Origin
    host: str
    target: str


@lru_cache(maxsize=64)
def _place(url: str) -> _Place:
    """Raises ValueError for an address that can't be written into a request as it is."""
    parts = urlsplit(url)
    target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    if not _TARGET.fullmatch(target) or parts.hostname is None:
        raise ValueError("not an address that can be asked for")
    origin = Origin(parts.hostname, parts.port or _PORTS[parts.scheme], parts.scheme == "https")
    return _Place(origin, parts.netloc.rpartition("@")[2], target)


@lru_cache(maxsize=64)
def _head(
    method: str, target: str, host: str, headers: tuple[tuple[str, str], ...], auth: tuple[str, str] | None
) -> bytes:
    """A request's lines up to how long its body is: of all texts of an account they are the same."""
    lines = [("Host", host), *headers]
    if auth is not None:
        lines.append(("Authorization", f"Basic {base64.b64encode(':'.join(auth).encode()).decode()}"))
    written = "".join(f"{name}: {value}\r\n" for name, value in lines)
    return f"{method} {target} HTTP/1.1\r\n{written}Content-Length: ".encode("ascii")


_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_.~ -]")
_QUOTED: Final = {chr(byte): quote_plus(bytes([byte])) for byte in range(256)}


def _quoted(text: str) -> str:
    """As `quote_plus`, which goes through a text sign by sign and took a fifth of what the wire costs."""
    return _UNSAFE.sub(_quoted_sign, text.encode().decode("latin-1")).replace(" ", "+")


def _quoted_sign(found: re.Match[str]) -> str:
    return _QUOTED[found[0]]


def form_encoded(data: Mapping[str, object]) -> bytes:
    """A form as it is posted; of a list each value by itself."""
    return "&".join(
        f"{_quoted(name)}={_quoted(str(value))}"
        for name, values in data.items()
        for value in (values if isinstance(values, list) else (values,))
    ).encode("ascii")


@lru_cache(maxsize=64)
def rewritten(url: str, base_url: str) -> str:
    """The URL of one of the carrier's domains, at the API's configured place: pages and look-ups too.

    Raises ValueError for any other host, which must not get our password, and NoAddressError where there is
    no place.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" or not host.endswith(".twilio.com"):
        raise ValueError("not an address of the carrier")
    if not base_url:
        raise NoAddressError
    if base_url == API:
        return url
    base = urlsplit(base_url)
    return urlunsplit((base.scheme, base.netloc, base.path.rstrip("/") + parts.path, parts.query, ""))


def make_client(account_sid: str, auth_token: str, transport: Transport) -> Client:
    """The official client for one account; nothing of the environment changes where it goes."""
    return Client(account_sid, auth_token, http_client=transport, environment=_NO_ENVIRONMENT)
