"""Streams of figures in tests: a `live` in a thread of its own, and somebody who listens."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from dialer.live import RedisNotices
from dialer.services.context import Context
from dialer.settings import Settings
from dialer.settings.keeping import LIVE_ADDRESS, write_private
from dialer.store.session import UnitFactory
from dialer.web.streams.house import House
from dialer.web.streams.server import listening, serve


@contextlib.contextmanager
def live_beside(
    settings: Settings, units: UnitFactory, context: Callable[[], Context], **limits: int
) -> Iterator[House]:
    """A `live` that takes over what the app with these settings hands it; deeds through `units` tell it."""
    units.notices = RedisNotices(settings.redis_url)
    most = {"most": 50, "most_of_one": 50, **limits}
    house = House(lambda _organisation: context(), **most)
    with tempfile.TemporaryDirectory(prefix="dialer-") as folder:
        address = Path(folder) / "live"
        write_private(settings.run_dir / LIVE_ADDRESS, str(address))
        loop, stopped = asyncio.new_event_loop(), asyncio.Event()
        with listening(address) as door:
            work = serve(house, door, settings.redis_url, stopped)
            thread = threading.Thread(target=loop.run_until_complete, args=(work,))
            thread.start()
            while house.boards.is_deaf:
                assert thread.is_alive()
                time.sleep(0.01)
            yield house
            loop.call_soon_threadsafe(stopped.set)
            thread.join()
            loop.close()
    units.notices = None


@dataclass
class Event:
    """One server-sent event, and when it came (monotonic)."""

    name: str
    id: str
    data: dict[str, Any]
    at: float


@dataclass
class Stream:
    """A listener: sends one request and reads what comes."""

    site: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    small: bool = False

    def __post_init__(self) -> None:
        place = urlsplit(self.site)
        self.socket = socket.socket()
        if self.small:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        self.socket.settimeout(5)
        self.socket.connect((place.hostname, place.port))
        lines = [f"GET {self.path} HTTP/1.1", f"Host: {place.netloc}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self._rest, self._length = b"", 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def head(self) -> tuple[int, dict[str, str]]:
        """The status and headers of the answer."""
        first, *lines = self._until(b"\r\n\r\n").decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines if line)
        self._length = int(headers.get("Content-Length", 0))
        return int(first.split(" ")[1]), headers

    def body(self) -> dict[str, Any]:
        """The JSON of a refusal, after its head."""
        while len(self._rest) < self._length:
            self._rest += self.socket.recv(4096)
        found: dict[str, Any] = json.loads(self._rest)
        return found

    def event(self, within_s: float = 5.0) -> Event | None:
        """The next event; None when the stream ended or none came in time."""
        until = time.monotonic() + within_s
        while (left := until - time.monotonic()) > 0:
            self.socket.settimeout(left)
            with contextlib.suppress(TimeoutError):
                block = self._until(b"\n\n").decode()
                if not block:
                    return None
                fields = dict(line.split(": ", 1) for line in block.strip().split("\n") if ": " in line)
                if "event" in fields:
                    data = json.loads(fields["data"])
                    return Event(fields["event"], fields["id"], data, time.monotonic())
        return None

    def events(self, for_s: float) -> list[Event]:
        """All that come within so many seconds."""
        until, found = time.monotonic() + for_s, []
        while (event := self.event(until - time.monotonic())) is not None:
            found.append(event)
        return found

    def has_ended(self, within_s: float = 5.0) -> bool:
        """Whether it ends in time."""
        self.socket.settimeout(within_s)
        with contextlib.suppress(ConnectionResetError, TimeoutError):
            while self.socket.recv(4096):
                pass
            return True
        return False

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._rest:
            part = self.socket.recv(4096)
            if not part:
                return b""
            self._rest += part
        block, _, self._rest = self._rest.partition(mark)
        return block + mark
