"""The processes under supervision, each with how it is started and stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from dialer.logs import get_logger
from dialer.processes import kill_group, spawn, write_pid
from dialer.settings import Settings

STEADY_AFTER_S: Final = 5.0
"""A process that lived this long is started again at once when it dies; another waits a moment."""

RESTART_PAUSE_S: Final = 1.0

log = get_logger(__name__)


@dataclass(slots=True)
class Child:
    """One process: started, looked after, started again when it dies, told to stop."""

    name: str
    launch: Callable[[], subprocess.Popen[bytes]]
    pid_path: Path
    stop_signal: signal.Signals = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _started_at: float = field(default=0.0, init=False)
    _restart_at: float | None = field(default=None, init=False)

    def start(self) -> None:
        """Start it and leave its number for others."""
        self.process = self.launch()
        self._started_at, self._restart_at = time.monotonic(), None
        write_pid(self.pid_path, self.process.pid)

    def look_after(self, now: float) -> None:
        """Start it again if it died: at once when it had been steady, else after a pause."""
        if self.process is None or self.process.poll() is None:
            return
        if self._restart_at is None:
            steady = now - self._started_at > STEADY_AFTER_S
            self._restart_at = now if steady else now + RESTART_PAUSE_S
            log.warning("process died", child=self.name, exit_code=self.process.returncode)
        if now >= self._restart_at:
            kill_group(self.process)
            self.start()

    def ask_to_stop(self) -> None:
        """Send it the signal on which it finishes in order."""
        if self.is_running() and self.process is not None:
            self.process.send_signal(self.stop_signal)

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def clear_away(self) -> None:
        """Kill what is left of it and take its number away."""
        if self.process is not None:
            kill_group(self.process)
            self.process.wait()
        self.pid_path.unlink(missing_ok=True)


def application(settings: Settings, environ: Mapping[str, str]) -> Iterator[Child]:
    """Our own processes; what they print goes to standard error, where logs belong."""
    yield _ours(settings, environ, "web", "serve")
    for number in range(1, settings.workers + 1):
        yield _ours(settings, environ, f"worker-{number}", "worker", "--name", f"worker-{number}")
    yield _ours(settings, environ, "cron", "cron")


def _ours(settings: Settings, environ: Mapping[str, str], name: str, *arguments: str) -> Child:
    command = [sys.executable, "-m", "dialer.cli", *arguments]
    env = {**environ, "DIALER_DATA_DIR": str(settings.data_dir)}
    return Child(
        name,
        lambda: spawn(command, env=env, stdout=sys.stderr.fileno()),
        settings.run_dir / f"{name}.pid",
    )


def inherited(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment for our processes: as ours, and their output unbuffered."""
    return {**environ, "PYTHONUNBUFFERED": "1"}
