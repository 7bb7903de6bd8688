"""HTTP/1.1 for many small requests at once over connections that are kept.

A text costs a worker little but this, and a client for all of HTTP takes two and a half times as long for it:
no redirects, cookies, proxies or compression are wanted here. What answers say is read by llhttp.
"""

from __future__ import annotations

import asyncio
import ssl
import weakref
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final, NamedTuple, cast

import httptools

MOST_BYTES: Final = 64 * 1024 * 1024
"""No answer of the carrier's is anywhere near as long: what is longer is cut off and counts as lost."""
HAPPY_EYEBALLS_S: Final = 0.25

_BOUNDED: Final = frozenset({"Content-Length", "Transfer-Encoding"})


class NoConnectionError(Exception):
    """Nobody could be connected to: the request has not been heard."""


class NoAnswerError(Exception):
    """The request was written, or may have been, and no whole answer came."""


class Origin(NamedTuple):
    """Whom to connect to."""

    host: str
    port: int
    is_secure: bool


@dataclass(slots=True)
class Answer:
    """What was answered; header names are written like `Retry-After`."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class _Connection(asyncio.Protocol):
    """One connection, with one request at a time on it."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport
        self._waiter: asyncio.Future[Answer] | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._answer = Answer()
        self._parts: list[bytes] = []
        self._taken = 0
        self.keeps = True
        self.idle_since = 0.0

    async def ask(self, request: bytes) -> Answer:
        """Write a request and wait for its answer. Whoever stops waiting has closed the connection."""
        self._answer, self._parts, self._taken = Answer(), [], 0
        self._waiter = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        try:
            return await self._waiter
        except asyncio.CancelledError:
            self.close()
            raise
        finally:
            self._waiter = None

    @property
    def is_open(self) -> bool:
        return self.keeps and not self._transport.is_closing()

    def close(self) -> None:
        self.keeps = False
        self._transport.abort()

    # What the event loop tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._taken += len(data)
        if self._waiter is None or self._taken > MOST_BYTES:
            self.fail()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.fail()

    def connection_lost(self, exc: Exception | None) -> None:
        """An answer that doesn't say how long it is ends with its connection."""
        self.keeps = False
        if exc is None and self._answer.status and not _BOUNDED & self._answer.headers.keys():
            self._done()
        self.fail()

    # What the parser tells.

    def on_header(self, name: bytes, value: bytes) -> None:
        self._answer.headers[name.decode("latin-1").title()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._answer.status = self._parser.get_status_code()

    def on_body(self, body: bytes) -> None:
        self._parts.append(body)

    def on_message_complete(self) -> None:
        if self._answer.status < 200:
            self._answer = Answer()
            return
        self.keeps = self._parser.should_keep_alive()
        self._done()

    def _done(self) -> None:
        self._answer.body = b"".join(self._parts)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(self._answer)

    def fail(self) -> asyncio.Future[Answer] | None:
        """Close it; who waited for an answer, if anybody did, gets none."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(NoAnswerError())
        self.close()
        return self._waiter


class Connections:
    """Connections by whom they go to. One that nobody used for `idle_s` seconds is closed. Used within one
    event loop; who asks sees to it that there aren't too many.
    """

    def __init__(self, idle_s: float) -> None:
        self._idle_s = idle_s
        self._all: weakref.WeakSet[_Connection] = weakref.WeakSet()
        self._idle: defaultdict[Origin, list[_Connection]] = defaultdict(list)
        self._sweep: asyncio.TimerHandle | None = None
        self._tls: ssl.SSLContext | None = None

    async def ask(
        self, origin: Origin, request: bytes, connect_s: float, *, may_repeat: bool = False
    ) -> Answer:
        """Send one request, once: only one that changes nothing (`may_repeat`) goes a second time, where a
        kept connection turns out to have been closed. Raises `NoConnectionError` and `NoAnswerError`.
        """
        if (kept := self._kept(origin)) is not None:
            try:
                return await self._over(origin, kept, request)
            except NoAnswerError:
                if not may_repeat:
                    raise
        return await self._over(origin, await self._connect(origin, connect_s), request)

    async def close(self) -> None:
        """Close all, and wait until whoever waits for an answer knows that there will be none."""
        if self._sweep is not None:
            self._sweep.cancel()
        self._idle.clear()
        waiting = [waiter for one in tuple(self._all) if (waiter := one.fail()) is not None]
        await asyncio.gather(*waiting, return_exceptions=True)

    async def _over(self, origin: Origin, connection: _Connection, request: bytes) -> Answer:
        answer = await connection.ask(request)
        if connection.is_open:
            self._keep(origin, connection)
        else:
            connection.close()
        return answer

    async def _connect(self, origin: Origin, connect_s: float) -> _Connection:
        loop = asyncio.get_running_loop()
        if origin.is_secure and self._tls is None:
            self._tls = ssl.create_default_context()
        try:
            async with asyncio.timeout(connect_s):
                _, connection = await loop.create_connection(
                    _Connection,
                    origin.host,
                    origin.port,
                    ssl=self._tls if origin.is_secure else None,
                    happy_eyeballs_delay=HAPPY_EYEBALLS_S,
                )
        except OSError:  # TimeoutError and what TLS refuses are among them
            raise NoConnectionError from None
        self._all.add(connection)
        return connection

    def _kept(self, origin: Origin) -> _Connection | None:
        """The one that was used last, so that those that are too many grow old."""
        idle = self._idle[origin]
        oldest = asyncio.get_running_loop().time() - self._idle_s
        while idle:
            connection = idle.pop()
            if connection.is_open and connection.idle_since >= oldest:
                return connection
            connection.close()
        return None

    def _keep(self, origin: Origin, connection: _Connection) -> None:
        loop = asyncio.get_running_loop()
        connection.idle_since = loop.time()
        self._idle[origin].append(connection)
        if self._sweep is None:
            self._sweep = loop.call_later(self._idle_s, self._close_old)

    def _close_old(self) -> None:
        loop = asyncio.get_running_loop()
        oldest = loop.time() - self._idle_s
        for origin, connections in self._idle.items():
            for connection in connections:
                if connection.idle_since < oldest:
                    connection.close()
            self._idle[origin] = [connection for connection in connections if connection.is_open]
        left = any(self._idle.values())
        self._sweep = loop.call_later(self._idle_s, self._close_old) if left else None
