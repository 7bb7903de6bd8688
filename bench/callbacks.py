"""How fast the carrier's signed callbacks are taken in over HTTP, kept before they are answered, and applied.

Each of so many texts is told to be `sent` and then `delivered`, over 20 connections at once. The aim
(contract §8): every answer within a second, and every text delivered in the end.
"""

from __future__ import annotations

import argparse
import http.client
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

from sqlalchemy import Engine, text
from twilio.request_validator import RequestValidator

from bench.installation import running
from dialer.settings import Settings
from dialer.store.session import make_engine

AIM_S = 1.0
APPLIED_WITHIN_S = 120.0
CONNECTIONS = 20
PATH = "/webhooks/twilio/messages/status"

SEED = text(
    """
    INSERT INTO message (organisation_id, id, direction, purpose, number, sender, body, encoding, segments,
                         state, carrier_sid, attempts, created_at, sent_at)
    SELECT o.id, gen_random_uuid(), 'outbound', 'single', '+447700900123', '+447700900001', 'Vote', 'gsm7', 1,
           'sent', 'SM' || lpad(to_hex(n), 32, '0'), 1, now(), now()
    FROM organisation o, generate_series(1, :texts) AS n
    RETURNING organisation_id, id, carrier_sid
    """
)
LEFT = text("SELECT count(*) FROM message WHERE state <> 'delivered'")


@dataclass
class Timings:
    """How long each answer took, in seconds."""

    answers: list[float] = field(default_factory=list)
    refused: int = 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=5_000)
    texts: int = parser.parse_args().texts
    with running() as installation:
        engine = make_engine(installation.settings.database_url)
        requests = signed(installation.settings, engine, texts)
        began = time.monotonic()
        timings = post_all(installation.settings.bind, requests)
        taken_s = time.monotonic() - began
        left = wait_until_applied(engine)
        applied_s = time.monotonic() - began
        engine.dispose()
    return report(timings, taken_s, applied_s, left)


def report(timings: Timings, taken_s: float, applied_s: float, left: int) -> int:
    answers = sorted(timings.answers)
    count = len(answers)
    p99, most = answers[int(count * 0.99)] * 1000, answers[-1] * 1000
    print(f"{count:,} callbacks taken in, {count / taken_s:,.0f} a second")
    print(f"answers: 99 of 100 within {p99:.0f} ms, the longest {most:.0f} ms")
    print(
        f"all applied after {applied_s:.1f} s ({count / applied_s:,.0f} a second); {left} texts not delivered"
    )
    met = not timings.refused and not left and answers[-1] <= AIM_S
    print(f"aim: every answer within {AIM_S:.0f} s, none refused, all applied: {'met' if met else 'MISSED'}")
    return 0 if met else 1


def signed(settings: Settings, engine: Engine, texts: int) -> list[tuple[str, bytes, str]]:
    """The callbacks of fresh texts: path, form, signature; all of `sent` before all of `delivered`."""
    with engine.begin() as connection:
        rows = connection.execute(SEED, {"texts": texts}).all()
    validator = RequestValidator(settings.twilio_auth_token)
    made = []
    for status in ("sent", "delivered"):
        for row in rows:
            path = f"{PATH}?o={row.organisation_id}&m={row.id}"
            form = {
                "AccountSid": settings.twilio_account_sid,
                "ApiVersion": "2010-04-01",
                "From": "+447700900001",
                "MessageSid": row.carrier_sid,
                "MessageStatus": status,
                "SmsSid": row.carrier_sid,
                "SmsStatus": status,
                "To": "+447700900123",
            }
            signature = validator.compute_signature(settings.public_url + path, form)
            made.append((path, urlencode(form).encode(), signature))
    return made


def post_all(bind: str, requests: list[tuple[str, bytes, str]]) -> Timings:
    """Post them over some connections, one after another on each."""
    timings, waiting = Timings(), iter(requests)
    lock = threading.Lock()

    def work() -> None:
        connection = http.client.HTTPConnection(bind, timeout=30)
        for path, form, signature in taken_from(waiting, lock):
            began = time.monotonic()
            headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
            connection.request("POST", path, form, headers)
            answer = connection.getresponse()
            answer.read()
            timings.answers.append(time.monotonic() - began)
            timings.refused += answer.status != 204
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return timings


def taken_from(
    waiting: Iterator[tuple[str, bytes, str]], lock: threading.Lock
) -> Iterator[tuple[str, bytes, str]]:
    while True:
        with lock:
            request = next(waiting, None)
        if request is None:
            return
        yield request


def wait_until_applied(engine: Engine) -> int:
    """How many texts are still not delivered when all are, or when it takes too long."""
    deadline = time.monotonic() + APPLIED_WITHIN_S
    while True:
        with engine.connect() as connection:
            left = int(connection.execute(LEFT).scalar_one())
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.1)


if __name__ == "__main__":
    raise SystemExit(main())
