"""One listener: a connection that is written to, and never waited for."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from typing import Final

from dialer.services.watching import Credential
from dialer.web.streams.boards import GAP_S, Board, State

COMMENT_EVERY_S: Final = 15.0
"""How often a line is sent that says nothing, so that proxies and phones don't take silence for an end."""
STALLED_S: Final = 15.0
"""Who doesn't read for so long, while something waits to be sent, is dropped."""
AGAIN_S: Final = (1.0, 4.0)
"""When browsers come back after their stream broke off: not all at once."""
SLOWEST: Final = 3
"""Up to so many topics share the four events a second. With more, each is shown as often as of three."""

_COMMENT: Final = b":\n\n"


class Listener(asyncio.Protocol):
    """Shows boards on a connection, each in its latest state only, and no faster than the rate.

    An event's id names the states of all boards that were shown, so that a listener who comes back with it
    is shown what differs from them, by whichever process.
    """

    __slots__ = (
        "_again",
        "_blocked_at",
        "_comment_at",
        "_ended",
        "_head",
        "_last_id",
        "_sent_at",
        "_shown",
        "_transport",
        "boards",
        "credential",
    )

    def __init__(
        self, credential: Credential, head: bytes, last_id: str, ended: Callable[[Listener], None]
    ) -> None:
        self.credential = credential
        self.boards: tuple[Board, ...] = ()
        self._head, self._ended = head, ended
        self._last_id = frozenset(last_id.split("."))
        self._shown: dict[Board, str] = {}
        self._sent_at: dict[Board, float] = {}
        self._again: dict[Board, asyncio.TimerHandle] = {}
        self._blocked_at: float | None = None
        self._comment_at = time.monotonic() + COMMENT_EVERY_S
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the answer. The transport then says at once when anything is left unsent."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 -- a connection's always is
        transport.set_write_buffer_limits(high=0)
        self._transport = transport
        again_ms = int(random.uniform(*AGAIN_S) * 1000)  # noqa: S311 -- only to spread them
        transport.write(self._head + f"retry: {again_ms}\n\n".encode())
        self._head = b""

    def connection_lost(self, _error: Exception | None) -> None:
        for handle in self._again.values():
            handle.cancel()
        self._again.clear()
        self._transport = None
        self._ended(self)

    def pause_writing(self) -> None:
        self._blocked_at = time.monotonic()

    def resume_writing(self) -> None:
        self._blocked_at = None
        for board in self.boards:
            self.show(board)

    def show(self, board: Board) -> None:
        """Send the board's state, unless it was sent: now, or when the rate and the connection allow."""
        state = board.state
        if state is None or self._transport is None or self._blocked_at is not None or board in self._again:
            return
        if self._shown.get(board) == state.name:
            return
        if board not in self._shown and state.name in self._last_id:
            self._shown[board] = state.name
            return
        left = self._sent_at.get(board, float("-inf")) + self._gap_s - time.monotonic()
        if left > 0:
            self._again[board] = asyncio.get_running_loop().call_later(left, self._show_again, board)
        else:
            self._send(board, state)

    def tend(self, now: float) -> None:
        """Drop it where it has stalled; send a comment where one is due."""
        if self._transport is None:
            return
        if self._blocked_at is not None:
            if now - self._blocked_at > STALLED_S:
                self._transport.abort()
        elif now >= self._comment_at:
            self._comment_at += COMMENT_EVERY_S
            self._transport.write(_COMMENT)

    def end(self) -> None:
        """End the stream: the rights it was opened with, or this process, have ended."""
        if self._transport is not None:
            self._transport.close()

    @property
    def is_gone(self) -> bool:
        """Whether the connection has ended, or never began."""
        return self._transport is None

    @property
    def _gap_s(self) -> float:
        return GAP_S * min(len(self.boards), SLOWEST)

    def _show_again(self, board: Board) -> None:
        self._again.pop(board, None)
        self.show(board)

    def _send(self, board: Board, state: State) -> None:
        assert self._transport is not None, "asked before"  # noqa: S101
        self._shown[board], self._sent_at[board] = state.name, time.monotonic()
        id_ = ".".join(self._shown.values())
        self._transport.write(f"event: {state.event}\nid: {id_}\ndata: {state.data}\n\n".encode())
