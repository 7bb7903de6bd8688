"""A database that has fallen silent costs some seconds, not the thread."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from dialer.processes import wait_until
from dialer.store import patience
from dialer.store.session import UnitFactory, make_engine

LOCK_A_ROW: Final = text("SELECT version_num FROM alembic_version FOR UPDATE")
WHO_I_AM: Final = text("SELECT pg_backend_pid()")
WHO_WAITS: Final = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
STATE: Final = text("SELECT state FROM pg_stat_activity WHERE pid = :pid")


def test_silence_ends_the_connection_and_the_next_one_works(database_url: str) -> None:
    engine = create_engine(database_url)
    patience.be_patient(engine, 0.3)
    began = time.monotonic()

    with engine.connect() as connection, pytest.raises(OperationalError):
        connection.execute(text("SELECT pg_sleep(10)"))
    assert time.monotonic() - began < 5
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    engine.dispose()


def test_whoever_is_in_a_hurry_waits_no_longer_in_all(database_url: str) -> None:
    engine = create_engine(database_url)
    patience.be_patient(engine, 60)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    patience.hurry(0.5)
    began = time.monotonic()
    try:
        for _ in range(2):
            with engine.connect() as connection, pytest.raises(OperationalError):
                connection.execute(text("SELECT pg_sleep(10)"))
        assert time.monotonic() - began < 5
    finally:
        patience.take_time()
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT 1 FROM pg_sleep(0.6)")) == 1
    engine.dispose()


@pytest.mark.parametrize("rested", [True, False])
def test_a_connection_that_rested_is_asked_first(
    database_url: str, monkeypatch: pytest.MonkeyPatch, rested: bool
) -> None:
    monkeypatch.setattr(patience, "RESTED_S", 0.0 if rested else 60.0)
    engine, other = create_engine(database_url), create_engine(database_url)
    patience.ask_who_rested(engine)
    with engine.connect() as connection:
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
    with other.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})

    with engine.connect() as connection:
        if rested:
            assert connection.scalar(text("SELECT 1")) == 1
        else:
            with pytest.raises(OperationalError):
                connection.execute(text("SELECT 1"))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    engine.dispose()
    other.dispose()


def test_who_gives_up_leaves_no_statement_behind_and_every_connection_as_it_was(database_url: str) -> None:
    engine, other = make_engine(database_url, pool_size=3), make_engine(database_url)
    before = _connections(engine, 3)
    with other.begin() as holder, in_a_hurry(0.3):
        holder.execute(LOCK_A_ROW)
        began = time.monotonic()
        for _ in range(2):  # as a carrier asks again
            with engine.connect() as connection, pytest.raises(OperationalError, match="user request"):
                connection.execute(LOCK_A_ROW)
        assert time.monotonic() - began < 5
        assert _waiting(other) == 0
    assert _connections(engine, 3) == before
    with engine.begin() as connection:
        connection.execute(LOCK_A_ROW)
    engine.dispose()
    other.dispose()


def test_what_somebody_asked_who_went_without_a_word_ends_within_seconds(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unheard(_connection: Any, *, timeout: float) -> None:
        raise psycopg.errors.CancellationTimeout(f"nobody heard it within {timeout} s")

    monkeypatch.setattr(patience.PatientConnection, "cancel_safe", unheard)
    engine, other = make_engine(database_url), make_engine(database_url)
    with other.begin() as holder:
        holder.execute(LOCK_A_ROW)
        with in_a_hurry(0.3), engine.connect() as connection, pytest.raises(OperationalError):
            connection.execute(LOCK_A_ROW)
        assert wait_until(lambda: _waiting(other) == 0, 10, every_s=0.1), "it waits on, for nobody"
    engine.dispose()
    other.dispose()


@pytest.mark.parametrize("rested", [True, False])
def test_a_server_process_that_is_stuck_costs_its_own_connection_alone(
    database_url: str, monkeypatch: pytest.MonkeyPatch, rested: bool
) -> None:
    monkeypatch.setattr(patience, "RESTED_S", 0.0 if rested else 60.0)
    engine = make_engine(database_url, pool_size=2)
    with engine.connect() as first, engine.connect() as second:
        kept, stuck = first.scalar(WHO_I_AM), second.scalar(WHO_I_AM)
        first.close()  # the one that was used last is used next
        second.close()
    os.kill(stuck, signal.SIGSTOP)
    try:
        with in_a_hurry(0.2), engine.connect() as connection:
            if rested:
                assert connection.scalar(WHO_I_AM) not in {kept, stuck}
            else:
                with pytest.raises(OperationalError):
                    connection.scalar(WHO_I_AM)
    finally:
        os.kill(stuck, signal.SIGCONT)
    assert kept in (now := _connections(engine, 2))
    assert stuck not in now
    engine.dispose()


def test_a_connection_that_is_only_late_to_say_that_it_lives_is_kept(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(_connection: Any) -> bool:
        raise psycopg.errors.QueryCanceled

    monkeypatch.setattr(patience, "RESTED_S", 0.0)
    engine = make_engine(database_url, pool_size=1)
    before = _connections(engine, 1)
    monkeypatch.setattr(engine.dialect, "do_ping", late)
    assert _connections(engine, 1) == before
    engine.dispose()


def test_an_answer_that_comes_while_the_server_is_told_to_end_it_counts(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, other = create_engine(database_url), make_engine(database_url)
    patience.be_patient(engine, 0.1)
    with other.connect().execution_options(isolation_level="AUTOCOMMIT") as watcher:

        def too_late(connection: Any, *, timeout: float) -> None:
            told = {"pid": connection.info.backend_pid}
            assert wait_until(lambda: watcher.scalar(STATE, told) == "idle in transaction", timeout + 10)

        monkeypatch.setattr(patience.PatientConnection, "cancel_safe", too_late)
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT 7 FROM pg_sleep(0.4)")) == 7
    engine.dispose()
    other.dispose()


def test_a_hurry_costs_no_turn_more(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[str] = []
    usual: Callable[..., Any] = patience.PatientConnection.wait

    def counted(connection: Any, *arguments: Any, **options: Any) -> Any:
        turns.append("turn")
        return usual(connection, *arguments, **options)

    engine = make_engine(database_url)
    _connections(engine, 1)
    monkeypatch.setattr(patience.PatientConnection, "wait", counted)
    units, counts = UnitFactory(engine), []
    for within_s in (None, 6.0):
        turns.clear()
        with in_a_hurry(within_s), units.read() as unit:
            assert unit.session.scalar(text("SELECT 1")) == 1
        counts.append(len(turns))
    assert counts[0] == counts[1] > 0
    engine.dispose()


@contextmanager
def in_a_hurry(within_s: float | None) -> Iterator[None]:
    """For the length of the block; None: as anybody else."""
    if within_s is not None:
        patience.hurry(within_s)
    try:
        yield
    finally:
        patience.take_time()


def _waiting(engine: Engine) -> int:
    """How many wait for a lock, looked at anew each time: one transaction would see the same to its end."""
    with engine.connect() as connection:
        return int(connection.scalar(WHO_WAITS))


def _connections(engine: Engine, count: int) -> set[int]:
    """The server's processes behind so many connections of a pool."""
    opened = [engine.connect() for _ in range(count)]
    pids = {connection.scalar(WHO_I_AM) for connection in opened}
    for connection in opened:
        connection.close()
    return pids
