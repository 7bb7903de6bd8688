"""What hundreds of open pages cost: 400 listeners of one campaign, by four hundred tokens, over HTTP.

First single changes, each followed to every listener; then as many changes a second as the API takes, with
nobody sent more than four a second; meanwhile `/healthz` is asked, to see that no thread of `web` is held.
Last `live` is killed, and all come back with what they saw last. The aims (issue 5, contract §12): a change
is with everybody within a second; the process keeps under 150 MiB of its own memory.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import resource
import signal
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from bench.installation import Installation, running
from bench.watching import processes_of
from dialer.processes import read_pid

AIM_S = 1.0
AIM_MIB = 150.0
MOST_A_SECOND = 4
STORM_S = 15.0
QUIET_S = 10.0
TICKS = os.sysconf("SC_CLK_TCK")
SINGLE = 10


@dataclass
class Listener:
    """One open page."""

    site: tuple[str, int]
    path: str
    token: str
    heard: list[float] = field(default_factory=list)
    last_id: str = ""
    sessions: int = -1
    refused: int = 0
    writer: asyncio.StreamWriter | None = None

    async def listen(self) -> None:
        """Until cancelled; after an end, once more a second later, as browsers do."""
        while True:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._listen_once()
            await asyncio.sleep(1.0)

    async def _listen_once(self) -> None:
        reader, self.writer = await asyncio.open_connection(*self.site)
        headers = f"Host: bench\r\nAuthorization: Bearer {self.token}\r\nLast-Event-ID: {self.last_id}\r\n"
        self.writer.write(f"GET {self.path} HTTP/1.1\r\n{headers}\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            self.refused += 1
            self.writer.close()
            return
        while True:
            block = await reader.readuntil(b"\n\n")
            if block.startswith(b"event:"):
                fields = dict(line.split(b": ", 1) for line in block.strip().split(b"\n"))
                self.last_id, self.sessions = fields[b"id"].decode(), _sessions(fields[b"data"])
                self.heard.append(time.monotonic())


def _sessions(data: bytes) -> int:
    found: dict[str, Any] = json.loads(data)
    return int(found["sessions_now"])


@dataclass
class Found:
    """What was measured."""

    opened_s: float = 0.0
    single_s: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    changes: int = 0
    last_s: float = 0.0
    health_ms: list[float] = field(default_factory=list)
    own_mib: tuple[float, float] = (0.0, 0.0)
    back_s: float = 0.0


async def measure(installation: Installation, listeners: int) -> Found:
    """All of it, on an empty installation."""
    found = Found()
    made = installation.post("/campaigns", {"name": "All", "kind": "phone_bank"})
    campaign = made["id"]
    installation.post(f"/campaigns/{campaign}/activate")
    tokens = [_observer(installation, number) for number in range(listeners)]
    site = (installation.settings.host, installation.settings.port)
    all_ = [Listener(site, f"/api/v1/stream?topics=campaign:{campaign}", token) for token in tokens]
    found.own_mib = (_own_mib(installation), 0.0)
    async with asyncio.TaskGroup() as tasks:
        began = time.monotonic()
        open_ = [tasks.create_task(one.listen()) for one in all_]
        await _until(lambda: all(one.heard for one in all_))
        found.opened_s = time.monotonic() - began
        await _single_changes(installation, campaign, all_, found)
        with _timed(installation, "nothing changing"):
            await asyncio.sleep(QUIET_S)
        with _timed(installation, "a storm of changes"):
            await _storm(installation, campaign, all_, found)
        found.own_mib = (found.own_mib[0], _own_mib(installation))
        await _kill_live(installation, campaign, all_, found)
        for task in open_:
            task.cancel()
    return found


def _observer(installation: Installation, number: int) -> str:
    return str(installation.post("/tokens", {"role": "observer", "name": f"Screen {number}"})["token"])


async def _change(installation: Installation, campaign: str) -> str:
    made = await asyncio.to_thread(installation.post, f"/campaigns/{campaign}/sessions")
    return str(made["id"])


async def _end(installation: Installation, session: str) -> None:
    await asyncio.to_thread(installation.post, f"/sessions/{session}/end")


async def _single_changes(
    installation: Installation, campaign: str, all_: Sequence[Listener], found: Found
) -> None:
    for _ in range(SINGLE // 2):
        session = await _change(installation, campaign)
        await _followed(all_, 1, found)
        await _end(installation, session)
        await _followed(all_, 0, found)


async def _followed(all_: Sequence[Listener], sessions: int, found: Found) -> None:
    """How long after the answer to the change each listener had it."""
    answered = time.monotonic()
    await _until(lambda: all(one.sessions == sessions for one in all_))
    found.single_s += [max(0.0, one.heard[-1] - answered) for one in all_]
    await asyncio.sleep(0.5)


async def _storm(installation: Installation, campaign: str, all_: Sequence[Listener], found: Found) -> None:
    before = [len(one.heard) for one in all_]
    began, session = time.monotonic(), ""
    while (now := time.monotonic()) - began < STORM_S:
        if session:
            await _end(installation, session)
            session = ""
        else:
            session = await _change(installation, campaign)
        found.changes += 1
        if found.changes % 10 == 0:
            await asyncio.to_thread(_ask_health, installation, found)
        await asyncio.sleep(max(0.0, now + 0.05 - time.monotonic()))
    if session:
        await _end(installation, session)
        found.changes += 1
    answered = time.monotonic()
    await _until(lambda: all(one.sessions == 0 for one in all_))
    found.last_s = time.monotonic() - answered
    lasted = time.monotonic() - began
    found.rates = [(len(one.heard) - had) / lasted for one, had in zip(all_, before, strict=True)]


def _ask_health(installation: Installation, found: Found) -> None:
    began = time.monotonic()
    with urlopen(f"http://{installation.settings.bind}/healthz", timeout=10) as answer:
        answer.read()
    found.health_ms.append((time.monotonic() - began) * 1000)


async def _kill_live(
    installation: Installation, campaign: str, all_: Sequence[Listener], found: Found
) -> None:
    killed = read_pid(installation.settings.run_dir / "live.pid")
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    began = time.monotonic()
    await _change(installation, campaign)
    await _until(lambda: all(one.sessions == 1 for one in all_))
    found.back_s = time.monotonic() - began


async def _until(holds: Any, within_s: float = 60.0) -> None:
    deadline = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit("not everybody heard of it within a minute")
        await asyncio.sleep(0.005)


def _own_mib(installation: Installation) -> float:
    """What `live` has for itself: pages that it shares with the process it was forked from don't count."""
    pid = read_pid(installation.settings.run_dir / "live.pid")
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    sizes = [int(line.split()[1]) for line in lines if line.startswith(("Private_Clean:", "Private_Dirty:"))]
    return sum(sizes) / 1024


