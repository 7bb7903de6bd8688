"""How many status callbacks a second one web process takes in, beside an honest handler by ORM.

Each is signed, names its text, and is durable before it is answered. The other handler does at once what one
would write first: check the signature, load the text by ORM, change it, commit. Both run in the same web
server with one process and the same threads, in turns, on a database that keeps what it commits.

The aims (issue 5): 3 times the handler by ORM; at 1,000 a second, 99 of 100 answered within 100 ms; each
callback a row.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import http.client
import multiprocessing
import os
import socket
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, request
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session
from twilio.request_validator import RequestValidator

from bench.callbacks import PATH, SEED
from bench.texting import ACCOUNT, TOKEN, context_of
from bench.town import cpu_of
from dialer.app import create_app
from dialer.carrier.http import Connections, Origin
from dialer.cli.serve import WebServer
from dialer.clock import utc_now
from dialer.embedded.throwaway import throwaway_postgres, throwaway_valkey
from dialer.settings import Settings, load_settings
from dialer.store.models.messaging import Message
from dialer.store.session import make_engine

TIMES_THE_ORM, A_SECOND, P99_MS = 3.0, 1000, 100.0
TURNS = 6
"""The two take turns, so that whatever else the machine does meets both."""
CONNECTIONS = 50
START_WITHIN_S = 120.0

KEPT = text("SELECT count(*) FROM carrier_event")
CHANGED = text("SELECT count(*) FROM message WHERE state = :state")

Request = bytes


@dataclass(frozen=True)
class Taken:
    """What a run brought."""

    answers_s: Sequence[float]
    wall_s: float
    cpu_s: float
    rows: int

    @property
    def a_second(self) -> float:
        return len(self.answers_s) / self.wall_s

    def within_ms(self, share: float) -> float:
        return sorted(self.answers_s)[int(len(self.answers_s) * share)] * 1000

    def __str__(self) -> str:
        each_ms = self.cpu_s / len(self.answers_s) * 1000
        return (
            f"{self.a_second:,.0f} a second, {each_ms:.2f} ms of its processor time each; 99 of 100 within"
            f" {self.within_ms(0.99):.0f} ms, half within {self.within_ms(0.5):.0f}; {self.rows:,} rows"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--callbacks", type=int, default=1_000, help="a turn")
    count: int = parser.parse_args().callbacks
    with throwaway_postgres(forgetful=False) as database, throwaway_valkey() as queue:
        context_of(database, queue)
        engine = create_engine(database)
        theirs, mine = _settings(database, queue), _settings(database, queue)
        with serving(theirs, by_orm=True) as orm_pid, serving(mine, by_orm=False) as pid:
            turns = [
                (_measure(theirs, orm_pid, engine, count, by_orm=True), _measure(mine, pid, engine, count))
                for _ in range(TURNS)
            ]
            paced = _measure(mine, pid, engine, TURNS * count, a_second=A_SECOND)
        engine.dispose()
    by_orm, ours = (_together(takens) for takens in zip(*turns, strict=True))
    print(f"by ORM: {by_orm}")
    print(f"ours: {ours}: {ours.a_second / by_orm.a_second:.1f} times")
    print(f"ours, at {A_SECOND:,} a second: {paced}")
    met = (
        ours.a_second >= TIMES_THE_ORM * by_orm.a_second,
        paced.a_second >= 0.97 * A_SECOND and paced.within_ms(0.99) <= P99_MS,
        all(each.rows == TURNS * count for each in (by_orm, ours, paced)),
    )
    print(f"load of the machine: {os.getloadavg()[0]:.1f}; aims: {'met' if all(met) else 'MISSED'}")
    return 0 if all(met) else 1


def _together(takens: Sequence[Taken]) -> Taken:
    return Taken(
        answers_s=[answer for taken in takens for answer in taken.answers_s],
        wall_s=sum(taken.wall_s for taken in takens),
        cpu_s=sum(taken.cpu_s for taken in takens),
        rows=sum(taken.rows for taken in takens),
    )


def _settings(database: str, queue: str) -> Settings:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        bind = f"127.0.0.1:{trial.getsockname()[1]}"
    settings = load_settings({"DIALER_BIND": bind}, Path("/"))
    return dataclasses.replace(
        settings,
        database_url=database,
        redis_url=queue,
        secret_key=TOKEN,
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=TOKEN,
    )


class OneProcess(WebServer):
    """Our web server with one process, and what it serves."""

    def __init__(self, settings: Settings, *, by_orm: bool) -> None:
        self._by_orm = by_orm
        super().__init__(settings)

    def load_config(self) -> None:
        super().load_config()
        self.cfg.set("workers", 1)

    def load(self) -> Flask:  # type: ignore[override]
        return orm_app(self._settings) if self._by_orm else create_app(self._settings)


def orm_app(settings: Settings) -> Flask:
    """What one would write first."""
    app, engine = Flask("by_orm"), make_engine(settings.database_url)
    validator = RequestValidator(settings.twilio_auth_token)

    @app.post(PATH)
    def status() -> Response:
        url = settings.public_url + request.full_path
        if not validator.validate(url, request.form, request.headers.get("X-Twilio-Signature", "")):
            return Response(status=403)
        key = (uuid.UUID(request.args["o"]), uuid.UUID(request.args["m"]))
        with Session(engine) as session:
            message = session.get_one(Message, key)
            message.state = request.form["MessageStatus"]
            message.delivered_at = utc_now()
            session.commit()
        return Response(status=204)

    return app


def _measure(
    settings: Settings,
    pid: int,
    engine: Engine,
    count: int,
    *,
    by_orm: bool = False,
    a_second: float | None = None,
) -> Taken:
    """Have a server take in so many callbacks, as fast as it goes over some connections, or at a rate."""
    requests = signed(settings, engine, count)
    host, _, port = settings.bind.partition(":")
    used, began = cpu_of(pid), time.monotonic()
    answers = asyncio.run(_post_all(Origin(host, int(port), is_secure=False), requests, a_second))
    wall_s, cpu_s = time.monotonic() - began, cpu_of(pid) - used
    with engine.begin() as connection:
        asked = (CHANGED, {"state": "delivered"}) if by_orm else (KEPT, {})
        rows = int(connection.execute(*asked).scalar_one())
        connection.execute(text("TRUNCATE carrier_event, message CASCADE"))
    return Taken(answers, wall_s, cpu_s, rows)


@contextlib.contextmanager
def serving(settings: Settings, *, by_orm: bool) -> Iterator[int]:
    """A web server, which has answered; the process that does."""
    context = multiprocessing.get_context("spawn")
    server = context.Process(target=_serve, args=(settings, by_orm))
    server.start()
    try:
        yield _answering(settings.bind, server.pid or 0)
    finally:
        server.terminate()
        server.join()


def _serve(settings: Settings, by_orm: bool) -> None:
    OneProcess(settings, by_orm=by_orm).run()


def _answering(bind: str, arbiter: int) -> int:
    """The one process below the server's head, once it refuses what nobody signed."""
    until = time.monotonic() + START_WITHIN_S
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            connection = http.client.HTTPConnection(bind, timeout=START_WITHIN_S)
            connection.request("POST", PATH, "", {"Content-Type": "application/x-www-form-urlencoded"})
            assert connection.getresponse().status == 403
            connection.close()
            return int(Path(f"/proc/{arbiter}/task/{arbiter}/children").read_text().split()[-1])
        time.sleep(0.1)
    raise SystemExit("the web server did not start")


