"""The `live` process: takes listeners over from `web` and keeps them, in one thread."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from dialer.live import Ear
from dialer.logs import get_logger
from dialer.web.streams.handover import LONGEST_LINE, PATIENCE_S, Asked
from dialer.web.streams.house import House

BACKLOG: Final = 1024
UNSENT: Final = 16 * 1024
"""How much the kernel holds for somebody who doesn't read, before we notice."""

log = get_logger(__name__)


async def serve(house: House, door: socket.socket, queue_url: str, stopped: asyncio.Event) -> None:
    """Take listeners over at this door until told to stop; then end their streams in order."""
    ear = Ear(queue_url, house.hear, house.boards.hear_all)
    works = (ear.keep(), house.keep(), _let_in(house, door), _tell(house, ear))
    tasks = [asyncio.create_task(work) for work in works]
    waiting = asyncio.create_task(stopped.wait())
    done, _ = await asyncio.wait([*tasks, waiting], return_when=asyncio.FIRST_COMPLETED)
    await house.close()
    for task in (*tasks, waiting):
        task.cancel()
    await asyncio.gather(*tasks, waiting, return_exceptions=True)
    for task in done:
        task.result()  # what broke off by itself broke off by a fault


async def _tell(house: House, ear: Ear) -> None:
    """Boards are looked at more often while no notices come."""
    while True:
        house.boards.is_deaf = not ear.hears
        await asyncio.sleep(0.1)


@contextlib.contextmanager
def listening(address: Path) -> Iterator[socket.socket]:
    """The door at which `web` hands listeners over."""
    with socket.socket(socket.AF_UNIX) as door:
        door.setblocking(False)
        door.bind(str(address))
        door.listen(BACKLOG)
        yield door


async def _let_in(house: House, door: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    async with asyncio.TaskGroup() as guests:
        while True:
            line, _ = await loop.sock_accept(door)
            guests.create_task(_take_over(house, line))


async def _take_over(house: House, line: socket.socket) -> None:
    """Take one listener over. Where `web` breaks off, nothing has happened."""
    loop = asyncio.get_running_loop()
    with line, contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            asked = Asked.read(await _line(line))
            answer = house.answer_to(asked)
            with house.place_for(asked.credential) as keep:
                await loop.sock_sendall(line, answer)
                head, connection = await _connection(line)
                listener = house.listener(asked, head)
                await loop.connect_accepted_socket(lambda: listener, connection)
                if house.seat(listener, asked):
                    keep()


async def _line(line: socket.socket) -> bytes:
    loop = asyncio.get_running_loop()
    line.setblocking(False)
    said = b""
    while not said.endswith(b"\n"):
        part = await loop.sock_recv(line, LONGEST_LINE)
        if not part or len(said) > LONGEST_LINE:
            raise ConnectionResetError
        said += part
    return said


async def _connection(line: socket.socket) -> tuple[bytes, socket.socket]:
    """The head of the answer and the connection it goes to. `ConnectionResetError` where none comes."""
    await _readable(line)
    head, files, _, _ = socket.recv_fds(line, LONGEST_LINE, 1)
    if not files:
        raise ConnectionResetError
    connection = socket.socket(fileno=files[0])
    with contextlib.ExitStack() as undo:
        undo.enter_context(connection)
        while part := await asyncio.get_running_loop().sock_recv(line, LONGEST_LINE):
            head += part
        connection.setblocking(False)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UNSENT)
        undo.pop_all()
    return head, connection


async def _readable(line: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    loop.add_reader(line, _note, ready)
    try:
        await ready
    finally:
        loop.remove_reader(line)


def _note(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
