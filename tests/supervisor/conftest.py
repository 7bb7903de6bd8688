"""A whole dialer of its own, started as `scripts/run` starts it."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from dialer.domain.access import Role
from dialer.domain.phone import PhonePolicy
from dialer.processes import read_pid, wait_until
from dialer.queueing import RedisJobQueue, connect
from dialer.services.accounts.organisations import ensure_organisation
from dialer.services.context import Context
from dialer.settings import Settings, completed, load_settings
from dialer.store.session import UnitFactory, make_engine
from tests.people import make_person

START_PATIENCE_S = 90.0


def free_address() -> str:
    """An address that nothing listens on."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{trial.getsockname()[1]}"


@dataclass
class Installation:
    """A data folder, an address and the process that runs them."""

    data_dir: Path
    bind: str = field(default_factory=free_address)
    extra: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def environ(self) -> dict[str, str]:
        """What its processes and commands are told, and nothing of ours."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith("DIALER_")}
        return {**ours, "DIALER_DATA_DIR": str(self.data_dir), "DIALER_BIND": self.bind, **self.extra}

    def launch(self) -> subprocess.Popen[bytes]:
        """Start it, without waiting."""
        command = [sys.executable, "-m", "dialer.supervisor"]
        with self.path("out").open("wb") as out, self.path("log").open("ab") as log:
            self.process = subprocess.Popen(command, env=self.environ, stdout=out, stderr=log)
        return self.process

    def start(self) -> None:
        """Start it and wait until it says that it is ready."""
        process = self.launch()
        assert wait_until(lambda: "ready" in self.said() or process.poll() is not None, START_PATIENCE_S), (
            self.log()
        )
        assert process.poll() is None, self.log()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Tell it to stop; its exit code and how many seconds that took."""
        assert self.process
        began = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(30)
        return code, time.monotonic() - began

    def pid(self, name: str) -> int | None:
        return read_pid(self.data_dir / "run" / f"{name}.pid")

    def names(self) -> set[str]:
        return {path.stem for path in (self.data_dir / "run").glob("*.pid")}

    def status(self, path: str, within_s: float = 5) -> int:
        """The HTTP status there; 0 when nobody answers."""
        connection = http.client.HTTPConnection(self.bind, timeout=within_s)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def ask(self, method: str, path: str, token: str) -> dict[str, Any]:
        """The answer to a request under `/api/v1` that must be taken."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        url = f"http://{self.bind}/api/v1{path}"
        body = b"{}" if method == "POST" else None
        request = urllib.request.Request(url, data=body, headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            taken: dict[str, Any] = json.loads(answer.read())
        return taken

    def dialer(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command beside it."""
        command = [sys.executable, "-m", "dialer.cli", *arguments]
        return subprocess.run(
            command, env=self.environ, capture_output=True, text=True, check=False, timeout=120
        )

    def path(self, name: str) -> Path:
        """A file beside the data folder."""
        return self.data_dir.parent / name

    def said(self) -> str:
        return self.path("out").read_text()

    def log(self) -> str:
        return self.path("log").read_text(errors="replace")

    def end(self) -> None:
        """Leave nothing behind."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(20)
            self.process.kill()
            self.process.wait()


Make = Callable[..., Installation]


@pytest.fixture(scope="module")
def make_installation() -> Iterator[Make]:
    """Installations in folders that others may pass through, taken away afterwards."""
    made: list[Installation] = []

    def make(name: str = "data", **extra: str) -> Installation:
        folder = Path(tempfile.mkdtemp(prefix="dialer-test-"))
        folder.chmod(0o755)
        made.append(Installation(folder / name, extra=extra))
        return made[-1]

    yield make
    for installation in made:
        installation.end()
        shutil.rmtree(installation.data_dir.parent, ignore_errors=True)


@contextlib.contextmanager
def coordinator_of(settings: Settings) -> Iterator[Context]:
    """A coordinator's context on a running installation's own database and queue."""
    units, queue = UnitFactory(make_engine(settings.database_url)), connect(settings.redis_url)
    now = dt.datetime.now(dt.UTC)
    person = make_person(units, ensure_organisation(units, now), Role.COORDINATOR, "Carys")
    yield Context(
        units=units,
        jobs=RedisJobQueue(queue),
        actor=person.actor,
        now=now,
        phones=PhonePolicy(allow_fictional=True),
        public_url=settings.public_url,
        data_dir=settings.data_dir,
    )
    queue.close()
    units.engine.dispose()


@pytest.fixture
def settings(running: Installation) -> Settings:
    """Those of the installation that a module's tests call `running`."""
    return completed(load_settings(running.environ, Path.cwd()))


@pytest.fixture
def coordinator(settings: Settings) -> Iterator[Context]:
    """A coordinator of that installation."""
    with coordinator_of(settings) as ctx:
        yield ctx
