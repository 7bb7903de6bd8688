"""What is watched: each topic is read once for all who watch it, when it changed and every few seconds."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, Protocol

from dialer.domain.errors import NotFound, Unavailable
from dialer.domain.live_topics import BLAST, OF_SESSION, SESSION, SESSION_ASSIGNMENT, STANDSTILL, Topic
from dialer.logs import get_logger
from dialer.services.calling.assignments import get_assignment
from dialer.services.calling.ringing import call_of_assignment
from dialer.services.calling.sessions import get_session, in_hand
from dialer.services.calling.standstill import with_standstill
from dialer.services.context import Context
from dialer.services.gotv.stats import campaign_stats
from dialer.services.messaging.progress import blast_progress
from dialer.web.api.v1.assignments import assignment_shown
from dialer.web.api.v1.blast_schemas import ProgressSchema
from dialer.web.api.v1.blasts import show_progress
from dialer.web.api.v1.calls import CallSchema, show_call
from dialer.web.api.v1.sessions import SessionSchema
from dialer.web.api.v1.stats import StatsSchema, show_stats

GAP_S: Final = 0.27
"""The least time between two reads, so that nobody is sent more than four a second."""
LOOK_EVERY_S: Final = 3.0
"""How old figures get without a notice: what only time changes, such as a rate, is found then."""
DEAF_LOOK_EVERY_S: Final = 0.7
"""The same while no notices come, since Valkey is away."""
SESSION_LOOK_EVERY_S: Final = 20.0
IN_HAND_LOOK_EVERY_S: Final = 60.0
DEAF_SESSION_LOOK_EVERY_S: Final = 3.0
"""The same of volunteers' own shifts: hundreds watch one each, and hear of each change by a notice."""

_SESSION: Final = SessionSchema()
_CALL: Final = CallSchema()
_STATS: Final = StatsSchema()
_PROGRESS: Final = ProgressSchema()
"""Made once: to make one takes longer than to write a shift with it."""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class State:
    """Figures as they were read: the event that carries them, and a short name for just these."""

    name: str
    event: str
    data: str


class Watcher(Protocol):
    """Somebody who is shown a board whenever it was read."""

    def show(self, board: Board) -> None: ...


@dataclass(eq=False, slots=True)
class Board:
    """One topic that somebody watches. `state` is None until it has been read once."""

    topic: Topic
    organisation_id: uuid.UUID
    campaign_id: uuid.UUID
    watchers: set[Watcher] = field(default_factory=set)
    state: State | None = None
    read_at: float = float("-inf")
    is_stale: bool = False
    reader: asyncio.Task[None] | None = None

    def changes_with(self, topic: Topic) -> bool:
        """Whether a change of that may be one of this: its campaign holds a blast up, and all paused both. A
        shift changes by itself: its campaign's figures are none of it, but for why nobody is rung.
        """
        mine = (self.topic.id, self.organisation_id)
        waits = self.topic.kind == SESSION and topic.kind == STANDSTILL
        of_campaign = self.topic.kind not in OF_SESSION or waits
        return topic.id in mine or (topic.id == self.campaign_id and of_campaign)

    def look_every_s(self, *, deaf: bool) -> float:
        """How often it is read without a notice."""
        if self.topic.kind in OF_SESSION:
            heard = SESSION_LOOK_EVERY_S if self.topic.kind == SESSION else IN_HAND_LOOK_EVERY_S
            return DEAF_SESSION_LOOK_EVERY_S if deaf else heard
        return DEAF_LOOK_EVERY_S if deaf else LOOK_EVERY_S


Read = Callable[[Board], Awaitable[State | None]]


