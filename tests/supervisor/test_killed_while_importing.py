"""Lists come in, and one goes out, while workers, the database and the queue are killed: each row once."""

from __future__ import annotations

import csv
import http.client
import json
import os
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from dialer.processes import read_pid
from dialer.settings import completed, load_settings
from tests.supervisor.conftest import Installation, Make
from tests.workbooks import xlsx

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.xdist_group("supervisor")]

PEOPLE = 40_000
SHARE = 1_000
ENDS_WITHIN_S = 240.0
GOES_ON_WITHIN_S = 30.0


WORKERS = ("worker-1", "worker-2")
IN_WORKBOOK = 12_000


@pytest.fixture(scope="module")
def running(make_installation: Make) -> Iterator[Installation]:
    installation = make_installation("importing", DIALER_DEMO="0")
    installation.start()
    yield installation
    installation.stop()


@pytest.fixture(scope="module")
def token(running: Installation) -> str:
    return running.dialer("token", "create", "--role", "coordinator").stdout.strip()


def new_list(running: Installation, token: str, name: str) -> str:
    headers = {"Content-Type": "application/json"}
    made = request(running, token, "POST", "/lists", body=json.dumps({"name": name}), headers=headers)
    return str(made["id"])


def a_list(path: Path) -> dict[str, int]:
    """People who share a thousand numbers, some of them twice, some of them bad; and what must come of it."""
    with path.open("w", encoding="utf-8") as file:
        file.write("First name,Surname,Phone,Postcode,Notes,Do not call\n")
        for nth in range(PEOPLE):
            phone = "12345" if nth % 100 == 99 else f"07700 900{nth % SHARE:03}"
            who = nth - 1 if nth % 100 == 50 else nth
            number = phone if who == nth else f"07700 900{who % SHARE:03}"
            file.write(
                f"Voter {who},Jones,{number},CF10 1AA,{'met at the stall ' * 4},{'Y' * (nth % 400 == 0)}\n"
            )
    hundreds = PEOPLE // 100
    return {
        "rows": PEOPLE,
        "created": PEOPLE - 2 * hundreds,
        "updated": 0,
        "unchanged": 0,
        "duplicates": hundreds,
        "rejected": hundreds,
    }


def request(running: Installation, token: str, method: str, path: str, **kwargs: Any) -> dict[str, Any]:
    connection = http.client.HTTPConnection(running.bind, timeout=30)
    try:
        headers = {"Authorization": f"Bearer {token}", **kwargs.pop("headers", {})}
        connection.request(method, f"/api/v1{path}", headers=headers, **kwargs)
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status < 300, body
        told: dict[str, Any] = json.loads(body)
        return told
    finally:
        connection.close()


def upload(running: Installation, token: str, list_id: str, path: Path) -> str:
    edge = uuid.uuid4().hex
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="list"\r\n\r\n'
    body = head.encode() + path.read_bytes() + f"\r\n--{edge}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={edge}"}
    started = request(running, token, "POST", f"/lists/{list_id}/imports", body=body, headers=headers)
    return str(started["id"])


def look(running: Installation, token: str, path: str) -> dict[str, Any] | None:
    """An import or export as it stands; None while nobody can say."""
    try:
        return request(running, token, "GET", path)
    except (OSError, http.client.HTTPException, AssertionError):
        return None


def kill(running: Installation, name: str) -> None:
    pid = running.pid(name)
    if pid is not None:
        os.kill(pid, signal.SIGKILL)


def test_a_killed_import_goes_on_by_itself_and_counts_the_same(
    running: Installation, token: str, tmp_path: Path
) -> None:
    path = tmp_path / "people.csv"
    expected = a_list(path)
    list_id = new_list(running, token, "Everybody")
    import_id = upload(running, token, list_id, path)

    storm = [WORKERS, ("postgres",), ("valkey", *WORKERS), ("web", "cron")]
    seen, moved_at, rows = 0, time.monotonic(), 0
    deadline = time.monotonic() + ENDS_WITHIN_S
    while True:
        view = look(running, token, f"/imports/{import_id}")
        if view and view["state"] == "completed":
            break
        if view and view["counts"]["rows"] > rows:
            rows, moved_at = view["counts"]["rows"], time.monotonic()
            if seen < len(storm):  # a chunk is in, the next one under way
                for name in storm[seen]:
                    kill(running, name)
                seen += 1
        assert time.monotonic() < deadline, (view, running.log()[-4000:])
        assert time.monotonic() - moved_at < 2 * GOES_ON_WITHIN_S, "it did not go on by itself"
        time.sleep(0.05)

    assert seen >= 3
    assert view["counts"] == expected
    assert request(running, token, "GET", f"/lists/{list_id}")["contact_count"] == expected["created"]
    _check_tables(running, expected)
    again = upload(running, token, list_id, path)
    while (view := look(running, token, f"/imports/{again}")) is None or view["state"] != "completed":
        assert time.monotonic() < deadline + ENDS_WITHIN_S
        time.sleep(0.1)
    assert view["counts"] == {**expected, "created": 0, "unchanged": expected["created"]}


