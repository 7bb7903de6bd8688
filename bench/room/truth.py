"""What really happened in an evening, which no policy gets to see."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Truth:
    """Counts of one evening."""

    calls: int = 0
    endings: Counter[str] = field(default_factory=Counter)
    """How each call ended, in the words of the host: each call once."""
    live_answers: int = 0
    abandoned: int = 0
    """People who answered and got nobody in time, or were taken for machines and hung up on."""
    contacts: int = 0
    """People who were joined to a volunteer in time."""
    on_duty_s: float = 0.0
    waits_s: list[float] = field(default_factory=list)
    """How long volunteers waited for each call that came."""
    started: list[tuple[float, int]] = field(default_factory=list)
    """How many calls were started at which second: what two runs of the same policy must have in common."""
    ask_ns: list[int] = field(default_factory=list)
    """How long the policy thought each time, in nanoseconds of a processor, whoever else uses it."""

    def allowed(self, ceiling: float) -> float:
        """How many may be abandoned by the law of the house."""
        return max(1.0, ceiling * self.live_answers)

    def lawful(self, ceiling: float) -> bool:
        return self.abandoned <= self.allowed(ceiling)

    @property
    def contacts_an_hour(self) -> float:
        """For each volunteer, in the time they were on duty."""
        return self.contacts / self.on_duty_s * 3600.0 if self.on_duty_s else 0.0

    @property
    def abandoned_rate(self) -> float:
        return self.abandoned / self.live_answers if self.live_answers else 0.0

    @property
    def mean_wait_s(self) -> float:
        return sum(self.waits_s) / len(self.waits_s) if self.waits_s else math.nan

    @property
    def wait_p90_s(self) -> float:
        ordered = sorted(self.waits_s)
        return ordered[int(len(ordered) * 0.9)] if ordered else math.nan
