"""A STOP that finds nobody, since web or PostgreSQL was killed, holds before the person's turn comes."""

from __future__ import annotations

import json
import os
import signal
import urllib.error
import urllib.request
from typing import Any

import pytest

from dialer.processes import wait_until
from tests.supervisor.conftest import Installation, Make

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.xdist_group("supervisor")]

WITHIN_S = 30.0
MANY = 20


class Coordinator:
    """The API with a coordinator's token, and the town's own door."""

    def __init__(self, installation: Installation) -> None:
        self._base = f"http://{installation.bind}/api/v1"
        self._token = installation.dialer("token", "create", "--role", "coordinator").stdout.strip()
        self._town = (installation.data_dir / "run" / "carrier.url").read_text().strip()

    def get(self, path: str) -> Any:
        return self._ask(self._base + path, None)

    def post(self, path: str) -> Any:
        return self._ask(self._base + path, {})

    def queued(self) -> Any:
        """The blast's texts that wait."""
        [blast] = self.get("/blasts")["data"]
        return self.get(f"/messages?blast_id={blast['id']}&state=queued&limit=100")["data"]

    def text_us(self, number: str, sender: str, body: str) -> None:
        """A townsperson writes; the webhook finds nobody, or what is left of a server that was killed."""
        self._ask(f"{self._town}/texts", {"from": number, "to": sender, "body": body})

    def _ask(self, url: str, body: object) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        if url.startswith(self._base):
            headers["Authorization"] = f"Bearer {self._token}"
        with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=20) as answer:
            return json.loads(answer.read())

    def text_of(self, message_id: str) -> Any:
        """The text as it is now; None while nobody answers."""
        try:
            return self.get(f"/messages/{message_id}")
        except (urllib.error.URLError, OSError):
            return None


@pytest.fixture(scope="module")
def installation(make_installation: Make) -> Installation:
    """The demo, whose texts go out one a second, so that there is time to say no."""
    installation = make_installation(DIALER_DEMO="1", DIALER_RATE_PER_SENDER="1")
    installation.start()
    return installation


@pytest.fixture(scope="module")
def coordinator(installation: Installation) -> Coordinator:
    """Somebody whose blast is under way."""
    coordinator = Coordinator(installation)
    [blast] = coordinator.get("/blasts")["data"]
    coordinator.post(f"/blasts/{blast['id']}/launch")
    assert wait_until(lambda: len(coordinator.queued()) > MANY, WITHIN_S)
    return coordinator


@pytest.mark.parametrize(("name", "place"), [("postgres", 6), ("web", -1)])
def test_a_stop_that_found_nobody_holds(
    installation: Installation, coordinator: Coordinator, name: str, place: int
):
    """With the database everything stands still, and may go on in an instant with those who are next."""
    one = coordinator.queued()[place]
    pid = installation.pid(name)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    coordinator.text_us(one["to"], one["from"], "STOP")
    skipped = wait_until(lambda: _is_skipped(coordinator, one["id"]), 3 * WITHIN_S)
    assert skipped, installation.log()[-3000:]


def _is_skipped(coordinator: Coordinator, message_id: str) -> bool:
    """Skipped for their own no, which only we can have heard of; the carrier's refusal would be a failure."""
    text = coordinator.text_of(message_id)
    if text is None or text["state"] == "queued":
        return False
    assert (text["state"], text["skip_reason"]) == ("skipped", "opted_out")
    return True
