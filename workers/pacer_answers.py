"""What the carrier was asked for, and what it said of each, until that is written down.

What can't be written down holds up nothing else: it is tried again a few times, later each time, and then
left to the looks at calls, which ask the carrier (`services/calling/call_looks`).
"""

from __future__ import annotations

import math
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from dialer.carrier.port import CallOutcome, OutboundCall
from dialer.domain.errors import RuleBroken
from dialer.logs import get_logger
from dialer.services.calling import dial_handing
from dialer.services.calling.dial_handing import Answer
from dialer.services.context import Context

FAILURES: Final = (SQLAlchemyError, RuleBroken)
"""What may be wrong with a row, an organisation or a campaign, or with the database as a whole. Anything else
is a bug.
"""

TRIES: Final = 5
AGAIN_S: Final = 1.0
"""After the first try in vain; twice as long after each further one."""
APART_S: Final = 1.0
"""For how long one turn tries answers one by one: less than a lease lasts. The others have the next turn."""

log = get_logger(__name__)


@dataclass(slots=True)
class Said:
    """What the carrier said of one dial."""

    organisation_id: uuid.UUID
    campaign_id: uuid.UUID
    answer: Answer
    tries: int = 0
    """How often it was tried to write it down by itself, in vain."""
    again_at: float = 0.0


@dataclass(slots=True)
class Answers:
    """Those of one process. `heed` hears of each once, before it is written down."""

    context: Callable[[uuid.UUID], Context]
    check_database: Callable[[], object]
    """Raises one of `FAILURES` while the database is away as a whole: then everything waits for it."""
    heed: Callable[[Said, float], None]
    something: threading.Event
    posted: dict[uuid.UUID, tuple[uuid.UUID, uuid.UUID]] = field(default_factory=dict)
    told: deque[Said] = field(default_factory=deque)
    fresh: deque[Said] = field(default_factory=deque)
    put_off: list[Said] = field(default_factory=list)
    given_up: int = 0
    """How many were left to the looks at calls since the process began."""

    def expect(self, organisation_id: uuid.UUID, campaign_id: uuid.UUID, ids: Iterable[uuid.UUID]) -> None:
        """These dials are about to be posted."""
        self.posted |= dict.fromkeys(ids, (organisation_id, campaign_id))

    def hear(self, call: OutboundCall, outcome: CallOutcome) -> None:
        """Called from the carrier's thread."""
        said = Said(*self.posted[call.id], Answer(call.id, outcome))
        self.told.append(said)
        self.fresh.append(said)
        self.something.set()

    def write_down(self, now: float) -> None:
        """Write down what was said. Raises one of `FAILURES` where nothing can be now; all is kept."""
        while self.fresh:
            self.heed(self.fresh.popleft(), now)
        self._bring_back(now)
        ends = time.monotonic() + APART_S
        heard = [self.told[at] for at in range(len(self.told))]
        for organisation_id, ones in groupby(heard, key=lambda one: one.organisation_id):
            batch = list(ones)
            try:
                dial_handing.record(self.context(organisation_id), [one.answer for one in batch])
            except FAILURES:
                self.check_database()
                if not self._write_apart(batch, now, ends):
                    return
            else:
                for _ in batch:
                    self._is_done(self.told.popleft())

    def wait_s(self, now: float) -> float:
        """How long nothing is to be written down; for ever where nothing waits."""
        if self.told:
            return 0.0
        return min((max(0.0, one.again_at - now) for one in self.put_off), default=math.inf)

    def _bring_back(self, now: float) -> None:
        due = [one for one in self.put_off if one.again_at <= now]
        self.put_off = [one for one in self.put_off if one.again_at > now]
        self.told.extend(due)

    def _write_apart(self, batch: Sequence[Said], now: float, ends: float) -> bool:
        """Write those at the head of `told` down one by one; whether there was time for all of them."""
        for one in batch:
            if time.monotonic() >= ends:
                return False
            try:
                dial_handing.record(self.context(one.organisation_id), [one.answer])
            except FAILURES as error:
                self.check_database()
                self._put_off(self.told.popleft(), now, type(error).__name__)
            else:
                self._is_done(self.told.popleft())
        return True

    def _put_off(self, one: Said, now: float, kind: str) -> None:
        one.tries += 1
        known = {"campaign_id": str(one.campaign_id), "call_id": str(one.answer.call_id), "kind": kind}
        if one.tries < TRIES:
            log.warning("what the carrier said of a dial waits to be written down", **known)
            one.again_at = now + AGAIN_S * 2 ** (one.tries - 1)
            self.put_off.append(one)
            return
        self.given_up += 1
        self._is_done(one)
        log.error("a dial is left to be asked about", **known, of_all=self.given_up)

    def _is_done(self, one: Said) -> None:
        self.posted.pop(one.answer.call_id, None)
