"""The processes under supervision, each with how it is started and stopped."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from dialer.cli import load, main
from dialer.logs import get_logger
from dialer.processes import signal_group, write_pid
from dialer.settings import Settings, runs_town
from dialer.supervisor.forking import fork

STEADY_AFTER_S: Final = 5.0
"""A process that lived this long is started again at once when it dies; another waits a moment."""

RESTART_PAUSE_S: Final = 0.5

log = get_logger(__name__)


class Process(Protocol):
    """A process that we started: `subprocess.Popen`, or a fork with the same face."""

    @property
    def pid(self) -> int: ...

    @property
    def returncode(self) -> int | None: ...

    def poll(self) -> int | None: ...

    def wait(self) -> int | None: ...

    def send_signal(self, sig: signal.Signals, /) -> None: ...


@dataclass(slots=True)
class Child:
    """One process: started, looked after, started again when it dies, told to stop."""

    name: str
    launch: Callable[[], Process]
    pid_path: Path
    stop_signal: signal.Signals = signal.SIGTERM
    process: Process | None = field(default=None, init=False)
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
            signal_group(self.process.pid, signal.SIGKILL)
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
            signal_group(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.pid_path.unlink(missing_ok=True)


def application(settings: Settings) -> Iterator[Child]:
    """Our own processes. The commands that they run are imported here, once for all of them."""
    load("serve")
    load("live")
    load("worker")
    load("cron")
    load("pacer")
    if runs_town(settings):
        load("carrier")
        yield _ours(settings, "carrier", "carrier")
    yield _ours(settings, "web", "serve")
    yield _ours(settings, "live", "live")
    for number in range(1, settings.workers + 1):
        yield _ours(settings, f"worker-{number}", "worker", "--name", f"worker-{number}")
    yield _ours(settings, "cron", "cron")
    yield _ours(settings, "pacer", "pacer")


def _ours(settings: Settings, name: str, *arguments: str) -> Child:
    run_dir = settings.run_dir
    return Child(
        name,
        lambda: fork(name, lambda: main(arguments), run_dir / f"{name}.lock"),
        run_dir / f"{name}.pid",
    )
