"""A database that has fallen silent costs some seconds, not the thread."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from dialer.store.patience import be_patient


def test_silence_ends_the_connection_and_the_next_one_works(database_url: str) -> None:
    engine = create_engine(database_url)
    be_patient(engine, 0.3)
    began = time.monotonic()

    with engine.connect() as connection, pytest.raises(OperationalError):
        connection.execute(text("SELECT pg_sleep(10)"))
    assert time.monotonic() - began < 5
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    engine.dispose()
