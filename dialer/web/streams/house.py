"""Everybody who listens to this process, and what is done for all of them: looks, comments, rights."""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, TypeVar

from dialer.domain.errors import Unavailable
from dialer.domain.live_topics import ACCOUNT, Topic
from dialer.services.context import Context
from dialer.services.watching import Credential, still_watched
from dialer.web.streams.boards import Board, Boards, State, read_board
from dialer.web.streams.handover import FULL, TAKEN, TOO_MANY, Asked
from dialer.web.streams.listeners import Listener

T = TypeVar("T")

THREADS: Final = 4
"""How many reads of the database go on at once."""
TURN_S: Final = 0.2
TEND_EVERY_S: Final = 0.25
RIGHTS_EVERY_S: Final = 5.0
"""How often a right to listen is looked at again, unless its account is told of before."""
CHECKS_A_SECOND: Final = 20
"""With hundreds of people listening each is looked at less often, so that this stays cheap."""

ContextOf = Callable[[uuid.UUID], Context]


@dataclass(eq=False, slots=True)
class Holder:
    """A token or a browser, and who listens by it."""

    organisation_id: uuid.UUID
    account_id: uuid.UUID | None
    listeners: set[Listener] = field(default_factory=set)
    checked_at: float = field(default_factory=time.monotonic)


class House:
    """Where listeners are at home. All of it runs in one thread but the reads, which have a few."""

    def __init__(self, context_of: ContextOf, *, most: int, most_of_one: int) -> None:
        self.boards = Boards(self._read)
        self._context_of = context_of
        self._most, self._most_of_one = most, most_of_one
        self._places: Counter[Credential] = Counter()
        self._holders: dict[Credential, Holder] = {}
        self._threads = ThreadPoolExecutor(THREADS, "read")

    def __len__(self) -> int:
        return self._places.total()

    def answer_to(self, asked: Asked) -> bytes:
        """Whether one more may come in."""
        if self._places[asked.credential] >= self._most_of_one:
            return TOO_MANY
        return FULL if len(self) >= self._most else TAKEN

    @contextlib.contextmanager
    def place_for(self, credential: Credential) -> Iterator[Callable[[], None]]:
        """A place for a connection that is on its way; it stays taken where the block calls `keep`."""
        self._places[credential] += 1
        kept = False

        def keep() -> None:
            nonlocal kept
            kept = True

        try:
            yield keep
        finally:
            if not kept:
                self._give_place_back(credential)

    def listener(self, asked: Asked, head: bytes) -> Listener:
        """Somebody new, for the connection that was handed over."""
        return Listener(asked.credential, head, asked.last_id, self._forget)

    def seat(self, listener: Listener, asked: Asked) -> bool:
        """Let them listen, in the place that was kept; False where they are gone already."""
        if listener.is_gone:
            return False
        holder = self._holders.setdefault(asked.credential, Holder(asked.organisation_id, asked.account_id))
        holder.listeners.add(listener)
        topics = asked.topics.items()
        listener.boards = tuple(
            self.boards.join(listener, asked.organisation_id, topic, campaign) for topic, campaign in topics
        )
        return True

    def hear(self, changed: Iterable[Topic]) -> None:
        """Notices came: of figures, or of accounts whose rights may have ended."""
        changed = list(changed)
        self.boards.hear(changed)
        accounts = {topic.id for topic in changed if topic.kind == ACCOUNT}
        for holder in self._holders.values():
            if holder.account_id in accounts:
                holder.checked_at = float("-inf")

    async def keep(self) -> None:
        """Look, tend and check until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_looking())
            tasks.create_task(self._keep_tending())
            tasks.create_task(self._keep_checking())

    async def close(self) -> None:
        """End every stream."""
        for holder in self._holders.values():
            for listener in holder.listeners:
                listener.end()
        await self.boards.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _keep_looking(self) -> None:
        while True:
            self.boards.look()
            await asyncio.sleep(TURN_S)

    async def _keep_tending(self) -> None:
        while True:
            now = time.monotonic()
            for listener in [one for holder in self._holders.values() for one in holder.listeners]:
                listener.tend(now)
            await asyncio.sleep(TEND_EVERY_S)

    async def _keep_checking(self) -> None:
        while True:
            due = time.monotonic() - RIGHTS_EVERY_S
            first = min(self._holders.items(), key=lambda each: each[1].checked_at, default=None)
            if first is not None and first[1].checked_at < due:
                await self._check(*first)
            await asyncio.sleep(1 / CHECKS_A_SECOND)

    async def _check(self, credential: Credential, holder: Holder) -> None:
        """End what may not be watched any more. With the database away nobody is sent away."""
        holder.checked_at = time.monotonic()
        topics = {board.topic for listener in holder.listeners for board in listener.boards}
        with contextlib.suppress(Unavailable):
            allowed = await self._in_a_thread(
                lambda: still_watched(self._context_of(holder.organisation_id), credential, topics)
            )
            _end_all_but(allowed, holder.listeners)

    async def _read(self, board: Board) -> State | None:
        return await self._in_a_thread(lambda: read_board(self._context_of(board.organisation_id), board))

    async def _in_a_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _forget(self, listener: Listener) -> None:
        holder = self._holders.get(listener.credential)
        if holder is None or listener not in holder.listeners:
            return  # gone before it had a seat
        holder.listeners.remove(listener)
        if not holder.listeners:
            del self._holders[listener.credential]
        for board in listener.boards:
            self.boards.leave(listener, board)
        self._give_place_back(listener.credential)

    def _give_place_back(self, credential: Credential) -> None:
        self._places[credential] -= 1
        if not self._places[credential]:
            del self._places[credential]


def _end_all_but(allowed: Collection[Topic], listeners: Iterable[Listener]) -> None:
    for listener in tuple(listeners):
        if not all(board.topic in allowed for board in listener.boards):
            listener.end()