class Boards:
    """All boards that somebody watches just now."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._boards: dict[Topic, Board] = {}
        self._readers: set[asyncio.Task[None]] = set()
        self.is_deaf = True

    def __len__(self) -> int:
        return len(self._boards)

    def join(
        self, watcher: Watcher, organisation_id: uuid.UUID, topic: Topic, campaign_id: uuid.UUID
    ) -> Board:
        """Watch a topic; it is shown at once, or as soon as it is read."""
        board = self._boards.setdefault(topic, Board(topic, organisation_id, campaign_id))
        board.watchers.add(watcher)
        if board.state is not None and time.monotonic() - board.read_at < GAP_S:
            watcher.show(board)
        else:
            self._refresh(board)
        return board

    def leave(self, watcher: Watcher, board: Board) -> None:
        """Watch it no more. What nobody watches isn't read."""
        board.watchers.discard(watcher)
        if not board.watchers:
            self._boards.pop(board.topic, None)

    def hear(self, changed: Iterable[Topic]) -> None:
        """These changed: read anew what depends on them."""
        changed = list(changed)
        for board in self._boards.values():
            if any(board.changes_with(topic) for topic in changed):
                self._refresh(board)

    def hear_all(self) -> None:
        """Anything may have changed."""
        for board in self._boards.values():
            self._refresh(board)

    def look(self) -> None:
        """Read anew what hasn't been for a while."""
        now = time.monotonic()
        for board in self._boards.values():
            if board.read_at < now - board.look_every_s(deaf=self.is_deaf):
                self._refresh(board)

    async def close(self) -> None:
        """Read nothing more."""
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)

    def _refresh(self, board: Board) -> None:
        board.is_stale = True
        if board.reader is None:
            board.reader = asyncio.create_task(self._keep_fresh(board))
            self._readers.add(board.reader)
            board.reader.add_done_callback(lambda task: self._was_read(board, task))

    async def _keep_fresh(self, board: Board) -> None:
        """Read it, again if it changed meanwhile, and never twice within the gap."""
        while board.is_stale and board.watchers:
            await asyncio.sleep(board.read_at + GAP_S - time.monotonic())
            board.is_stale, board.read_at = False, time.monotonic()
            state = await self._read(board)
            if state is not None:
                board.state = state
                for watcher in tuple(board.watchers):
                    watcher.show(board)

    def _was_read(self, board: Board, task: asyncio.Task[None]) -> None:
        """A fault is logged, and its board is read again at the next look."""
        board.reader = None
        self._readers.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.error("a board could not be read", kind=board.topic.kind, exc_info=fault)
        elif board.is_stale and board.watchers:
            self._refresh(board)


def read_board(ctx: Context, board: Board) -> State | None:
    """What the API would answer for it now; None while the database is away, or where it is gone."""
    try:
        if board.topic.kind in OF_SESSION:
            return _of_session(ctx, board.topic)
        if board.topic.kind == BLAST:
            progress = show_progress(blast_progress(ctx, board.topic.id))
            return _state(board.topic, "progress", _PROGRESS.dump(progress))
        stats = show_stats(campaign_stats(ctx, board.topic.id))
        return _state(board.topic, "stats", _STATS.dump(stats))
    except (NotFound, Unavailable):
        return None


def _of_session(ctx: Context, topic: Topic) -> State | None:
    """A volunteer's shift; whom they have in hand, and the call to them, where there is one."""
    if topic.kind == SESSION:
        shift = with_standstill(ctx, get_session(ctx, topic.id))
        return _state(topic, "session", _SESSION.dump(shift))
    assignment_id = in_hand(ctx, topic.id)
    if assignment_id is None:
        return None
    if topic.kind == SESSION_ASSIGNMENT:
        return _state(topic, "assignment", assignment_shown(get_assignment(ctx, assignment_id)))
    call = call_of_assignment(ctx, assignment_id)
    return _state(topic, "call", _CALL.dump(show_call(call))) if call else None


def _state(topic: Topic, event: str, body: object) -> State:
    data = json.dumps(body, separators=(",", ":"), sort_keys=True)
    name = hashlib.blake2s(f"{topic} {data}".encode(), digest_size=6).hexdigest()
    return State(name, event, data)
