"""Starts everything in order, keeps it running, ends it in order."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import Final

from dialer.cli.carrier import settle_carrier_address
from dialer.embedded import EmbeddedPostgres, EmbeddedValkey
from dialer.logs import get_logger
from dialer.processes import wait_until
from dialer.settings import Settings, completed, runs_town
from dialer.settings.keeping import DATABASE_ADDRESS, QUEUE_ADDRESS, write_private
from dialer.supervisor.address import open_to_all
from dialer.supervisor.children import Child, application
from dialer.supervisor.pipes import LogPipe

TURN_S: Final = 0.5
APPLICATION_STOPS_WITHIN_S: Final = 7.0
SERVERS_STOP_WITHIN_S: Final = 5.0
START_PATIENCE_S: Final = 60.0

log = get_logger(__name__)


class StoppedError(Exception):
    """Somebody asked us to stop before everything had started."""


class Supervisor:
    """Holds the processes of one data folder, and the address of web, bound, until `stop`. It runs in one
    thread: signals and pipes wake a selector.
    """

    def __init__(self, settings: Settings, listener: socket.socket) -> None:
        self.settings = settings
        self._listener = listener
        self._servers: list[Child] = []
        self._ours: list[Child] = []
        self._pipes: list[LogPipe] = []
        self._embedded: list[EmbeddedPostgres | EmbeddedValkey] = []
        self._stopping = False
        self._selector = selectors.DefaultSelector()

    def start_servers(self) -> Settings:
        """Start the database and the queue where none are given, and find a place for the simulated town;
        return the settings with their addresses.
        """
        started: list[EmbeddedPostgres | EmbeddedValkey] = []
        if not self.settings.database_url:
            postgres = EmbeddedPostgres(self.settings.data_dir, output=self._pipe("postgres"))
            self._launch("postgres", postgres)
            started.append(postgres)
        if not self.settings.redis_url:
            valkey = EmbeddedValkey(self.settings.data_dir, output=self._pipe("valkey"))
            self._launch("valkey", valkey)
            started.append(valkey)
        self.wait_for(lambda: all(server.is_ready() for server in started), "database and queue")
        for server in started:
            self._publish(server)
        if runs_town(self.settings):
            settle_carrier_address(self.settings)
        return completed(self.settings)

    def start_application(self) -> None:
        """Start our own processes. Web's address is open from here to the end: whoever asks while it is
        started again waits, and isn't sent away. Raises CannotStartError where another program has opened it
        meanwhile.
        """
        open_to_all(self._listener, self.settings)
        self._ours = list(application(self.settings, self._listener))
        for child in self._ours:
            child.start()

    def wait_for(self, holds: Callable[[], bool], what: str) -> None:
        """Look after everything until the condition holds. Raises StoppedError when told to stop first."""
        complain_at = time.monotonic() + START_PATIENCE_S
        while not holds():
            self._turn(0.05)
            if self._stopping:
                raise StoppedError
            if time.monotonic() > complain_at:
                complain_at += START_PATIENCE_S
                log.warning("still waiting", for_what=what)

    def keep_running(self) -> None:
        """Start again whatever dies, until told to stop."""
        while not self._stopping:
            self._turn(TURN_S)

    def stop(self) -> None:
        """End our processes, then their servers. What doesn't end in time is killed: nothing is lost."""
        self._listener.close()
        _end_all(self._ours, APPLICATION_STOPS_WITHIN_S)
        _end_all(self._servers, SERVERS_STOP_WITHIN_S)
        for server in self._embedded:
            server.stop()
        for name in (DATABASE_ADDRESS, QUEUE_ADDRESS):
            (self.settings.run_dir / name).unlink(missing_ok=True)
        for pipe in self._pipes:
            pipe.close()

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Take signals for the length of the block: to stop, or to see at once that a child died."""
        reader, writer = socket.socketpair()
        reader.setblocking(False)
        writer.setblocking(False)
        self._selector.register(reader, selectors.EVENT_READ, lambda: _drain(reader))
        signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._asked_to_stop)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as it is under nohup
            signal.signal(signal.SIGHUP, self._asked_to_stop)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        try:
            yield
        finally:
            signal.set_wakeup_fd(-1)
            self._selector.unregister(reader)
            reader.close()
            writer.close()

    def _asked_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _turn(self, timeout_s: float) -> None:
        for key, _ in self._selector.select(timeout_s):
            key.data()
        if self._stopping:
            return
        now = time.monotonic()
        for child in (*self._servers, *self._ours):
            child.look_after(now)

    def _pipe(self, name: str) -> int:
        pipe = LogPipe(name)
        self._pipes.append(pipe)
        self._selector.register(pipe.reader, selectors.EVENT_READ, pipe.drain)
        return pipe.writer

    def _launch(self, name: str, server: EmbeddedPostgres | EmbeddedValkey) -> None:
        server.prepare()
        self._embedded.append(server)
        child = Child(name, server.launch, self.settings.run_dir / f"{name}.pid", server.stop_signal)
        self._servers.append(child)
        child.start()

    def _publish(self, server: EmbeddedPostgres | EmbeddedValkey) -> None:
        if isinstance(server, EmbeddedPostgres):
            server.ensure_database()
        name = DATABASE_ADDRESS if isinstance(server, EmbeddedPostgres) else QUEUE_ADDRESS
        write_private(self.settings.run_dir / name, server.url())


def _end_all(children: Sequence[Child], within_s: float) -> None:
    for child in children:
        child.ask_to_stop()
    wait_until(lambda: not any(child.is_running() for child in children), within_s)
    for child in children:
        child.clear_away()


def _drain(reader: socket.socket) -> None:
    with contextlib.suppress(BlockingIOError):
        while os.read(reader.fileno(), 4096):
            pass
