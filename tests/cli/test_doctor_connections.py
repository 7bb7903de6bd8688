"""How many connections the processes of a machine may open, and what to set where the server takes fewer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from dialer.app import create_app
from dialer.cli import doctor_connections, serve
from dialer.cli.doctor_connections import ENGINES_OF_WEB, compared, may_open
from dialer.settings import Settings
from dialer.store.session import OVERFLOW, POOL


def test_what_a_machine_may_open_fits_into_the_server_that_we_start(
    settings: Settings, engine: Engine
) -> None:
    found = compared(settings, engine)
    assert (found.ok, found.remedy) == (True, "")
    assert f"web {serve.web_processes() * 24}" in found.detail


def test_the_largest_web_still_fits_into_the_server_that_we_start(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve.os, "cpu_count", lambda: 64)
    assert compared(settings, engine).ok


def test_where_they_dont_fit_it_says_what_to_set(settings: Settings, engine: Engine, tmp_path: Path) -> None:
    with engine.connect() as connection:
        most = connection.execute(text("SELECT current_setting('max_connections')::int")).scalar_one()
    many = replace(settings, workers=most // 8 + 1, data_dir=tmp_path)
    found = compared(many, engine)
    assert not found.ok
    total = sum(may_open(many).values())
    asked = int(found.remedy.partition("max_connections = ")[2].split()[0])
    assert 0 <= asked - total < 60
    fewer = int(found.remedy.rpartition("workers = ")[2].split()[0])
    assert compared(replace(many, workers=fewer), engine).ok
    assert not compared(replace(many, workers=fewer + 1), engine).ok


def test_the_server_that_we_start_isnt_to_be_set(settings: Settings, engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "postgres.pid").write_text("1")
    found = compared(replace(settings, workers=64, data_dir=tmp_path), engine)
    assert "max_connections" not in found.remedy
    assert "set workers = " in found.remedy


def test_a_web_process_has_as_many_pools_as_are_counted(settings: Settings) -> None:
    units = create_app(settings).extensions["dialer"].units
    engines = {id(one): one for one in (units.engine, units._by_keys)}
    assert len(engines) == ENGINES_OF_WEB
    assert {one.pool.size() for one in engines.values()} == {POOL}
    assert {one.pool._max_overflow for one in engines.values()} == {OVERFLOW}
    assert doctor_connections.may_open(settings)["web"] % (ENGINES_OF_WEB * (POOL + OVERFLOW)) == 0
