"""The carrier's API for messages, in the shape of its OpenAPI description (2010-04-01, version 2.6.7)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from itertools import islice
from typing import Any, Final

from aiohttp import web

from dialer.town.api import VERSION, RefusedError, answer, create, customers, not_found, read_form, repeated
from dialer.town.book import BILLED, Text
from dialer.town.codes import FAILURES
from dialer.town.delivery import Delivery
from dialer.town.listing import page_of
from dialer.town.media import Media
from dialer.town.numbers import written_plainly
from dialer.town.refusals import read_order
from dialer.town.town import Town

MOST_ON_A_PAGE: Final = 1000
USUAL_PAGE: Final = 50
PRICE: Final = 0.0399
"""US dollars a segment to the United Kingdom, of the order of Twilio's published price."""
PICTURE_PRICE: Final = 0.022
"""And a text with its picture in the United States."""


class Messages:
    """The trade in texts."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self.delivery = Delivery(town)
        self.forget = self.delivery.forget
        self.replay = self.delivery.replay
        self.resume = self.delivery.resume

    def stop(self) -> None:
        """Nothing is under way but by the clock."""

    def routes(self) -> Iterable[web.RouteDef]:
        guard = customers(self._town.account)
        base = f"/{VERSION}/Accounts/{{account}}"
        return [
            web.post(f"{base}/Messages.json", guard(self._create)),
            web.get(f"{base}/Messages.json", guard(self._list)),
            web.get(f"{base}/Messages/{{sid}}.json", guard(self._fetch)),
            web.post(f"{base}/Messages/{{sid}}.json", guard(self._update)),
            *Media(self._town, self.delivery).routes(),
        ]

    async def _create(self, request: web.Request) -> web.StreamResponse:
        form = await read_form(request)
        media_urls = await repeated(request, "MediaUrl")

        def accept() -> Mapping[str, Any]:
            return self.shown(self.delivery.accept(read_order(form, self._town.terms, media_urls)))

        return await create(request, self._town.dice, accept)

    async def _fetch(self, request: web.Request) -> web.Response:
        if self._town.dice.happens("fetch_error"):
            raise RefusedError(20500, 500)
        return answer(self.shown(self._named(request)))

    async def _update(self, request: web.Request) -> web.Response:
        """Forgetting what a text said is all that can be changed: nothing here is scheduled."""
        text, form = self._named(request), await read_form(request)
        if form != {"Body": ""}:
            raise RefusedError(20001, 400, "Only an empty Body can be set on a message that is on its way")
        self.delivery.redact(text)
        return answer(self.shown(text))

    async def _list(self, request: web.Request) -> web.Response:
        if self._town.dice.happens("list_error"):
            raise RefusedError(20500, 500)
        wanted = read_query(request.query)
        lag = self._town.dice.faults.list_lag_s
        before = self._town.clock.timestamp() - lag if lag else None
        listed = wanted.matching(self.delivery, before)
        found = list(islice(listed, wanted.page_size + 1))
        texts = [self.shown(text) for text in found]
        return answer(page_of(request, "messages", texts, size=wanted.page_size, number=wanted.page))

    def _named(self, request: web.Request) -> Text:
        text = self.delivery.book.by_sid.get(request.match_info["sid"])
        if text is None:
            raise not_found(request)
        return text

    def shown(self, text: Text) -> dict[str, Any]:
        """A text as the API shows it: numbers as strings, dates as in mail, what isn't known yet as null."""
        account = self._town.config.account_sid
        uri = f"/{VERSION}/Accounts/{account}/Messages/{text.sid}"
        billed = text.status in BILLED
        return {
            "account_sid": account,
            "api_version": VERSION,
            "body": text.body,
            "date_created": mail_date(text.created_at),
            "date_sent": mail_date(text.sent_at) if text.sent_at is not None else None,
            "date_updated": mail_date(text.updated_at),
            "direction": text.direction,
            "error_code": text.error_code,
            "error_message": FAILURES.get(text.error_code) if text.error_code else None,
            "from": text.sender,
            "messaging_service_sid": text.service,
            "num_media": str(sum(map(bool, text.media)) if text.media else len(text.media_urls)),
            "num_segments": "0" if text.sender is None else str(text.segments),
            "price": f"-{price_of(text):.5f}" if billed else None,
            "price_unit": "USD",
            "sid": text.sid,
            "status": text.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": text.to,
            "uri": f"{uri}.json",
        }


def price_of(text: Text) -> float:
    """What a text costs: by its segments, or as one with its picture."""
    return PICTURE_PRICE if text.media_urls else PRICE * text.segments


@dataclass(frozen=True, slots=True)
class Query:
    """What of the list is wanted. A date filter leaves out what has not been sent yet."""

    to: str | None
    sender: str | None
    sent: Callable[[float | None], bool]
    page_size: int
    page: int
    after_sid: str

    def matching(self, delivery: Delivery, created_before: float | None) -> Iterator[Text]:
        """Newest first, from behind the text that the page token names."""
        begun = not self.after_sid
        for text in delivery.book.newest_first(self.to, self.sender):
            if not begun:
                begun = text.sid == self.after_sid
            elif self.sent(text.sent_at) and (created_before is None or text.created_at <= created_before):
                yield text


def read_query(query: Mapping[str, str]) -> Query:
    """The filters and the page asked for. Raises RefusedError for what can't be one."""
    try:
        size, page = int(query.get("PageSize", USUAL_PAGE)), int(query.get("Page", 0))
        since, until, on = (_moment(query.get(name)) for name in ("DateSent>", "DateSent<", "DateSent"))
    except ValueError:
        raise RefusedError(20001) from None

    def sent(at: float | None) -> bool:
        if since is None and until is None and on is None:
            return True
        return at is not None and all(
            (
                since is None or at >= since[0],
                until is None or at < until[1],
                on is None or on[0] <= at < on[1],
            )
        )

    to, sender = query.get("To"), query.get("From")
    return Query(
        to=written_plainly(to.strip()) if to else None,
        sender=written_plainly(sender.strip()) if sender else None,
        sent=sent,
        page_size=min(max(size, 1), MOST_ON_A_PAGE),
        page=max(page, 0),
        after_sid=query.get("PageToken", "").removeprefix("PA"),
    )


def _moment(given: str | None) -> tuple[float, float] | None:
    """The first and the past-the-last instant of a day or second, since filters include their bounds."""
    if not given:
        return None
    start = dt.datetime.fromisoformat(given)
    start = start if start.tzinfo else start.replace(tzinfo=dt.UTC)
    whole_day = re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", given) is not None
    length = dt.timedelta(days=1) if whole_day else dt.timedelta(seconds=1)
    return start.timestamp(), (start + length).timestamp()


def mail_date(timestamp: float) -> str:
    """RFC 2822, in whole seconds, as `Thu, 24 Aug 2023 05:01:45 +0000`."""
    return _mail_date(int(timestamp))


@lru_cache(maxsize=1024)
def _mail_date(second: int) -> str:
    return formatdate(second, usegmt=False).replace("-0000", "+0000")
