"""Long work in short runs, so that no job keeps a worker from what is more urgent."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from dialer.services.context import Context
from workers.runtime import installed

RUN_S: Final = 2.0


def until_done(ctx: Context, step: Callable[[Context], bool]) -> None:
    """Repeat `step`, each time at the present moment, until it says that nothing is left or time is up. What
    is left then, a tick asks for again.
    """
    ends = time.monotonic() + RUN_S
    while step(replace(ctx, now=installed().clock())) and time.monotonic() < ends:
        pass
