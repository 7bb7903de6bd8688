"""A list comes in while its worker, the database and the queue are killed: same counts, each row once."""

from __future__ import annotations

import http.client
import json
import os
import signal
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from dialer.processes import read_pid
from dialer.settings import completed, load_settings
from tests.supervisor.conftest import Installation, Make

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.xdist_group("supervisor")]

PEOPLE = 40_000
SHARE = 1_000
ENDS_WITHIN_S = 240.0
GOES_ON_WITHIN_S = 30.0


@pytest.fixture(scope="module")
def running(make_installation: Make) -> Iterator[Installation]:
    installation = make_installation("importing", DIALER_DEMO="0")
    installation.start()
    yield installation
    installation.stop()


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
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="list.csv"\r\n\r\n'
    body = head.encode() + path.read_bytes() + f"\r\n--{edge}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={edge}"}
    started = request(running, token, "POST", f"/lists/{list_id}/imports", body=body, headers=headers)
    return str(started["id"])


def look(running: Installation, token: str, import_id: str) -> dict[str, Any] | None:
    """The import as it stands; None while nobody can say."""
    try:
        return request(running, token, "GET", f"/imports/{import_id}")
    except (OSError, http.client.HTTPException, AssertionError):
        return None


def kill(running: Installation, name: str) -> None:
    pid = running.pid(name)
    if pid is not None:
        os.kill(pid, signal.SIGKILL)


def test_a_killed_import_goes_on_by_itself_and_counts_the_same(running: Installation, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    expected = a_list(path)
    token = running.dialer("token", "create", "--role", "coordinator").stdout.strip()
    body = json.dumps({"name": "Everybody"})
    headers = {"Content-Type": "application/json"}
    list_id = request(running, token, "POST", "/lists", body=body, headers=headers)["id"]
    import_id = upload(running, token, list_id, path)

    storm = [("worker-1", "worker-2"), ("postgres",), ("valkey", "worker-1", "worker-2"), ("web", "cron")]
    seen, moved_at, rows = 0, time.monotonic(), 0
    deadline = time.monotonic() + ENDS_WITHIN_S
    while True:
        view = look(running, token, import_id)
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
    while (view := look(running, token, again)) is None or view["state"] != "completed":
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
