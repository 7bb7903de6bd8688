"""What sending is done with, beside the context: carrier, mail server, rates, the clock and some luck."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from dialer.carrier.mail_port import Mailer, NoMailer
from dialer.carrier.port import Carrier
from dialer.clock import Clock, utc_now
from dialer.domain.limit import Limit, Taken


class Buckets(Protocol):
    """Rates that all processes keep together."""

    def take(self, limits: Sequence[Limit], costs: Sequence[int], *, urgent: bool = False) -> Taken:
        """Take what each of these costs, in their order, from every limit: as many of them as may go now,
        none where nobody can tell. Others step back for who is `urgent`.
        """


@dataclass(frozen=True, slots=True)
class Tools:
    """What a worker sends with. `luck` draws from 0 to 1, and spreads what is tried again."""

    carrier: Carrier
    buckets: Buckets
    clock: Clock = utc_now
    luck: Callable[[], float] = random.random
    mailer: Mailer = field(default_factory=NoMailer)
