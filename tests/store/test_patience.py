"""A database that has fallen silent costs some seconds, not the thread."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from dialer.store import patience


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
