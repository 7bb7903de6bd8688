"""The trade in calls: the carrier's API for them (2010-04-01, version 2.6.7), and townspeople who ring."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from itertools import islice
from typing import Any, Final

from aiohttp import web

from dialer.town.api import VERSION, RefusedError, answer, create, customers, not_found
from dialer.town.book import Book
from dialer.town.conferences import Conferences
from dialer.town.control import local, numbers_of, read_json
from dialer.town.flow import Queues
from dialer.town.listing import page_of
from dialer.town.passes import read_pass
from dialer.town.recordings import Recordings
from dialer.town.strict import ComplaintError
from dialer.town.town import Town
from dialer.town.verdict import Verdict
from dialer.town.voice.exchange import INBOUND, OUTBOUND, Exchange
from dialer.town.voice.leg import Leg
from dialer.town.voice.manner import BROWSER
from dialer.town.voice.orders import Order, read_call_form, read_change, read_order
from dialer.town.voice.register import Register, Trouble, far_end, read_query
from dialer.town.voice.showing import shown
from dialer.town.voice.sources import Ask
from dialer.town.voice.wiring import Wiring

CALL_QUEUE: Final = "calls"
QUEUE_FULL: Final = 22005


class Calls:
    """The trade in calls."""

    def __init__(self, town: Town, texts: Callable[[], Book]) -> None:
        self._town = town
        self._texts = texts
        self._begin()

    def _begin(self) -> None:
        """Take an exchange into use in which nobody has rung yet."""
        self._wiring = Wiring(self._town, self._texts)
        self._queues = Queues()
        self.exchange = Exchange(self._wiring)

    @property
    def register(self) -> Register:
        """All calls."""
        return self._wiring.register

    # --- a trade of the town ---

    def routes(self) -> Iterable[web.RouteDef]:
        """The carrier's API, and what tests and curious people may do."""
        guard = customers(self._town.account)
        base = f"/{VERSION}/Accounts/{{account}}"
        return [
            *Conferences(self._town, lambda: self.exchange, self.accept).routes(),
            *Recordings(self._town, lambda: self.register.legs, lambda: self._wiring.recorder).routes(),
            web.post(f"{base}/Calls.json", guard(self._create)),
            web.get(f"{base}/Calls.json", guard(self._list)),
            web.get(f"{base}/Calls/{{sid}}.json", guard(self._fetch)),
            web.post(f"{base}/Calls/{{sid}}.json", guard(self._update)),
            web.post("/calls", local(self._ring_in)),
            web.post("/clients", local(self._connect)),
            web.get("/clients/{sid}", local(self._listen)),
            web.post("/calls/{sid}/press", local(self._press)),
            web.post("/calls/{sid}/hang-up", local(self._put_down)),
            web.get("/ledger/calls", local(self._ledger)),
            web.get("/ledger/troubles", local(self._troubles)),
            web.get("/ledger/verdict", local(self._verdict)),
        ]

    def replay(self, kind: str, record: Mapping[str, Any]) -> bool:
        """Take in what was once entered."""
        match kind:
            case "call":
                self.register.enter(Leg.from_record(dict(record)))
            case "recording":
                self._wiring.recorder.replay(dict(record))
            case "trouble":
                self.register.troubles.append(Trouble(**record))
            case _:
                return self.exchange.rooms.replay(kind, record)
        return True

    def resume(self) -> None:
        """End what was under way: a line doesn't outlive the exchange it goes through."""
        self.exchange.rooms.resume()
        self._wiring.recorder.resume()
        for leg in self.register.legs.values():
            if not leg.is_over:
                answered = leg.answered_at
                lasted_s = self._town.clock.elapsed_since(answered.timestamp()) if answered else 0.0
                self.exchange.lines.finish(leg, lasted_s)

    def forget(self) -> None:
        """Begin anew."""
        self._wiring.watch.forget()
        self._begin()

    def stop(self) -> None:
        """Stand still."""
        self._wiring.watch.forget()

    # --- the carrier's API ---

    async def _create(self, request: web.Request) -> web.StreamResponse:
        form = await read_call_form(request)

        def accept() -> Mapping[str, Any]:
            return shown(self.accept(read_order(form, self._town.terms)), self._town.config.account_sid)

        return await create(request, self._town.dice, accept)

    def accept(self, order: Order) -> Leg:
        """Take a call that somebody wants placed. Raises RefusedError, with nothing entered."""
        terms, now = self._town.terms, self._town.clock.reading()
        if self._queues.waiting_s(CALL_QUEUE, now) > terms.call_queue_s:
            raise RefusedError(QUEUE_FULL, 429, "The queue of calls to be placed is full")
        waits_s = self._queues.enter(CALL_QUEUE, now, 1, terms.calls_per_second)
        leg = self.exchange.lines.new_leg(order.to, order.caller, OUTBOUND, order.callback)
        leg.queue_ms = round(waits_s * 1000)
        self._wiring.keep(leg)
        self.exchange.place(order, leg, waits_s)
        return leg

    async def _fetch(self, request: web.Request) -> web.Response:
        if self._town.dice.happens("fetch_error"):
            raise RefusedError(20500, 500)
        return answer(shown(self._named(request), self._town.config.account_sid))

    async def _update(self, request: web.Request) -> web.Response:
        """End a call, or have it go on with other TwiML; ending one that is over changes nothing."""
        leg, form = self._named(request), await read_call_form(request)
        change = read_change(form, leg.status)
        if change.source is not None:
            self.exchange.send_elsewhere(leg.sid, change.source)
        elif change.status == "completed" or leg.answered_at is None:
            self.exchange.end(leg.sid)
            await self.exchange.settled()
        return answer(shown(leg, self._town.config.account_sid))

    async def _list(self, request: web.Request) -> web.Response:
        if self._town.dice.happens("list_error"):
            raise RefusedError(20500, 500)
        lag_s = self._town.dice.faults.list_lag_s
        wanted = read_query(
            request.query, self._town.clock.now() - timedelta(seconds=lag_s) if lag_s else None
        )
        found = list(islice(wanted.matching(self.register), wanted.page_size + 1))
        calls = [shown(leg, self._town.config.account_sid) for leg in found]
        return answer(page_of(request, "calls", calls, size=wanted.page_size, number=wanted.page))

    def _named(self, request: web.Request) -> Leg:
        leg = self.register.legs.get(request.match_info["sid"])
        if leg is None:
            raise not_found(request)
        return leg

    # --- the control surface ---

    async def _ring_in(self, request: web.Request) -> web.Response:
        """A townsperson rings one of our numbers; with `digits` they press these when asked."""
        given = await read_json(request)
        caller, to = numbers_of(given, "from", "to")
        digits = given.get("digits")
        if digits is not None and not isinstance(digits, str):
            raise ComplaintError("digits: text expected")
        told_at = self._town.told_at(to, "voice")
        if not told_at:
            raise ComplaintError("nobody has said where calls to this number go (voice_url)")
        leg = self.exchange.lines.new_leg(to, caller, INBOUND)
        self._wiring.keep(leg)
        self.exchange.ring_in(leg, Ask(told_at), digits)
        return web.json_response({"sid": leg.sid})

    async def _connect(self, request: web.Request) -> web.Response:
        """Somebody calls from a browser with a `token`; their `params` go with the request for TwiML."""
        given = await read_json(request)
        token, params = given.get("token"), given.get("params", {})
        if not isinstance(token, str) or not isinstance(params, dict):
            raise ComplaintError("token: text expected, and params: an object")
        if not self._town.terms.app_url:
            raise ComplaintError("nobody has said where calls from browsers go (app_url)")
        shown = read_pass(token, self._town.config, self._town.clock.timestamp())
        extra = {str(name): str(value) for name, value in params.items()}
        leg = self.exchange.lines.new_leg(extra.get("To", ""), f"{BROWSER}{shown.identity}", INBOUND)
        self._wiring.keep(leg)
        told = extra | {"ApplicationSid": shown.app_sid}
        self.exchange.ring_in(leg, Ask(self._town.terms.app_url, told), "")
        return web.json_response({"sid": leg.sid})

    async def _listen(self, request: web.Request) -> web.Response:
        """What somebody in a browser hears at this moment, for a page that has no ears in the town."""
        leg = self.register.legs.get(request.match_info["sid"])
        if leg is None:
            raise ComplaintError("there is no such call")
        now = [sound for sound in leg.sounds if sound.to_s is None]
        said = {"sid": leg.sid, "from": leg.caller, "status": leg.status}
        return web.json_response(said | {"hears": now[-1].kind if now else ""})

    async def _press(self, request: web.Request) -> web.Response:
        """The person on a call presses `digits`."""
        given = await read_json(request)
        digits = given.get("digits")
        if not isinstance(digits, str) or not re.fullmatch(r"[0-9*#]{1,32}", digits):
            raise ComplaintError("digits: keys of a telephone expected")
        line = self.exchange.lines.open.get(request.match_info["sid"])
        if line is None:
            raise ComplaintError("nobody is on that call")
        line.press(digits)
        self._wiring.watch.settle()
        return web.json_response({})

    async def _put_down(self, request: web.Request) -> web.Response:
        """The person on a call puts the telephone down."""
        await read_json(request)
        line = self.exchange.lines.open.get(request.match_info["sid"])
        if line is None:
            raise ComplaintError("nobody is on that call")
        line.put_down()
        await self.exchange.settled()
        return web.json_response({})

    async def _ledger(self, request: web.Request) -> web.Response:
        """All calls, oldest first; `?direction=` leaves the others out."""
        direction = request.query.get("direction")
        legs = [leg for leg in self.register.legs.values() if direction in {None, leg.direction}]
        return web.json_response({"calls": [call_record(leg) for leg in legs]})

    async def _troubles(self, request: web.Request) -> web.Response:  # noqa: ARG002 -- a handler's shape
        """What went wrong with calls, oldest first: above all TwiML that the town refused."""
        return web.json_response({"troubles": [each.record() for each in self.register.troubles]})

    async def _verdict(self, request: web.Request) -> web.Response:
        """What was heard and who was joined, of everybody but `?staff=`: numbers, or how they begin."""
        rooms = self.exchange.rooms.by_sid.values()
        return web.json_response(
            Verdict(self.register.legs.values(), rooms, request.query.getall("staff", [])).said()
        )


def call_record(leg: Leg) -> dict[str, Any]:
    """A call as the ledger shows it."""
    kept = leg.record()
    callback = kept.pop("callback")
    return kept | {
        "accepted_at": kept.pop("created_at"),
        "person": far_end(leg),
        "status_callback": callback["url"] if callback else None,
    }
