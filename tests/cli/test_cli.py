"""The `dialer` command: exit codes, JSON, refusals."""

from __future__ import annotations

import json
import os
import uuid

import pytest

from dialer.cli import VERBS, load, main
from dialer.cli.pidfile import free_worker_name, pid_file
from dialer.domain.access import RULES
from dialer.processes import read_pid, write_pid
from dialer.store.queries import counters


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


@pytest.mark.parametrize("verb", [["migrate"], ["demo"], ["doctor"], ["export", "contacts"]])
def test_a_url_that_is_none_is_said_in_one_line(at_home, monkeypatch, capsys, verb):
    monkeypatch.setenv("DIALER_DATABASE_URL", "postgresql://host:not-a-port/db")
    assert main(verb) == 1
    assert "Traceback" not in capsys.readouterr().err


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


@pytest.mark.slow
def test_the_doctor_compares_figures_with_facts_and_mends_them(at_home, units, organisation_id, capsys):
    def figures():
        main(["doctor", "--json"])
        found = json.loads(capsys.readouterr().out)["checks"]
        return next(check for check in found if check["name"] == "figures")

    assert figures()["ok"]
    with units.begin(organisation_id) as unit:
        counters.bump(unit, "campaign", uuid.uuid4(), "attempts", 3)
    assert "dialer doctor --mend" in figures()["remedy"]
    main(["doctor", "--mend"])
    capsys.readouterr()
    assert figures()["ok"]


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


def test_a_token_is_printed_alone_and_opens_the_door(at_home, capsys, client):
    assert main(["token", "create", "--role", "coordinator", "--expires-in", "12h"]) == 0
    token = capsys.readouterr().out
    assert token.startswith("dlr_")
    assert token.count("\n") == 1
    me = client.get("/api/v1/me", headers={"Authorization": f"Bearer {token.strip()}"})
    assert me.json["role"] == "coordinator"


def test_a_token_as_json_says_when_it_ends(at_home, capsys):
    assert main(["token", "create", "--role", "volunteer", "--expires-in", "30d", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["ok"]
    assert made["role"] == "volunteer"
    assert made["expires_at"]


@pytest.mark.parametrize(
    "arguments",
    [["token"], ["token", "create"], ["token", "create", "--role", "king"]]
    + [["token", "create", "--role", "admin", "--expires-in", text] for text in ("soon", "0h", "5w", "-1d")]
    + [["token", "create", "--role", "admin", "--campaign", "the first"]],
)
def test_a_token_that_can_not_be_meant_is_wrong_usage(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2


def test_a_token_for_a_campaign_that_is_not_there_fails(at_home, capsys):
    assert main(["token", "create", "--role", "volunteer", "--campaign", str(uuid.uuid4())]) == 1
    assert capsys.readouterr().err == "dialer: /campaign_ids/0: There is no campaign with this id.\n"


def test_everything_is_paused_and_goes_on_again_without_web_or_queue(at_home, capsys):
    assert main(["pause-all", "--reason", "a fault", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["paused"] is True
    assert main(["pause-all", "--resume", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["paused"] is False
