"""The control surface: what a test or a curious person may see and change, in JSON.

It takes nothing but `application/json`, which a page of another site can't send, and answers only to names of
this machine, so that no page can reach it through a name of its own.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from itertools import islice
from typing import Any, Final

from aiohttp import web

from dialer.town.api import Handler
from dialer.town.book import Book, Text
from dialer.town.messages import Messages
from dialer.town.numbers import is_number, written_plainly
from dialer.town.strict import ComplaintError
from dialer.town.town import Town

AT_ONCE: Final = 1000
LOCAL_NAMES: Final = frozenset({"127.0.0.1", "localhost", "::1", "[::1]"})

Given = dict[str, Any]


def routes(town: Town, messages: Messages) -> Iterable[web.RouteDef]:
    """Everything that isn't the carrier's API and not a trade's own."""

    def posts(path: str, change: Callable[[Given], object]) -> web.RouteDef:
        async def handler(request: web.Request) -> web.StreamResponse:
            return web.json_response(_plain(change(await read_json(request))))

        return web.post(path, local(handler))

    return [
        posts("/account", town.set_terms),
        posts("/faults", town.set_faults),
        posts("/people", town.set_shares),
        web.post("/people/{number}", local(functools.partial(_set_habits, town))),
        web.post("/texts", local(functools.partial(_text, messages))),
        web.post("/clock", local(functools.partial(_set_clock, town))),
        web.post("/reset", local(functools.partial(_reset, town))),
        web.get("/ledger/messages", local(functools.partial(_ledger, messages))),
        web.get("/ledger/counts", local(functools.partial(_counts, town, messages))),
        web.get("/ledger/webhooks", local(functools.partial(_timings, town))),
    ]


def local(handler: Handler) -> Handler:
    """Answer only to this machine's own names, and say in JSON what is wrong."""

    @functools.wraps(handler)
    async def guarded(request: web.Request) -> web.StreamResponse:
        name = request.host.rpartition(":")[0] or request.host
        if name not in LOCAL_NAMES:
            return web.json_response(
                {"error": "this page answers only to the machine it runs on"}, status=421
            )
        try:
            return await handler(request)
        except ComplaintError as complaint:
            return web.json_response({"error": str(complaint)}, status=400)

    return guarded


async def read_json(request: web.Request) -> Given:
    """The JSON object that was sent. Raises ComplaintError when it is none."""
    if request.content_type != "application/json":
        raise ComplaintError("application/json expected")
    try:
        given = json.loads(await request.read())
        json.dumps(given, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except ValueError:
        raise ComplaintError("JSON expected") from None
    if not isinstance(given, dict):
        raise ComplaintError("a JSON object expected")
    return given


def numbers_of(given: Mapping[str, object], *names: str) -> list[str]:
    """These numbers. Raises ComplaintError where one isn't there or is none."""
    found = []
    for name in names:
        number = given.get(name)
        if not isinstance(number, str) or not number.strip():
            raise ComplaintError(f"{name}: a number expected")
        found.append(written_plainly(number.strip()))
    return found


async def _set_habits(town: Town, request: web.Request) -> web.Response:
    number = written_plainly(request.match_info["number"])
    if not is_number(number):
        raise ComplaintError(f"{number} is no telephone number")
    return web.json_response(_plain(town.set_habits(number, await read_json(request))))


async def _text(messages: Messages, request: web.Request) -> web.Response:
    """A townsperson writes to us; answered when our webhook has answered."""
    given = await read_json(request)
    number, to = numbers_of(given, "from", "to")
    media = given.get("media", [])
    if not isinstance(media, list) or not all(isinstance(kind, str) for kind in media) or len(media) > 10:
        raise ComplaintError("media: at most ten kinds expected, such as image/jpeg")
    text, reply = await messages.delivery.arrive(number, to, str(given.get("body", "")), media=media)
    return web.json_response({"sid": text.sid, "webhook_status": reply.status, "webhook_answer": reply.text})


async def _set_clock(town: Town, request: web.Request) -> web.Response:
    """`speed`, or for a clock moved by hand `advance` by seconds and `now`, which begins anew from there."""
    given = await read_json(request)
    if unknown := given.keys() - {"speed", "advance", "now"}:
        raise ComplaintError(f"unknown: {', '.join(sorted(unknown))}")
    happened = 0
    if "speed" in given:
        town.run_at(_positive(given, "speed"))
    if "now" in given:
        town.set_now(_instant(given["now"]))
    if "advance" in given:
        happened = await town.advance(_positive(given, "advance"))
    now = town.clock.now().isoformat()
    return web.json_response({"now": now, "speed": town.clock.speed, "happened": happened})


def _positive(given: Given, name: str) -> float:
    value = given[name]
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < 1e9:
        raise ComplaintError(f"{name}: a number above 0 expected")
    return float(value)


def _instant(value: object) -> dt.datetime:
    try:
        instant = dt.datetime.fromisoformat(str(value))
    except ValueError:
        raise ComplaintError("now: a time such as 2026-05-07T12:00:00Z expected") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)


