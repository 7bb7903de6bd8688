"""What every deed is given: who acts, when, and the tools to do it with."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from dialer.carrier.port import VoiceTokens, WebhookSignatures
from dialer.carrier.sns import SnsError, SnsMessages
from dialer.carrier.stand_in import BrowserLeg, StandIn, StandInError
from dialer.domain.access import Actor
from dialer.domain.carrier_policy import MessagingPolicy, VoicePolicy
from dialer.domain.languages import HOME
from dialer.domain.phone import PhonePolicy
from dialer.store.session import UnitFactory, UnitOfWork

Units = UnitFactory
"""Where units of work come from, under a name that doors may use."""

Signatures = WebhookSignatures
"""Who tells the carrier from others, under a name that doors may use."""


Tokens = VoiceTokens
"""Who lets browsers call through the carrier, under a name that doors may use."""

SnsCheck = SnsMessages
NoSns = SnsError
"""Who tells Amazon's reports on letters from others', under names that doors may use."""

BrowserStandIn = StandIn
LegOfBrowser = BrowserLeg
NoStandIn = StandInError
"""How browsers call where the carrier is simulated, what such a leg is, and that it can't be had."""

GiveWay = Callable[[], bool]
"""Asked between two steps of long work: whether it is to stop there, so that others have their turn."""


def never() -> bool:
    """The `GiveWay` of work that runs to its end."""
    return False


class JobQueue(Protocol):
    """Where work waits for a worker. The row in the database is the truth; this only says “soon”."""

    def enqueue(self, queue: str, job_path: str, *args: str | int, first: bool = False) -> None:
        """Ask for `job_path(*args)` on `queue`, before all that waits there where it is to be `first`; a
        queue that is away is logged, and a sweep asks again.
        """

    def note_missed_texts(self) -> bool:
        """Leave word for the clockwork, where the database is away, that texts to us may have been missed;
        whether it was taken. It is about every organisation: whose texts they are, nobody could look up.
        """

    def take_missed_texts(self) -> bool:
        """Whether such word was left; it is taken away."""

    def anything_waits(self, queues: Iterable[str]) -> bool:
        """Whether work waits in any of these; no when the server is away."""

    def is_up(self) -> bool:
        """Whether the queue's server answers."""

    def workers_alive(self) -> int:
        """How many workers lately said that they live; 0 when the server is away."""


@dataclass(frozen=True, slots=True)
class Context:
    """Who does it, when, and with what; built once at each door and passed to the deed.

    `now` is aware UTC and the only clock a deed knows.
    """

    units: Units
    jobs: JobQueue
    actor: Actor
    now: dt.datetime
    phones: PhonePolicy
    public_url: str
    data_dir: Path
    request_id: str | None = None
    messaging: MessagingPolicy = field(default_factory=MessagingPolicy)
    voice: VoicePolicy = field(default_factory=VoicePolicy)
    home_language: str = HOME
    """What people speak of whom nothing is known, in campaigns that are made from now on."""

    def unit(self, *, by_keys: bool = False) -> UnitOfWork:
        """A unit of work in the actor's organisation; `by_keys` where all of its statements find rows by
        their keys, so that they are planned once and not each time.
        """
        return self.units.begin(self.actor.organisation_id, by_keys=by_keys)

    @property
    def organisation_id(self) -> uuid.UUID:
        """The organisation all of this happens in."""
        return self.actor.organisation_id

    def as_actor(self, actor: Actor) -> Context:
        """The same moment and tools in another's hands."""
        return replace(self, actor=actor)

    def at(self, now: dt.datetime) -> Context:
        """The same hands and tools at another moment: for work that goes on for a while."""
        return replace(self, now=now)

    def audit(
        self,
        unit: UnitOfWork,
        action: str,
        object_kind: str,
        object_id: object,
        changes: Mapping[str, Any] | None = None,
        *,
        reason: str | None = None,
    ) -> None:
        """Write the deed into the audit log, in the same transaction; never a person's name or number."""
        unit.record_audit(
            self.actor,
            action,
            object_kind,
            object_id,
            changes or {},
            reason=reason,
            request_id=self.request_id,
            at=self.now,
        )
