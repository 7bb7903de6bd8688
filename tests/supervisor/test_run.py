"""All processes, started and killed for real."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from dialer.cli.demo import WHOSE_LINKS
from dialer.embedded import throwaway_postgres, throwaway_valkey
from dialer.processes import is_alive, wait_until
from dialer.queueing import RedisJobQueue, connect
from tests.live import Event, Stream
from tests.supervisor.conftest import Installation, Make

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.xdist_group("supervisor")]

CARRIER_WAITS_S = 15
ALL = {"postgres", "valkey", "web", "live", "worker-1", "worker-2", "cron", "pacer", "carrier"}


@pytest.fixture(scope="module")
def running(make_installation: Make) -> Installation:
    """One that most of these tests share; its path has a space in it."""
    installation = make_installation("my data")
    installation.start()
    return installation


def test_it_says_once_that_it_is_ready_and_where(running):
    assert running.said().count(f"dialer ready on http://{running.bind}\n") == 1
    assert running.status("/healthz") == 200
    assert running.status("/readyz") == 200


def test_everything_is_in_the_data_folder_and_nobody_else_can_read_it(running):
    written = {path.name for path in running.data_dir.iterdir()}
    assert {"postgres", "valkey", "run", "secret_key"} <= written
    assert not (running.data_dir / "postgres").is_symlink(), "PostgreSQL's user gets there"
    assert running.data_dir.stat().st_mode & 0o066 == 0
    files = [path for path in running.data_dir.rglob("*") if path.is_file() and path.owner() != "nobody"]
    assert not [path for path in files if path.stat().st_mode & 0o077]


def test_every_process_leaves_its_number(running):
    assert running.names() == ALL
    assert all(is_alive(running.pid(name)) for name in ALL)


def test_logs_are_json_on_standard_error(running):
    lines = running.log().splitlines()
    assert lines
    assert all({"event", "level", "timestamp", "process"} <= json.loads(line).keys() for line in lines)


def test_commands_find_the_database_and_queue_beside_it(running):
    migrated = running.dialer("migrate", "--json")
    assert migrated.returncode == 0, migrated.stderr
    assert json.loads(migrated.stdout)["revision"]
    doctor = running.dialer("doctor")
    assert doctor.returncode == 0, doctor.stdout + doctor.stderr
    assert "all is well" in doctor.stdout


@pytest.mark.parametrize(
    ("name", "within_s"),
    [
        ("web", 5),
        ("live", 5),
        ("worker-1", 5),
        ("worker-2", 5),
        ("cron", 5),
        ("pacer", 5),
        ("carrier", 5),
        ("valkey", 5),
        ("postgres", 15),
    ],
)
def test_a_killed_process_is_started_again(running, name, within_s):
    killed = running.pid(name)
    os.kill(killed, signal.SIGKILL)
    started = wait_until(lambda: running.pid(name) != killed and is_alive(running.pid(name)), within_s)
    assert started, running.log()
    assert wait_until(lambda: running.status("/readyz") == 200, 30, every_s=0.1), running.log()


def test_nobody_is_turned_away_while_web_is_started_again(running: Installation) -> None:
    """What its processes were asked before is answered, and who asks meanwhile waits."""
    killed, answered = running.pid("web"), []

    def ask() -> None:
        while running.pid("web") == killed or len(answered) < 200:
            answered.append(running.status("/readyz", CARRIER_WAITS_S))

    with ThreadPoolExecutor(8) as pool:
        asking = [pool.submit(ask) for _ in range(8)]
        assert wait_until(lambda: len(answered) > 20, 30)
        os.kill(killed or 0, signal.SIGKILL)
        for one in asking:
            one.result(60)
    assert set(answered) == {200}, running.log()[-4000:]


def test_a_listener_misses_nothing_whoever_dies(running: Installation) -> None:
    token = running.dialer("token", "create", "--role", "coordinator").stdout.strip()
    campaign = running.ask("GET", "/campaigns", token)["data"][0]["id"]
    path, headers = f"/api/v1/stream?topics=campaign:{campaign}", {"Authorization": f"Bearer {token}"}
    stream = Stream(f"http://{running.bind}", path, headers)
    assert _sessions(stream.event()) == 0

    _kill(running, "web")
    session = running.ask("POST", f"/campaigns/{campaign}/sessions", token)["id"]
    assert _sessions(stream.event()) == 1, "the stream is no affair of web’s any more"

    _kill(running, "valkey")
    running.ask("POST", f"/sessions/{session}/end", token)
    ended = stream.event()
    assert _sessions(ended) == 0, "without notices it looks for itself"

    _kill(running, "live")
    assert stream.has_ended()
    stream.socket.close()
    running.ask("POST", f"/campaigns/{campaign}/sessions", token)
    assert ended is not None
    with Stream(f"http://{running.bind}", path, headers | {"Last-Event-ID": ended.id}) as again:
        assert _sessions(again.event()) == 1, "what changed while away comes at once"


def _kill(running: Installation, name: str) -> None:
    """Kill it, and wait until it is there again and web answers."""
    note = running.data_dir / "run" / "live.socket"
    killed, before = running.pid(name), note.read_text()
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    again = wait_until(lambda: running.pid(name) != killed and is_alive(running.pid(name) or 0), 5)
    assert again, running.log()
    assert wait_until(lambda: running.status("/readyz") == 200, 30, every_s=0.1), running.log()
    assert wait_until(lambda: name != "live" or note.read_text() != before, 10), running.log()


def _sessions(event: Event | None) -> object:
    assert event is not None
    return event.data["sessions_now"]


def test_the_town_is_found_again_where_it_was(running):
    address = (running.data_dir / "run" / "carrier.url").read_text()
    os.kill(running.pid("carrier"), signal.SIGKILL)

    def carrier() -> dict[str, object]:
        checks = json.loads(running.dialer("doctor", "--json").stdout)["checks"]
        return next(check for check in checks if check["name"] == "carrier")

    assert wait_until(lambda: carrier()["ok"], 10), running.log()
    assert address in str(carrier()["detail"])


def test_emptying_the_queue_costs_seconds_and_work_goes_on(running):
    client = connect((running.data_dir / "run" / "queue.url").read_text())
    client.flushall()
    assert wait_until(lambda: running.status("/readyz") == 200, 15, every_s=0.2), running.log()
    jobs = RedisJobQueue(client)
    jobs.enqueue("imports", "workers.jobs.run_import", str(uuid.uuid4()), str(uuid.uuid4()))
    assert wait_until(lambda: jobs.waiting()["imports"] == 0, 10), "somebody takes the next job"
    client.close()


def test_a_second_start_on_the_same_data_is_refused_in_plain_words(running):
    again = Installation(running.data_dir)
    process = again.launch()
    assert process.wait(30) == 1
    assert f"already runs on {running.data_dir}" in running.log()


def test_a_taken_port_is_said_before_anything_starts(running, make_installation):
    other = make_installation()
    other.bind = running.bind
    process = other.launch()
    assert process.wait(30) == 1
    assert f"{running.bind} is taken by another program" in other.log()
    assert "Traceback" not in other.log()
    assert other.names() == set()


def test_a_wrong_setting_stops_the_start_with_one_line(make_installation):
    wrong = make_installation(DIALER_WORKERS="many", DIALER_COLOUR="red")
    process = wrong.launch()
    assert process.wait(30) == 1
    assert wrong.log().count("\n") == 1
    assert "DIALER_WORKERS" in wrong.log()
    assert "DIALER_COLOUR" in wrong.log()


def test_it_ends_in_order_and_starts_again_on_the_same_data(make_installation):
    installation = make_installation(DIALER_WORKERS="1")
    installation.start()
    key = (installation.data_dir / "secret_key").read_text()
    numbers = [installation.pid(name) for name in installation.names()]
    code, took_s = installation.stop(signal.SIGINT)
    assert (code, took_s < 15) == (0, True), installation.log()
    assert not any(is_alive(number) for number in numbers)
    assert installation.names() == set()

    installation.start()
    assert (installation.data_dir / "secret_key").read_text() == key
    assert installation.names() == ALL - {"worker-2"}


def test_with_a_database_and_queue_of_its_own_it_starts_neither(make_installation):
    with throwaway_postgres() as database, throwaway_valkey() as queue:
        given = {"DIALER_DATABASE_URL": database, "DIALER_REDIS_URL": queue, "DIALER_WORKERS": "1"}
        installation = make_installation(**given)
        installation.start()
        assert installation.names() == {"web", "live", "worker-1", "cron", "pacer", "carrier"}
        assert wait_until(lambda: installation.said().count("\n") == 3, 5), "an empty database gets the demo"
        ready, *links = installation.said().splitlines()
        assert ready == f"dialer ready on http://{installation.bind}"
        assert [line.partition("http")[0] for line in links] == ["sign in: ", "sign in: "]
        assert WHOSE_LINKS not in installation.log(), "nobody sits there to read it"
        assert installation.stop()[0] == 0


def test_what_a_killed_supervisor_leaves_is_gone_before_the_next_start(make_installation):
    installation = make_installation(DIALER_WORKERS="1")
    installation.start()
    numbers = [installation.pid(name) for name in installation.names()]
    installation.stop(signal.SIGKILL)
    installation.start()
    assert not any(is_alive(number) for number in numbers), "two of each would do everything twice"


def test_scripts_run_takes_no_arguments():
    done = subprocess.run(["scripts/run", "fast"], capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 2
    assert "config.toml" in done.stderr
