"""The unit of work: one transaction, what follows it, and the engine underneath."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Final, Self

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from dialer.domain.access import Actor
from dialer.domain.errors import Unavailable
from dialer.domain.live_topics import Topic
from dialer.store import audits, changes
from dialer.store.cursors import BriefCursor
from dialer.store.lists import write_lists_plainly
from dialer.store.models.base import new_id
from dialer.store.patience import ask_who_rested, be_patient
from dialer.store.quick import Quick

write_lists_plainly()

AfterCommit = Callable[[], None]
Notices = Callable[[Iterable[Topic]], None]
"""Told, after a commit, which of the things that are watched live it changed."""

_DATABASE_AWAY = (OperationalError, InterfaceError, PoolTimeoutError)
"""Connection lost, pool empty, deadlock, time-out: the transaction is gone and may be tried again whole."""

_NOBODY = uuid.UUID(int=0)


class MetOutOfOrder(Unavailable):
    """Somebody holds what should have been locked before that which is locked already. To wait for them could
    be to wait for each other; begun again, it is locked in order.
    """


_BY_KEYS: Final = " ".join(
    f"-c {option}"
    for option in (
        "plan_cache_mode=force_generic_plan",
        "enable_seqscan=off",
        "enable_hashjoin=off",
        "enable_mergejoin=off",
        "enable_material=off",
    )
)
PLANS_KEPT_S: Final = 60
"""How long a connection by keys is used, and with it what it planned."""

POOL: Final = 8
OVERFLOW: Final = 4
"""How many connections an engine keeps, and how many more it may open for a moment (`dialer doctor` adds them
up)."""
GONE_WITHIN_S: Final = 1
"""How long a statement may go on for somebody who is no longer there. Without it the server only finds out
when it answers, so a wait for a lock would hold its connection until the statement's own time-out.
"""
SILENCE_S: Final = 2
"""How much later than its own time-out the database may answer before it counts as gone."""


def make_engine(
    url: str,
    *,
    pool_size: int = POOL,
    statement_timeout_s: float | None = 30,
    lock_timeout_s: float | None = None,
    ask_first: bool = True,
    by_keys: bool = False,
) -> Engine:
    """An engine on psycopg 3, in UTC, whose statements give up after `statement_timeout_s` seconds, and where
    they wait for a lock, after `lock_timeout_s`.

    It asks a connection that rested for a moment whether it still lives before it is used, unless the server
    is known to (`ask_first`).
    The one that was used last is used next: it has prepared what comes often, and knows the tables.

    Each statement is planned for what it is given. psycopg prepares what comes often, and after some turns
    PostgreSQL would keep one plan for all: made while a table was empty, or walking through ten thousand
    numbers for each row of a blast since it can't hash an array that it doesn't know.

    Planning is half of what the database does for a statement that finds a few rows by their keys. With
    `by_keys`, what comes often is planned once on each connection: from key to key in nested loops, which is
    right whatever the tables held at that moment. For nothing else: a statement that walks through a table,
    or whose partial index a parameter hides, would be planned badly.
    """
    options = f"-c timezone=UTC -c client_connection_check_interval={GONE_WITHIN_S}s"
    options += f" {_BY_KEYS if by_keys else '-c plan_cache_mode=force_custom_plan'}"
    if statement_timeout_s is not None:
        options += f" -c statement_timeout={int(statement_timeout_s * 1000)}"
    if lock_timeout_s is not None:
        options += f" -c lock_timeout={int(lock_timeout_s * 1000)}"
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=OVERFLOW,
        pool_timeout=5,
        pool_use_lifo=True,
        pool_recycle=PLANS_KEPT_S if by_keys else -1,
        connect_args={
            "options": options,
            "connect_timeout": 3,
            "application_name": "dialer",
            "cursor_factory": BriefCursor,
        },
    )
    if statement_timeout_s is not None:
        be_patient(engine, statement_timeout_s + SILENCE_S)
    if ask_first:
        ask_who_rested(engine)
    return engine


class UnitOfWork:
    """A block with one transaction: commits when it ends well, rolls back when it doesn't.

    `after_commit` takes what must only happen once the rows are there (queueing a job, a live notice);
    it runs outside the transaction, with the connection given back.
    """

    def __init__(self, session: Session, organisation_id: uuid.UUID, notices: Notices | None = None) -> None:
        self.organisation_id = organisation_id
        self.session = session
        self._notices = notices
        self._after_commit: list[AfterCommit] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._commit()
        finally:
            self.session.close()
        if error is not None and isinstance(error, _DATABASE_AWAY):
            raise Unavailable from error
        if kind is None:
            self._follow_up(self._after_commit)

    def _follow_up(self, follow_ups: list[AfterCommit]) -> None:
        for follow_up in follow_ups:
            follow_up()

    def _commit(self) -> None:
        try:
            self.session.commit()
        except _DATABASE_AWAY as error:
            raise Unavailable from error
        notices, changed = self._notices, changes.take(self.session)
        if notices is not None and changed:
            self.after_commit(lambda: notices(changed))

    def after_commit(self, follow_up: AfterCommit) -> None:
        """Have `follow_up` called once the transaction is committed, in order of asking."""
        self._after_commit.append(follow_up)

    def record_audit(
        self,
        actor: Actor,
        action: str,
        object_kind: str,
        object_id: object,
        changes: Mapping[str, Any],
        *,
        reason: str | None,
        request_id: str | None,
        at: Any,
    ) -> None:
        """Write who did what, in the transaction of the change itself."""
        audits.note(
            self.session,
            {
                "organisation_id": self.organisation_id,
                "id": new_id(),
                "at": at,
                "actor_id": actor.account_id,
                "actor_role": actor.role,
                "action": action,
                "object_kind": object_kind,
                "object_id": str(object_id),
                "changes": dict(changes),
                "reason": reason,
                "request_id": request_id,
            },
        )


class _PartOfMore(UnitOfWork):
    """A unit inside a greater transaction: a savepoint, whose follow-ups wait for the whole."""

    def __init__(
        self,
        session: Session,
        organisation_id: uuid.UUID,
        notices: Notices | None,
        waiting: list[AfterCommit],
    ) -> None:
        super().__init__(session, organisation_id, notices)
        self._waiting = waiting

    def _follow_up(self, follow_ups: list[AfterCommit]) -> None:
        self._waiting += follow_ups


class UnitFactory:
    """Opens units of work on one engine; `notices` is told what they changed.

    Those all of whose statements go by keys are opened on `by_keys`, where there is such an engine.
    """

    def __init__(
        self, engine: Engine, notices: Notices | None = None, *, by_keys: Engine | None = None
    ) -> None:
        self.engine = engine
        self.notices = notices
        self._by_keys = by_keys or engine
        self._at_once = self._by_keys.execution_options(isolation_level="AUTOCOMMIT")

    def dispose(self) -> None:
        """Close the connections that nobody uses."""
        self.engine.dispose()
        self._by_keys.dispose()

    def begin(self, organisation_id: uuid.UUID, *, by_keys: bool = False) -> UnitOfWork:
        """A new unit of work for one organisation; `by_keys`: all of it goes by keys (`make_engine`)."""
        engine = self._by_keys if by_keys else self.engine
        return UnitOfWork(Session(engine, expire_on_commit=False), organisation_id, self.notices)

    def read(self) -> UnitOfWork:
        """A unit of work that belongs to no organisation yet: to find out who is at the door."""
        return self.begin(_NOBODY)

    def look(self, organisation_id: uuid.UUID = _NOBODY) -> UnitOfWork:
        """A unit of work for one statement that only reads, by keys: it needs no transaction around it, and
        so a third of the round trips.
        """
        return UnitOfWork(Session(self._at_once, expire_on_commit=False), organisation_id)

    def ask(self, question: Quick, given: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
        """What one statement finds that only reads, by keys, and before it is known for which organisation:
        each request begins with it.
        """
        try:
            return question.rows_apart(self._by_keys, given)
        except _DATABASE_AWAY as error:
            raise Unavailable from error

    @contextmanager
    def together(self) -> Iterator[UnitFactory]:
        """Units that are committed all at once, at the end of the block, or not at all.

        Each of them is a savepoint of one transaction; what follows a commit waits for the whole.
        """
        waiting: list[AfterCommit] = []
        try:
            with self.engine.begin() as connection:
                yield _UnitsTogether(connection, self.notices, waiting)
        except _DATABASE_AWAY as error:
            raise Unavailable from error
        for follow_up in waiting:
            follow_up()

    @contextmanager
    def apart(self) -> Iterator[UnitFactory]:
        """Units one after another on a connection of their own.

        It is closed at the end of the block, and what it made for itself, such as temporary tables, with it.
        """
        try:
            connection = self.engine.connect()
        except _DATABASE_AWAY as error:
            raise Unavailable from error
        connection.detach()
        with connection:
            yield _UnitsApart(connection, self.notices)


class _UnitsApart(UnitFactory):
    """Opens units on one connection, each a transaction."""

    def __init__(self, connection: Connection, notices: Notices | None) -> None:
        super().__init__(connection.engine, notices)
        self._connection = connection

    def look(self, organisation_id: uuid.UUID = _NOBODY) -> UnitOfWork:
        """On the same connection."""
        return self.begin(organisation_id)

    def ask(self, question: Quick, given: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
        """On the same connection."""
        with self.look() as unit:
            return question.rows(unit.session, given)

    def begin(self, organisation_id: uuid.UUID, *, by_keys: bool = False) -> UnitOfWork:  # noqa: ARG002 -- one connection
        """A transaction on the connection."""
        return UnitOfWork(Session(self._connection, expire_on_commit=False), organisation_id, self.notices)


class _UnitsTogether(UnitFactory):
    """Opens units that are parts of one transaction."""

    def __init__(self, connection: Connection, notices: Notices | None, waiting: list[AfterCommit]) -> None:
        super().__init__(connection.engine, notices)
        self._connection = connection
        self._waiting = waiting

    def look(self, organisation_id: uuid.UUID = _NOBODY) -> UnitOfWork:
        """On the same connection."""
        return self.begin(organisation_id)

    def ask(self, question: Quick, given: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:
        """On the same connection."""
        with self.look() as unit:
            return question.rows(unit.session, given)

    def begin(self, organisation_id: uuid.UUID, *, by_keys: bool = False) -> UnitOfWork:  # noqa: ARG002 -- one connection
        """A savepoint of the transaction."""
        session = Session(self._connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
        return _PartOfMore(session, organisation_id, self.notices, self._waiting)
