"""Fixtures that every test may ask for. Databases and queues are real."""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import logging
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from dialer.app import create_app
from dialer.carrier.making import signatures_of, stand_in_of, voice_tokens_of
from dialer.domain.access import Role
from dialer.domain.phone import PhonePolicy
from dialer.logs import configure_logs
from dialer.queueing import RedisJobQueue, connect
from dialer.services.context import Context
from dialer.settings import Settings
from dialer.store.models import Base
from dialer.store.models.accounts import Organisation
from dialer.store.session import UnitFactory, make_engine
from dialer.web import i18n
from dialer.web.desk import Desk
from dialer.web.limits import limiter
from tests import examples as _examples  # noqa: F401 -- registers the quick profile
from tests import servers
from tests.people import Person, make_person
from tests.towns import inbox, town, town_of_session  # noqa: F401 -- fixtures

NOON = dt.datetime(2026, 5, 7, 12, 0, tzinfo=dt.UTC)
"""A Thursday in May, 1 pm in London: nobody's quiet hours."""

_servers = contextlib.ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    """Only the process that hands out the work starts the servers; its workers inherit their addresses.

    Logs go where pytest reads them.
    """
    gc.disable()  # until everything is collected
    configure_logs("INFO", "tests")
    logging.getLogger().handlers.clear()
    if not hasattr(config, "workerinput") and not config.option.collectonly:
        servers.start(_servers)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """What was imported and collected stays to the end: the collector need not look through it again."""
    gc.enable()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_unconfigure(config: pytest.Config) -> None:
    _servers.close()


@dataclass
class SetClock:
    """A clock that moves only when it is told to."""

    now: dt.datetime = NOON

    def __call__(self) -> dt.datetime:
        return self.now

    def forward(self, **by: float) -> dt.datetime:
        """Go on by so many `seconds`, `minutes`, `hours` or `days`."""
        self.now += dt.timedelta(**by)
        return self.now


@pytest.fixture(scope="session")
def database_url(worker_id: str) -> str:
    """An own, migrated database for this xdist worker."""
    name = f"dialer_{worker_id}"
    servers.recreate(name, servers.TEMPLATE)
    return servers.url_of(name)


@pytest.fixture(scope="session")
def redis_url(worker_id: str) -> str:
    """An own keyspace for this xdist worker."""
    return servers.queue_url(worker_id)


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    """The engine that all tests of this worker share."""
    engine = make_engine(database_url, ask_first=False)  # nobody takes the server away meanwhile
    yield engine
    engine.dispose()


_EMPTY_EVERYTHING = "; ".join(
    (
        "SET LOCAL session_replication_role = replica",
        *(f'DELETE FROM "{name}"' for name in Base.metadata.tables),
    )
)


@pytest.fixture
def units(engine: Engine) -> Iterator[UnitFactory]:
    """Units of work on an empty database."""
    yield UnitFactory(engine)
    with engine.begin() as connection:
        connection.execute(text(_EMPTY_EVERYTHING))


@pytest.fixture
def queue_client(redis_url: str) -> Iterator[redis.Redis]:
    """A client of an empty queue server."""
    client = connect(redis_url)
    yield client
    client.flushdb()
    client.close()


@pytest.fixture
def jobs(queue_client: redis.Redis) -> RedisJobQueue:
    """The real queue."""
    return RedisJobQueue(queue_client)


@pytest.fixture
def clock() -> SetClock:
    """What time it is for the app and its deeds."""
    return SetClock()


def settings_for(database_url: str, redis_url: str, data_dir: Path) -> Settings:
    """Settings of an installation with the simulated carrier."""
    return Settings(
        data_dir=data_dir,
        database_url=database_url,
        redis_url=redis_url,
        public_url="http://localhost",
        secret_key="only-for-tests",
        phones_allow_fictional=True,
        public_rate=0,
    )


@pytest.fixture
def settings(database_url: str, redis_url: str, tmp_path: Path) -> Settings:
    """The settings of the test's app, with files in a folder of its own."""
    return settings_for(database_url, redis_url, tmp_path)


@pytest.fixture
def organisation_id(units: UnitFactory) -> uuid.UUID:
    """Common Ground, the movement of the tests."""
    organisation = Organisation(name="Common Ground", created_at=NOON)
    with units.read() as unit:
        unit.session.add(organisation)
    return organisation.id


@pytest.fixture
def carys(units: UnitFactory, organisation_id: uuid.UUID) -> Person:
    """The coordinator."""
    return make_person(units, organisation_id, Role.COORDINATOR, "Carys")


