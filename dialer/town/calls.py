"""The trade in calls: the carrier's API for them (2010-04-01, version 2.6.7), and townspeople who ring."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final
from urllib.parse import urlencode

from aiohttp import web

from dialer.town.api import VERSION, RefusedError, answer, create, customers, not_found
from dialer.town.book import Book
from dialer.town.control import local, numbers_of, read_json
from dialer.town.delivery import new_sid
from dialer.town.flow import Queues
from dialer.town.numbers import in_regions, is_number
from dialer.town.strict import ComplaintError
from dialer.town.telling import REORDERED_S
from dialer.town.town import Town
from dialer.town.voice.exchange import INBOUND, OUTBOUND, Exchange
from dialer.town.voice.leg import Leg
from dialer.town.voice.manner import EXPECTING, ON_THE_DESK, Manner, manner_of
from dialer.town.voice.orders import Order, read_call_form, read_change, read_order
from dialer.town.voice.performance import NoTwimlError
from dialer.town.voice.register import Query, Register, Trouble, far_end, read_query
from dialer.town.voice.showing import shown
from dialer.town.voice.sources import Ask
from dialer.town.voice.watch import Watch

CALL_QUEUE: Final = "calls"
QUEUE_FULL: Final = 22005
NO_ANSWER_FROM_YOU: Final = 11200
CANT_CONNECT_TO_YOU: Final = 11205
NO_TWIML: Final = 12300
BAD_CALLER_ID: Final = 13214
BAD_NUMBER: Final = 13223
NOT_ALLOWED_THERE: Final = 13227
_XML: Final = frozenset({"text/xml", "application/xml"})
_CODE: Final = re.compile(r"\b[0-9]{6}\b")


class Calls:
    """The trade in calls, and what the exchange needs of the town."""

    def __init__(self, town: Town, texts: Callable[[], Book]) -> None:
        self._town = town
        self._texts = texts
        self.account_sid = town.config.account_sid
        self.watch = Watch(town.clock)
        self.register = Register()
        self._queues = Queues()
        self.exchange = Exchange(self)

    # --- a trade of the town ---

    def routes(self) -> Iterable[web.RouteDef]:
        """The carrier's API, and what tests and curious people may do."""
        guard = customers(self._town.account)
        base = f"/{VERSION}/Accounts/{{account}}"
        return [
            web.post(f"{base}/Calls.json", guard(self._create)),
            web.get(f"{base}/Calls.json", guard(self._list)),
            web.get(f"{base}/Calls/{{sid}}.json", guard(self._fetch)),
            web.post(f"{base}/Calls/{{sid}}.json", guard(self._update)),
            web.post("/calls", local(self._ring_in)),
            web.post("/calls/{sid}/press", local(self._press)),
            web.post("/calls/{sid}/hang-up", local(self._put_down)),
            web.get("/ledger/calls", local(self._ledger)),
            web.get("/ledger/troubles", local(self._troubles)),
        ]

    def replay(self, kind: str, record: Mapping[str, Any]) -> bool:
        """Take in what was once entered."""
        match kind:
            case "call":
                self.register.enter(Leg.from_record(dict(record)))
            case "trouble":
                self.register.troubles.append(Trouble(**record))
            case _:
                return False
        return True

    def resume(self) -> None:
        """End what was under way: a line doesn't outlive the exchange it goes through."""
        for leg in self.register.legs.values():
            if not leg.is_over:
                answered = leg.answered_at
                lasted_s = self._town.clock.elapsed_since(answered.timestamp()) if answered else 0.0
                self.exchange.lines.finish(leg, lasted_s)

    def forget(self) -> None:
        """Begin anew."""
        self.watch.forget()
        self.watch = Watch(self._town.clock)
        self.register, self._queues = Register(), Queues()
        self.exchange = Exchange(self)

    def stop(self) -> None:
        """Stand still."""
        self.watch.forget()

    # --- the carrier's API ---

    async def _create(self, request: web.Request) -> web.StreamResponse:
        form = await read_call_form(request)

        def accept() -> Mapping[str, Any]:
            return shown(self.accept(read_order(form, self._town.terms)), self.account_sid)

        return await create(request, self._town.dice, accept)

    def accept(self, order: Order) -> Leg:
        """Take a call that somebody wants placed. Raises RefusedError, with nothing entered."""
        terms, now = self._town.terms, self._town.clock.reading()
        if self._queues.waiting_s(CALL_QUEUE, now) > terms.call_queue_s:
            raise RefusedError(QUEUE_FULL, 429, "The queue of calls to be placed is full")
        waits_s = self._queues.enter(CALL_QUEUE, now, 1, terms.calls_per_second)
        leg = self.exchange.lines.new_leg(order.to, order.caller, OUTBOUND, order.callback)
        leg.queue_ms = round(waits_s * 1000)
        self.keep(leg)
        self.exchange.place(order, leg, waits_s)
        return leg

    async def _fetch(self, request: web.Request) -> web.Response:
        if self._town.dice.happens("fetch_error"):
            raise RefusedError(20500, 500)
        return answer(shown(self._named(request), self.account_sid))

    async def _update(self, request: web.Request) -> web.Response:
        """End a call, or have it go on with other TwiML; ending one that is over changes nothing."""
        leg, form = self._named(request), await read_call_form(request)
        change = read_change(form, leg.status)
        if change.source is not None:
            self.exchange.send_elsewhere(leg.sid, change.source)
        elif change.status == "completed" or leg.answered_at is None:
            self.exchange.end(leg.sid)
            await self.watch.quiet()
        return answer(shown(leg, self.account_sid))

    async def _list(self, request: web.Request) -> web.Response:
        if self._town.dice.happens("list_error"):
            raise RefusedError(20500, 500)
        lag_s = self._town.dice.faults.list_lag_s
        wanted = read_query(request.query, self.now() - timedelta(seconds=lag_s) if lag_s else None)
        found = list(islice(wanted.matching(self.register), wanted.page_size + 1))
        return answer(self._page(request, wanted, found))

    def _page(self, request: web.Request, wanted: Query, found: list[Leg]) -> dict[str, Any]:
        """One page, with the ways to its neighbours."""
        size, number = wanted.page_size, wanted.page
        on_it, more = found[:size], len(found) > size
        asked = {name: value for name, value in request.query.items() if name not in {"Page", "PageToken"}}

        def address(page: int, **token: str) -> str:
            return f"{request.path}?{urlencode({**asked, 'PageSize': size, 'Page': page, **token})}"

        return {
            "calls": [shown(leg, self.account_sid) for leg in on_it],
            "page": number,
            "page_size": size,
            "start": number * size,
            "end": number * size + max(0, len(on_it) - 1),
            "uri": str(request.rel_url),
            "first_page_uri": address(0),
            "previous_page_uri": address(number - 1) if number else None,
            "next_page_uri": address(number + 1, PageToken=f"PA{on_it[-1].sid}") if more else None,
        }

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
        if not self._town.terms.voice_url:
            raise ComplaintError("nobody has said where calls to the account go (voice_url)")
        leg = self.exchange.lines.new_leg(to, caller, INBOUND)
        self.keep(leg)
        self.exchange.ring_in(leg, Ask(self._town.terms.voice_url), digits)
        return web.json_response({"sid": leg.sid})

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
        self.watch.settle()
        return web.json_response({})

    async def _put_down(self, request: web.Request) -> web.Response:
        """The person on a call puts the telephone down."""
        await read_json(request)
        line = self.exchange.lines.open.get(request.match_info["sid"])
        if line is None:
            raise ComplaintError("nobody is on that call")
        line.put_down()
        await self.watch.quiet()
        return web.json_response({})

    async def _ledger(self, request: web.Request) -> web.Response:
        """All calls, oldest first; `?direction=` leaves the others out."""
        direction = request.query.get("direction")
        legs = [leg for leg in self.register.legs.values() if direction in {None, leg.direction}]
        return web.json_response({"calls": [call_record(leg) for leg in legs]})

    async def _troubles(self, request: web.Request) -> web.Response:  # noqa: ARG002 -- a handler's shape
        """What went wrong with calls, oldest first: above all TwiML that the town refused."""
        return web.json_response({"troubles": [each.record() for each in self.register.troubles]})

    # --- what the exchange needs of the town ---

    def now(self) -> datetime:
        """The time of day."""
        return self._town.clock.now()

    def new_sid(self) -> str:
        """A name for a call."""
        return new_sid("CA")

    def manner(self, number: str) -> Manner:
        """How a person behaves this time. A phone on the desk is answered, and who was texted a code waits
        to be rung, unless somebody has fixed what they do.
        """
        person = self._town.people.person(number)
        expects = number.startswith(ON_THE_DESK) or self._was_texted_a_code(number)
        if person.habits.phone is None and expects:
            return EXPECTING
        return manner_of(person.phone(max(0, self.register.rung[number] - 1)))

    def _was_texted_a_code(self, number: str) -> bool:
        """Whether some text to the number holds six digits by themselves."""
        return any(_CODE.search(text.body) for text in self._texts().to.get(number, ()))

    def may_dial(self, number: str, caller_id: str | None) -> tuple[int, str] | None:
        """Why a Dial can't ring a number: its shape, its country, or a caller id that isn't ours."""
        terms = self._town.terms
        if not is_number(number):
            return BAD_NUMBER, "Dial: Invalid phone number format"
        if not in_regions(number, terms.regions):
            return NOT_ALLOWED_THERE, "Dial: No International Authorization"
        if caller_id is not None and terms.senders and caller_id not in terms.senders:
            return BAD_CALLER_ID, "Dial: Invalid callerId value"
        return None

    def keep(self, leg: Leg) -> None:
        """Write a leg down as it is now."""
        self._town.ledger.append("call", leg.record())
        self.register.enter(leg)

    def tell(self, url: str, told: Mapping[str, str]) -> None:
        """Post a callback once, soon, unless a fault has it lost, late, doubled or behind the next."""
        dice, clock = self._town.dice, self._town.clock
        if dice.happens("lost_callback"):
            return
        wait_s = 0.0
        if dice.happens("late_callback"):
            wait_s = dice.faults.late_s
        elif told.get("CallStatus") == "ringing" and dice.happens("reordered_callback"):
            wait_s = REORDERED_S
        for _ in range(2 if dice.happens("doubled_callback") else 1):
            clock.after(wait_s, functools.partial(self._post, url, told))

    async def _post(self, url: str, told: Mapping[str, str]) -> None:
        """Post a callback; whatever is answered, it isn't posted again."""
        await self._town.webhooks.send(url, told)

    async def ask(self, url: str, told: Mapping[str, str]) -> str:
        """Fetch TwiML. Raises NoTwimlError with the carrier's code where none comes."""
        reply = await self._town.webhooks.send(url, told)
        if not reply.status:
            raise NoTwimlError(CANT_CONNECT_TO_YOU, "no answer came within 15 s")
        if not reply.ok:
            raise NoTwimlError(NO_ANSWER_FROM_YOU, f"the answer was HTTP {reply.status}")
        if reply.content_type not in _XML:
            raise NoTwimlError(NO_TWIML, f"the answer was {reply.content_type or 'of no type'}, not XML")
        return reply.text

    def complain(self, sid: str, code: int, detail: str) -> None:
        """Write down what went wrong with a call."""
        trouble = Trouble(sid, code, detail, self.now().isoformat())
        self._town.ledger.append("trouble", trouble.record())
        self.register.troubles.append(trouble)


def call_record(leg: Leg) -> dict[str, Any]:
    """A call as the ledger shows it."""
    kept = leg.record()
    callback = kept.pop("callback")
    return kept | {
        "accepted_at": kept.pop("created_at"),
        "person": far_end(leg),
        "status_callback": callback["url"] if callback else None,
    }
