"""A blast through a whole installation: workers, web, the simulated town, and two callbacks for each text.

First as fast as it goes, until every callback is applied; then at a sender's limit, judged by what the town
entered; then to many people, for what it costs to begin, to look at and to pause.

The aims (issue 5): 300 texts a second end to end, no callback applied later than 10 s, none left, each row
changed; a limit of 100 a second used to 97 % and in any 10 s never passed by more than a second's worth; the
first text within 3 s of the launch, progress in 50 ms, pause within 2 s, no process above 250 MiB.
"""

from __future__ import annotations

import argparse
import json
import os
import time
import urllib.request
import uuid
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import text

from bench.installation import Installation, running
from bench.texting import SENDER, add_people, context_of, draft
from bench.town import ODD, tell
from bench.watching import Watch
from dialer.clock import utc_now
from dialer.services.context import Context
from dialer.services.messaging.launching import cancel_blast, launch_blast
from dialer.services.messaging.progress import blast_progress
from dialer.services.messaging.sender_settings import NewSender, add_sender

END_TO_END, CALLBACK_S = 300.0, 10.0
LIMIT, USED, WINDOW_S, RUN_S = 100.0, 0.97, 10.0, 30.0
FIRST_S, PROGRESS_MS, PAUSE_S, MEMORY_MIB = 3.0, 50.0, 2.0, 250.0
LONGEST_S = 600.0
SENT: Final = ("sent", "delivered", "undelivered", "failed")
OPEN: Final = ("queued", "sending", "unknown", "sent")

LATEST: Final = text(
    """
    SELECT coalesce(max(extract(epoch FROM applied_at - received_at)), 0) AS latest,
           count(*) FILTER (WHERE applied_at IS NULL) AS waiting, count(*) AS told
    FROM carrier_event
    """
)


