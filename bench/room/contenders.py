"""Who is judged, and beside whom."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from bench.room.host import Host
from bench.room.policies.binomial import BinomialBound
from bench.room.policies.oracle import Oracle
from bench.room.policies.periodic import PeriodicRatio
from bench.room.policies.simple import FixedRatio
from bench.room.policy import MakePolicy
from bench.room.scenario import Settings
from dialer.domain.pacing import Pacer, ProgressivePacer

BOUND: Final = "binomial"
ORACLE: Final = "oracle"


def _of_settings(make: Callable[..., Any], settings: Settings, host: Host) -> Any:  # noqa: ARG001
    """Only who knows the future gets to see the host."""
    return make(settings)


def _oracle(settings: Settings, host: Host) -> Oracle:  # noqa: ARG001
    return Oracle(host)


BASELINES: Final[dict[str, MakePolicy]] = {
    "1 line": partial(_of_settings, FixedRatio),
    "1.5 lines": partial(_of_settings, partial(FixedRatio, ratio=1.5)),
    "2 lines": partial(_of_settings, partial(FixedRatio, ratio=2.0)),
    "3 lines": partial(_of_settings, partial(FixedRatio, ratio=3.0)),
    "periodic": partial(_of_settings, PeriodicRatio),
    BOUND: partial(_of_settings, BinomialBound),
    ORACLE: _oracle,
}
BLIND_TO_CEILING: Final = frozenset({"1 line", "1.5 lines", "2 lines", "3 lines", ORACLE, "ProgressivePacer"})
"""They do the same at any ceiling: one run serves for all."""


JUDGED: Final[dict[str, MakePolicy]] = {
    "ProgressivePacer": partial(_of_settings, ProgressivePacer),
    "Pacer": partial(_of_settings, Pacer),
}
"""Our own."""
CONTENDERS: Final = {**BASELINES, **JUDGED}
