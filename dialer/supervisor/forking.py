"""Our own processes, forked from the supervisor: what they share is imported once, so that all of them start,
and start again, in a fraction of a second.

The supervisor has no threads, no connections and makes no ids, so a fork inherits nothing that two must not
share. What it does hold (its lock, its pipes, its signal handlers) the child lets go of first.
"""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final, Generic, TypeVar, cast

from sqlalchemy.exc import SQLAlchemyError

from dialer.domain.errors import RuleBroken
from dialer.logs import get_logger
from dialer.processes import die_with_parent

T = TypeVar("T")

Work = Callable[[], int]
"""What a process does; its exit code."""

_FIRST_OWN_FILE: Final = 3  # after standard input, output and error
_FILES_HELD: Final = 1024
log = get_logger(__name__)
_fork = multiprocessing.get_context("fork")


@dataclass(frozen=True, slots=True)
class Forked:
    """A forked process, with as much of `subprocess.Popen`'s face as a `Child` looks at."""

    process: BaseProcess

    @property
    def pid(self) -> int:
        assert self.process.pid is not None, "it was started when it was made"  # noqa: S101
        return self.process.pid

    @property
    def returncode(self) -> int | None:
        return self.process.exitcode

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        return self.process.exitcode

    def wait(self) -> int | None:
        """Wait for its end."""
        self.process.join()
        return self.process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        if self.process.exitcode is None:
            os.kill(self.pid, number)


def fork(name: str, work: Work, lock: Path, listener: socket.socket | None = None) -> Forked:
    """Start a process that does the work and holds `lock` for as long as it or a child of it lives.

    It is handed a listening socket as systemd hands one over (sd_listen_fds(3)).
    """
    process = _fork.Process(target=_run, args=(work, lock, listener), name=name)
    process.start()
    return Forked(process)


def _run(work: Work, lock: Path, listener: socket.socket | None) -> None:
    _let_go(listener)
    with lock.open("w", encoding="ascii") as held:
        fcntl.flock(held, fcntl.LOCK_SH)
        sys.exit(_logged(work))


def _logged(work: Work) -> int:
    try:
        return work()
    except Exception:
        log.exception("process failed")  # mp would print the error's text, which may be about a person
        return 1


def _let_go(listener: socket.socket | None) -> None:
    """Begin as a process of its own: own session, default signals, none of the supervisor's files but one
    that is handed over.
    """
    _be_a_child()
    first = _FIRST_OWN_FILE
    if listener is not None:
        os.dup2(listener.fileno(), first)
        os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
        first += 1
    os.closerange(first, _FILES_HELD)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # standard output is for the supervisor's few lines


def _be_a_child() -> None:
    os.setsid()
    die_with_parent(signal.SIGTERM)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)


class Question(Generic[T]):
    """Work done in a fork for the sake of its result, so that it leaves no connection behind in us."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._connection, theirs = _fork.Pipe(duplex=False)
        self._process = _fork.Process(target=_answer, args=(work, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def is_answered(self) -> bool:
        return self._connection.poll()

    def answer(self) -> T:
        """The result. Raises UnansweredError in the words of whatever went wrong."""
        try:
            done, result = self._connection.recv()
        except EOFError:
            raise UnansweredError("it was interrupted") from None
        finally:
            self._connection.close()
            self._process.join()
        if not done:
            raise UnansweredError(result)
        return cast("T", result)


class UnansweredError(Exception):
    """The fork could not do it; the message says why."""


def _answer(work: Callable[[], object], theirs: Connection) -> None:
    _be_a_child()
    try:
        theirs.send((True, work()))
    except (RuleBroken, SQLAlchemyError, OSError) as error:
        theirs.send((False, str(error).strip().split("\n", 1)[0]))
