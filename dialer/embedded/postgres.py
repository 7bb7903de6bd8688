"""PostgreSQL for one data folder: made on first use, reached only through a private socket by password."""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg

from dialer.embedded import home
from dialer.embedded.errors import EmbeddedError
from dialer.embedded.sockets import make_socket_folder, remove_socket_folder
from dialer.processes import Output, end, end_leftover, read_pid, spawn, wait_until
from dialer.settings.keeping import ensure_data_folder, write_private

ROLE = DATABASE = "dialer"
SHARED_MEMORY_PATIENCE_S = 10.0
START_PATIENCE_S = 60.0  # recovery after a crash replays the log first

COMMON = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "300",
    "shared_buffers": "192MB",
    # An import or a blast writes some hundred megabytes of log a second at most: sessions shouldn't have to
    # write it out themselves. After a crash a checkpoint's worth is replayed, so it must stay small.
    "wal_buffers": "16MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "timezone": "UTC",
    # An error quotes the row that it refused, and rows are people: the log says only what isn't theirs.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}
FORGETFUL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
}
"""For tests: quick, and nothing survives a crash of the machine."""


class EmbeddedPostgres:
    """A PostgreSQL server of our own.

    `start` does all that is needed and waits; a supervisor that minds other processes meanwhile uses
    `prepare`, `launch` and `is_ready`.
    """

    stop_signal = signal.SIGINT  # a “fast” shutdown: sessions are ended, everything committed is on disk

    def __init__(
        self, data_dir: Path, *, forgetful: bool = False, output: Output = subprocess.DEVNULL
    ) -> None:
        self._data_dir = data_dir
        self._note = data_dir / "run" / "postgres.sockets"
        self._forgetful = forgetful
        self._output = output
        self._home: home.Home | None = None
        self._sockets: Path | None = None
        self.launched: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Start the server and return the database's URL. Raises EmbeddedError when it doesn't come up."""
        self.prepare()
        deadline = time.monotonic() + SHARED_MEMORY_PATIENCE_S
        while not self._comes_up():
            # After a SIGKILL the kernel may hold the old server's shared memory for a second or two.
            if time.monotonic() > deadline:
                raise EmbeddedError("PostgreSQL did not start; `dialer doctor` looks into it")
            time.sleep(0.2)
        self.ensure_database()
        return self.url()

    def stop(self) -> None:
        """End the server and give back its socket folder; the data stays."""
        if self.launched is not None:
            end(self.launched, self.stop_signal)
        if self._sockets is not None:
            remove_socket_folder(self._sockets, self._note)

    def prepare(self) -> None:
        """Settle where it lives, make its files on first use and end a server that an earlier run left."""
        self._home = home.settle(ensure_data_folder(self._data_dir))
        if not (self._home.data / "PG_VERSION").exists():
            self._make_cluster(self._home)
        self._clear_leftover(self._home)
        self._sockets = make_socket_folder(self._home.user, self._note)

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the process; it isn't ready yet."""
        settled, sockets = self._settled()
        options = COMMON | (FORGETFUL if self._forgetful else {}) | {"unix_socket_directories": str(sockets)}
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        self.launched = spawn(
            [settled.binaries / "postgres", "-D", settled.data, *settings],
            stop=self.stop_signal,
            user=settled.user,
            env=_environment(),
            stdout=self._output,
            stderr=self._output,
        )
        return self.launched

    def is_ready(self) -> bool:
        """Whether the launched process says that it takes connections."""
        settled, _ = self._settled()
        with contextlib.suppress(FileNotFoundError):
            lines = (settled.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            mine = self.launched is not None and lines[:1] == [str(self.launched.pid)]
            return mine and len(lines) >= 8 and lines[7].strip() == "ready"
        return False

    def url(self, database: str = DATABASE) -> str:
        """The address of one of its databases, with the password."""
        _, sockets = self._settled()
        return f"postgresql+psycopg://{ROLE}:{self._password()}@/{database}?host={sockets}"

    def ensure_database(self) -> None:
        """Make our database if it isn't there."""
        address = self.url("postgres").replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True, connect_timeout=10) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if known.fetchone() is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def _comes_up(self) -> bool:
        process = self.launch()
        wait_until(lambda: process.poll() is not None or self.is_ready(), START_PATIENCE_S)
        return process.poll() is None

    def _settled(self) -> tuple[home.Home, Path]:
        if self._home is None or self._sockets is None:
            raise EmbeddedError("prepare comes first")
        return self._home, self._sockets

    def _password(self) -> str:
        path = self._data_dir / "postgres_password"
        with contextlib.suppress(FileNotFoundError):
            return path.read_text(encoding="ascii")
        write_private(path, secrets.token_urlsafe(32))
        return path.read_text(encoding="ascii")

    def _make_cluster(self, settled: home.Home) -> None:
        """Run initdb in a folder beside and move that into place: an interrupted one leaves nothing."""
        password_file = settled.folder / "password"
        write_private(password_file, self._password())
        if settled.user:
            os.chown(password_file, settled.user.uid, settled.user.gid)
        made = settled.folder / "data.new"
        try:
            self._initdb(settled, made, password_file)
        finally:
            password_file.unlink()
        made.rename(settled.data)

    def _initdb(self, settled: home.Home, made: Path, password_file: Path) -> None:
        options = [
            "--username",
            ROLE,
            "--auth=scram-sha-256",
            "--pwfile",
            str(password_file),
            "--encoding=UTF8",
        ]
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions"]
        sync = ["--no-sync"] if self._forgetful else []
        shutil.rmtree(made, ignore_errors=True)
        process = spawn(
            [settled.binaries / "initdb", "--pgdata", made, *options, *locale, *sync],
            user=settled.user,
            env=_environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        _, complaint = process.communicate(timeout=START_PATIENCE_S)
        if process.returncode != 0:
            lines = complaint.decode(errors="replace").strip().splitlines()
            raise EmbeddedError(
                f"PostgreSQL's files could not be made: {lines[-1] if lines else 'no reason given'}"
            )

    def _clear_leftover(self, settled: home.Home) -> None:
        """End a server that outlived its supervisor. A stale pid file goes too: in a new container its number
        may by now belong to something else, and PostgreSQL would refuse to start.
        """
        left = settled.data / "postmaster.pid"
        pid = read_pid(left)
        if pid is not None:
            end_leftover(pid, settled.data, (self.stop_signal, signal.SIGQUIT))
            left.unlink(missing_ok=True)


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
