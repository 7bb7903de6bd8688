"""A whole dialer of its own for a measurement, in a folder that is taken away afterwards."""

from __future__ import annotations

import contextlib
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
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dialer.settings import Settings, completed, load_settings

START_WITHIN_S = 120.0


@dataclass(frozen=True)
class Installation:
    """A running dialer: its settings, a coordinator's token, and the process above all others."""

    settings: Settings
    token: str
    supervisor: int = 0

    def get(self, path: str) -> dict[str, Any]:
        """What stands under `/api/v1`."""
        return self._asked(path, None)

    def post(self, path: str, body: object = None) -> dict[str, Any]:
        """One POST under `/api/v1` that must be taken."""
        return self._asked(path, json.dumps(body or {}).encode())

    def _asked(self, path: str, data: bytes | None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(
            f"http://{self.settings.bind}/api/v1{path}", data=data, headers=headers
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            taken: dict[str, Any] = json.loads(answer.read())
        return taken


@contextlib.contextmanager
def running(**given: str) -> Iterator[Installation]:
    """Start an empty installation on loopback, with these settings by the names of their environment; end it
    and take its folder away.
    """
    folder = Path(tempfile.mkdtemp(prefix="dialer-bench-"))
    folder.chmod(0o755)  # PostgreSQL may run as another user
    environ = {name: value for name, value in os.environ.items() if not name.startswith("DIALER_")}
    own = {"DIALER_DATA_DIR": str(folder / "data"), "DIALER_BIND": _free_address(), "DIALER_DEMO": "0"}
    environ |= own | given
    command = [sys.executable, "-m", "dialer.supervisor"]
    with (folder / "out").open("wb") as out, (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environ, stdout=out, stderr=log)
    try:
        _wait_until_ready(process, folder)
        token = subprocess.run(
            [sys.executable, "-m", "dialer.cli", "token", "create", "--role", "coordinator"],
            env=environ,
            capture_output=True,
            text=True,
            check=True,
        )
        yield Installation(completed(load_settings(environ, Path.cwd())), token.stdout.strip(), process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _free_address() -> str:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{trial.getsockname()[1]}"


def _wait_until_ready(process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + START_WITHIN_S
    while "ready" not in (folder / "out").read_text():
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"dialer did not start:\n{(folder / 'log').read_text()[-4000:]}")
        time.sleep(0.1)
