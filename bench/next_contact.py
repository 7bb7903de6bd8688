"""How long the next contact takes: 400 volunteers, 185 requests a second, a million numbers, over HTTP.

Volunteers call twenty times as fast as people do: a contact, two seconds, a result, two seconds, the next
contact; half of the requests are for a contact, half save a result. The aim (issue 6): 99 of 100 contacts
within 50 ms on two cores that do nothing else, the clients and the database included; none twice; and by the
processor time that a request takes, so that others on the machine don't blur it, twice as many would do.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import statistics
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, text

from bench.installation import Installation, running
from bench.watching import Watch
from dialer.store.session import make_engine

AIM_P99_MS = 50.0
AIM_HEADROOM = 2.0
AIM_PACE = 0.95
"""Of the requests a second that were asked for: with less, it wasn't this load that was measured."""
WARM_UP_S = 10.0
CORES = 2

SEED = text(
    """
    WITH people AS (
        INSERT INTO contact (organisation_id, id, first_name, last_name, created_at, custom)
        SELECT o.id, gen_random_uuid(), 'Voter', 'No ' || n, now(), '{}'
        FROM organisation o, generate_series(1, :numbers) AS n
        RETURNING organisation_id, id, last_name
    ),
    phones AS (
        INSERT INTO contact_phone (organisation_id, contact_id, number, line_type, position)
        SELECT organisation_id, id, '+447700900' || lpad(split_part(last_name, ' ', 2), 7, '0'), 'mobile', 0
        FROM people
    )
    INSERT INTO list_member (organisation_id, list_id, contact_id)
    SELECT organisation_id, :list_id, id FROM people
    """
)
"""The numbers are those kept for fiction with further digits behind them: too long to reach anybody."""


@dataclass
class Timings:
    """How long each next contact took, once everything was warm."""

    next_ms: list[float] = field(default_factory=list)
    result_ms: list[float] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    """Everybody who was handed out, as often as they were, the warm-up included."""
    nobody: int = 0
    errors: int = 0

    @property
    def twice(self) -> int:
        """How many people were handed out more than once; each gets a result that ends it for good."""
        return sum(times > 1 for times in Counter(self.given).values())


@dataclass
class Volunteer:
    """One client."""

    bind: str
    token: str
    session: str
    chance: random.Random
    timings: Timings
    pause_s: float = 1.5
    """Between two requests, on the average."""

    def work(self, warm_at: float, until: float) -> None:
        time.sleep(self.chance.uniform(0, 2 * self.pause_s))
        while time.monotonic() < until:
            self._call(warm_at)

    def work_until(self, over: threading.Event) -> None:
        time.sleep(self.chance.uniform(0, 2 * self.pause_s))
        while not over.is_set():
            self._call(0.0)

    def _call(self, warm_at: float) -> None:
        began = time.monotonic()
        found = self._post(f"/sessions/{self.session}/next", None)
        if began > warm_at:
            self.timings.next_ms.append((time.monotonic() - began) * 1000)
        self._rest(began)
        if found is None:
            return
        self.timings.given.append(found["contact"]["id"])
        began = time.monotonic()
        report = {"disposition": "contacted", "support": self.chance.randint(1, 5)}
        self._post(f"/assignments/{found['id']}/result", report)
        if began > warm_at:
            self.timings.result_ms.append((time.monotonic() - began) * 1000)
        self._rest(began)

    def _rest(self, since: float) -> None:
        """Until it is time for the next request: what this one took belongs to the pause."""
        pause_s = self.pause_s * self.chance.uniform(0.5, 1.5)
        time.sleep(max(0.0, since + pause_s - time.monotonic()))

    def _post(self, path: str, body: object) -> dict[str, Any] | None:
        """On a connection of its own each time: between two calls the server closes idle ones."""
        connection = http.client.HTTPConnection(self.bind, timeout=30)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        content = json.dumps(body) if body is not None else None
        connection.request("POST", f"/api/v1{path}", content, headers)
        answer = connection.getresponse()
        taken = answer.read()
        connection.close()
        if answer.status == 204:
            self.timings.nobody += 1
        elif answer.status != 200:
            self.timings.errors += 1
        return json.loads(taken) if answer.status == 200 else None


@dataclass(frozen=True)
class Load:
    """What is asked for."""

    volunteers: int
    numbers: int
    rate: float
    """Requests a second, of all volunteers together."""
    seconds: float


@dataclass
class Measured:
    """What came of it."""

    load: Load
    timings: Timings
    processor_s: dict[str, float]
    """Of the installation, by what it was used for; from the end of the warm-up on."""
    own_s: float
    """The clients' own."""
    machine: float
    """The load of the machine, with whatever else ran there."""

    @property
    def requests(self) -> int:
        return len(self.timings.next_ms) + len(self.timings.result_ms)

    @property
    def rate(self) -> float:
        return self.requests / self.load.seconds

    @property
    def headroom(self) -> float:
        """How many times as many requests the cores would do, by the time that one takes of them."""
        return CORES * self.requests / (sum(self.processor_s.values()) + self.own_s) / self.load.rate


