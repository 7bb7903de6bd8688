"""The pacer: rings people for the volunteers of dialled campaigns, as many at once as their policies ask for.

Any number of pacers may run: each campaign is led by one of them, under a lease with a fence, and by another
within seconds once that one is gone. Only the rows say what is claimed and what was rung; what a process has
in memory it may lose at any instant.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import threading
import time
import uuid
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from types import FrameType
from typing import Final

import structlog

from dialer.carrier.port import Accepted, NotAccepted, Refused
from dialer.domain.carrier_action import PUTS_BACK
from dialer.domain.dialling import BEGIN_WITHIN_S, STALE_AFTER, TICK_S, Still
from dialer.domain.limit import Limit
from dialer.domain.ringing import back_off
from dialer.logs import get_logger
from dialer.services.accounts.organisations import organisation_ids
from dialer.services.calling import dial_claims, dial_handing, dial_tick, unheard
from dialer.services.calling.dial_handing import Leading
from dialer.services.calling.placing import BUCKET
from dialer.services.context import Context
from dialer.settings import Settings
from dialer.store.session import UnitFactory, make_engine
from workers.pacer_answers import FAILURES, Answers, Said
from workers.runtime import Runtime, install

SWEEP_EVERY_S: Final = 1.0
IDLE_S: Final = 0.5
BUSY_S: Final = 0.02
"""How soon tokens are asked for again while dials wait for some."""
AWAY_S: Final = 1.0
"""How soon the database is tried again."""
LAST_ANSWERS_S: Final = 5.0
"""How long a pacer that is told to stop waits for what the carrier still has to say."""
STATEMENT_TIMEOUT_S: Final = 5.0
POOL: Final = 2
LOCK_TIMEOUT_S: Final = 1.0
"""How long the pacer waits for a row that somebody else has: less than its lease lasts."""
REFUSED_REST_S: Final = 30.0
"""How long a campaign is left alone whose calls the carrier refuses for a reason of ours."""
FAILED_REST_S: Final = 5.0
"""How long a campaign is left alone whose second failed: longer than a statement may take, so that one that
always fails holds up the others for less than half of the time.
"""

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A dial that is claimed, and when: it is dropped once it is stale, and given back."""

    organisation_id: uuid.UUID
    leading: Leading
    call_id: uuid.UUID
    since: float


@dataclass(slots=True)
class Brake:
    """Leaves the carrier alone for a while after it asked for that: longer each time until it takes one."""

    tries: int = 0
    until: float = 0.0

    def hold(self, at: float, retry_after_s: float | None, jitter: float) -> None:
        """It took none: leave it alone. Several that were under way at once count once."""
        if at >= self.until:
            self.tries += 1
            self.until = at + back_off(self.tries, retry_after_s, jitter).total_seconds()

    def release(self) -> None:
        """It took one."""
        self.tries, self.until = 0, 0.0


def _own_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


