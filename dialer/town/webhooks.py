"""Webhooks as Twilio sends them: posted as a form, signed with the account's token.

The signature is the base64 of HMAC-SHA1 over the full URL with its query and the sorted parameters
(twilio.com/docs/usage/security). Connecting and answering take 15 s at most, two attempts to connect with
5 s each (twilio.com/docs/errors/11205); only a request that never got through is tried again, once.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import logging
import re
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import quote_plus, urldefrag

import aiohttp
from yarl import URL

from dialer.town.config import Terms

TOTAL_S: Final = 15.0
CONNECT_S: Final = 5.0
ATTEMPTS: Final = 2
AT_A_TIME: Final = 64
IDLE_S: Final = 1.0
"""Shorter than the two seconds for which gunicorn keeps a silent connection: one that it closes while we
send on it would look like a lost webhook.
"""

LAST: Final = 50_000
_MAX_AGE: Final = re.compile(r"\bmax-age=([0-9]{1,9})\b")

log = logging.getLogger(__name__)

Params = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a webhook was answered; `status` is 0 where nothing came."""

    status: int
    text: str
    content_type: str

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Found:
    """What lay at an address; `status` is 0 where nothing came. It may be kept for `fresh_s`."""

    status: int
    content_type: str = ""
    data: bytes = b""
    fresh_s: float = 0.0


NOBODY: Final = Reply(0, "", "")


def signature(token: str, url: str, params: Params) -> str:
    """The value of `X-Twilio-Signature`."""
    said = url + "".join(f"{name}{params[name]}" for name in sorted(params))
    return base64.b64encode(hmac.digest(token.encode(), said.encode(), "sha1")).decode()


def form_of(params: Params) -> str:
    """The parameters as a form. Names and most values are the same each time."""
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in params.items())


_quoted: Final = lru_cache(maxsize=4096)(quote_plus)


class Webhooks:
    """Sends them from one session. Open between `start` and `close`."""

    def __init__(self, token: str, terms: Callable[[], Terms]) -> None:
        self._token = token
        self._terms = terms
        self._session: aiohttp.ClientSession | None = None
        self._turns = asyncio.Semaphore(AT_A_TIME)
        self.forget()

    def forget(self) -> None:
        """Count anew."""
        self.counts = {"answered": 0, "unanswered": 0}
        self._took_s: dict[str, deque[tuple[float, float]]] = {}

    async def start(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=AT_A_TIME, keepalive_timeout=IDLE_S),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def send(self, url: str, params: Params, token: str = "") -> Reply:
        """Post and return what was answered. `token` is the idempotency token, the same for each copy."""
        url = urldefrag(url).url
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "User-Agent": "TwilioProxy/1.1",
            "X-Twilio-Signature": signature(self._token, url, params),
            "I-Twilio-Idempotency-Token": token or str(uuid.uuid4()),
        }
        where, host = self._way_to(url)
        async with self._turns:  # whose turn it isn't yet loses none of its 15 s
            began = time.monotonic()
            reply = await self._posted(where, form_of(params), headers | host)
        took = self._took_s.setdefault(where.path, deque(maxlen=LAST))
        took.append((began, time.monotonic() - began))
        self.counts["answered" if reply.status else "unanswered"] += 1
        return reply

    async def bring(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Post something that isn't the carrier's, as it is."""
        where, host = self._way_to(urldefrag(url).url)
        async with self._turns:
            reply = await self._posted(where, body, {**headers, **host})
        self.counts["answered" if reply.status else "unanswered"] += 1
        return reply

    async def look(self, url: str, headers: Mapping[str, str]) -> int:
        """Ask for an address as a phone does, and no further; the status, 0 where nothing came."""
        assert self._session is not None, "start comes first"  # noqa: S101
        where, host = self._way_to(url)
        try:
            async with (
                asyncio.timeout(TOTAL_S),
                self._session.get(where, headers={**headers, **host}, allow_redirects=False) as answer,
            ):
                return answer.status
        except (aiohttp.ClientError, OSError, ValueError) as error:
            log.info("link not opened: %s", type(error).__name__)
            return 0

    async def fetch(self, url: str, most: int) -> Found:
        """What lies at an address, as far as `most` bytes and one more."""
        assert self._session is not None, "start comes first"  # noqa: S101
        where, host = self._way_to(url)
        headers = {"User-Agent": "TwilioProxy/1.1", "Accept": "*/*", **host}
        try:
            async with (
                self._turns,
                asyncio.timeout(TOTAL_S),
                self._session.get(where, headers=headers, allow_redirects=False) as answer,
            ):
                data = await answer.content.readexactly(most + 1)
        except asyncio.IncompleteReadError as rest:
            data = rest.partial
        except (aiohttp.ClientError, OSError, ValueError) as error:
            log.info("picture not fetched: %s", type(error).__name__)
            return Found(0)
        kept = _MAX_AGE.search(answer.headers.get("Cache-Control", ""))
        return Found(answer.status, answer.content_type, data, float(kept[1]) if kept else 0.0)

    def timings(self, last_s: float) -> dict[str, dict[str, float]]:
        """How long those of the last seconds of ours took until they were answered, in milliseconds, by their
        path.
        """
        since = time.monotonic() - last_s
        lately = {
            path: sorted(took_s for began, took_s in took if began >= since)
            for path, took in self._took_s.items()
        }
        return {path: _spread_ms(took) for path, took in lately.items() if took}

    def _way_to(self, url: str) -> tuple[URL, dict[str, str]]:
        """Where to connect to, and the `Host` to name when that isn't what the URL says."""
        terms = self._terms()
        if not terms.reached_at or not url.startswith(f"{terms.public_url}/"):
            return URL(url, encoded=True), {}
        called = URL(url, encoded=True)
        there = terms.reached_at + url.removeprefix(terms.public_url)
        return URL(there, encoded=True), {"Host": called.authority}

    async def _posted(self, where: URL, body: str | bytes, headers: Mapping[str, str]) -> Reply:
        try:
            async with asyncio.timeout(TOTAL_S):
                for attempt in range(1, ATTEMPTS + 1):
                    try:
                        return await self._post(where, body, headers)
                    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
                        if attempt == ATTEMPTS:
                            raise
        except (aiohttp.ClientError, OSError, ValueError) as error:
            log.info("webhook not answered: %s", type(error).__name__)
        return NOBODY

    async def _post(self, where: URL, body: str | bytes, headers: Mapping[str, str]) -> Reply:
        assert self._session is not None, "start comes first"  # noqa: S101
        async with self._session.post(where, data=body, headers=headers, allow_redirects=False) as answer:
            return Reply(answer.status, await answer.text(errors="replace"), answer.content_type)


def _spread_ms(took_s: Sequence[float]) -> dict[str, float]:
    """How many there are, the middle one, the worst of a hundred, and the worst."""
    last = len(took_s) - 1
    picked = {"p50": took_s[last // 2], "p99": took_s[round(last * 0.99)], "most": took_s[last]}
    return {"count": len(took_s)} | {name: round(value * 1000, 1) for name, value in picked.items()}
