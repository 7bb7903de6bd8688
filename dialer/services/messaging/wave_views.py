"""What first waves show: frozen values for doors, never rows."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dialer.domain.first_wave import WaveState

_WENT: Final = ("sent", "delivered", "undelivered", "failed", "unknown")
_FAILED: Final = ("undelivered", "failed", "unknown")


@dataclass(frozen=True, slots=True)
class FirstWaveView:
    """The first wave of a blast: how many, where it stands, and how long after it the rest goes by itself
    (None: when a person says so).
    """

    size: int
    goes_on_after_s: int | None
    state: WaveState
    held_at: dt.datetime | None
    passed_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class WaveFigures:
    """What became of a wave's texts: by state, the failed ones by code (0: none was given), the texts that
    came back by what they ask of us, and in `opt_outs` how many of them have said no, by whichever way.
    """

    counts: Mapping[str, int]
    codes: Mapping[int, int]
    replies: Mapping[str, int]
    opt_outs: int
    segments: int

    @property
    def went(self) -> int:
        """How many were handed over, whatever became of them."""
        return sum(self.counts.get(state, 0) for state in _WENT)

    @property
    def troubled(self) -> int:
        """How many failed, are in doubt, or were answered with what is or may be a no."""
        failed = sum(self.counts.get(state, 0) for state in _FAILED)
        return failed + self.opt_outs + self.replies.get("review", 0)


@dataclass(frozen=True, slots=True)
class WaveProgressView:
    """How a first wave fares. Where it is held, `left` are the texts that wait behind it; `goes_on_at` is
    when they follow by themselves (None: not before somebody says so, as after one that came back badly);
    while it `awaits_delivery` not even then, as too few are known to have arrived. `last_safe_start_at` is
    the last moment at which they still land before `must_end_at`.
    """

    wave: FirstWaveView
    figures: WaveFigures
    left: int
    goes_on_at: dt.datetime | None = None
    awaits_delivery: bool = False
    last_safe_start_at: dt.datetime | None = None
    must_end_at: dt.datetime | None = None

    @property
    def has_passed(self) -> bool:
        """Whether the rest may go: before, nobody can say how long all of it takes."""
        return self.wave.state is WaveState.PASSED

    @property
    def is_held(self) -> bool:
        """Whether the rest waits for a person or for its time."""
        return self.wave.state is WaveState.HELD

    @property
    def stays(self) -> bool:
        """Whether it would have gone on by itself, had it come back better."""
        return self.is_held and self.wave.goes_on_after_s is not None and self.goes_on_at is None

    def told(self) -> dict[str, object]:
        """All of it as programs are told."""
        codes = self.figures.codes.items()
        return {
            **dataclasses.asdict(self.wave),
            "counts": dict(self.figures.counts),
            "errors": [{"code": code or None, "count": count} for code, count in codes],
            "replies": dict(self.figures.replies),
            "opt_outs": self.figures.opt_outs,
            "left": self.left,
            "goes_on_at": self.goes_on_at,
            "awaits_delivery": self.awaits_delivery,
            "last_safe_start_at": self.last_safe_start_at,
        }