def measure(load: Load) -> Measured:
    """Fill a queue of that length and let that many volunteers work on it."""
    with running() as installation:
        campaign_id = make_campaign(installation, load.numbers)
        timings = Timings()
        seats = [take_seat(installation, campaign_id, index, timings) for index in range(load.volunteers)]
        warm_at = time.monotonic() + WARM_UP_S
        threads = [
            threading.Thread(target=seat.work, args=(warm_at, warm_at + load.seconds), daemon=True)
            for seat in seats
        ]
        for seat, thread in zip(seats, threads, strict=True):
            seat.pause_s = load.volunteers / load.rate
            thread.start()
        time.sleep(WARM_UP_S)
        own_s = time.process_time()
        with Watch(installation) as watch:
            time.sleep(load.seconds)
        own_s = time.process_time() - own_s
        for thread in threads:
            thread.join()
        return Measured(load, timings, dict(watch.seconds), own_s, os.getloadavg()[0])


def make_campaign(installation: Installation, numbers: int) -> str:
    """People in a list, and a running campaign whose queue has all their numbers."""
    list_id = installation.post("/lists", {"name": "Everybody"})["id"]
    engine = make_engine(installation.settings.database_url, statement_timeout_s=None)
    began = time.monotonic()
    with engine.begin() as connection:
        connection.execute(SEED, {"numbers": numbers, "list_id": list_id})
    _vacuum(engine)
    print(f"{numbers:,} people written in {time.monotonic() - began:.0f} s", flush=True)
    hours = {"start": "00:00", "end": "00:00"}
    campaign = {"name": "All", "kind": "phone_bank", "list_ids": [list_id], "quiet_hours": hours}
    campaign_id: str = installation.post("/campaigns", campaign)["id"]
    began = time.monotonic()
    installation.post(f"/campaigns/{campaign_id}/activate")
    begun = time.monotonic() - began
    while installation.get(f"/campaigns/{campaign_id}")["queue_filling"]:
        time.sleep(1)
    whole = time.monotonic() - began
    print(
        f"calls may begin after {begun:.1f} s, {numbers:,} numbers in the queue after {whole:.1f} s",
        flush=True,
    )
    _vacuum(engine)
    engine.dispose()
    return campaign_id


def _vacuum(engine: Engine) -> None:
    """Now, and not by autovacuum in the middle of what is measured."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def take_seat(installation: Installation, campaign_id: str, index: int, timings: Timings) -> Volunteer:
    volunteer = installation.post("/volunteers", {"name": f"Vic {index}", "campaign_ids": [campaign_id]})
    token = installation.post(f"/volunteers/{volunteer['id']}/tokens")["token"]
    session = Installation(installation.settings, token).post(f"/campaigns/{campaign_id}/sessions")["id"]
    return Volunteer(installation.settings.bind, token, session, random.Random(index), timings)


def report(found: Measured) -> bool:
    """Print the figures; whether the aims are met."""
    load, timings = found.load, found.timings
    print(f"{load.volunteers} volunteers, {load.numbers:,} numbers in the queue, {load.seconds:.0f} s")
    for name, values in (("next", timings.next_ms), ("result", timings.result_ms)):
        cuts = statistics.quantiles(values, n=100)
        line = f"{name:7}{len(values):7,} requests   p50 {cuts[49]:6.1f} ms   p95 {cuts[94]:6.1f} ms"
        print(f"{line}   p99 {cuts[98]:6.1f} ms   worst {max(values):6.1f} ms")
    p99_ms = statistics.quantiles(timings.next_ms, n=100)[98]
    print(f"{found.rate:.0f} requests a second of {load.rate:.0f}; load of the machine {found.machine:.1f}")
    print(f"{len(timings.given):,} contacts handed out, {timings.twice} twice; {timings.nobody} got nobody")
    print(f"errors: {timings.errors}")
    for kind, seconds in sorted(found.processor_s.items(), key=lambda one: -one[1]):
        print(f"  {kind}: {1000 * seconds / found.requests:.2f} ms of a processor a request")
    print(f"  clients: {1000 * found.own_s / found.requests:.2f} ms")
    print(f"{CORES} cores would do {found.headroom:.1f} times as many")
    aims = {
        f"next p99 under {AIM_P99_MS:.0f} ms": p99_ms < AIM_P99_MS,
        f"the whole pace of {load.rate:.0f} a second": found.rate >= AIM_PACE * load.rate,
        f"room for {AIM_HEADROOM:.0f} times as many": found.headroom >= AIM_HEADROOM,
        "nobody twice": not timings.twice,
        "no errors": not timings.errors,
    }
    for aim, met in aims.items():
        print(f"aim: {aim}: {'met' if met else 'MISSED'}")
    return all(aims.values())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--volunteers", type=int, default=400)
    parser.add_argument("--numbers", type=int, default=1_000_000)
    parser.add_argument("--rate", type=float, default=185.0, help="requests a second of all together")
    parser.add_argument("--seconds", type=float, default=60.0)
    given = parser.parse_args()
    load = Load(given.volunteers, given.numbers, given.rate, given.seconds)
    return 0 if report(measure(load)) else 1


if __name__ == "__main__":
    raise SystemExit(main())
