"""What web does before it answers."""

from __future__ import annotations

import time
import uuid

import pytest
from sqlalchemy import text

from dialer.cli import serve
from dialer.queueing import RedisJobQueue
from dialer.services.context import Context
from dialer.settings import Settings
from dialer.store.session import UnitFactory


def test_a_slow_database_holds_the_start_up_for_one_short_time_however_many_organisations(
    settings: Settings, jobs: RedisJobQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[uuid.UUID] = []

    def slow(ctx: Context) -> None:
        asked.append(ctx.organisation_id)
        with ctx.unit() as unit:
            unit.session.execute(text("SELECT pg_sleep(0.3)"))

    monkeypatch.setattr(serve, "ASKED_WITHIN_S", 1.0)
    monkeypatch.setattr(serve, "organisation_ids", lambda _units: [uuid.uuid4() for _ in range(40)])
    monkeypatch.setattr(serve, "texts_may_be_missed", slow)
    monkeypatch.setattr(serve, "ask_about_open_calls", slow)
    began = time.monotonic()
    serve._ask_what_was_missed(settings)

    assert time.monotonic() - began < 5, "callers hear silence meanwhile"
    assert 1 < len(asked) < 10
    assert jobs.take_missed_texts(), "nobody looks after the others"


def test_whoever_starts_web_is_in_no_hurry_afterwards(
    settings: Settings, units: UnitFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "ASKED_WITHIN_S", 0.5)
    serve._ask_what_was_missed(settings)
    with units.read() as unit:
        assert unit.session.scalar(text("SELECT 1 FROM pg_sleep(0.8)")) == 1
