"""Forty volunteers call while every process is killed and the queue is emptied, at seeded moments.

Nothing that was answered 2xx is lost, nobody is in two hands, and within 30 s all goes on by itself.
"""

from __future__ import annotations

import datetime as dt
import http.client
import json
import os
import random
import signal
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from redis.exceptions import RedisError
from sqlalchemy import func, select

from dialer.domain.access import Role
from dialer.queueing import connect
from dialer.services.context import Context
from dialer.settings import Settings
from dialer.store.models.calling import Assignment, Hold, Result
from dialer.store.queries import counters
from tests.people import make_person
from tests.phone_bank import Voter, landline, mobile, running_campaign
from tests.supervisor.conftest import Installation, Make

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.xdist_group("supervisor")]

VOLUNTEERS = 40
VOTERS = 1600
GOES_ON_WITHIN_S = 30.0
KILLED = ("web", "worker-1", "postgres", "valkey", "web", "cron", "postgres")
SEED = 20260507


@dataclass
class Ledger:
    """What the volunteers saw and were promised: checked as it happens, and against the tables afterwards."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    in_hand: dict[str, str] = field(default_factory=dict)
    promised: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    last_good: float = field(default_factory=time.monotonic)
    longest_gap_s: float = 0.0

    def heard(self) -> None:
        """The server answered 2xx."""
        with self.lock:
            now = time.monotonic()
            self.longest_gap_s = max(self.longest_gap_s, now - self.last_good)
            self.last_good = now

    def take(self, given: dict[str, Any]) -> None:
        """Somebody was handed out; nobody else may have them or their number."""
        with self.lock:
            for thing in _things(given):
                if self.in_hand.setdefault(thing, given["id"]) != given["id"]:
                    self.faults.append(f"{thing} is in two hands")

    def let_go(self, given: dict[str, Any]) -> None:
        with self.lock:
            for thing in _things(given):
                self.in_hand.pop(thing, None)

    def promise(self, given: dict[str, Any], support: int) -> None:
        """A result was answered 2xx: from now on it must never be lost."""
        with self.lock:
            self.promised[given["id"]] = support


def _things(given: dict[str, Any]) -> list[str]:
    return [given["contact"]["phone"], given["contact"]["id"], *(one["id"] for one in given["household"])]


@dataclass
class Volunteer:
    """One API client that tries again until it is answered, as a page does."""

    bind: str
    token: str
    campaign_id: uuid.UUID
    ledger: Ledger
    stop: threading.Event
    chance: random.Random

    def call_until_stopped(self) -> None:
        session = self._post(f"/campaigns/{self.campaign_id}/sessions", {})
        while session and not self.stop.is_set():
            given = self._post(f"/sessions/{session['id']}/next", None)
            if not given:
                self.stop.wait(0.2)
                continue
            self.ledger.take(given)
            self.stop.wait(self.chance.uniform(0, 0.5))
            self.ledger.let_go(given)
            support = self.chance.randint(1, 5)
            body = {"disposition": "contacted", "support": support, "notes": "said in the storm"}
            if self._post(f"/assignments/{given['id']}/result", body):
                self.ledger.promise(given, support)

    def _post(self, path: str, body: dict[str, Any] | None) -> dict[str, Any] | None:
        """The answer's JSON; None for 204 or when told to stop. Without an answer it is sent again."""
        while not self.stop.is_set():
            status, answer = self._try(path, body)
            if status in {200, 201, 204}:
                self.ledger.heard()
                return json.loads(answer) if answer else None
            if 400 <= status < 500 or status == 500:
                self.ledger.faults.append(f"{path.rsplit('/', 1)[-1]}: {status} {answer[:300]!r}")
            self.stop.wait(0.2)
        return None

    def _try(self, path: str, body: dict[str, Any] | None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self.bind, timeout=20)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            connection.request(
                "POST", f"/api/v1{path}", json.dumps(body) if body is not None else None, headers
            )
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()


@pytest.fixture
def running(make_installation: Make) -> Installation:
    installation = make_installation(DIALER_DEMO="0")
    installation.start()
    return installation


def town() -> list[Voter]:
    """People by ones and twos on a landline or a mobile."""
    numbers = [write(index) for write in (landline, mobile) for index in range(VOTERS // 2)]
    return [Voter(f"V{index}", [numbers[index - index % 3 // 2]]) for index in range(VOTERS)]


def test_nothing_promised_is_lost_and_nobody_is_in_two_hands(
    running: Installation, settings: Settings, coordinator: Context
) -> None:
    ctx = coordinator
    no_quiet = dt.time(0)
    campaign = running_campaign(ctx, town(), quiet_start=no_quiet, quiet_end=no_quiet)
    ledger, stop = Ledger(), threading.Event()
    people = [
        make_person(
            ctx.units, ctx.organisation_id, Role.VOLUNTEER, f"Vic {index}", campaign_ids=(campaign.id,)
        )
        for index in range(VOLUNTEERS)
    ]
    threads = [
        threading.Thread(
            target=Volunteer(
                running.bind, one.token, campaign.id, ledger, stop, random.Random(SEED + index)
            ).call_until_stopped
        )
        for index, one in enumerate(people)
    ]
    for thread in threads:
        thread.start()
    try:
        _storm(running, settings, ledger)
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)

    assert not ledger.faults, (ledger.faults[:5], running.log()[-4000:])
    assert ledger.longest_gap_s < GOES_ON_WITHIN_S
    assert len(ledger.promised) > VOLUNTEERS
    _check_tables(ctx, campaign.id, ledger)


def _storm(running: Installation, settings: Settings, ledger: Ledger) -> None:
    chance = random.Random(SEED)
    for name in chance.sample(KILLED, len(KILLED)):
        time.sleep(chance.uniform(0.5, 2.0))
        pid = running.pid(name)
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
        if name == "valkey":
            continue
        _flush(settings)
        _wait_until_answered(ledger, since=time.monotonic())
    time.sleep(2)
    _wait_until_answered(ledger, since=time.monotonic())


def _flush(settings: Settings) -> None:
    client = connect(settings.redis_url)
    try:
        client.flushall()
    except RedisError:
        pass  # it is just being started again, empty or not
    finally:
        client.close()


def _wait_until_answered(ledger: Ledger, *, since: float) -> None:
    deadline = since + GOES_ON_WITHIN_S
    while ledger.last_good <= since:
        assert time.monotonic() < deadline, "it did not go on by itself"
        time.sleep(0.05)


def _check_tables(ctx: Context, campaign_id: uuid.UUID, ledger: Ledger) -> None:
    with ctx.unit() as unit:
        rows = unit.session.execute(
            select(Result.assignment_id, Result.support).where(Result.campaign_id == campaign_id)
        ).all()
        recorded: Sequence[tuple[str, int | None]] = [(str(row[0]), row[1]) for row in rows]
        assert dict(recorded).items() >= ledger.promised.items(), "a result that was answered 2xx is lost"
        assert len(recorded) == len(dict(recorded)), "a result was recorded twice"
        open_count = unit.session.scalar(
            select(func.count()).select_from(Assignment).where(Assignment.state == "open")
        )
        held = unit.session.scalar(select(func.count()).select_from(Hold).where(Hold.number.is_not(None)))
        assert held == open_count
        called = select(Result.contact_id).where(Result.campaign_id == campaign_id)
        contacts = unit.session.scalars(called).all()
        assert len(contacts) == len(set(contacts)), "somebody was called twice after a final result"
        assert counters.read(unit, "campaign", [campaign_id])["attempts"] == len(recorded)
