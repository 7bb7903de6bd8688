"""How many texts the simulated town accepts on one core, over HTTP on loopback, written to its ledger.

What counts is the processor time of the town's process, so that other work on the machine, the senders of
this measurement included, doesn't. A bare aiohttp server that is asked the same is the yardstick: the town
may cost so many times as much. The aim (issue 3): 2,000 texts a second. A second run has each text tell its
statuses by two signed webhooks, for which there is no aim.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

AIM_A_SECOND = 2_000
CONNECTIONS = 50
TICKS = os.sysconf("SC_CLK_TCK")
ACCOUNT, TOKEN = "AC" + "0" * 32, "only-for-the-measurement"
ODD = ("refused", "failed", "undelivered", "no_receipt", "replies", "stops", "asks_for_help")
SENDER = "+441632960000"


@dataclass(frozen=True)
class Measured:
    """What a number of requests cost the process that answered them."""

    requests: int
    wall_s: float
    cpu_s: float

    @property
    def a_core(self) -> float:
        """Requests for each second of processor time."""
        return self.requests / self.cpu_s


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=10_000, help="at most 90,000")
    texts: int = parser.parse_args().texts
    with forked(bare_server) as (port, pid):
        bare = measure(port, pid, texts)
    with town() as (port, pid):
        accepted = measure(port, pid, texts)
        check(port, texts)
    with forked(sink) as (sink_port, _), town() as (port, pid):
        told = measure(port, pid, texts, f"http://127.0.0.1:{sink_port}/status", settle=True)
    show("bare aiohttp server", bare)
    show("town, accepting", accepted)
    show("town, with two webhooks for each", told)
    print(f"the town costs {bare.a_core / accepted.a_core:.2f} times the bare server")
    met = accepted.a_core >= AIM_A_SECOND
    print(f"aim: {AIM_A_SECOND:,} texts a core and second: {'met' if met else 'MISSED'}")
    return 0 if met else 1


def show(what: str, measured: Measured) -> None:
    each_us = measured.cpu_s / measured.requests * 1e6
    a_second = measured.requests / measured.wall_s
    print(
        f"{what}: {measured.a_core:,.0f} a core and second ({each_us:.0f} µs each; {a_second:,.0f} a second)"
    )


def measure(port: int, pid: int, count: int, callback: str = "", *, settle: bool = False) -> Measured:
    """Send so many texts; with `settle`, wait until all their webhooks are over."""
    asyncio.run(send(port, CONNECTIONS, CONNECTIONS, callback))  # connections, code and caches are warm
    began, used = time.monotonic(), cpu_of(pid)
    asyncio.run(send(port, count, CONNECTIONS, callback))
    while settle and answered(port) < 2 * (count + CONNECTIONS):
        time.sleep(0.2)
    return Measured(count, time.monotonic() - began, cpu_of(pid) - used)


def cpu_of(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


async def send(port: int, count: int, connections: int, callback: str) -> None:
    """Post texts over some connections, one after another on each."""
    numbers = iter(range(count))

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in numbers:
            writer.write(request(number, callback))
            head = await reader.readuntil(b"\r\n\r\n")
            assert b" 201 " in head, head
            await reader.readexactly(length_of(head))
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))


def length_of(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])


def request(number: int, callback: str) -> bytes:
    """What the official client sends for one text."""
    body = {"To": f"+4477009{number:05}", "From": SENDER, "Body": f"Will you vote on Thursday? {number}"}
    if callback:
        body["StatusCallback"] = f"{callback}?m={number}"
    form = urlencode(body).encode()
    secret = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    head = (
        f"POST /2010-04-01/Accounts/{ACCOUNT}/Messages.json HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Basic {secret}\r\nAccept: application/json\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n\r\n"
    )
    return head.encode() + form


@contextlib.contextmanager
def town(speed: int = 100) -> Iterator[tuple[int, int]]:
    """A town of people who get every text and don't answer; its port and process."""
    folder = Path(tempfile.mkdtemp(prefix="dialer-bench-"))
    command = [sys.executable, "-m", "dialer.town", "--folder", str(folder), "--speed", str(speed)]
    environ = {**os.environ, "TOWN_ACCOUNT_SID": ACCOUNT, "TOWN_AUTH_TOKEN": TOKEN}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environ, text=True)
    assert process.stdout is not None
    try:
        port = int(process.stdout.readline().rpartition(":")[2])
        tell(port, "/account", {"sender_rate": 0.0})
        tell(port, "/people", dict.fromkeys(ODD, 0.0))
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()
        shutil.rmtree(folder)


def tell(port: int, path: str, body: Mapping[str, object]) -> None:
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    urllib.request.urlopen(asked, timeout=30).close()


def counts(port: int) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/ledger/counts", timeout=60) as answer:
        counted: dict[str, Any] = json.loads(answer.read())
    return counted


def check(port: int, texts: int) -> None:
    """Everything that was answered is in the ledger."""
    entered = sum(counts(port)["messages"]["outbound-api"].values())
    assert entered == texts + CONNECTIONS, entered


def answered(port: int) -> int:
    return int(counts(port)["webhooks"]["answered"])


Serve = Callable[[Connection], Coroutine[Any, Any, None]]


@contextlib.contextmanager
def forked(serve: Serve) -> Iterator[tuple[int, int]]:
    """A small server in a process of its own; its port and process."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=lambda: asyncio.run(serve(theirs)))
    process.start()
    assert process.pid is not None
    try:
        yield ours.recv(), process.pid
    finally:
        process.terminate()
        process.join()


async def bare_server(tell_port: Connection) -> None:
    """Answers every request with 201 and as much JSON as the town does."""
    body = json.dumps({"sid": "SM" + "0" * 32, "body": "x" * 640}).encode()

    async def answer(asked: web.Request) -> web.Response:
        await asked.read()
        return web.Response(body=body, status=201, content_type="application/json")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    tell_port.send(runner.addresses[0][1])
    await asyncio.Event().wait()


async def sink(tell_port: Connection) -> None:
    """Answers every webhook with 204."""

    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await reader.readexactly(length_of(await reader.readuntil(b"\r\n\r\n")))
                writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")

    server = await asyncio.start_server(swallow, "127.0.0.1", 0)
    tell_port.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


if __name__ == "__main__":
    raise SystemExit(main())
