"""The town to look at: who was texted and what they say, who is on the phone, what the ledger counts.

It needs no script and loads nothing from elsewhere; all that people wrote is escaped.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any, Final

from aiohttp import web
from jinja2 import Environment, PackageLoader

from dialer.town.book import Book, Text
from dialer.town.control import counts, local
from dialer.town.faults import Faults
from dialer.town.gallery import kind_of
from dialer.town.mail import Mail
from dialer.town.numbers import is_number
from dialer.town.opening import pieces_of
from dialer.town.town import Town
from dialer.town.voice.register import Register, far_end

FRESH_EVERY_S: Final = 5
CONVERSATIONS: Final = 20
LAST_TEXTS: Final = 4
LAST_CALLS: Final = 20
LAST_LETTERS: Final = 20
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Books:
    """Where the texts and calls are; asked for each time, since a town that begins anew has new ones."""

    texts: Callable[[], Book]
    calls: Callable[[], Register]
    picture: Callable[[str], bytes | None]
    mail: Mail


class Pages:
    """The pages of one town."""

    def __init__(self, town: Town, books: Books) -> None:
        self._town = town
        self._books = books
        self._templates = Environment(
            loader=PackageLoader("dialer.town", "pages"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals["at"] = _time_of_day
        self._templates.globals["pieces_of"] = pieces_of
        self._templates.globals["joined"] = lambda leg: self._books.calls().joined_with(leg)

    def routes(self) -> Iterable[web.RouteDef]:
        return [
            web.get("/", local(self._show_town)),
            web.get("/people/{number}", local(self._show_person)),
            web.get("/pictures/{name}", local(self._show_picture)),
            web.get("/letters/{sid}", local(self._show_letter)),
            web.get("/town.css", local(self._style)),
        ]

    async def _show_town(self, request: web.Request) -> web.Response:
        book, register = self._books.texts(), self._books.calls()
        page, still = _page_number(request), "still" in request.query
        names = list(islice(reversed(book.people), page * CONVERSATIONS, (page + 1) * CONVERSATIONS + 1))
        lately = list(islice(register.newest_first(), LAST_CALLS))
        said = self._render(
            "town.html",
            title="The simulated town",
            still=still,
            page=page,
            counted=[
                *_counted(book, register, self._town.webhooks.counts),
                *(
                    ("letters", deed.replace("_", " "), count)
                    for deed, count in self._books.mail.counts().items()
                ),
            ],
            faults=list(_on(self._town.dice.faults)),
            on_the_phone=[leg for leg in register.newest_first() if not leg.is_over],
            rung=[leg for leg in lately if leg.is_over],
            troubles=register.troubles[: -LAST_CALLS - 1 : -1],
            conversations=[_lately(book, number) for number in names[:CONVERSATIONS]],
            further=len(names) > CONVERSATIONS,
            letters=list(islice(self._books.mail.newest_first(), LAST_LETTERS)),
        )
        return _page(said, {} if still else {"Refresh": str(FRESH_EVERY_S)})

    async def _show_person(self, request: web.Request) -> web.Response:
        number = request.match_info["number"]
        if not is_number(number):
            raise web.HTTPNotFound
        book, register = self._books.texts(), self._books.calls()
        legs = [leg for leg in register.newest_first() if far_end(leg) == number]
        texts = book.conversation(number)
        return _page(self._render("person.html", title=number, number=number, texts=texts, legs=legs))

    async def _show_letter(self, request: web.Request) -> web.Response:
        """A letter as it came, source and all."""
        letter = self._books.mail.letters.get(request.match_info["sid"])
        if letter is None:
            raise web.HTTPNotFound
        source = letter.raw.decode("utf-8", "replace")
        return _page(self._render("letter.html", title=letter.subject, letter=letter, source=source))

    async def _show_picture(self, request: web.Request) -> web.Response:
        """What went with a text, as a phone shows it."""
        data = self._books.picture(request.match_info["name"])
        if data is None:
            raise web.HTTPNotFound
        return web.Response(body=data, content_type=kind_of(data), headers=HEADERS)

    async def _style(self, _request: web.Request) -> web.Response:
        style = self._templates.get_template("town.css").render()
        return web.Response(text=style, content_type="text/css", headers=HEADERS)

    def _render(self, name: str, **values: Any) -> str:
        clock = self._town.clock
        blocked = {number for _sender, number in self._books.texts().blocked}
        template = self._templates.get_template(name)
        return template.render(now=clock.now(), speed=clock.speed, blocked=blocked, **values)


def _counted(book: Book, register: Register, webhooks: Mapping[str, int]) -> Iterator[tuple[str, str, int]]:
    """The rows of the table: what, in which state, how many."""
    counted = counts(book)
    for direction, statuses in sorted(counted["messages"].items()):
        yield from ((f"texts {direction}", status, count) for status, count in sorted(statuses.items()))
    calls = Counter((leg.direction, leg.status) for leg in register.legs.values())
    yield from ((f"calls {way}", status, count) for (way, status), count in sorted(calls.items()))
    if counted["blocked"]:
        yield "senders", "blocked for a number", counted["blocked"]
    yield from (("webhooks", state, count) for state, count in webhooks.items() if count)


def _on(faults: Faults) -> Iterator[tuple[str, float]]:
    """The faults that can happen now."""
    still = asdict(Faults())
    for name, value in asdict(faults).items():
        if isinstance(still[name], float) and still[name] == 0.0 and value:
            yield name, value


def _lately(book: Book, number: str) -> tuple[str, list[Text], int]:
    """A conversation's last texts, and how many came before."""
    texts = book.conversation(number)
    return number, texts[-LAST_TEXTS:], max(0, len(texts) - LAST_TEXTS)


def _page_number(request: web.Request) -> int:
    given = request.query.get("page", "0")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 7 else 0


def _page(said: str, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(text=said, content_type="text/html", headers={**HEADERS, **(headers or {})})


def _time_of_day(timestamp: float) -> str:
    return dt.datetime.fromtimestamp(timestamp, dt.UTC).strftime("%H:%M:%S")
