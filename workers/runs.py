"""Long work in short runs, so that no job keeps a worker from what is more urgent, or from what is short."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from dialer.queueing import CALLS, DEFAULT, EVENTS, IMPORTS, MESSAGES
from dialer.services.context import Context, GiveWay
from dialer.settings import Settings
from workers.runtime import installed

RUN_S: Final = 2.0

TURN_S: Final = 10.0
"""For how long work that takes minutes keeps others waiting that may take as long: beginning a list again
where it stopped costs a second or two.
"""


def until_done(ctx: Context, step: Callable[[Context], bool]) -> None:
    """Repeat `step`, each time at the present moment, until it says that nothing is left or time is up. What
    is left then, a tick asks for again.
    """
    ends = time.monotonic() + RUN_S
    while step(replace(ctx, now=installed().clock())) and time.monotonic() < ends:
        pass


def has_company(settings: Settings) -> bool:
    """Whether a worker is kept free for calls and texts: of several, the first takes no imports."""
    return settings.workers > 1


def turn() -> GiveWay:
    """A turn that begins now: over after `TURN_S` once other long work waits, and after `RUN_S` once calls,
    carrier events or texts do that no other worker is kept free for.
    """
    runtime, began = installed(), time.monotonic()
    urgent = () if has_company(runtime.settings) else (CALLS, EVENTS, MESSAGES)

    def is_over() -> bool:
        worked = time.monotonic() - began
        if worked < RUN_S:
            return False
        return runtime.jobs.anything_waits((*urgent, IMPORTS, DEFAULT) if worked >= TURN_S else urgent)

    return is_over