@contextlib.contextmanager
def _timed(installation: Installation, what: str) -> Iterator[None]:
    """Print the processor time that each kind of process took in the block, all its threads together."""
    before, began = _used(installation), time.monotonic()
    yield
    lasted = time.monotonic() - began
    spent: Counter[str] = Counter()
    for (kind, pid), used in _used(installation).items():
        spent[kind] += used - before.get((kind, pid), 0)
    told = ", ".join(f"{kind} {used / TICKS / lasted:.1%}" for kind, used in sorted(spent.items()) if used)
    print(f"{what}: of one processor: {told}")


def _used(installation: Installation) -> dict[tuple[str, int], int]:
    found = {}
    for pid, kind in processes_of(installation).items():
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            found[kind, pid] = int(fields[11]) + int(fields[12])
    return found


def report(found: Found, listeners: int) -> bool:
    """Print the figures; whether the aims are met."""
    single, health = statistics.quantiles(found.single_s, n=100), statistics.quantiles(found.health_ms, n=20)
    slowest, fastest = min(found.rates), max(found.rates)
    before, after = found.own_mib
    print(f"{listeners} listening after {found.opened_s:.1f} s")
    print(f"a change is with a listener after p50 {single[49] * 1000:.0f} ms, p99 {single[98] * 1000:.0f} ms")
    rates = f"{slowest:.2f} to {fastest:.2f} events a second each"
    print(f"{found.changes} changes: {rates}, the last after {found.last_s:.2f} s")
    print(f"/healthz meanwhile: p50 {health[9]:.0f} ms, p95 {health[18]:.0f} ms")
    print(f"live's own memory: {before:.0f} MiB with nobody, {after:.0f} MiB with {listeners}")
    print(f"live killed: all back, with what changed meanwhile, after {found.back_s:.1f} s")
    met = single[98] < AIM_S and fastest <= MOST_A_SECOND and after < AIM_MIB
    print(f"aims: {'met' if met else 'MISSED'}; load {os.getloadavg()[0]:.1f}")
    return met


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listeners", type=int, default=400)
    options = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, 2 * options.listeners + 100), hard), hard))
    with running() as installation:
        found = asyncio.run(measure(installation, options.listeners))
    return 0 if report(found, options.listeners) else 1


if __name__ == "__main__":
    raise SystemExit(main())