async def _reset(town: Town, request: web.Request) -> web.Response:
    await read_json(request)
    town.forget()
    return web.json_response({})


async def _ledger(messages: Messages, request: web.Request) -> web.StreamResponse:
    """All texts, oldest first, streamed: `{"messages": […]}`; `?direction=` leaves the others out."""
    direction = request.query.get("direction")
    texts = iter(list(messages.delivery.book.texts))
    reply = web.StreamResponse(headers={"Content-Type": "application/json"})
    await reply.prepare(request)
    await reply.write(b'{"messages":[')
    comma = b""
    while batch := list(islice(texts, AT_ONCE)):
        shown = [text_record(text) for text in batch if direction in {None, text.direction}]
        if shown:
            await reply.write(comma + json.dumps(shown).encode()[1:-1])
            comma = b","
    await reply.write(b"]}")
    await reply.write_eof()
    return reply


def text_record(text: Text) -> dict[str, Any]:
    """A text as the ledger shows it."""
    return {
        "sid": text.sid,
        "to": text.to,
        "from": text.sender,
        "messaging_service_sid": text.service,
        "body": text.body,
        "direction": text.direction,
        "status": text.status,
        "error_code": text.error_code,
        "segments": text.segments,
        "accepted_at": _iso(text.created_at),
        "updated_at": _iso(text.updated_at),
        "media_urls": list(text.media_urls),
        "media": list(text.media),
        "status_callback": text.callback or None,
        "untold": list(text.untold),
        "taken_at": None if text.taken_at is None else _iso(text.taken_at),
    }


async def _counts(town: Town, messages: Messages, request: web.Request) -> web.Response:  # noqa: ARG001
    return web.json_response(counts(messages.delivery.book) | {"webhooks": town.webhooks.counts})


async def _timings(town: Town, request: web.Request) -> web.Response:
    """How long our webhooks took to answer; `?last_s=` those of the last seconds alone."""
    asked = request.query.get("last_s", "")
    last_s = float(asked) if asked.isascii() and asked.isdigit() else math.inf
    return web.json_response(town.webhooks.timings(last_s))


def counts(book: Book) -> dict[str, Any]:
    """Texts by direction and status, and how many pairs are blocked."""
    by: dict[str, dict[str, int]] = {}
    for text in book.texts:
        statuses = by.setdefault(text.direction, {})
        statuses[text.status] = statuses.get(text.status, 0) + 1
    return {"messages": by, "blocked": len(book.blocked)}


def _iso(timestamp: float) -> str:
    return dt.datetime.fromtimestamp(timestamp, dt.UTC).isoformat()


def _plain(value: object) -> dict[str, Any]:
    return asdict(value)  # type: ignore[call-overload,no-any-return]  # each of these changes is a dataclass