def _check_tables(running: Installation, expected: dict[str, int]) -> None:
    settings = completed(load_settings(running.environ, running.data_dir))
    engine = create_engine(settings.database_url)
    with engine.connect() as connection:
        one = connection.scalar
        assert one(text("SELECT count(*) FROM contact")) == expected["created"]
        assert one(text("SELECT count(DISTINCT first_name) FROM contact")) == expected["created"]
        assert one(text("SELECT count(*) FROM contact_phone")) == expected["created"]
        assert one(text("SELECT count(*) FROM import_row_issue")) == expected["rejected"]
        assert one(text("SELECT count(*) FROM opt_out WHERE channel = 'voice'")) == PEOPLE // 400
    engine.dispose()
    assert read_pid(running.data_dir / "run" / "web.pid") is not None


def killed_at(
    running: Installation, token: str, path: str, moments: list[Callable[[dict[str, Any]], bool]]
) -> dict[str, Any]:
    """Kill the workers at each of these moments of an import or export; how it stands once it is over."""
    deadline = time.monotonic() + ENDS_WITHIN_S
    while (view := look(running, token, path)) is None or view["state"] in {"queued", "running"}:
        if view and moments and moments[0](view):
            moments.pop(0)
            for name in WORKERS:
                kill(running, name)
        assert time.monotonic() < deadline, (view, running.log()[-4000:])
        time.sleep(0.02)
    assert not moments, "it was over before it could be killed"
    return view


@pytest.fixture(scope="module")
def readers(running: Installation, token: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The import of a workbook whose workers were killed while it was unpacked, and as it came in."""
    path = tmp_path_factory.mktemp("readers") / "people.xlsx"
    rows = [[f"Reader {nth}", "Hughes", f"07700 900{nth % SHARE:03}"] for nth in range(IN_WORKBOOK)]
    path.write_bytes(xlsx({"People": [["First name", "Surname", "Phone"], *rows]}))
    import_id = upload(running, token, new_list(running, token, "Readers"), path)
    unpacking, coming_in = lambda view: view["state"] == "running", lambda view: view["counts"]["rows"] > 0
    return killed_at(running, token, f"/imports/{import_id}", [unpacking, coming_in])


def test_a_workbook_whose_workers_are_killed_comes_in_once(
    running: Installation, token: str, readers: dict[str, Any]
) -> None:
    counts = {"rows": IN_WORKBOOK, "created": IN_WORKBOOK}
    nothing = dict.fromkeys(("updated", "unchanged", "duplicates", "rejected"), 0)
    assert (readers["state"], readers["counts"]) == ("completed", counts | nothing)
    assert request(running, token, "GET", f"/lists/{readers['list_id']}")["contact_count"] == IN_WORKBOOK
    assert list((running.data_dir / "imports").iterdir()) == [], "what was unpacked"


def test_an_export_whose_worker_is_killed_is_written_whole_and_once(
    running: Installation, token: str, readers: dict[str, Any]
) -> None:
    headers, folder = {"Content-Type": "application/json"}, running.data_dir / "exports"
    body = json.dumps({"kind": "contacts", "format": "csv", "list_id": readers["list_id"]})
    asked = request(running, token, "POST", "/exports", body=body, headers=headers)

    def half_written(view: dict[str, Any]) -> bool:
        with suppress(FileNotFoundError):  # it gets its name just now
            return view["state"] == "running" and any(part.stat().st_size for part in folder.glob("*.part"))
        return False

    view = killed_at(running, token, f"/exports/{asked['id']}", [half_written])
    assert (view["state"], view["rows"]) == ("completed", IN_WORKBOOK)
    (file,) = folder.iterdir()
    assert file.stat().st_size == view["size"]
    with file.open(encoding="utf-8", newline="") as lines:
        ids = [row["dialer_id"] for row in csv.DictReader(lines)]
    assert (len(ids), len(set(ids))) == (IN_WORKBOOK, IN_WORKBOOK), "each row once"
