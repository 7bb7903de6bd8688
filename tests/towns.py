"""The simulated town for tests: a real process, its clock moved by hand so that nobody has to sleep.

def test_something(town, carrier_client):
    town.person("+447700900123", outcome="undelivered", error_code=30003)
    carrier_client.messages.create(to="+447700900123", from_="+447700900900", body="Hello")
    town.advance(30)                      # a town's half minute is over, webhooks answered
    assert town.texts()[0]["status"] == "undelivered"
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import http.client
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, TypeVar
from urllib.parse import urlencode

import pytest
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from werkzeug.datastructures import MultiDict
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wrappers import Request, Response

ACCOUNT_SID = "AC" + "5" * 32
AUTH_TOKEN = "a-token-of-the-town-that-is-only-for-tests"
PUBLIC_URL = "http://localhost"
STARTS_AT = dt.datetime(2026, 5, 7, 12, 0, tzinfo=dt.UTC)


Result = TypeVar("Result")


def run_apart(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine in a thread of its own: the driver of a browser leaves a loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


@dataclass
class Town:
    """A town in a process of its own, and what tests tell it."""

    folder: Path
    by_hand: bool = True
    speed: float = 1.0
    account_sid: str = ACCOUNT_SID
    auth_token: str = AUTH_TOKEN
    port: int = 0
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, or start it again after `kill` on the same ledger and port."""
        command = [
            sys.executable,
            "-m",
            "dialer.town",
            "--folder",
            str(self.folder),
            "--port",
            str(self.port),
        ]
        command += ["--public-url", PUBLIC_URL, "--speed", str(self.speed)]
        command += ["--starts-at", STARTS_AT.isoformat()] if self.by_hand else []
        secrets = {"TOWN_ACCOUNT_SID": self.account_sid, "TOWN_AUTH_TOKEN": self.auth_token}
        self.process = subprocess.Popen(
            command, env={**os.environ, **secrets}, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self.port = int(self._output().readline().strip().rpartition(":")[2])

    def kill(self) -> None:
        """End it as the machine would."""
        self._end(subprocess.Popen.kill)

    def stop(self) -> None:
        self._end(subprocess.Popen.terminate)

    def _end(self, how: Callable[[subprocess.Popen[str]], None]) -> None:
        if self.process is not None:
            how(self.process)
            self.process.wait(20)
            self._output().close()
            self.process = None

    def _output(self) -> IO[str]:
        assert self.process is not None
        assert self.process.stdout is not None
        return self.process.stdout

    def request(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """The status and the JSON that was answered."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            headers = {"Content-Type": "application/json"} if body is not None else {}
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())

    def _told(self, path: str, body: Mapping[str, object]) -> Any:
        status, answer = self.request("POST", path, body)
        assert status == 200, answer
        return answer

    def reset(self) -> None:
        """A new town at `STARTS_AT`."""
        self._told("/reset", {})
        if self.by_hand:
            self._told("/clock", {"now": STARTS_AT.isoformat()})

    def advance(self, seconds: float) -> int:
        """Let so many seconds pass; everything due, webhooks included, is over when this returns."""
        return int(self._told("/clock", {"advance": seconds})["happened"])

    def set_now(self, now: dt.datetime) -> None:
        """Set the clock, with nothing to come any more."""
        self._told("/clock", {"now": now.isoformat()})

    def account(self, **terms: object) -> None:
        """Change the account: `senders`, `regions`, `account_rate`, `sender_rate`, `reached_at` …"""
        self._told("/account", terms)

    def faults(self, **faults: object) -> None:
        """Switch on exactly these faults; none without arguments."""
        self._told("/faults", faults)

    def shares(self, **shares: float) -> None:
        """How many of the townspeople do what: `stops=1.0` …"""
        self._told("/people", shares)

    def orderly(self) -> None:
        """Everybody gets every text, and nobody answers."""
        quiet = (
            "refused",
            "failed",
            "undelivered",
            "no_receipt",
            "replies",
            "stops",
            "asks_for_help",
            "opens",
        )
        self.shares(**dict.fromkeys(quiet, 0.0))

    def person(self, number: str, **habits: object) -> None:
        """Fix what one person does: `outcome`, `replies`, `refused`, `phone` …"""
        self._told(f"/people/{number}", habits)

    def text(self, number: str, to: str, body: str) -> Any:
        """A townsperson writes to us; answered after our webhook was."""
        return self._told("/texts", {"from": number, "to": to, "body": body})

    def texts(self, direction: str | None = None) -> list[Any]:
        """The ledger's texts, oldest first."""
        query = f"?direction={direction}" if direction else ""
        return list(self.request("GET", f"/ledger/messages{query}")[1]["messages"])

    def ring_in(self, number: str, to: str, digits: str | None = None) -> str:
        """A townsperson rings us, and presses these keys when asked; the call's SID."""
        given = {"from": number, "to": to} | ({} if digits is None else {"digits": digits})
        return str(self._told("/calls", given)["sid"])

    def connect(self, token: str, **params: str) -> str:
        """Somebody calls from a browser with an access token; the call's SID."""
        return str(self._told("/clients", {"token": token, "params": params})["sid"])

    def press(self, sid: str, digits: str) -> None:
        """The person on a call presses keys."""
        self._told(f"/calls/{sid}/press", {"digits": digits})

    def put_down(self, sid: str) -> None:
        """The person on a call puts the telephone down."""
        self._told(f"/calls/{sid}/hang-up", {})

    def calls(self, direction: str | None = None) -> list[Any]:
        """The ledger's calls, oldest first."""
        query = f"?direction={direction}" if direction else ""
        return list(self.request("GET", f"/ledger/calls{query}")[1]["calls"])

    def conferences(self, name: str | None = None) -> list[Any]:
        """The ledger's conference rooms, oldest first, each with its `stays`: who was in it when."""
        query = f"?name={name}" if name else ""
        return list(self.request("GET", f"/ledger/conferences{query}")[1]["conferences"])

    def verdict(self, *staff: str) -> Any:
        """What the town makes of the calls to everybody but the staff, named by how their numbers begin."""
        return self.request("GET", f"/ledger/verdict?{urlencode([('staff', each) for each in staff])}")[1]

    def troubles(self) -> list[Any]:
        """What went wrong with calls, such as TwiML that the town refused."""
        return list(self.request("GET", "/ledger/troubles")[1]["troubles"])

    def accepted_by_number(self) -> dict[str, int]:
        """How many texts of ours it accepted for each number: the judge of “sent once”."""
        found: dict[str, int] = {}
        for text in self.texts("outbound-api"):
            found[text["to"]] = found.get(text["to"], 0) + 1
        return found

    def look_ups(self) -> int:
        """How often it was asked what kind of line a number is: each is charged."""
        return int(self.request("GET", "/ledger/look-ups")[1]["charged"])

    def client(self) -> Client:
        """The official client, pointed at the town."""
        client = Client(self.account_sid, self.auth_token)
        client.api.base_url = self.url
        client.messaging.base_url = self.url
        client.http_client.session.trust_env = False
        return client

    @contextlib.contextmanager
    def served_by(self, app: Callable[..., Any]) -> Iterator[str]:
        """Have a WSGI app get the webhooks, for the length of the block.

        They are signed as for `PUBLIC_URL`, and reach the app at the address that this yields.
        """
        server = AwaitedServer("127.0.0.1", 0, app, SilentHandler)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        self.account(reached_at=address)
        try:
            yield address
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


class AwaitedServer(ThreadedWSGIServer):
    """Closed only once every request is answered: one still at its rows would meet who empties the tables.

    The town answers a redirected call at once, so it may ask for its next instructions as a test ends.
    """

    daemon_threads = False


class SilentHandler(WSGIRequestHandler):
    """Says nothing of requests, and gives up whoever opened a connection and sends none: else the run would
    hang at the end of its test.
    """

    timeout = 10

    def log(self, *_: object, **__: object) -> None: ...


@dataclass
class Webhook:
    """One request that the town sent."""

    path: str
    query: str
    params: MultiDict[str, str]
    token: str
    signed: bool


@dataclass
class Inbox:
    """A WSGI app that keeps what the town sends, and answers `status`, or what `answers` has for the path."""

    status: int = 200
    answers: dict[str, str] = field(default_factory=dict)
    webhooks: list[Webhook] = field(default_factory=list)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        url = PUBLIC_URL + request.full_path.removesuffix("?")
        signature = request.headers.get("X-Twilio-Signature", "")
        self.webhooks.append(
            Webhook(
                path=request.path,
                query=request.query_string.decode(),
                params=request.form,
                token=request.headers.get("I-Twilio-Idempotency-Token", ""),
                signed=RequestValidator(AUTH_TOKEN).validate(url, request.form, signature),
            )
        )
        body = self.answers.get(request.path, "<Response/>")
        return Response(body, self.status, mimetype="text/xml")(environ, start_response)

    def statuses(self) -> list[str]:
        """The statuses that were told, in the order in which they came."""
        return [hook.params["MessageStatus"] for hook in self.webhooks if "MessageStatus" in hook.params]

    def inbound(self) -> list[Webhook]:
        return [hook for hook in self.webhooks if hook.path.endswith("/messages/inbound")]


@pytest.fixture(scope="session")
def town_of_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The town that all tests of this xdist worker share; ask for `town`."""
    town = Town(tmp_path_factory.mktemp("town"))
    town.start()
    yield town
    town.stop()


@pytest.fixture
def town(town_of_session: Town) -> Town:
    """A new town at `STARTS_AT` whose clock stands still until it is advanced."""
    town_of_session.reset()
    return town_of_session


@pytest.fixture
def inbox(town: Town) -> Iterator[Inbox]:
    """What the town sends to our webhooks."""
    inbox = Inbox()
    with town.served_by(inbox):
        yield inbox
