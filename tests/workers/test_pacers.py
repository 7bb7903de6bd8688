"""Two pacers, real processes: one is stopped and wakes up, the other is killed. The town's ledger judges."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from dialer.processes import end, wait_until
from dialer.services.accounts.organisations import system_actor
from dialer.services.context import Context
from dialer.settings import Settings
from dialer.store.models.pacing import PacerLease
from dialer.store.session import UnitFactory
from tests.conftest import SetClock
from tests.people import Person
from tests.phone_bank import Voter, landline, running_campaign
from tests.services.calling.dialled import Bank
from tests.towns import ACCOUNT_SID, AUTH_TOKEN, PUBLIC_URL, Town

pytestmark = [pytest.mark.slow, pytest.mark.faults]

TAKES_OVER_WITHIN_S = 5.0
STARTS_WITHIN_S = 30.0


Start = Callable[[str], "subprocess.Popen[bytes]"]


@pytest.fixture
def system(ctx: Context, carys: Person, context_of: Callable[[Person], Context]) -> Callable[[], Context]:
    return lambda: context_of(carys).as_actor(system_actor(ctx.organisation_id))


@pytest.fixture
def bank(
    ctx: Context, settings: Settings, units: UnitFactory, clock: SetClock, system: Callable[[], Context]
) -> Bank:
    """At the present moment, whatever it is, since that is when the processes live."""
    no_quiet = dt.time(0)
    clock.now = dt.datetime.now(dt.UTC)
    made = running_campaign(
        ctx,
        [Voter(f"V{index}", [landline(index)]) for index in range(9)],
        caller_ids=[landline(900)],
        dialing_mode="progressive",
        quiet_start=no_quiet,
        quiet_end=no_quiet,
    )
    return Bank(settings, units, clock, system, made.id)


@pytest.fixture
def start(town: Town, settings: Settings, tmp_path: Path) -> Iterator[Start]:
    given = {
        "DIALER_DATABASE_URL": settings.database_url,
        "DIALER_REDIS_URL": settings.redis_url,
        "DIALER_PUBLIC_URL": PUBLIC_URL,
        "DIALER_TWILIO_API_BASE_URL": town.url,
        "DIALER_TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "DIALER_TWILIO_AUTH_TOKEN": AUTH_TOKEN,
    }
    with ExitStack() as running:

        def begin(name: str) -> subprocess.Popen[bytes]:
            own = {**os.environ, **given, "DIALER_DATA_DIR": str(tmp_path / name)}
            command = [sys.executable, "-m", "dialer.cli", "pacer"]
            process = subprocess.Popen(command, env=own, start_new_session=True)
            running.callback(lambda: end(process))
            return process

        yield begin


def test_another_takes_over_within_seconds_and_nobody_is_rung_twice(
    bank: Bank, town: Town, start: Start, tmp_path: Path
) -> None:
    first = start("one")
    bank.on_line("Vic")
    assert wait_until(lambda: len(town.calls()) == 1, STARTS_WITHIN_S)
    second = start("two")
    assert wait_until(lambda: _pids(bank) == (first.pid, 1), STARTS_WITHIN_S)
    assert wait_until((tmp_path / "two" / "run" / "pacer.pid").exists, STARTS_WITHIN_S)

    first.send_signal(signal.SIGSTOP)
    assert _rung_for_next(bank, town, "Wyn") < TAKES_OVER_WITHIN_S
    first.send_signal(signal.SIGCONT)
    assert _rung_for_next(bank, town, "Xan") < TAKES_OVER_WITHIN_S
    assert _pids(bank) == (second.pid, 2), "who wakes up finds that somebody else leads"

    second.kill()
    assert _rung_for_next(bank, town, "Yma") < TAKES_OVER_WITHIN_S
    assert _pids(bank) == (first.pid, 3)
    rung = [call["to"] for call in town.calls()]
    assert len(rung) == len(set(rung)) == 4
    assert first.poll() is None
    began = time.monotonic()
    first.terminate()
    assert first.wait(10) == 0
    assert time.monotonic() - began < 5


def _rung_for_next(bank: Bank, town: Town, name: str) -> float:
    """How long it takes until a phone rings for somebody who comes to the line now."""
    before, began = len(town.calls()), time.monotonic()
    bank.clock.now = dt.datetime.now(dt.UTC)
    bank.on_line(name)
    assert wait_until(lambda: len(town.calls()) == before + 1, STARTS_WITHIN_S)
    return time.monotonic() - began


def _lease(bank: Bank) -> Any:
    with bank.system().unit() as unit:
        return unit.session.scalars(select(PacerLease)).one()


def _pids(bank: Bank) -> tuple[int, int]:
    """Which process leads, and under which fence."""
    lease = _lease(bank)
    return int(lease.holder.split(":")[1]), lease.fence
