"""What one evening of a phone bank is like: who volunteers, who answers, what goes wrong."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Settings:
    """What a policy is told at the start."""

    max_abandon_rate: float
    ring_timeout_s: float = 20.0
    grace_s: float = 2.0
    max_calls_per_second: float = 20.0
    max_concurrent_calls: int = 10_000
    amd: bool = False
    amd_false_positive_rate: float = 0.0
    tick_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Curve:
    """A figure over the evening: straight lines between points of (seconds, figure), or steps at them."""

    points: tuple[tuple[float, float], ...]
    steps: bool = False

    @classmethod
    def steady(cls, figure: float) -> Curve:
        return cls(((0.0, figure),))

    def at(self, second: float) -> float:
        after = bisect_right(self.points, (second, 2.0))
        if after == 0:
            return self.points[0][1]
        began, figure = self.points[after - 1]
        if self.steps or after == len(self.points):
            return figure
        ends, target = self.points[after]
        return figure + (target - figure) * (second - began) / (ends - began)


@dataclass(frozen=True, slots=True)
class Answering:
    """Who or what picks up.

    `rate` is the share of calls that anybody or anything picks up, `voicemail` the share of those that is a
    machine; `busy` and `failed` are shares of all calls that end at once.
    """

    rate: Curve
    voicemail: Curve = field(default_factory=lambda: Curve.steady(0.1))
    busy: float = 0.05
    failed: float = 0.05
    rings_s: float = 8.0
    """How long half of the people let it ring."""
    rings_spread_s: float = 2.2
    hasty: float = 0.06
    """The share of people who hang up within seconds when nobody speaks."""


@dataclass(frozen=True, slots=True)
class Talking:
    """How long volunteers are taken up, in seconds.

    A share of people wants to know nothing (`brush_off`, some 13 seconds), the others talk for `mean_s` with
    the spread of a lognormal (`spread`); volunteers differ from each other by `differ`, of the same kind.
    """

    mean_s: float = 105.0
    spread: float = 0.7
    brush_off: float = 0.3
    wrap_up_s: float = 22.0
    differ: float = 0.2
    longest_s: float = 1200.0


@dataclass(frozen=True, slots=True)
class Leaving:
    """So many of the volunteers go, within some seconds of a moment, and come back, or never do."""

    at_s: float
    share: float
    within_s: float = 15.0
    back_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Volunteering:
    """Who is there when: all within `arrive_within_s`, with breaks now and then."""

    number: int
    arrive_within_s: float = 60.0
    break_every_s: float = 3600.0
    break_s: float = 300.0
    leavings: tuple[Leaving, ...] = ()


@dataclass(frozen=True, slots=True)
class Outage:
    """A while in which callbacks get lost, or come late.

    Without `answers_too` only what tells of ringing and of calls that nobody answered is concerned: calls
    that are answered then find their volunteer. With it the host learns of none of them in time.
    """

    begins_s: float
    ends_s: float
    late_s: float | None = None
    answers_too: bool = False


@dataclass(frozen=True, slots=True)
class Detection:
    """Detection of machines that the host waits for: how often it errs on people, and on machines."""

    false_positives: float
    false_negatives: float = 0.08


@dataclass(frozen=True, slots=True)
class Scenario:
    """One evening."""

    name: str
    minutes: float
    volunteering: Volunteering
    answering: Answering
    talking: Talking = field(default_factory=Talking)
    detection: Detection | None = None
    outages: tuple[Outage, ...] = ()
    calls_per_second: float = 20.0
    concurrent_calls: int = 10_000
    ring_timeout_s: float = 20.0
    numbers: int | None = None
    """How long the list is; without a number it never ends."""

    @property
    def seconds(self) -> float:
        return self.minutes * 60

    def settings(self, max_abandon_rate: float) -> Settings:
        return Settings(
            max_abandon_rate=max_abandon_rate,
            ring_timeout_s=self.ring_timeout_s,
            max_calls_per_second=self.calls_per_second,
            max_concurrent_calls=self.concurrent_calls,
            amd=self.detection is not None,
            amd_false_positive_rate=self.detection.false_positives if self.detection else 0.0,
        )