@dataclass(frozen=True)
class Place:
    """A running installation, its machine's context, and its town's port."""

    installation: Installation
    ctx: Context
    town: int

    def now(self) -> Context:
        return self.ctx.at(utc_now())

    def counts(self, blast_id: uuid.UUID) -> dict[str, int]:
        return dict(blast_progress(self.now(), blast_id).counts)

    def sent(self, blast_id: uuid.UUID) -> int:
        counts = self.counts(blast_id)
        return sum(counts[state] for state in SENT)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=10_000)
    parser.add_argument("--people", type=int, default=400_000)
    parser.add_argument("--sent", type=int, default=20_000, help="of the many, how many get it")
    given = parser.parse_args()
    with running(DIALER_RATE_PER_SENDER="1000", DIALER_ALLOWED_COUNTRIES="GB,US") as installation:
        place = _place(installation)
        met = [
            _whole_way(place, given.texts),
            _at_its_limit(place),
            _to_many(place, given.people, min(given.sent, given.people // 2)),
        ]
    print(f"load of the machine: {os.getloadavg()[0]:.1f}; aims: {'met' if all(met) else 'MISSED'}")
    return 0 if all(met) else 1


def _place(installation: Installation) -> Place:
    settings = installation.settings
    port = urlsplit(settings.twilio_api_base_url).port or 0
    tell(port, "/account", {"sender_rate": 0.0})
    tell(port, "/people", dict.fromkeys(ODD, 0.0))
    ctx = context_of(settings.database_url, settings.redis_url, 1000.0)
    return Place(installation, replace(ctx, public_url=settings.public_url), port)


def _whole_way(place: Place, texts: int) -> bool:
    blast_id = draft(place.now(), add_people(place.now(), texts))
    began = time.monotonic()
    launch_blast(place.now(), blast_id)
    planned = _until(lambda: _is_planned(place, blast_id), began)
    delivered = _until(lambda: not any(place.counts(blast_id)[state] for state in OPEN), began)
    took = time.monotonic() - began
    with place.ctx.unit() as unit:
        latest, waiting, told = unit.session.execute(LATEST).one()
    changed = place.counts(blast_id)["delivered"]
    print(f"the whole way: {changed:,} texts delivered in {took:.1f} s, {changed / took:,.0f} a second")
    print(f"  {told:,} callbacks, the last applied after {latest:.1f} s, {waiting} left")
    done = planned and delivered and not waiting and told == 2 * changed
    return done and changed / took >= END_TO_END and float(latest) <= CALLBACK_S


def _is_planned(place: Place, blast_id: uuid.UUID) -> bool:
    with place.ctx.unit() as unit:
        planned = text("SELECT planned_at IS NOT NULL FROM blast WHERE id = :id")
        return bool(unit.session.scalar(planned, {"id": blast_id}))


def _at_its_limit(place: Place) -> bool:
    add_sender(place.now(), NewSender(SENDER, rate_per_s=LIMIT))
    blast_id = draft(place.now(), add_people(place.now(), int(LIMIT * (RUN_S + 10))))
    before = len(_accepted(place))
    launch_blast(place.now(), blast_id)
    time.sleep(RUN_S + 5)
    cancel_blast(place.now(), blast_id)
    at = _accepted(place)[before:]
    steady = [moment for moment in at if 2.0 <= moment - at[0] < RUN_S]
    used = len(steady) / (RUN_S - 2.0) / LIMIT
    most = max(bisect_left(at, moment + WINDOW_S) - index for index, moment in enumerate(at))
    print(f"at {LIMIT:.0f} a second: {used:.1%} used; at most {most:,} in any {WINDOW_S:.0f} s")
    add_sender(place.now(), NewSender(SENDER, rate_per_s=1000.0))
    return used >= USED and most <= (WINDOW_S + 1) * LIMIT


def _accepted(place: Place) -> list[float]:
    """When the town took each of our texts, in seconds, in order."""
    asked = f"http://127.0.0.1:{place.town}/ledger/messages?direction=outbound-api"
    with urllib.request.urlopen(asked, timeout=120) as answer:
        texts = json.load(answer)["messages"]
    return sorted(datetime.fromisoformat(each["accepted_at"]).timestamp() for each in texts)


@dataclass(frozen=True)
class Many:
    """What a blast to many people took: seconds, but for the last."""

    estimated: float
    first: float
    planned: float
    paused: float
    progress_ms: float


def _to_many(place: Place, people: int, sent: int) -> bool:
    blast_id = draft(place.now(), add_people(place.now(), people))
    with Watch(place.installation) as watch:
        took = _go_out(place, blast_id, sent)
    counts = place.counts(blast_id)
    cancel_blast(place.now(), blast_id)
    ours = {kind: mib for kind, mib in watch.peak_mib.items() if kind.startswith(("web", "worker", "cron"))}
    went, written = sum(counts[state] for state in SENT), sum(counts.values())
    print(f"to {people:,} people: estimated in {took.estimated:.1f} s, written down in {took.planned:.0f} s")
    print(f"  first text after {took.first:.1f} s, progress in {took.progress_ms:.0f} ms (95 of 100)")
    print(f"  {went:,} sent, nothing more {took.paused:.1f} s after the pause")
    print(f"  most memory: {', '.join(f'{kind} {mib:.0f} MiB' for kind, mib in sorted(ours.items()))}")
    whole = went >= sent and written == people and not counts["skipped"]
    held = max(ours.values()) <= MEMORY_MIB and took.paused <= PAUSE_S
    return whole and held and took.first <= FIRST_S and took.progress_ms <= PROGRESS_MS


def _go_out(place: Place, blast_id: uuid.UUID, sent: int) -> Many:
    """Launch it as a person does, knowing how many get it; pause it when so many have it and all is
    written down.
    """
    began = time.monotonic()
    recipients = place.installation.post(f"/blasts/{blast_id}/estimate")["recipients"]
    estimated, began = time.monotonic() - began, time.monotonic()
    place.installation.post(f"/blasts/{blast_id}/launch", {"expected_recipients": recipients})
    _until(lambda: place.sent(blast_id) > 0, began)
    first = time.monotonic() - began
    progress_ms = sorted(_timed(lambda: blast_progress(place.now(), blast_id)) for _ in range(100))[95]
    _until(lambda: _is_planned(place, blast_id), began)
    planned = time.monotonic() - began
    _until(lambda: place.sent(blast_id) >= sent, began)
    return Many(estimated, first, planned, _pause(place, blast_id), progress_ms)


def _pause(place: Place, blast_id: uuid.UUID) -> float:
    """Pause it, and tell after how many seconds the town heard of its last text."""
    place.installation.post(f"/blasts/{blast_id}/pause")
    paused = time.time()
    time.sleep(PAUSE_S + 3)
    return max(0.0, _accepted(place)[-1] - paused)


def _timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    began = time.monotonic()
    work()
    return (time.monotonic() - began) * 1000


def _until(is_so: Callable[[], bool], began: float) -> bool:
    """Wait for it; whether it came in time."""
    while not is_so():
        if time.monotonic() > began + LONGEST_S:
            return False
        time.sleep(0.05)
    return True


if __name__ == "__main__":
    raise SystemExit(main())
