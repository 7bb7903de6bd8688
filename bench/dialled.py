"""A dialled campaign through a whole installation: pacer, workers, web, and the town's people on the phone.

Volunteers are rung, wait in their rooms, speak with whom they are joined to, and record what came of it, by
the API and its stream, as a page does. At the end nobody is rung any more and every call has to have ended.

The aims (issue 6, 200 volunteers and 20 calls a second for ten minutes on two cores): our part of joining
somebody who answers within 300 ms and other webhooks within 200 ms, 99 of 100; no volunteer with two people;
no call without an end, and none without a result; as many told that nobody is free as were counted abandoned.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import time
import urllib.request
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector
from sqlalchemy import TextClause, text

from bench.installation import Installation, running
from bench.texting import add_people, context_of
from bench.town import tell
from bench.watching import Watch
from dialer.services.context import Context

JOIN_MS, WEBHOOK_MS = 300.0, 200.0
ANSWER = "/webhooks/twilio/voice/answer"
VOLUNTEERS = "+447700900"
US = "+12015550199"
WRAP_UP_S = (4.0, 15.0)
WARM_UP_S = 15
DRAIN_S = 240.0
"""Longer than the town's people talk."""
MOST_VOLUNTEERS = 900
MOST_TRIES = 5

CONFIRM = text("UPDATE account SET phone = :phone, phone_confirmed_at = now() WHERE id = :id")
OPEN = text("SELECT count(*) FROM call WHERE ended_at IS NULL")
DIALLED_OPEN = text("SELECT count(*) FROM call WHERE ended_at IS NULL AND mode = 'dialled'")
IN_HAND = text("SELECT count(*) FROM assignment WHERE state = 'open'")
UNSAID = text(
    "SELECT count(*) FROM call WHERE mode = 'dialled' AND joined_at IS NOT NULL"
    " AND NOT EXISTS (SELECT 1 FROM result WHERE result.assignment_id = call.assignment_id)"
)
ABANDONED = text("SELECT count(*) FROM call WHERE mode = 'dialled' AND state = 'abandoned'")
DIALLED = text(
    "SELECT count(*) AS dials, count(answered_at) AS answers, count(joined_at) AS joined,"
    " coalesce(percentile_disc(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM joined_at - answered_at)), 0)"
    " AS join_s FROM call WHERE mode = 'dialled'"
)


@dataclass
class Volunteer:
    """Somebody at a page: watches their shift, and says what came of each call a while after its end."""

    base: str
    token: str
    session: str
    chance: random.Random
    results: int = 0
    errors: list[str] = field(default_factory=list)
    _done: set[str] = field(default_factory=set)

    async def work(self, client: ClientSession) -> None:
        """Until cancelled; a stream that ends is opened again."""
        while True:
            with contextlib.suppress(ClientError):
                await self._watch(client)
            await asyncio.sleep(1.0)

    async def _watch(self, client: ClientSession) -> None:
        async with client.get(f"{self.base}/sessions/{self.session}/stream", headers=self._headers) as stream:
            async for line in stream.content:
                if line.startswith(b"data: "):
                    await self._seen(client, json.loads(line[6:]))

    async def _seen(self, client: ClientSession, told: dict[str, Any]) -> None:
        """Record a result once the shift is in wrap-up."""
        given = told.get("assignment_id") if told.get("state") == "wrap_up" else None
        if given is None or given in self._done:
            return
        self._done.add(given)
        await asyncio.sleep(self.chance.uniform(*WRAP_UP_S))
        report = {"disposition": "contacted", "support": self.chance.randint(1, 5)}
        for _ in range(MOST_TRIES):
            try:
                await self._record(client, given, report)
            except ClientError:  # nobody answered: the same again, as the page does
                await asyncio.sleep(1.0)
            else:
                return
        self.errors.append("a result that nobody took")

    async def _record(self, client: ClientSession, given: str, report: dict[str, Any]) -> None:
        url = f"{self.base}/assignments/{given}/result"
        async with client.post(url, json=report, headers=self._headers) as answer:
            self.results += answer.status == 200
            if answer.status != 200:
                self.errors.append(f"{answer.status} {(await answer.text())[:200]}")

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class Bank:
    """An installation with a dialled campaign and its volunteers."""

    installation: Installation
    ctx: Context
    town: int
    campaign: str
    volunteers: list[Volunteer]

    def count(self, statement: TextClause) -> Any:
        with self.ctx.unit() as unit:
            return unit.session.execute(statement).one()

    def asks_town(self, path: str) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.town}{path}", timeout=60) as answer:
            return json.loads(answer.read())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--volunteers", type=int, default=200)
    parser.add_argument("--calls-a-second", type=int, default=20)
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--mode", choices=("progressive", "predictive"), default="predictive")
    given = parser.parse_args()
    settings = {
        "DIALER_CALLS_PER_SECOND": str(given.calls_a_second),
        "DIALER_ALLOWED_COUNTRIES": "GB,US",
        "DIALER_PUBLIC_RATE": "0",
    }
    with running(**settings) as installation:
        bank = set_up(installation, given)
        watch = Watch(installation)
        timings = asyncio.run(work(bank, watch, given.seconds))
        met = report(bank, timings)
        for kind, seconds in sorted(watch.seconds.items(), key=lambda one: -one[1]):
            print(f"  {kind}: {seconds / given.seconds:.2f} of a processor")
    print(f"load of the machine: {os.getloadavg()[0]:.1f}; aims: {'met' if met else 'MISSED'}")
    return 0 if met else 1


