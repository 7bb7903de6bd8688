"""Processes killed one after another, in an order that a seed says."""

from __future__ import annotations

import contextlib
import os
import random
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dialer.processes import read_pid

WORKERS: Final = 3
CHILD: Final = "a child of "
KINDS: Final = (
    *("a worker",) * 9,
    *("web",) * 4,
    *("cron",) * 2,
    *("valkey",) * 2,
    *("postgres",) * 2,
    *("carrier",) * 2,
    CHILD + "web",
    CHILD + "postgres",
    "all workers",
    "workers and postgres",
)
"""Of twenty-five kills so many are of these."""


@dataclass(frozen=True, slots=True)
class Kill:
    """What is killed together; of `children` one of the process's own children, and not itself."""

    names: tuple[str, ...]
    children: bool = False
    luck: float = 0.0

    def happen(self, run_dir: Path) -> None:
        """Kill what is there."""
        for name in self.names:
            with contextlib.suppress(ProcessLookupError):
                if (pid := self._target(read_pid(run_dir / f"{name}.pid"))) is not None:
                    os.kill(pid, signal.SIGKILL)

    def __str__(self) -> str:
        return (CHILD if self.children else "") + " and ".join(self.names)

    def _target(self, pid: int | None) -> int | None:
        if not self.children or pid is None:
            return pid
        found = _children(pid)
        return found[int(self.luck * len(found))] if found else None


def kills(chance: random.Random) -> Iterator[Kill]:
    """Kills without end: every twenty-five of them are `KINDS` in another order."""
    workers = tuple(f"worker-{number}" for number in range(1, WORKERS + 1))
    while True:
        for kind in chance.sample(KINDS, len(KINDS)):
            luck = chance.random()
            match kind:
                case "a worker":
                    yield Kill((workers[int(luck * WORKERS)],))
                case "all workers":
                    yield Kill(workers)
                case "workers and postgres":
                    yield Kill((*workers, "postgres"))
                case _:
                    yield Kill((kind.removeprefix(CHILD),), kind.startswith(CHILD), luck)


def _children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        tasks = Path(f"/proc/{pid}/task").glob("*/children")
        return sorted(int(child) for task in tasks for child in task.read_text().split())
    return []
