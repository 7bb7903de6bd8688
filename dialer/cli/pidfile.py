"""Names for processes: each leaves its number in `DATA_DIR/run/NAME.pid` while it lives."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from dialer.processes import is_alive, read_pid, write_pid
from dialer.settings.keeping import ensure_folder


@contextlib.contextmanager
def pid_file(run_dir: Path, name: str) -> Iterator[None]:
    """Leave our number there for the length of the block."""
    path = ensure_folder(run_dir) / f"{name}.pid"
    write_pid(path, os.getpid())
    try:
        yield
    finally:
        if read_pid(path) == os.getpid():
            path.unlink(missing_ok=True)


def free_worker_name(run_dir: Path) -> str:
    """`worker-N` with the first number that no living worker has; two that ask at once get two."""
    with (ensure_folder(run_dir) / ".worker-names").open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for number in count(1):
            path = run_dir / f"worker-{number}.pid"
            pid = read_pid(path)
            if pid is None or not is_alive(pid):
                write_pid(path, os.getpid())
                return path.stem
    raise AssertionError("count never ends")
