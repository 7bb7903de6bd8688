"""What all of the carrier's API has in common: who may ask, how a refusal looks, how a form is read, and what
goes wrong when faults are on.
"""

from __future__ import annotations

import asyncio
import base64
import functools
import json
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Protocol
from urllib.parse import parse_qs, parse_qsl

from aiohttp import web

from dialer.town.codes import REFUSALS
from dialer.town.faults import Dice

VERSION: Final = "2010-04-01"
MORE_INFO: Final = "https://www.twilio.com/docs/errors/"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Form = dict[str, str]


class RefusedError(Exception):
    """The carrier doesn't do it: one of its codes, with the HTTP status that goes with it."""

    def __init__(self, code: int, status: int = 400, said: str = "", **headers: str) -> None:
        self.code = code
        self.status = status
        self.said = said or REFUSALS.get(code, "Error")
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        super().__init__(self.said)

    def response(self) -> web.Response:
        body = {
            "code": self.code,
            "message": self.said,
            "more_info": f"{MORE_INFO}{self.code}",
            "status": self.status,
        }
        return answer(body, self.status, self.headers)


def answer(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """A JSON answer as the carrier's API gives it."""
    return web.Response(
        body=json.dumps(body, separators=(",", ":")).encode(),
        status=status,
        headers={"Twilio-Request-Id": f"RQ{uuid.uuid4().hex}", **(headers or {})},
        content_type="application/json",
    )


def not_found(request: web.Request) -> RefusedError:
    """There is no such thing, in the carrier's words."""
    return RefusedError(20404, 404, f"The requested resource {request.path} was not found")


class Account:
    """Who the town's one customer is, and how fast it may ask."""

    def __init__(self, sid: str, token: str, rate: Callable[[], float]) -> None:
        self.sid = sid
        self._expected = "Basic " + base64.b64encode(f"{sid}:{token}".encode()).decode()
        self._rate = rate
        self._allowance, self._counted_at = 0.0, time.monotonic()

    def check(self, request: web.Request) -> None:
        """Raises RefusedError: 20003 for whoever isn't the customer, 20429 beyond the account's rate."""
        given = request.headers.get("Authorization", "")
        if given != self._expected or request.match_info.get("account", self.sid) != self.sid:
            raise RefusedError(20003, 401, WWW_Authenticate='Basic realm="Twilio API"')
        rate = self._rate()
        if rate and not self._takes_one(rate):
            raise RefusedError(20429, 429, Retry_After="1")

    def _takes_one(self, rate: float) -> bool:
        """A bucket of one second's requests."""
        now = time.monotonic()
        self._allowance = min(max(1.0, rate), self._allowance + (now - self._counted_at) * rate)
        self._counted_at = now
        if self._allowance < 1.0:
            return False
        self._allowance -= 1.0
        return True


async def read_form(request: web.Request) -> Form:
    """The form's fields; of one that is repeated the last. Raises RefusedError when it can't be read."""
    try:
        text = (await request.read()).decode()
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=200))
    except ValueError:
        raise RefusedError(20001, 400, "The request body could not be read") from None


async def repeated(request: web.Request, name: str) -> list[str]:
    """All values of a field that may be repeated. Raises RefusedError when they can't be read."""
    try:
        text = (await request.read()).decode()
        return parse_qs(text, keep_blank_values=True, max_num_fields=200).get(name, [])
    except ValueError:
        raise RefusedError(20001, 400, "The request body could not be read") from None


def customers(account: Account) -> Callable[[Handler], Handler]:
    """Make a handler answer only the customer, and turn what it refuses into the carrier's error."""

    def wrap(handler: Handler) -> Handler:
        @functools.wraps(handler)
        async def guarded(request: web.Request) -> web.StreamResponse:
            try:
                account.check(request)
                return await handler(request)
            except RefusedError as refusal:
                return refusal.response()

        return guarded

    return wrap


class Accepts(Protocol):
    """Checks what is asked for and enters it into the ledger; returns what the API answers with.

    Raises RefusedError, with nothing entered.
    """

    def __call__(self) -> Mapping[str, Any]: ...


async def create(request: web.Request, dice: Dice, accept: Accepts, status: int = 201) -> web.StreamResponse:
    """Answer a request that makes something, with whatever goes wrong before and after it is made."""
    await _before(request, dice)
    made = answer(accept(), status)
    return await _after(request, dice, made)


async def _before(request: web.Request, dice: Dice) -> None:
    faults = dice.faults
    match dice.before():
        case "refused":
            raise RefusedError(faults.refused_code, faults.refused_status)
        case "rate_limited":
            raise RefusedError(20429, 429, Retry_After=str(faults.retry_after_s))
        case "error_before":
            raise RefusedError(20500, 500)
        case "dropped_before":
            hang_up(request)
            raise RefusedError(20500, 500)
        case "hang_before":
            await asyncio.sleep(faults.hang_s)
            hang_up(request)
            raise RefusedError(20500, 500)


async def _after(request: web.Request, dice: Dice, made: web.Response) -> web.StreamResponse:
    match dice.after():
        case "error_after":
            return _bad_gateway() if dice.heads() else RefusedError(20500, 500).response()
        case "lost_reply":
            hang_up(request)
        case "broken_reply":
            return await _broken(request, made) if dice.heads() else _page(201)
        case "hang_after":
            await asyncio.sleep(dice.faults.hang_s)
            hang_up(request)
    return made


def hang_up(request: web.Request) -> None:
    """Drop the connection; what is answered afterwards goes nowhere."""
    if request.transport is not None:
        request.transport.abort()


async def _broken(request: web.Request, made: web.Response) -> web.StreamResponse:
    """The head of the answer and half of its body."""
    assert isinstance(made.body, bytes)  # noqa: S101
    torn = web.StreamResponse(status=made.status, headers={"Content-Type": "application/json"})
    torn.content_length = len(made.body)
    await torn.prepare(request)
    await torn.write(made.body[: len(made.body) // 2])
    if request.transport is not None:
        request.transport.close()
    return torn


def _bad_gateway() -> web.Response:
    return _page(502)


def _page(status: int) -> web.Response:
    """What a machine between the carrier and us says instead of the carrier."""
    return web.Response(
        text="<html><body><h1>The proxy is unwell</h1></body></html>", status=status, content_type="text/html"
    )