def signed(settings: Settings, engine: Engine, count: int) -> list[Request]:
    """Callbacks that tell of so many fresh texts that they are delivered, as they go over the wire."""
    with engine.begin() as connection:
        rows = connection.execute(SEED, {"texts": count}).all()
        connection.execute(text("ANALYZE message"))
    validator = RequestValidator(settings.twilio_auth_token)
    return [_written(settings, validator, row) for row in rows]


def _written(settings: Settings, validator: RequestValidator, row: Any) -> Request:
    path = f"{PATH}?o={row.organisation_id}&m={row.id}"
    form = {
        "AccountSid": settings.twilio_account_sid,
        "ApiVersion": "2010-04-01",
        "From": "+447700900001",
        "MessageSid": row.carrier_sid,
        "MessageStatus": "delivered",
        "SmsSid": row.carrier_sid,
        "SmsStatus": "delivered",
        "To": "+447700900123",
    }
    body = urlencode(form)
    signature = validator.compute_signature(settings.public_url + path, form)
    return (
        f"POST {path} HTTP/1.1\r\nHost: {settings.bind}\r\nX-Twilio-Signature: {signature}\r\n"
        f"Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n"
        f"User-Agent: TwilioProxy/1.1\r\nAccept: */*\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


async def _post_all(origin: Origin, requests: Sequence[Request], a_second: float | None) -> list[float]:
    """How long each answer took, from when it was due: one after another on each connection, or at a rate
    whatever the answers take.
    """
    took: list[float] = []
    began, left = time.monotonic(), iter(enumerate(requests))

    async def work() -> None:
        connection = Connections(10.0)  # of its own: one out of many might idle until the server closes it
        for number, asked in left:
            due = time.monotonic() if a_second is None else began + number / a_second
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            answer = await connection.ask(origin, asked, 10.0)
            assert answer.status == 204, answer.status
            took.append(time.monotonic() - due)
        await connection.close()

    await asyncio.gather(*(work() for _ in range(CONNECTIONS)))
    return took


if __name__ == "__main__":
    raise SystemExit(main())
