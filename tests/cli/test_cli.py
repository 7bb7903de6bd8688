"""The `dialer` command: exit codes, JSON, refusals."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from dialer.cli import VERBS, load, main
from dialer.cli.pidfile import free_worker_name, pid_file
from dialer.domain.access import RULES
from dialer.processes import read_pid, write_pid
from dialer.settings import Settings


@pytest.fixture
def at_home(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    """An environment that names the test's own database and queue."""
    for name in [name for name in os.environ if name.startswith("DIALER_") and "TEST" not in name]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIALER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DIALER_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("DIALER_REDIS_URL", settings.redis_url)
    return settings


@pytest.mark.parametrize("verb", VERBS)
def test_every_command_has_a_rule_in_the_table_of_permissions(verb):
    command = load(verb)
    assert command.name == verb
    assert command.permission in RULES


@pytest.mark.parametrize("arguments", [[], ["fly"], ["migrate", "--now"], ["worker", "--name", "web"]])
def test_wrong_usage_exits_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2


@pytest.mark.parametrize("verb", VERBS)
def test_every_command_explains_itself(verb, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([verb, "--help"])
    assert stopped.value.code == 0
    assert "--json" in capsys.readouterr().out


def test_migrate_may_be_repeated(at_home, capsys):
    assert main(["migrate"]) == 0
    assert main(["migrate", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["ok"] is True


def test_without_a_database_it_says_what_to_start(at_home, monkeypatch, capsys):
    monkeypatch.delenv("DIALER_DATABASE_URL")
    assert main(["migrate"]) == 1
    assert "start scripts/run" in capsys.readouterr().err
    assert main(["migrate", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["ok"] is False


def test_a_database_that_is_away_is_a_failure_and_no_traceback(at_home, monkeypatch, capsys):
    monkeypatch.setenv("DIALER_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert main(["migrate"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "could not be migrated" in said


def test_a_wrong_setting_is_one_line(at_home, monkeypatch, capsys):
    monkeypatch.setenv("DIALER_BIND", "everywhere")
    assert main(["doctor"]) == 1
    assert capsys.readouterr().err == "dialer: DIALER_BIND: host:port such as 127.0.0.1:8000 expected\n"


def test_the_doctor_names_the_remedy(at_home, monkeypatch, capsys):
    monkeypatch.setenv("DIALER_REDIS_URL", "redis://127.0.0.1:1/0")
    assert main(["doctor", "--json"]) == 1
    found = {check["name"]: check for check in json.loads(capsys.readouterr().out)["checks"]}
    assert found["database"]["ok"]
    assert found["migrations"]["ok"]
    assert not found["queue"]["ok"]
    assert "DIALER_REDIS_URL" in found["queue"]["remedy"]


def test_the_doctor_misses_the_workers(at_home, capsys):
    assert main(["doctor"]) == 1
    assert "dialer worker" in capsys.readouterr().err


def test_workers_take_the_first_free_number(tmp_path):
    run_dir = tmp_path / "run"
    with pid_file(run_dir, "worker-1"):
        assert free_worker_name(run_dir) == "worker-2"
        assert read_pid(run_dir / "worker-2.pid") == os.getpid()
    write_pid(run_dir / "worker-1.pid", 2**22 + 1)  # no such process
    assert free_worker_name(run_dir) == "worker-1"


def test_a_pid_file_goes_with_its_process_unless_another_took_the_name(tmp_path):
    path = tmp_path / "run" / "web.pid"
    with pid_file(path.parent, "web"):
        assert read_pid(path) == os.getpid()
    assert not path.exists()
    with pid_file(path.parent, "web"):
        write_pid(path, 1)
    assert read_pid(path) == 1
