"""A server that answers as it is told, down to the bytes: for what a decent carrier never does."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from dialer.carrier.loop import LoopThread

SID = "SM" + "0" * 31 + "1"


@dataclass(frozen=True)
class Asked:
    """One request as it came over the wire."""

    method: str
    target: str
    headers: dict[str, str]
    form: dict[str, list[str]]

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query)


@dataclass(frozen=True)
class Reply:
    """Bytes to write, and what happens then."""

    raw: bytes = b""
    then: str = "keep"
    """`keep` the connection, `close` it, `reset` it, or `hang` for ever."""


def answer(status: int, body: object, **headers: str) -> Reply:
    """A well-formed answer; a body that is no text is written as JSON."""
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(text)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return Reply("\r\n".join(lines).encode() + b"\r\n\r\n" + text)


def refused(status: int, code: int | None, **headers: str) -> Reply:
    """A refusal in the carrier's own form; without a code one that something in between might give."""
    body: dict[str, Any] = {"message": "No.", "status": status, "more_info": "https://www.twilio.com/docs"}
    return answer(status, body if code is None else body | {"code": code}, **headers)


@dataclass
class Stub:
    """Runs in a thread of its own. `says` is asked for each reply; `asked` keeps what came."""

    says: Callable[[Asked], Reply] = lambda _: answer(201, {"sid": SID, "status": "queued"})
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    open_at_once: int = 0
    most_at_once: int = 0
    port: int = 0

    def start(self) -> None:
        self._thread = LoopThread("stub")
        self._server = self._thread.run(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        self._thread.run(self._end())
        self._thread.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def _end(self) -> None:
        self._server.close()
        others = [each for each in asyncio.all_tasks() if each is not asyncio.current_task()]
        for each in others:
            each.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while await self._one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        asked = await _read(reader)
        self.asked.append(asked)
        reply = self.says(asked)
        writer.write(reply.raw)
        await writer.drain()
        if reply.then == "hang":
            await asyncio.sleep(3600)
        if reply.then == "reset":
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        return reply.then == "keep"


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, target, _ = head[0].split(" ")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(method, target, headers, parse_qs(body.decode(), keep_blank_values=True))
