"""What the simulated town's telephones cost: volunteers in their rooms, and people rung for them without end.

A stand-in for us answers the town's webhooks at once: whoever answers goes into the room of a volunteer who
is free, else hears that nobody is. What counts is the processor time of the town's process alone. It shares
the machine with what is measured against it, so at 200 volunteers and 20 calls a second (issue 6) it may take
a seventh of a core, and its verdict on the calls has to be clean.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import time
import urllib.request
from collections import deque
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientSession, TCPConnector, web

from bench.town import ACCOUNT, TOKEN, cpu_of, forked, tell, town

AIM_CORES = 0.15
WRAP_UP_S = 10.0
VOLUNTEERS = "+44770091"
US = "+441632960000"
XML = '<?xml version="1.0" encoding="UTF-8"?><Response>{}</Response>'
LEAVES = 'statusCallback="/room" statusCallbackEvent="start end join leave"'
EVENTS = ("initiated", "ringing", "answered", "completed")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--volunteers", type=int, default=200)
    parser.add_argument("--calls-a-second", type=float, default=20.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    with forked(stand_in) as (ours, _), town(speed=1) as (port, pid):
        tell(port, "/account", {"calls_per_second": 0.0})
        load = Load(port, f"http://127.0.0.1:{ours}", options.volunteers)
        cores, late_s = asyncio.run(load.run(pid, options.calls_a_second, options.seconds))
        verdict = load.verdict()
    calls = options.calls_a_second * options.seconds
    verdict["unended"] = len(verdict["unended"])
    print(json.dumps(verdict))
    print(f"{calls:,.0f} calls; placed {late_s:.2f} s late at the most")
    print(f"the town took {cores:.3f} of a core, {cores * options.seconds / calls * 1e3:.2f} ms a call")
    met = cores <= AIM_CORES and not verdict["joined_to_two"]
    print(f"aim: {AIM_CORES} of a core, nobody joined to two: {'met' if met else 'MISSED'}")
    return 0 if met else 1


class Load:
    """Volunteers and calls at one town."""

    def __init__(self, port: int, ours: str, volunteers: int) -> None:
        self._port = port
        self._ours = ours
        self._volunteers = [f"{VOLUNTEERS}{number:04}" for number in range(volunteers)]
        secret = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        self._headers = {"Authorization": f"Basic {secret}"}

    async def run(self, pid: int, a_second: float, seconds: float) -> tuple[float, float]:
        """Have everybody come in, then ring people for so long: how many cores the town took for that, and
        how late a call was placed at the most.
        """
        for number in self._volunteers:
            habits = {"phone": "answers", "ring_s": 1, "talk_s": 100_000, "patience_s": 100_000}
            await asyncio.to_thread(tell, self._port, f"/people/{number}", habits)
        async with ClientSession(connector=TCPConnector(limit=20)) as session:
            await asyncio.gather(*(self._place(session, each, "shift", each) for each in self._volunteers))
            await asyncio.sleep(5.0)
            began, used, late_s = time.monotonic(), cpu_of(pid), 0.0
            placing = set()
            for nth in range(int(a_second * seconds)):
                await asyncio.sleep(max(0.0, began + nth / a_second - time.monotonic()))
                late_s = max(late_s, time.monotonic() - began - nth / a_second)
                number = f"+4477009{nth:05}" if nth < 10_000 else f"+44163296{nth % 10_000:04}"
                placing.add(asyncio.create_task(self._place(session, number, "answer", str(nth))))
            cores = (cpu_of(pid) - used) / (time.monotonic() - began)
            await asyncio.gather(*placing)
        return cores, late_s

    async def _place(self, session: ClientSession, to: str, path: str, what: str) -> None:
        """Have one call placed as we do."""
        form = [
            ("To", to),
            ("From", US),
            ("Url", f"{self._ours}/{path}?c={what}"),
            ("StatusCallback", f"{self._ours}/status?c={what}"),
            *(("StatusCallbackEvent", event) for event in EVENTS),
        ]
        url = f"http://127.0.0.1:{self._port}/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
        headers = {**self._headers, "Content-Type": "application/x-www-form-urlencoded"}
        async with session.post(url, data=urlencode(form), headers=headers) as answer:
            assert answer.status == 201, await answer.text()

    def verdict(self) -> dict[str, Any]:
        """The town's own of the calls."""
        url = f"http://127.0.0.1:{self._port}/ledger/verdict?staff={VOLUNTEERS.replace('+', '%2B')}"
        with urllib.request.urlopen(url, timeout=60) as answer:
            said: dict[str, Any] = json.loads(answer.read())
        return said


class Rooms:
    """Which rooms wait for somebody, and who is where."""

    def __init__(self) -> None:
        self._free: deque[str] = deque()
        self._taken: dict[str, str] = {}

    async def shift(self, asked: web.Request) -> web.Response:
        """A volunteer comes into their room."""
        room = asked.query["c"].lstrip("+ ")
        self._free.append(room)
        return _twiml(f'<Dial><Conference endConferenceOnExit="true" {LEAVES}>{room}</Conference></Dial>')

    async def answer(self, asked: web.Request) -> web.Response:
        """Whoever answered goes to the volunteer who waited longest, if one is there."""
        if not self._free:
            return _twiml("<Say>We are sorry that nobody is free to speak with you just now.</Say>")
        room = self._free.popleft()
        self._taken[(await asked.post())["CallSid"]] = room
        return _twiml(f'<Dial><Conference beep="onEnter" {LEAVES}>{room}</Conference></Dial>')

    async def status(self, asked: web.Request) -> web.Response:
        """Whose talk is over leaves a volunteer who is free again after a while."""
        told = await asked.post()
        if told["CallStatus"] == "completed" and (room := self._taken.pop(str(told["CallSid"]), None)):
            asyncio.get_running_loop().call_later(WRAP_UP_S, self._free.append, room)
        return web.Response(status=204)

    async def swallow(self, asked: web.Request) -> web.Response:
        """Nothing follows."""
        await asked.read()
        return web.Response(status=204)


def _twiml(inside: str) -> web.Response:
    return web.Response(text=XML.format(inside), content_type="text/xml")


async def stand_in(tell_port: Connection) -> None:
    """What answers the town's webhooks in our place."""
    rooms = Rooms()
    app = web.Application()
    app.router.add_post("/shift", rooms.shift)
    app.router.add_post("/answer", rooms.answer)
    app.router.add_post("/status", rooms.status)
    app.router.add_post("/room", rooms.swallow)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    tell_port.send(runner.addresses[0][1])
    await asyncio.Event().wait()


if __name__ == "__main__":
    raise SystemExit(main())