@pytest.fixture
def vic(units: UnitFactory, organisation_id: uuid.UUID) -> Person:
    """The volunteer; `tests.people.join_campaign` puts him into a campaign."""
    return make_person(units, organisation_id, Role.VOLUNTEER, "Vic")


@pytest.fixture
def mallory(units: UnitFactory, organisation_id: uuid.UUID) -> Person:
    """A volunteer of no campaign that matters here."""
    return make_person(units, organisation_id, Role.VOLUNTEER, "Mallory")


@pytest.fixture
def context_of(
    units: UnitFactory, jobs: RedisJobQueue, clock: SetClock, tmp_path: Path
) -> Callable[[Person], Context]:
    """A deed's context in somebody's hands, at the clock's present moment."""

    def context(person: Person) -> Context:
        return Context(
            units=units,
            jobs=jobs,
            actor=person.actor,
            now=clock.now,
            phones=PhonePolicy(allow_fictional=True),
            public_url="http://localhost",
            data_dir=tmp_path,
        )

    return context


@pytest.fixture
def ctx(context_of: Callable[[Person], Context], carys: Person) -> Context:
    """The coordinator's context."""
    return context_of(carys)


@dataclass(frozen=True)
class Built:
    """The app of a whole worker as it was built, and how it set up the limits that all apps share."""

    app: Flask
    views: dict[str, Any]
    limits: dict[str, Any]


@pytest.fixture(scope="session")
def template_cache(pytestconfig: pytest.Config) -> BytecodeCache:
    """Templates as they were compiled in an earlier run, by what stands in them."""
    return FileSystemBytecodeCache(str(pytestconfig.cache.mkdir("templates")))


@pytest.fixture(scope="session")
def built(
    database_url: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory, template_cache: BytecodeCache
) -> Built:
    """The app, built once: registering and describing every route costs more than most tests do."""
    i18n.compile_if_stale()  # the app keeps the Welsh that it has read
    settings = settings_for(database_url, redis_url, tmp_path_factory.mktemp("nowhere"))
    app = create_app(settings)
    app.jinja_env.bytecode_cache = template_cache
    app.testing = False  # bugs become 500s, as they would for a user
    return Built(app, dict(app.view_functions), dict(vars(limiter)))


@pytest.fixture
def app(
    built: Built, settings: Settings, units: UnitFactory, jobs: RedisJobQueue, clock: SetClock
) -> Iterator[Flask]:
    """The web application on the test's database, queue and clock."""
    vars(limiter).update(built.limits)  # whoever built an app of their own set the limits up for that one
    built.app.extensions["dialer"] = Desk(
        settings,
        units,
        jobs,
        clock,
        signatures_of(settings),
        voice_tokens_of(settings),
        stand_in_of(settings),
    )
    yield built.app
    assert built.app.view_functions == built.views, "all tests share `app`: change an `own_app`"


@pytest.fixture
def own_app(
    settings: Settings,
    units: UnitFactory,
    jobs: RedisJobQueue,
    clock: SetClock,
    template_cache: BytecodeCache,
) -> Flask:
    """An application for this test alone, which may have more routes and templates."""
    app = create_app(settings, units=units, jobs=jobs, clock=clock)
    app.jinja_env.bytecode_cache = template_cache
    app.testing = False
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without script that nobody is signed in with."""
    return app.test_client()


@dataclass(frozen=True)
class Caller:
    """An API client with somebody's token: `caller.post("/lists", json={…})`."""

    client: FlaskClient
    person: Person

    def request(self, method: str, path: str, **kwargs: Any) -> TestResponse:
        """One request under `/api/v1`."""
        headers = {"Authorization": f"Bearer {self.person.token}", **kwargs.pop("headers", {})}
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, **kwargs)

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        return self.request("GET", path, **kwargs)

    def post(self, path: str, **kwargs: Any) -> TestResponse:
        return self.request("POST", path, **kwargs)

    def put(self, path: str, **kwargs: Any) -> TestResponse:
        return self.request("PUT", path, **kwargs)

    def patch(self, path: str, **kwargs: Any) -> TestResponse:
        return self.request("PATCH", path, **kwargs)

    def delete(self, path: str, **kwargs: Any) -> TestResponse:
        return self.request("DELETE", path, **kwargs)


@pytest.fixture
def api(app: Flask) -> Callable[[Person], Caller]:
    """API clients by person: `api(carys).get("/me")`."""

    def caller(person: Person) -> Caller:
        return Caller(app.test_client(use_cookies=False), person)

    return caller
