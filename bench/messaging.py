"""How many texts a second go out, exactly once and through the gate, beside what one would write first.

The carrier is a bare server on this machine that answers at once, then one that takes 100 ms. In the same
run: a loop in one process with the official client and an ORM commit before and after each text, one rq job
for each text, and as the ceiling a bare asynchronous sender that has no database.

The aims (issue 5): at once, 12 times the loop and half of the bare sender, with whatever number of processes
is best; over 100 ms, 75 % of what is in flight divided by the latency, and 1.6 times that with two processes.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import redis
from sqlalchemy import create_engine, text

from bench.by_loop import bare, bare_wire, by_jobs, by_loop
from bench.texting import ACCOUNT, TOKEN, BareCarrier, add_people, context_of, draft
from dialer.buckets import RedisBuckets
from dialer.carrier.port import IN_FLIGHT
from dialer.carrier.twilio import TwilioCarrier
from dialer.clock import utc_now
from dialer.embedded.throwaway import throwaway_postgres, throwaway_valkey
from dialer.processes import keep_for_good
from dialer.services.context import Context
from dialer.services.messaging.launching import cancel_blast, launch_blast
from dialer.services.messaging.planning import plan_chunk
from dialer.services.messaging.progress import blast_progress
from dialer.services.messaging.sending import send_due
from dialer.services.messaging.tools import Tools
from dialer.services.messaging.wires import Wires

TIMES_THE_LOOP, SHARE_OF_BARE, SHARE_OF_FLIGHT, TIMES_WITH_TWO = 12.0, 0.5, 0.75, 1.6
SLOW_S = 0.1
LONGEST_S = 120.0
CHUNK = 10_000


@dataclass(frozen=True)
class Place:
    """Where everything is."""

    ctx: Context
    database: str
    queue: str
    list_id: uuid.UUID


@dataclass(frozen=True)
class Sent:
    """What one run brought: texts, wall seconds, and what each text cost of processor time, in ms."""

    texts: int
    wall_s: float
    own_ms: float
    database_ms: float

    @property
    def a_second(self) -> float:
        return self.texts / self.wall_s

    def __str__(self) -> str:
        return f"{self.a_second:,.0f} a second ({self.own_ms:.2f} + {self.database_ms:.2f} ms each)"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=10_000)
    texts: int = parser.parse_args().texts
    with throwaway_postgres(forgetful=False) as database, throwaway_valkey() as queue:
        ctx = context_of(database, queue)
        place = Place(ctx, database, queue, add_people(ctx, 2 * texts))
        with BareCarrier(0.0) as url_of:
            at_once = _at_once(place, url_of(), texts)
        with BareCarrier(SLOW_S) as url_of:
            slow = _slow(place, url_of(), texts)
    met = [*at_once, *slow]
    print(f"load of the machine: {os.getloadavg()[0]:.1f}; aims: {'met' if all(met) else 'MISSED'}")
    return 0 if all(met) else 1


def _at_once(place: Place, url: str, texts: int) -> Sequence[bool]:
    launched = _launched(place, texts)
    loop = by_loop(place.database, url, 500)
    jobs = by_jobs(place.database, place.queue, url, 50)
    cancel_blast(place.ctx, launched)
    ceiling, wire = bare(url, texts), bare_wire(url, texts)
    ours, two = _send(place, url, texts, 1), _send(place, url, texts, 2)
    most = max(ours.a_second, two.a_second)
    print("the carrier answers at once:")
    print(f"  one after another: {loop:,.0f} texts a second; a job for each: {jobs:,.0f}")
    print(f"  no database: {ceiling:,.0f} (with our own HTTP: {wire:,.0f})")
    for name, sent in (("one process", ours), ("two processes", two)):
        share = sent.a_second / ceiling
        print(
            f"  ours, {name}: {sent}: {sent.a_second / loop:.1f} times the loop, {share:.0%} of no database"
        )
    return most >= TIMES_THE_LOOP * loop, most >= SHARE_OF_BARE * ceiling


def _slow(place: Place, url: str, texts: int) -> Sequence[bool]:
    most = IN_FLIGHT / SLOW_S
    one = _send(place, url, texts, 1)
    two = _send(place, url, texts, 2)
    print(f"the carrier takes {SLOW_S * 1000:.0f} ms, {IN_FLIGHT} in flight:")
    print(f"  one process: {one}: {one.a_second / most:.0%} of what can be")
    print(f"  two processes: {two}: {two.a_second / one.a_second:.2f} times one")
    return one.a_second >= SHARE_OF_FLIGHT * most, two.a_second >= TIMES_WITH_TWO * one.a_second


def _launched(place: Place, texts: int) -> uuid.UUID:
    """A running blast of which so many texts are written down."""
    blast_id = draft(place.ctx, place.list_id)
    launch_blast(place.ctx, blast_id)
    for at in range(0, texts, CHUNK):
        plan_chunk(place.ctx.at(utc_now()), blast_id, size=min(CHUNK, texts - at))
    return blast_id


def _send(place: Place, url: str, texts: int, processes: int) -> Sent:
    """Send a blast with so many processes, from the first claim to the last outcome that is recorded."""
    blast_id = _launched(place, texts)
    context = multiprocessing.get_context("spawn")
    pipes, workers = [], []
    for _ in range(processes):
        ours, theirs = context.Pipe()
        given = (theirs, place.database, place.queue, url, blast_id)
        workers.append(context.Process(target=_worker, args=given))
        pipes.append(ours)
        workers[-1].start()
    for pipe in pipes:
        pipe.recv()  # it has begun, and waits
    used, began = _database_s(place.database), time.monotonic()
    for pipe in pipes:
        pipe.send(None)
    own_s = sum(pipe.recv() for pipe in pipes)
    wall_s = time.monotonic() - began
    database_s = _database_s(place.database) - used
    for pipe, worker in zip(pipes, workers, strict=True):
        pipe.send(None)  # its connections have been looked at
        worker.join()
    sent = blast_progress(place.ctx.at(utc_now()), blast_id).counts["sent"]
    cancel_blast(place.ctx, blast_id)
    return Sent(sent, wall_s, own_s / sent * 1000, database_s / sent * 1000)


def _worker(told: Connection, database: str, queue: str, url: str, blast_id: uuid.UUID) -> None:
    """One sending process; tells what processor time it took. Its connections stay open until then."""
    ctx = context_of(database, queue)
    carrier = TwilioCarrier(ACCOUNT, TOKEN, url)
    tools, wires = Tools(carrier, RedisBuckets(redis.Redis.from_url(queue))), Wires()
    keep_for_good()
    told.send(None)
    told.recv()
    began, used = time.monotonic(), time.process_time()
    while _is_waiting(ctx, blast_id) and time.monotonic() < began + LONGEST_S:
        send_due(ctx.at(utc_now()), tools, wires)
    wires.close()
    told.send(time.process_time() - used)
    told.recv()
    carrier.close()


def _is_waiting(ctx: Context, blast_id: uuid.UUID) -> bool:
    return blast_progress(ctx, blast_id).counts["queued"] > 0


def _database_s(database: str) -> float:
    """Processor time of all connections that the database has now, and of those of the sending processes."""
    engine = create_engine(database)
    with engine.connect() as connection:
        pids = connection.scalars(text("SELECT pid FROM pg_stat_activity")).all()
    engine.dispose()
    used = 0.0
    for pid in pids:
        schedule = Path(f"/proc/{pid}/schedstat")
        if schedule.exists():
            used += int(schedule.read_text().split()[0]) / 1e9
    return used


if __name__ == "__main__":
    raise SystemExit(main())
