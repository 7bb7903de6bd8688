"""A real SMTP server on loopback for tests: it keeps a ledger of what it took, and fails where it is told."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Taken:
    """A letter that the server took: it answered its last dot with yes, or meant to."""

    sender: str
    to: str
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        found = message_from_bytes(self.raw, policy=default)
        assert isinstance(found, EmailMessage)
        return found


@dataclass
class Faults:
    """What goes wrong: a reply instead of the usual one, or `hang`, `drop` (hang up), by the address it is
    about. `after_dot` may be `lost`: the letter is taken, and the line breaks before the answer.
    """

    greeting: str | None = None
    at_mail: Callable[[str], str | None] = lambda _: None
    at_rcpt: Callable[[str], str | None] = lambda _: None
    at_data: Callable[[str], str | None] = lambda _: None
    after_dot: Callable[[str], str | None] = lambda _: None


class Ledger:
    """Answers as a server does, and writes down what it took."""

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self.faults = Faults()
        self.slow_s = 0.0
        self.connections: list[asyncio.BaseTransport] = []

    def by_address(self) -> Counter[str]:
        return Counter(one.to for one in self.taken)

    def to(self, address: str) -> Taken:
        """The one letter that went there."""
        (found,) = [one for one in self.taken if one.to == address]
        return found

    async def handle_MAIL(  # noqa: N802 - the name it is called by
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if fault := self.faults.at_mail(address):
            return await _fails(server, fault)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if fault := self.faults.at_rcpt(address):
            return await _fails(server, fault)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: Any, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        (to,) = envelope.rcpt_tos
        if self.slow_s:
            await asyncio.sleep(self.slow_s)
        fault = self.faults.after_dot(to)
        if fault in {None, "lost"}:
            self.taken.append(Taken(envelope.mail_from or "", to, envelope.content))
        if fault == "lost":
            return await _fails(server, "drop")
        return await _fails(server, fault) if fault else "250 OK: queued"


async def _fails(server: Any, fault: str) -> str:
    if fault == "hang":
        await asyncio.sleep(3600)
    if fault == "drop":
        server.transport.abort()
        await asyncio.sleep(3600)
    return fault


class _Server(SMTP):
    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger, hostname="mail.example.org", enable_SMTPUTF8=True, auth_require_tls=False)
        self._ledger = ledger

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._ledger.connections.append(transport)
        super().connection_made(transport)

    async def push(self, status: Any) -> None:
        if self._ledger.faults.greeting and str(status).startswith("220"):
            status = await _fails(self, self._ledger.faults.greeting)
        await super().push(status)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        to = next(iter(self.envelope.rcpt_tos), "") if self.envelope else ""
        if fault := self._ledger.faults.at_data(to):
            await self.push(await _fails(self, fault))
            return
        await super().smtp_DATA(arg)


@dataclass
class MailHost:
    """Where it listens, and its ledger."""

    port: int
    ledger: Ledger
    loop: asyncio.AbstractEventLoop = field(repr=False)

    @property
    def faults(self) -> Faults:
        return self.ledger.faults


@contextlib.contextmanager
def mail_server() -> Iterator[MailHost]:
    """A server in a thread of its own, until the end of the block."""
    ledger, loop = Ledger(), asyncio.new_event_loop()
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, name="mail server", daemon=True)
    thread.start()
    served = asyncio.run_coroutine_threadsafe(
        loop.create_server(lambda: _Server(ledger), sock=listening), loop
    ).result()
    try:
        yield MailHost(listening.getsockname()[1], ledger, loop)
    finally:
        asyncio.run_coroutine_threadsafe(_end(served, ledger), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(served: asyncio.Server, ledger: Ledger) -> None:
    served.close()
    for connection in ledger.connections:
        connection.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0)  # the loop's turn in which connections are closed
