"""Notices that something changed, from whoever committed it to the `live` processes, through Valkey.

A notice is ids and nothing else: who hears it reads the figures. None is promised to arrive, as little as
anything in Valkey is (design §2, law 8): listeners look for themselves every few seconds as well.
"""

from __future__ import annotations

import asyncio
import atexit
import threading
import time
from collections.abc import Callable, Iterable
from queue import SimpleQueue
from typing import Final

import redis
import redis.asyncio
import redis.retry
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff, NoBackoff

from dialer.domain.live_topics import Topic, parse_topic
from dialer.logs import get_logger

CHANNEL: Final = "dialer:changed"
GATHERED_S: Final = 0.1
"""For how long one process gathers what changed: each thing is told ten times a second at most."""
AGAIN_S: Final = 1.0
"""When to try again where Valkey can't be reached."""
PATIENCE_S: Final = 1.0
_AT_ONCE: Final = Retry(NoBackoff(), 0)
"""The client's own patience would hide that we heard nothing for a while."""

log = get_logger(__name__)


class RedisNotices:
    """Tells what changed, from a thread of its own: whoever commits never waits for Valkey."""

    def __init__(self, url: str) -> None:
        self._client: redis.Redis = redis.Redis.from_url(
            url,
            socket_timeout=PATIENCE_S,
            socket_connect_timeout=PATIENCE_S,
            retry=redis.retry.Retry(ConstantBackoff(0.05), 1),
        )
        self._waiting: SimpleQueue[Topic] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def __call__(self, changed: Iterable[Topic]) -> None:
        """Tell soon that these changed."""
        for topic in changed:
            self._waiting.put(topic)
        if self._thread is None or not self._thread.is_alive():  # a fork has none of its parent's threads
            self._start()

    def flush(self) -> None:
        """Tell what still waits, at once: a command that ends may have said something in its last moment."""
        waiting = []
        while not self._waiting.empty():
            waiting.append(self._waiting.get())
        self._publish(waiting)

    def _start(self) -> None:
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._keep_telling, daemon=True, name="notices")
                self._thread.start()
                atexit.register(self.flush)

    def _keep_telling(self) -> None:
        while True:
            self._waiting.put(self._waiting.get())  # there is one; it waits where an end of us finds it
            time.sleep(GATHERED_S)
            self.flush()

    def _publish(self, changed: Iterable[Topic]) -> None:
        names = " ".join(sorted({str(topic) for topic in changed}))
        if not names:
            return
        try:
            self._client.publish(CHANNEL, names)
        except redis.RedisError:
            log.debug("nobody was told of a change", exc_info=True)


class Ear:
    """Hears notices for as long as it is kept; `hears` is whether Valkey has it on its list just now."""

    def __init__(
        self, url: str, heard: Callable[[Iterable[Topic]], None], missed: Callable[[], None]
    ) -> None:
        self._url, self._heard, self._missed = url, heard, missed
        self.hears = False

    async def keep(self) -> None:
        """Listen, and listen again when Valkey was away; `missed` is called each time it is back."""
        while True:
            client: redis.asyncio.Redis = redis.asyncio.Redis.from_url(
                self._url, socket_connect_timeout=PATIENCE_S, retry=_AT_ONCE
            )
            try:
                await self._listen(client)
            except (redis.RedisError, OSError) as error:
                if self.hears:
                    log.warning("no notices of changes while the queue is away", kind=type(error).__name__)
            finally:
                self.hears = False
                await client.aclose()
            await asyncio.sleep(AGAIN_S)

    async def _listen(self, client: redis.asyncio.Redis) -> None:
        async with client.pubsub(ignore_subscribe_messages=True) as heard:
            await heard.subscribe(CHANNEL)
            await heard.get_message(timeout=PATIENCE_S)  # its answer
            self.hears = True
            self._missed()
            while True:
                message = await heard.get_message(timeout=AGAIN_S)
                if message is not None:
                    self._heard(_topics_of(message["data"]))


def _topics_of(data: bytes) -> list[Topic]:
    found = (parse_topic(name) for name in data.decode("ascii", "replace").split())
    return [topic for topic in found if topic is not None]
