"""The processes under supervision, each with how it is started and stopped."""

from __future__ import annotations

import math
import signal
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from dialer.cli import load, main
from dialer.cli.serve import make_ready
from dialer.logs import get_logger
from dialer.processes import is_group, signal_group, write_pid
from dialer.settings import Settings, completed, runs_town
from dialer.supervisor.forking import fork

STEADY_AFTER_S: Final = 5.0
"""A process that lived this long is started again at once when it dies; another waits a moment."""

RESTART_PAUSE_S: Final = 0.5
WEB_LINGERS_S: Final = 16.0
"""Where the first of web's processes is killed, the others answer what they were asked before they go: a
carrier waits 15 s for that. A text to us whose webhook was cut off before then would only be found in the
carrier's lists, and nobody would leave word that they must be read.
"""

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
    lingers_s: float = 0.0
    """How long the children of a process that died may go on beside the one that is started instead."""
    process: Process | None = field(default=None, init=False)
    _started_at: float = field(default=0.0, init=False)
    _restart_at: float | None = field(default=None, init=False)
    _left: dict[int, float] = field(default_factory=dict, init=False)
    """Groups of processes whose first one died, and when the rest is killed."""

    def start(self) -> None:
        """Start it and leave its number for others."""
        self.process = self.launch()
        self._started_at, self._restart_at = time.monotonic(), None
        write_pid(self.pid_path, self.process.pid)

    def look_after(self, now: float) -> None:
        """Start it again if it died: at once when it had been steady, else after a pause."""
        self._end_left(now)
        if self.process is None or self.process.poll() is None:
            return
        if self._restart_at is None:
            steady = now - self._started_at > STEADY_AFTER_S
            self._restart_at = now if steady else now + RESTART_PAUSE_S
            log.warning("process died", child=self.name, exit_code=self.process.returncode)
            self._left[self.process.pid] = now + self.lingers_s
            self._end_left(now)
        if now >= self._restart_at:
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
        self._end_left(math.inf)
        self.pid_path.unlink(missing_ok=True)

    def _end_left(self, now: float) -> None:
        """Kill those whose time is over. A group that has gone is forgotten at once, since its number may
        become somebody else's.
        """
        for group, until in list(self._left.items()):
            if now >= until:
                signal_group(group, signal.SIGKILL)
            if now >= until or not is_group(group):
                del self._left[group]


def application(settings: Settings, listener: socket.socket | None = None) -> Iterator[Child]:
    """Our own processes. The commands that they run are imported here, once for all of them. Web answers
    whom `listener` lets in, with an application that is ready; else it opens its address itself.
    """
    load("serve")
    load("live")
    load("worker")
    load("cron")
    load("pacer")
    if runs_town(settings):
        load("carrier")
        yield _ours(settings, "carrier", "carrier")
    if listener is not None:
        make_ready(completed(settings))
    web = _ours(settings, "web", "serve", listener=listener)
    web.lingers_s = WEB_LINGERS_S if listener is not None else 0.0  # else they would keep its address
    yield web
    yield _ours(settings, "live", "live")
    for number in range(1, settings.workers + 1):
        yield _ours(settings, f"worker-{number}", "worker", "--name", f"worker-{number}")
    yield _ours(settings, "cron", "cron")
    yield _ours(settings, "pacer", "pacer")


def _ours(settings: Settings, name: str, *arguments: str, listener: socket.socket | None = None) -> Child:
    run_dir = settings.run_dir
    return Child(
        name,
        lambda: fork(name, lambda: main(arguments), run_dir / f"{name}.lock", listener),
        run_dir / f"{name}.pid",
    )
