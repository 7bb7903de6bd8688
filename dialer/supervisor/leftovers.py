"""Processes that outlived a supervisor which was killed: found by their pid files and ended."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

from dialer.processes import is_alive, read_pid, wait_until
from dialer.settings import Settings

PATIENCE_S = 8.0
OURS = ("web", "worker-", "cron")


def end_leftovers(settings: Settings) -> list[str]:
    """End what an earlier run left, and return its names. The caller holds the data folder's lock, so nothing
    that still lives belongs to anybody. PostgreSQL and Valkey end theirs themselves, before they start.
    """
    found = {
        path: pid
        for path in settings.run_dir.glob("*.pid")
        if path.stem.startswith(OURS) and (pid := read_pid(path)) and _is_ours(pid, settings.data_dir)
    }
    for pid in found.values():
        _send(pid, signal.SIGTERM)
    wait_until(lambda: not any(is_alive(pid) for pid in found.values()), PATIENCE_S)
    for pid in found.values():
        _send(pid, signal.SIGKILL)
    return sorted(path.stem for path in found)


def _is_ours(pid: int, data_dir: Path) -> bool:
    """Whether it was started for this data folder; the number alone may have gone to somebody else."""
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False
    return f"DIALER_DATA_DIR={data_dir}".encode() in environment.split(b"\0")


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
