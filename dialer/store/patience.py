"""Connections that don't wait for ever for a database that fell silent without closing them, nor past the
moment until which whoever asks can wait, and that are asked whether they still live after a rest. Who gives
up has the server end the statement, so that nothing goes on for nobody.
"""

from __future__ import annotations

import inspect
import time
from contextvars import ContextVar
from typing import Any, Final, TypeVar

import psycopg
from psycopg import OperationalError
from psycopg.abc import PQGen
from psycopg.errors import QueryCanceled
from sqlalchemy import Engine, ExceptionContext, event
from sqlalchemy.exc import DisconnectionError, InvalidatePoolError

Answer = TypeVar("Answer")

_INTERVAL_S: Final = 0.1
RESTED_S: Final = 0.5
"""Asking costs a round trip. A connection that did its work a moment ago does it now, all but surely: where
it doesn't, one piece of work fails as it would have a moment earlier, and the pool begins anew.
"""
_IDLE_SINCE: Final = "idle_since"
_LEAST_S: Final = 0.05
"""What is left for an answer once the moment has passed."""
_TOLD_WITHIN_S: Final = 0.2
"""How long the server may take to hear that a statement shall end: longer, and it counts as gone."""
_ENDS_WITHIN_S: Final = 0.2
"""How long a statement may take to end once the server was told."""
_until: ContextVar[float | None] = ContextVar("until", default=None)


def hurry(within_s: float) -> None:
    """From now on the database may take `within_s` seconds in all in this thread; then it counts as gone."""
    _until.set(time.monotonic() + within_s)


def take_time() -> None:
    """In this thread nobody waits any more."""
    _until.set(None)


class StillAtWorkError(OperationalError):
    """The server is there, and was told to end a statement, but hasn't yet: its connection is closed. That
    says nothing about the others.
    """


class PatientConnection(psycopg.Connection[Any]):
    """One whose server may take `patience_s` seconds for an answer; then it is told to end the statement, and
    where it doesn't do so at once the connection is closed, as if it had broken.

    The server's own time-out ends slow statements; this is for one that is frozen, or gone with the network,
    and for who is in a hurry. Closed alone, the server would go on with the statement, a wait for a lock too,
    beside the connection that is opened instead.
    """

    patience_s: float | None = None

    def wait(self, gen: PQGen[Answer], interval: float = _INTERVAL_S, timeout: float | None = None) -> Answer:
        """Wait for an answer; `OperationalError` when there is none in time: `QueryCanceled` with the
        connection as good as it was, any other with it closed.
        """
        try:
            return super().wait(gen, interval, timeout or self._left_s())
        except OperationalError as error:
            if error.sqlstate is not None:  # said by the server
                raise
            if inspect.getgeneratorstate(gen) != inspect.GEN_SUSPENDED:  # not too late, but broken
                self.pgconn.finish()
                raise
        return self._end(gen, interval)

    def _end(self, gen: PQGen[Answer], interval: float) -> Answer:
        """Have the server end what it is at; its answer after all, where it came meanwhile."""
        try:
            self.cancel_safe(timeout=_TOLD_WITHIN_S)
        except psycopg.Error:
            self.pgconn.finish()
            raise
        try:
            return super().wait(gen, interval, _ENDS_WITHIN_S)
        except OperationalError as error:
            if error.sqlstate is not None:
                raise
            self.pgconn.finish()
            raise StillAtWorkError(str(error)) from error

    def _left_s(self) -> float | None:
        until = _until.get()
        if until is None:
            return self.patience_s
        left_s = max(until - time.monotonic(), _LEAST_S)
        return left_s if self.patience_s is None else min(left_s, self.patience_s)


def be_patient(engine: Engine, patience_s: float) -> None:
    """Let every connection of an engine wait for its server so long and no longer."""

    class Patient(PatientConnection):
        pass

    Patient.patience_s = patience_s

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, arguments: list[Any], options: dict[str, Any]) -> Any:
        return Patient.connect(*arguments, **options)

    @event.listens_for(engine, "handle_error")
    def keep_the_others(context: ExceptionContext) -> None:
        if isinstance(context.original_exception, StillAtWorkError):
            context.invalidate_pool_on_disconnect = False


def ask_who_rested(engine: Engine) -> None:
    """Have a connection that has rested asked whether it still lives before it is used; where it doesn't, all
    that are older than this moment are made anew. Where the server is only too slow, this one alone is.
    """

    @event.listens_for(engine, "checkin")
    def rest(_connection: Any, record: Any) -> None:
        record.info[_IDLE_SINCE] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ask(connection: Any, record: Any, _fairy: Any) -> None:
        since = record.info.get(_IDLE_SINCE)
        if since is None or time.monotonic() < since + RESTED_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except QueryCanceled:
            return  # late, but it lives
        except StillAtWorkError as error:
            raise DisconnectionError from error
        except psycopg.Error as error:
            raise InvalidatePoolError from error