@dataclass(slots=True)
class PacerProcess:
    """One process: what it leads, what waits to be rung, and what the carrier has still to answer."""

    runtime: Runtime
    holder: str = field(default_factory=_own_name)
    due: dict[tuple[uuid.UUID, uuid.UUID], float] = field(default_factory=dict)
    waiting: deque[_Waiting] = field(default_factory=deque)
    something: threading.Event = field(default_factory=threading.Event)
    answers: Answers = field(init=False)
    looked_at: float = 0.0
    ask_tokens_at: float = 0.0
    brake: Brake = field(default_factory=Brake)
    refused_until: dict[uuid.UUID, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.answers = Answers(self._context, self._check_database, self._heed, self.something)

    def turn(self, now: float) -> float:
        """Do what is due at a moment of the monotonic clock; how long nothing more is."""
        self.something.clear()
        try:
            self.answers.write_down(now)
            if now >= self.looked_at + SWEEP_EVERY_S:
                self.looked_at = now
                self._look(now)
            self._tick(now)
            self._ring(now)
        except FAILURES:
            log.warning("the pacer could not go on", exc_info=True)
            return AWAY_S
        return self._idle_s(time.monotonic())

    def stop(self) -> None:
        """Ring nobody any more, hear what the carrier still says, and leave the lead to another."""
        self.waiting.clear()
        ends = time.monotonic() + LAST_ANSWERS_S
        while self.answers.posted and time.monotonic() < ends:
            self.something.wait(BUSY_S)
            self.answers.write_down(time.monotonic())
        for organisation_id in organisation_ids(self.runtime.units):
            dial_tick.resign(self._context(organisation_id), self.holder)

    def _context(self, organisation_id: uuid.UUID) -> Context:
        return self.runtime.context(organisation_id, request_id=f"pacer:{self.holder}")

    def _check_database(self) -> None:
        """Raise one of `FAILURES` where it isn't one row, campaign or organisation that failed."""
        organisation_ids(self.runtime.units)

    def _look(self, now: float) -> None:
        """See which campaigns are to be led, and give back what was left lying."""
        led: set[tuple[uuid.UUID, uuid.UUID]] = set()
        for organisation_id in organisation_ids(self.runtime.units):
            try:
                led |= self._look_at(organisation_id)
            except FAILURES:  # the others aren't to wait for this one
                self._check_database()
                log.warning("an organisation could not be looked at", exc_info=True)
                led |= {one for one in self.due if one[0] == organisation_id}
        self.due = {one: self.due.get(one, now) for one in led}

    def _look_at(self, organisation_id: uuid.UUID) -> set[tuple[uuid.UUID, uuid.UUID]]:
        ctx = self._context(organisation_id)
        led = {(organisation_id, one) for one in dial_tick.campaigns_to_lead(ctx, self.holder)}
        dial_claims.give_back_stale(ctx)
        unheard.ask_about_unheard(ctx)
        return led

    def _tick(self, now: float) -> None:
        for (organisation_id, campaign_id), at in list(self.due.items()):
            if now < at:
                continue
            self.due[organisation_id, campaign_id] = max(at + TICK_S, now + TICK_S / 2)
            with structlog.contextvars.bound_contextvars(campaign_id=str(campaign_id)):
                try:
                    self._tick_one(organisation_id, campaign_id, now)
                except FAILURES:  # the others aren't to wait for this one
                    self._check_database()
                    log.warning("a campaign could not be led for a second", exc_info=True)
                    self.due[organisation_id, campaign_id] = now + FAILED_REST_S

    def _tick_one(self, organisation_id: uuid.UUID, campaign_id: uuid.UUID, now: float) -> None:
        turn = dial_tick.tick(
            self._context(organisation_id), campaign_id, self.holder, self._held_up(campaign_id, now)
        )
        if turn is None:
            self.due.pop((organisation_id, campaign_id))
            return
        leading = Leading(campaign_id, self.holder, turn.fence)
        self.waiting += [_Waiting(organisation_id, leading, call_id, now) for call_id in turn.call_ids]

    def _held_up(self, campaign_id: uuid.UUID, now: float) -> Still | None:
        """Why the carrier is left alone just now."""
        if now < self.refused_until.get(campaign_id, 0.0):
            return Still.CARRIER_REFUSES
        return Still.CARRIER_BUSY if now < self.brake.until else None

    def _ring(self, now: float) -> None:
        """Ring as many as the account may, the longest claimed first."""
        stale = now - STALE_AFTER.total_seconds()
        while self.waiting and self.waiting[0].since <= stale:
            self.waiting.popleft()
        if not self.waiting or now < max(self.ask_tokens_at, self.brake.until):
            return
        limit = Limit(BUCKET, self.runtime.context(self.waiting[0].organisation_id).voice.calls_per_second)
        taken = self.runtime.buckets.take([limit], [1] * len(self.waiting))
        self.ask_tokens_at = now + (taken.again_in_s if taken.count < len(self.waiting) else 0.0)
        these = [self.waiting.popleft() for _ in range(taken.count)]
        by_campaign = sorted(these, key=lambda one: (one.organisation_id, one.leading.campaign_id))
        for (organisation_id, leading), ones in groupby(
            by_campaign, key=lambda one: (one.organisation_id, one.leading)
        ):
            self._hand_over_apart(organisation_id, leading, list(ones), now)

    def _hand_over_apart(
        self, organisation_id: uuid.UUID, leading: Leading, ones: Sequence[_Waiting], now: float
    ) -> None:
        """Where that fails, none of them was posted, and the rows are given back as they go stale; the other
        campaigns are rung for.
        """
        try:
            self._hand_over(organisation_id, leading, [one.call_id for one in ones])
        except FAILURES:
            self._check_database()
            known = {"campaign_id": str(leading.campaign_id), "dials": len(ones)}
            log.warning("dials of a campaign could not be rung", **known, exc_info=True)
            self.due[organisation_id, leading.campaign_id] = now + FAILED_REST_S

    def _hand_over(self, organisation_id: uuid.UUID, leading: Leading, call_ids: Sequence[uuid.UUID]) -> None:
        """The gate and the wire in one go. The time counts from before the gate, since a process may also be
        held up while that is committed.
        """
        begin_before = time.monotonic() + BEGIN_WITHIN_S
        calls = dial_handing.to_the_wire(self._context(organisation_id), leading, call_ids, begin_before)
        if calls:
            self.answers.expect(organisation_id, leading.campaign_id, [call.id for call in calls])
            self.runtime.carrier.begin_calls(calls, self.answers.hear)

    def _heed(self, one: Said, now: float) -> None:
        match one.answer.outcome:
            case Accepted():
                self.brake.release()
            case NotAccepted(retry_after_s=retry_after_s):
                self.brake.hold(now, retry_after_s, secrets.randbelow(1000) / 1000)
            case Refused(action=action) if action in PUTS_BACK:
                self.refused_until[one.campaign_id] = now + REFUSED_REST_S
                log.warning("the carrier refuses a campaign's calls", action=str(action))

    def _idle_s(self, now: float) -> float:
        answers_s = self.answers.wait_s(now)
        if self.waiting:
            busy_s = min(max(BUSY_S, self.ask_tokens_at - now, self.brake.until - now), TICK_S / 4)
            return min(busy_s, answers_s)
        return min([IDLE_S, answers_s, *(max(0.0, at - now) for at in self.due.values())])


def _runtime(settings: Settings) -> Runtime:
    """Whose statements give up soon: a leader that waits longer than its lease is none any more."""
    runtime = Runtime.from_settings(settings)
    engine = make_engine(
        settings.database_url,
        pool_size=POOL,
        statement_timeout_s=STATEMENT_TIMEOUT_S,
        lock_timeout_s=LOCK_TIMEOUT_S,
    )
    return replace(runtime, units=UnitFactory(engine, runtime.units.notices))


def run_pacer(settings: Settings) -> None:
    """Pace until told to stop by SIGTERM or SIGINT."""
    stopped = threading.Event()
    runtime = _runtime(settings)
    install(runtime)
    pacer = PacerProcess(runtime)

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()
        pacer.something.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not stopped.is_set():
        pacer.something.wait(pacer.turn(time.monotonic()))
    try:
        pacer.stop()
    except FAILURES:  # another takes over when the lease runs out
        log.warning("the pacer could not leave in order", exc_info=True)
