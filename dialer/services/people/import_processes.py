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
from dialer.services.people.import_batches import Batch, Chunk

_COMMAND: Final = (sys.executable, "-m", "dialer.services.people.reading_process")


class ReadingProcesses:
    """A few reading processes, each behind a thread that hands it one chunk at a time.

    Started as programs of their own: a fork would inherit our connections, and `multiprocessing` would
    import whatever program we are.
    """

    def __init__(self, rules: RowRules, count: int) -> None:
        self._rules = rules
        self._started: list[subprocess.Popen[bytes]] = []
        self._mine = threading.local()
        self._threads = ThreadPoolExecutor(count, initializer=self._start)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._started:
            process.kill()
        self._threads.shutdown(cancel_futures=True)
        for process in self._started:
            process.communicate()

    def submit(self, chunk: Chunk) -> Future[Batch]:
        """Have a chunk read; its batch comes without the records, which are here already."""
        return self._threads.submit(self._read, chunk)

    def _start(self) -> None:
        environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        process = subprocess.Popen(  # noqa: S603 - our own program, no shell
            _COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ
        )
        self._started.append(process)
        self._mine.process = process
        _send(process, self._rules)

    def _read(self, chunk: Chunk) -> Batch:
        process: subprocess.Popen[bytes] = self._mine.process
        _send(process, chunk)
        batch: Batch = pickle.load(_pipe(process.stdout))  # noqa: S301
        return batch


def _send(process: subprocess.Popen[bytes], thing: object) -> None:
    pipe = _pipe(process.stdin)
    pickle.dump(thing, pipe, pickle.HIGHEST_PROTOCOL)
    pipe.flush()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise ValueError("the reading process has no pipes")
    return pipe