def set_up(installation: Installation, given: argparse.Namespace) -> Bank:
    """A campaign in that mode, and volunteers with a phone that is theirs and rings."""
    settings = installation.settings
    town = urlsplit(settings.twilio_api_base_url).port or 0
    ctx = context_of(settings.database_url, settings.redis_url)
    fields = {
        "name": "Evening",
        "kind": "phone_bank",
        "dialing_mode": given.mode,
        "list_ids": [str(add_people(ctx, given.people))],
        "caller_ids": [US],
        "quiet_hours": {"start": "00:00", "end": "00:00"},
    }
    campaign = installation.post("/campaigns", fields)["id"]
    installation.post(f"/campaigns/{campaign}/activate")
    seats = [take_seat(installation, ctx, town, campaign, n) for n in range(given.volunteers)]
    return Bank(installation, ctx, town, campaign, seats)


def take_seat(installation: Installation, ctx: Context, town: int, campaign: str, number: int) -> Volunteer:
    """A volunteer whose phone rings, and who stays on it."""
    phone = f"{VOLUNTEERS}{number % MOST_VOLUNTEERS:03}"
    tell(town, f"/people/{phone}", {"phone": "answers", "ring_s": 1, "talk_s": 1e6, "patience_s": 1e6})
    made = installation.post("/volunteers", {"name": f"Vic {number}", "campaign_ids": [campaign]})
    with ctx.unit() as unit:
        unit.session.execute(CONFIRM, {"phone": phone, "id": made["id"]})
    token = installation.post(f"/volunteers/{made['id']}/tokens")["token"]
    wish = {"via": "phone", "phone": phone}
    session = Installation(installation.settings, token).post(f"/campaigns/{campaign}/sessions", wish)["id"]
    base = f"http://{installation.settings.bind}/api/v1"
    return Volunteer(base, token, session, random.Random(number))


async def work(bank: Bank, watch: Watch, seconds: float) -> dict[str, Any]:
    """Let everybody work for so long, then pause, let every call come to its end, and everybody go home.

    How long our webhooks took, once everybody was in their room; `watch` sees what that time costs.
    """
    timeout = ClientTimeout(total=None, sock_connect=30)
    async with ClientSession(connector=TCPConnector(limit=0), timeout=timeout) as client:
        working = [asyncio.create_task(each.work(client)) for each in bank.volunteers]
        await asyncio.sleep(WARM_UP_S)
        with watch:
            await asyncio.sleep(seconds)
        timings: dict[str, Any] = bank.asks_town(f"/ledger/webhooks?last_s={int(seconds)}")
        await asyncio.to_thread(bank.installation.post, f"/campaigns/{bank.campaign}/pause")
        await asyncio.to_thread(_drain, bank, DIALLED_OPEN)
        await asyncio.to_thread(_drain, bank, IN_HAND)  # whoever talked last has yet to say what came of it
        ends = [asyncio.to_thread(_end, bank.installation, each) for each in bank.volunteers]
        await asyncio.gather(*ends)
        await asyncio.to_thread(_drain, bank, OPEN)
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
    return timings


def _drain(bank: Bank, still_open: TextClause) -> None:
    """Let every call come to its end, or `DRAIN_S` pass."""
    until = time.monotonic() + DRAIN_S
    while time.monotonic() < until and bank.count(still_open)[0]:
        time.sleep(1.0)


def _end(installation: Installation, volunteer: Volunteer) -> None:
    """End a shift, again where we are too busy for it; that counts as an error all the same."""
    own = Installation(installation.settings, volunteer.token)
    for _ in range(MOST_TRIES):
        try:
            own.post(f"/sessions/{volunteer.session}/end")
        except HTTPError as error:
            volunteer.errors.append(f"end: {error.code} {error.read()[:200]!r}")
            time.sleep(1.0)
        else:
            return


def report(bank: Bank, timings: dict[str, Any]) -> bool:
    """Print the figures; whether the aims are met."""
    verdict = bank.asks_town(f"/ledger/verdict?staff={VOLUNTEERS.replace('+', '%2B')}")
    dialled, left = bank.count(DIALLED), bank.count(OPEN)[0]
    abandoned, unsaid = bank.count(ABANDONED)[0], bank.count(UNSAID)[0]
    verdict["unended"] = len(verdict["unended"])
    errors = [one for each in bank.volunteers for one in each.errors]
    print(f"{dialled.dials:,} dials, {dialled.answers:,} answered, {dialled.joined:,} joined")
    print(f"  {abandoned} abandoned, {sum(each.results for each in bank.volunteers)} results by volunteers;")
    print(f"  {unsaid} joined of whom nothing is recorded")
    print(f"  the town: {json.dumps(verdict)}")
    print(f"  troubles: {bank.asks_town('/ledger/troubles')['troubles'][:3]}; refused: {errors[:3]}")
    for path, took in sorted(timings.items()):
        print(f"  {path}: {took}")
    others = [took["p99"] for path, took in timings.items() if path != ANSWER]
    quick = timings.get(ANSWER, {}).get("p99", 0.0) <= JOIN_MS and max(others, default=0.0) <= WEBHOOK_MS
    clean = not verdict["joined_to_two"] and not verdict["unended"] and not left and not unsaid and not errors
    return quick and clean and bool(dialled.joined)


if __name__ == "__main__":
    raise SystemExit(main())
