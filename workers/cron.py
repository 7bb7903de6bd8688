"""The clockwork: runs the deeds of `workers.ticks` at their intervals, one after another.

Any number of cron processes may run: a tick is idempotent and takes a database lock, so that it runs in one
place at a time. A tick that fails is logged and comes again at its next turn.
"""

from __future__ import annotations

import signal
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from dialer.domain.errors import RuleBroken, Unavailable
from dialer.logs import get_logger
from dialer.services.accounts.organisations import organisation_ids
from dialer.services.ticking import sole_runner
from dialer.settings import Settings
from workers.runtime import Runtime, install
from workers.ticks import TICKS, Tick

LONGEST_SLEEP_S: Final = 1.0

log = get_logger(__name__)


@dataclass(slots=True)
class Cron:
    """Runs what is due; `due` holds when each tick comes next, on the monotonic clock."""

    runtime: Runtime
    ticks: Sequence[Tick]
    due: dict[str, float] = field(default_factory=dict)
    _organisations: list[uuid.UUID] | None = field(default=None, init=False)
    """Read once a round: a fifth of what the ticks cost an installation at rest was to read them for each."""

    def run_due(self, now: float) -> None:
        """Run every tick whose time has come and set its next one. What is to be done after an outage comes
        before whatever else has its turn: the database may be back in the middle of a round. So does what a
        door asks for that was without the database, though nobody here was.
        """
        self._organisations = None
        if self.runtime.jobs.take_missed_texts():
            self._after_outage()
        for tick in self.ticks:
            if self._is_due(tick, now):
                for missed in self.ticks:
                    if missed.after_outage and missed is not tick and self._is_due(missed, now):
                        self._take_turn(missed, now)
                self._take_turn(tick, now)

    def _is_due(self, tick: Tick, now: float) -> bool:
        return self.due.get(tick.name, 0) <= now

    def _take_turn(self, tick: Tick, now: float) -> None:
        self.due[tick.name] = now + tick.every_s
        self._run(tick, now)

    def wait_s(self, now: float) -> float:
        """How long nothing is due."""
        return min([LONGEST_SLEEP_S, *(max(0.0, at - now) for at in self.due.values())])

    def _run(self, tick: Tick, now: float) -> None:
        try:
            with sole_runner(self.runtime.units, tick.name) as mine:
                if mine:
                    self._run_everywhere(tick)
                elif tick.after_outage:  # who is just at it may have begun too early
                    self.due[tick.name] = now + LONGEST_SLEEP_S
        except (SQLAlchemyError, RuleBroken) as error:
            log.warning("tick failed", tick=tick.name, exc_info=True)
            if isinstance(error, SQLAlchemyError | Unavailable):
                self._after_outage()
                if tick.after_outage:  # not in a busy loop for as long as it is away
                    self.due[tick.name] = now + LONGEST_SLEEP_S

    def _after_outage(self) -> None:
        self.due |= {each.name: 0.0 for each in self.ticks if each.after_outage}

    def _run_everywhere(self, tick: Tick) -> None:
        if self._organisations is None:
            self._organisations = organisation_ids(self.runtime.units)
        for organisation_id in self._organisations:
            with structlog.contextvars.bound_contextvars(
                tick=tick.name, organisation_id=str(organisation_id)
            ):
                tick.deed(self.runtime.context(organisation_id, request_id=f"cron:{tick.name}"))


def run_cron(settings: Settings) -> None:
    """Tick until told to stop by SIGTERM or SIGINT."""
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    runtime = Runtime.from_settings(settings)
    install(runtime)
    cron = Cron(runtime, TICKS)
    while not stopped.is_set():
        cron.run_due(time.monotonic())
        stopped.wait(cron.wait_s(time.monotonic()))
