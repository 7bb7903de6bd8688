"""How long the next contact takes: 50 volunteers at once, 200,000 numbers in the queue, over HTTP.

Volunteers call ten times as fast as people do: a contact, three seconds, a result, the next contact.
The aim (issue 2): 99 of 100 within 50 ms on two cores.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import statistics
import threading
import time
from dataclasses import dataclass, field

from sqlalchemy import text

from bench.installation import Installation, running
from dialer.store.session import make_engine

AIM_P99_MS = 50.0
WARM_UP_S = 6.0

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
        SELECT organisation_id, id, '+447700900' || lpad(split_part(last_name, ' ', 2), 6, '0'), 'mobile', 0
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
    errors: int = 0


@dataclass
class Volunteer:
    """One client."""

    bind: str
    token: str
    session: str
    chance: random.Random
    timings: Timings

    def work(self, warm_at: float, until: float) -> None:
        time.sleep(self.chance.uniform(0, 3.0))
        while time.monotonic() < until:
            self._call(warm_at)

    def work_until(self, over: threading.Event) -> None:
        time.sleep(self.chance.uniform(0, 3.0))
        while not over.is_set():
            self._call(0.0)

    def _call(self, warm_at: float) -> None:
        began = time.monotonic()
        given = self._post(f"/sessions/{self.session}/next", None)
        if began > warm_at:
            self.timings.next_ms.append((time.monotonic() - began) * 1000)
        time.sleep(self.chance.uniform(1.5, 4.5))
        if given is None:
            return
        began = time.monotonic()
        report = {"disposition": "contacted", "support": self.chance.randint(1, 5)}
        self._post(f"/assignments/{given['id']}/result", report)
        if began > warm_at:
            self.timings.result_ms.append((time.monotonic() - began) * 1000)

    def _post(self, path: str, body: object) -> dict[str, str] | None:
        """On a connection of its own each time: between two calls the server closes idle ones."""
        connection = http.client.HTTPConnection(self.bind, timeout=30)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        content = json.dumps(body) if body is not None else None
        connection.request("POST", f"/api/v1{path}", content, headers)
        answer = connection.getresponse()
        taken = answer.read()
        connection.close()
        if answer.status != 200:
            self.timings.errors += 1
            return None
        found: dict[str, str] = json.loads(taken)
        return found


def measure(volunteers: int, numbers: int, seconds: float) -> Timings:
    """Fill a queue of that length and let that many volunteers work on it."""
    with running() as installation:
        campaign_id = make_campaign(installation, numbers)
        timings = Timings()
        seats = [take_seat(installation, campaign_id, index, timings) for index in range(volunteers)]
        began = time.monotonic()
        threads = [
            threading.Thread(target=seat.work, args=(began + WARM_UP_S, began + WARM_UP_S + seconds))
            for seat in seats
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return timings


def make_campaign(installation: Installation, numbers: int) -> str:
    list_id = installation.post("/lists", {"name": "Everybody"})["id"]
    engine = make_engine(installation.settings.database_url, statement_timeout_s=None)
    with engine.begin() as connection:
        connection.execute(SEED, {"numbers": numbers, "list_id": list_id})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()
    hours = {"start": "00:00", "end": "00:00"}
    campaign = {"name": "All", "kind": "phone_bank", "list_ids": [list_id], "quiet_hours": hours}
    campaign_id: str = installation.post("/campaigns", campaign)["id"]
    began = time.monotonic()
    installation.post(f"/campaigns/{campaign_id}/activate")
    print(f"queue of {numbers:,} numbers built in {time.monotonic() - began:.1f} s")
    return campaign_id


def take_seat(installation: Installation, campaign_id: str, index: int, timings: Timings) -> Volunteer:
    volunteer = installation.post("/volunteers", {"name": f"Vic {index}", "campaign_ids": [campaign_id]})
    token = installation.post(f"/volunteers/{volunteer['id']}/tokens")["token"]
    session = Installation(installation.settings, token).post(f"/campaigns/{campaign_id}/sessions")["id"]
    return Volunteer(installation.settings.bind, token, session, random.Random(index), timings)


def report(timings: Timings) -> bool:
    """Print the figures; whether the aim is met."""
    met = True
    for name, values in (("next", timings.next_ms), ("result", timings.result_ms)):
        cuts = statistics.quantiles(values, n=100)
        line = f"{name:7}{len(values):6,} requests   p50 {cuts[49]:6.1f} ms   p95 {cuts[94]:6.1f} ms"
        print(f"{line}   p99 {cuts[98]:6.1f} ms   worst {max(values):6.1f} ms")
        met = met and (name != "next" or cuts[98] < AIM_P99_MS)
    print(f"errors {timings.errors}; aim: next p99 under {AIM_P99_MS:.0f} ms: {'met' if met else 'MISSED'}")
    return met and not timings.errors


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--volunteers", type=int, default=50)
    parser.add_argument("--numbers", type=int, default=200_000)
    parser.add_argument("--seconds", type=float, default=30.0)
    options = parser.parse_args()
    return 0 if report(measure(options.volunteers, options.numbers, options.seconds)) else 1


if __name__ == "__main__":
    raise SystemExit(main())
