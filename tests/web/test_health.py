"""`/healthz` and `/readyz`."""

from __future__ import annotations

import dataclasses

import pytest

from dialer import queueing
from dialer.app import create_app
from dialer.queueing import RedisJobQueue, connect
from dialer.store.session import UnitFactory, make_engine


@pytest.fixture
def ready(client, queue_client):
    """With a worker that lives."""
    queueing.announce_worker(queue_client, "worker-1")
    return client


def test_it_lives(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_it_is_ready_with_everything_there(ready):
    answer = ready.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {
        "status": "ok",
        "checks": {"database": "ok", "queue": "ok", "migrations": "ok", "workers": "ok"},
    }


def test_without_workers_it_is_not_ready(client):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["checks"]["workers"] == "down"
    assert answer.headers["Retry-After"]


def test_it_says_that_the_queue_is_away(settings, units, clock):
    jobs = RedisJobQueue(connect("redis://127.0.0.1:1/0"))
    answer = create_app(settings, units=units, jobs=jobs, clock=clock).test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json["checks"] == {"database": "ok", "queue": "down", "migrations": "ok", "workers": "down"}


def test_it_lives_without_its_database_and_says_that_it_is_away(settings, jobs, clock):
    away = dataclasses.replace(settings, database_url="postgresql+psycopg://nobody@127.0.0.1:1/none")
    units = UnitFactory(make_engine(away.database_url))
    client = create_app(away, units=units, jobs=jobs, clock=clock).test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["checks"]["database"] == "down"


def test_pages_have_their_looks_while_the_database_is_away(settings, jobs, clock):
    """Whoever is signed in reads that we are off for a moment as a page, not as bare words."""
    away = dataclasses.replace(settings, database_url="postgresql+psycopg://nobody@127.0.0.1:1/none")
    units = UnitFactory(make_engine(away.database_url))
    client = create_app(away, units=units, jobs=jobs, clock=clock).test_client()
    with client.session_transaction() as session:
        session["login"] = "of yesterday"
    assert client.get("/call").status_code == 503
    assert client.get("/static/css/base.css", buffered=True).status_code == 200
