"""What one address may ask of public doors in a minute, also while the queue's server is away."""

from __future__ import annotations

import dataclasses

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dialer.app import create_app
from dialer.domain.access import Permission
from dialer.queueing import RedisJobQueue
from dialer.settings import Settings
from dialer.store.session import UnitFactory
from dialer.web.guard import allow
from dialer.web.limits import limit_failed_sign_ins
from dialer.web.security import csrf
from tests.conftest import SetClock


def make_app(settings: Settings, units: UnitFactory, jobs: RedisJobQueue, clock: SetClock) -> Flask:
    """An app with one door that lets in who knows the word, and one public page."""
    app = create_app(settings, units=units, jobs=jobs, clock=clock)

    @app.post("/door/<word>")
    @allow(Permission.SIGN_IN)
    @limit_failed_sign_ins
    def door(word: str) -> tuple[str, int]:
        return ("in", 200) if word == "friend" else ("no", 401)

    @app.route("/public", methods=["GET", "POST"])
    @allow(Permission.JOIN)
    def public() -> str:
        return "done"

    for view in (door, public):
        csrf.exempt(view)
    return app


@pytest.fixture
def limited(settings: Settings, units: UnitFactory, jobs: RedisJobQueue, clock: SetClock) -> FlaskClient:
    """A browser at an app that takes 12 public posts a minute."""
    return make_app(dataclasses.replace(settings, public_rate=12), units, jobs, clock).test_client()


def test_the_eleventh_failed_sign_in_is_refused_even_with_the_right_word(limited: FlaskClient) -> None:
    assert [limited.post("/door/foe").status_code for _ in range(11)] == [401] * 10 + [429]
    answer = limited.post("/door/friend")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"]
    assert "X-Request-Id" in answer.headers


def test_sign_ins_that_succeed_do_not_count(
    settings: Settings, units: UnitFactory, jobs: RedisJobQueue, clock: SetClock
) -> None:
    client = make_app(settings, units, jobs, clock).test_client()
    assert {client.post("/door/friend").status_code for _ in range(15)} == {200}


@pytest.mark.slow
def test_each_address_has_its_own_count(limited: FlaskClient) -> None:
    for _ in range(11):
        limited.post("/door/foe")
    other = {"REMOTE_ADDR": "198.51.100.7"}
    assert limited.post("/door/friend", environ_overrides=other).status_code == 200


@pytest.mark.slow
def test_more_public_posts_than_the_setting_are_refused(limited: FlaskClient) -> None:
    answers = [limited.post("/public").status_code for _ in range(13)]
    assert answers == [200] * 12 + [429]
    assert limited.get("/public").status_code == 200


def test_no_setting_no_limit(
    settings: Settings, units: UnitFactory, jobs: RedisJobQueue, clock: SetClock
) -> None:
    client = make_app(settings, units, jobs, clock).test_client()
    assert {client.post("/public").status_code for _ in range(80)} == {200}


def test_without_the_queue_the_process_counts_for_itself(
    settings: Settings, units: UnitFactory, jobs: RedisJobQueue, clock: SetClock
) -> None:
    away = dataclasses.replace(settings, redis_url="redis://127.0.0.1:1/0", public_rate=3)
    client = make_app(away, units, jobs, clock).test_client()
    assert [client.post("/public").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
