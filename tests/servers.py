"""One PostgreSQL and one Valkey for a run of the tests; each xdist worker has its own database in them."""

from __future__ import annotations

import contextlib
import os
from typing import Final

from sqlalchemy import create_engine, make_url, text

from dialer.embedded import throwaway_postgres, throwaway_valkey
from dialer.store.migrate import migrate
from dialer.store.session import make_engine

DATABASE: Final = "DIALER_TEST_DATABASE_URL"
QUEUE: Final = "DIALER_TEST_REDIS_URL"
TEMPLATE: Final = "dialer_template"


def start(stack: contextlib.ExitStack) -> None:
    """Start both, unless the environment names them, and migrate the template database once."""
    if DATABASE not in os.environ:
        os.environ[DATABASE] = stack.enter_context(throwaway_postgres())
        stack.callback(os.environ.pop, DATABASE)
    if QUEUE not in os.environ:
        os.environ[QUEUE] = stack.enter_context(throwaway_valkey())
        stack.callback(os.environ.pop, QUEUE)
    recreate(TEMPLATE)
    template = make_engine(url_of(TEMPLATE))
    migrate(template)
    template.dispose()


def url_of(database: str) -> str:
    """The URL of a database in the test server."""
    return make_url(os.environ[DATABASE]).set(database=database).render_as_string(hide_password=False)


def queue_url(worker: str) -> str:
    """The URL of an xdist worker's own keyspace."""
    number = int(worker.removeprefix("gw")) + 1 if worker.startswith("gw") else 0
    base = os.environ[QUEUE]
    if base.startswith("unix"):
        return f"{base}{'&' if '?' in base else '?'}db={number}"
    return f"{base.rstrip('/')}/{number}"


def recreate(database: str, template: str = "template1") -> None:
    """Make a database afresh."""
    engine = create_engine(os.environ[DATABASE], isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{database}" TEMPLATE "{template}"'))
    engine.dispose()
