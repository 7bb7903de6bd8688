"""The carrier's own client, taught where the API is and to be silent.

What its HTTP client does by itself and must not: log numbers (`log_request` writes the query), read proxies
from the environment, wait for ever (its time-out is ignored), post again after a 5xx (`max_retries`), and let
TWILIO_EDGE and TWILIO_REGION send requests elsewhere.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode, urlsplit, urlunsplit

import aiohttp
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

API: Final = "https://api.twilio.com"
CONNECT_S: Final = 5.0
IDLE_S: Final = 10.0
"""Connections idle for longer are let go: one that is closed while we write makes an unknown send."""

_NO_ENVIRONMENT: Final = {"TWILIO_EDGE": "", "TWILIO_REGION": ""}  # an empty dict would mean os.environ


class NoAddressError(Exception):
    """Nobody has said where the carrier is: the simulated town hasn't come up yet."""


class _Session:
    """What the official client posts through: every request with the time-outs we mean, and its form encoded
    here, since aiohttp takes a fifth of all it does for making one that could hold files.
    """

    def __init__(self, connections: int) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=connections, keepalive_timeout=IDLE_S),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )

    async def request(self, **request: Any) -> aiohttp.ClientResponse:
        request["timeout"] = _timeout(request.get("timeout"))
        if request.get("data"):
            request["data"] = urlencode(request["data"], doseq=True).encode()
        return await self._session.request(**request)

    async def close(self) -> None:
        await self._session.close()


def _timeout(connect_s: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, connect=min(connect_s or CONNECT_S, CONNECT_S))


class Transport(AsyncTwilioHttpClient):
    """The official asynchronous client with its requests sent to `base_url`. Made within a running loop."""

    def __init__(self, base_url: str, connections: int) -> None:
        super().__init__(pool_connections=False)
        self.session = _Session(connections)
        self._base_url = base_url.rstrip("/")

    async def request(  # noqa: PLR0917 - the official signature
        self,
        method: str,
        url: str,
        params: Any = None,
        data: Any = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - ours for the whole is around the call
        allow_redirects: bool = False,
    ) -> Any:
        """Send one request; `auth` goes as a header, since aiohttp warns of the class the client uses.

        `timeout` is within how many seconds a connection must be there, if sooner than `CONNECT_S`.
        """
        if auth is not None:
            headers = {**(headers or {}), "Authorization": aiohttp.encode_basic_auth(*auth)}
        return await super().request(
            method,
            rewritten(url, self._base_url),
            params=params,
            data=data,
            headers=headers,
            timeout=timeout,
            allow_redirects=allow_redirects,
        )

    def log_request(self, kwargs: dict[str, Any]) -> None:
        """Nothing: the query has numbers in it."""

    def log_response(self, status_code: int, response: Any) -> None:
        """Nothing."""


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
