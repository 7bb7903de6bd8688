"""Statements of ours that are asked many times a second, without what SQLAlchemy does for each: they name all
their columns themselves, so nothing is to be compiled, cached, adapted or described.

Each runs within the session's transaction, on its connection, after what the session has to write, unless it
is asked apart from any; and fails as any other statement does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any, Final

import psycopg
from sqlalchemy import Connection, Dialect, Engine, PoolProxiedConnection, text
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from dialer.store.lists import written

_DIALECT: Final[Dialect] = PGDialect_psycopg()  # type: ignore[no-untyped-call]


class Quick:
    """A statement, with the values it is given as `:name`.

    Lists go as words, which psycopg needn't look through; so the statement says by a cast, or by what it
    compares them with, what they are lists of. Whatever is in them, it is one to prepare and to plan.
    """

    def __init__(self, sql: str) -> None:
        self.text = sql
        self._written = str(text(sql).compile(dialect=_DIALECT)).encode()

    def rows(self, session: Session, given: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
        """What it finds."""
        return self._run(session, given).fetchall()

    def do(self, session: Session, given: Mapping[str, Any]) -> None:
        """Carry it out; what it finds is for nobody."""
        self._run(session, given)

    def rows_apart(self, engine: Engine, given: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
        """What it finds, on a connection of the engine's that is given back at once, in no transaction: for
        one that only reads. Beside a session's, that spares what a transaction is opened and ended with.
        """
        try:
            with closing(engine.raw_connection()) as lent:
                return self._at_once(lent, given)
        except psycopg.Error as error:
            raise _told_of(error, engine.dialect, is_gone=True) from error

    def _at_once(self, lent: PoolProxiedConnection, given: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
        raw: psycopg.Connection[Any] = lent.dbapi_connection  # type: ignore[assignment]
        is_as_before = False
        try:
            raw.autocommit = True
            found = self._ask(raw, given).fetchall()
            raw.autocommit = False
            is_as_before = True
        finally:
            if not is_as_before:  # whoever is lent it next would have no transaction
                lent.invalidate()
        return found

    def _run(self, session: Session, given: Mapping[str, Any]) -> psycopg.Cursor[Any]:
        if session.autoflush:
            session.flush()
        connection = session.connection()
        try:
            raw: psycopg.Connection[Any] = connection.connection.dbapi_connection  # type: ignore[assignment]
            return self._ask(raw, given)
        except psycopg.Error as error:
            raise _told(connection, error) from error

    def _ask(self, raw: psycopg.Connection[Any], given: Mapping[str, Any]) -> psycopg.Cursor[Any]:
        plain = {name: written(one) if type(one) is list else one for name, one in given.items()}
        return raw.execute(self._written, plain)


def _told(connection: Connection, error: psycopg.Error) -> BaseException:
    """The error as SQLAlchemy tells of it, without the statement's values; a connection that is gone is let
    go of.
    """
    dialect = connection.dialect
    raw = connection.connection.dbapi_connection
    is_gone = dialect.is_disconnect(error, raw, None)  # type: ignore[arg-type]  # psycopg's own class it is
    if is_gone:
        connection.invalidate(error)
    return _told_of(error, dialect, is_gone=is_gone)


def _told_of(error: psycopg.Error, dialect: Dialect, *, is_gone: bool) -> BaseException:
    return DBAPIError.instance(
        None,
        None,
        error,
        psycopg.Error,
        hide_parameters=True,
        connection_invalidated=is_gone,
        dialect=dialect,
    )
