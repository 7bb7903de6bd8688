"""Processes that outlived a supervisor which was killed: found by the locks that they hold, and ended."""

from __future__ import annotations

import fcntl
import signal
from pathlib import Path
from typing import Final

from dialer.processes import read_pid, signal_group, wait_until
from dialer.settings import Settings

PATIENCE_S: Final = 8.0


def end_leftovers(settings: Settings) -> list[str]:
    """End what an earlier run left, and return its names. The caller holds the data folder, so nothing that
    still lives belongs to anybody. PostgreSQL and Valkey end theirs themselves, before they start.
    """
    left = [lock for lock in settings.run_dir.glob("*.lock") if _is_held(lock)]
    _tell(left, signal.SIGTERM)
    if not wait_until(lambda: not any(_is_held(lock) for lock in left), PATIENCE_S):
        _tell(left, signal.SIGKILL)
        wait_until(lambda: not any(_is_held(lock) for lock in left), PATIENCE_S)
    return sorted(lock.stem for lock in left)


def _is_held(lock: Path) -> bool:
    """Whether a process of ours still lives: unlike its number, its lock never goes to somebody else."""
    with lock.open("a", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _tell(left: list[Path], number: signal.Signals) -> None:
    for lock in left:
        pid = read_pid(lock.with_suffix(".pid"))
        if pid is not None:
            signal_group(pid, number)
