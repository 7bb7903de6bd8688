"""Processes that read rows beside this one, so that parsing and the database work at the same time."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import IO, Final, Self

from dialer.domain.importing.row import RowRules
from dialer.logs import get_logger
from dialer.services.people.import_batches import Batch, Chunk

log = get_logger(__name__)

_COMMAND: Final = (sys.executable, "-m", "dialer.services.people.reading_process")


class ReadingProcesses:
    """A few reading processes, each behind a thread that hands it one chunk at a time.

    Started as programs of their own: a fork would inherit our connections, and `multiprocessing` would
    import whatever program we are.
    """

    def __init__(self, rules: RowRules, count: int) -> None:
        self._rules = rules
        self._started: list[subprocess.Popen[bytes]] = []
        self._over = False
        self._mine = threading.local()
        self._threads = ThreadPoolExecutor(count)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over = True
        for process in self._started:
            process.kill()
        self._threads.shutdown(cancel_futures=True)
        for process in self._started:
            process.communicate()

    def submit(self, chunk: Chunk) -> Future[Batch]:
        """Have a chunk read; its batch comes without the records, which are here already."""
        return self._threads.submit(self._read, chunk)

    def _read(self, chunk: Chunk) -> Batch:
        """Have a chunk read; where somebody killed the process, by another one, once."""
        try:
            return self._ask(chunk)
        except (EOFError, BrokenPipeError, pickle.UnpicklingError):
            if self._over:
                raise
            log.warning("reading process ended early")
            self._mine.process = None
            return self._ask(chunk)

    def _ask(self, chunk: Chunk) -> Batch:
        process: subprocess.Popen[bytes] | None = getattr(self._mine, "process", None)
        if process is None:
            process = self._mine.process = self._start()
            _send(process, self._rules)
        _send(process, chunk)
        batch: Batch = pickle.load(_pipe(process.stdout))  # noqa: S301
        return batch

    def _start(self) -> subprocess.Popen[bytes]:
        environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        process = subprocess.Popen(  # noqa: S603 - our own program, no shell
            _COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ
        )
        self._started.append(process)
        return process


def _send(process: subprocess.Popen[bytes], thing: object) -> None:
    pipe = _pipe(process.stdin)
    pickle.dump(thing, pipe, pickle.HIGHEST_PROTOCOL)
    pipe.flush()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise ValueError("the reading process has no pipes")
    return pipe
