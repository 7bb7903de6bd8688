"""How many texts a second one process hands to the carrier, 100 in flight, and what each costs it.

The other end is a bare server that answers at once, then one that takes 100 ms for each answer, as a carrier
far away does. The aim: 0.5 ms of processor time a text at most, and 400 a second against the slow one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import time
import uuid
from multiprocessing.connection import Connection

from aiohttp import web

from dialer.carrier.port import IN_FLIGHT, Accepted, OutboundMessage
from dialer.carrier.twilio import TwilioCarrier

AIM_MS = 0.5
AIM_A_SECOND = 400.0
SLOW_S = 0.1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=4_000)
    texts: int = parser.parse_args().texts
    at_once = measure(texts, 0.0)
    slow = measure(texts // 2, SLOW_S)
    met = max(at_once[1], slow[1]) <= AIM_MS and slow[0] >= AIM_A_SECOND
    print(f"aim: {AIM_MS} ms a text, {AIM_A_SECOND:.0f} a second over 100 ms: {'met' if met else 'MISSED'}")
    return 0 if met else 1


def measure(texts: int, delay_s: float) -> tuple[float, float]:
    """Texts a second, and milliseconds of our processor time for each."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    server = context.Process(target=serve, args=(theirs, delay_s))
    server.start()
    carrier = TwilioCarrier("AC" + "0" * 32, "only-for-the-measurement", f"http://127.0.0.1:{ours.recv()}")
    try:
        carrier.send_messages([made() for _ in range(IN_FLIGHT)])
        began, used = time.monotonic(), time.process_time()
        for _ in range(0, texts, IN_FLIGHT):
            outcomes = carrier.send_messages([made() for _ in range(IN_FLIGHT)])
            assert all(isinstance(outcome, Accepted) for outcome in outcomes)
        a_second = texts / (time.monotonic() - began)
        cost_ms = (time.process_time() - used) / texts * 1000
    finally:
        carrier.close()
        server.terminate()
        server.join()
    print(f"answers after {delay_s * 1000:3.0f} ms: {a_second:7,.0f} texts a second, {cost_ms:.2f} ms each")
    return a_second, cost_ms


def made() -> OutboundMessage:
    identity = uuid.uuid4()
    return OutboundMessage(
        id=identity,
        to="+447700900123",
        sender="+447700900001",
        body="Will you vote on Thursday? Reply STOP to opt out",
        status_callback=f"https://dialer.example/webhooks/twilio/messages/status?m={identity}",
    )


def serve(tell_port: Connection, delay_s: float) -> None:
    """A carrier that takes everything."""

    async def answer(asked: web.Request) -> web.Response:
        form = await asked.post()
        await asyncio.sleep(delay_s)
        body = {"sid": f"SM{uuid.uuid4().hex}", "status": "queued", "num_segments": "1", "body": form["Body"]}
        return web.Response(body=json.dumps(body).encode(), status=201, content_type="application/json")

    async def run() -> None:
        app = web.Application()
        app.router.add_post("/{path:.*}", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        tell_port.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(run())


if __name__ == "__main__":
    raise SystemExit(main())
