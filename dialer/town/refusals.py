"""What the carrier refuses when a text is to be sent, in the order in which it looks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from dialer.town.api import Form, RefusedError
from dialer.town.config import Terms
from dialer.town.numbers import in_regions, is_number, is_sender, written_plainly

LONGEST_BODY: Final = 1600
LONGEST_VALIDITY_S: Final = 36_000
MEDIA_MOST: Final = 10
_WITH_PICTURES: Final = ("+1", "+61")
_SERVICE: Final = re.compile(r"MG[0-9a-fA-F]{32}")

MAGIC_SENDERS: Final = {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}
MAGIC_RECEIVERS: Final = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
"""Numbers that Twilio keeps for trying out its refusals (twilio.com/docs/iam/test-credentials)."""


@dataclass(frozen=True, slots=True)
class Order:
    """A text that somebody wants sent, read from the form; `sender` or `service` is set, or both."""

    to: str
    sender: str | None
    service: str | None
    body: str
    callback: str
    validity_s: int | None
    media_urls: tuple[str, ...] = ()


def read_order(form: Form, terms: Terms, media_urls: Sequence[str] = ()) -> Order:
    """What the form asks for. Raises RefusedError for what can be refused without knowing anybody."""
    order = Order(
        to=written_plainly(form.get("To", "").strip()),
        sender=written_plainly(form.get("From", "").strip()) or None,
        service=form.get("MessagingServiceSid") or None,
        body=form.get("Body", ""),
        callback=form.get("StatusCallback", ""),
        validity_s=_validity(form.get("ValidityPeriod")),
        media_urls=tuple(media_urls),
    )
    _check_presence(order)
    _check_receiver(order.to, terms)
    _check_sender(order, terms)
    _check_media(order.media_urls)
    if order.callback and not _is_web_address(order.callback):
        raise RefusedError(21609)
    return order


def _check_presence(order: Order) -> None:
    if not order.to:
        raise RefusedError(21604)
    if order.sender is None and order.service is None:
        raise RefusedError(21603)
    if not order.body and not order.media_urls:
        raise RefusedError(21602)
    if len(order.body) > LONGEST_BODY:
        raise RefusedError(21617)


def _check_media(urls: Sequence[str]) -> None:
    if len(urls) > MEDIA_MOST:
        raise RefusedError(21623)
    if not all(_is_web_address(url) for url in urls):
        raise RefusedError(21620)


def sends_pictures(sender: str, terms: Terms) -> bool:
    """Whether pictures can go with texts from it: from numbers of North America and Australia, and from short
    codes for which that was asked for (support.twilio.com, “Sending and receiving MMS messages”).
    """
    return sender.startswith(_WITH_PICTURES) or sender in terms.picture_codes


def takes_pictures(to: str, sender: str) -> bool:
    """Whether they reach a number from there: within North America, and within Australia."""
    whence = sender[:3] if sender.startswith("+61") else "+1"
    return to.startswith(whence)


def _check_receiver(to: str, terms: Terms) -> None:
    if to in MAGIC_RECEIVERS:
        raise RefusedError(MAGIC_RECEIVERS[to])
    if not is_number(to):
        raise RefusedError(21211)
    if not in_regions(to, terms.regions):
        raise RefusedError(21408)


def _check_sender(order: Order, terms: Terms) -> None:
    if order.service is not None and not has_service(order.service, terms):
        raise RefusedError(21701, 404)
    if order.sender is None:
        return
    if order.sender in MAGIC_SENDERS:
        raise RefusedError(MAGIC_SENDERS[order.sender])
    if not is_sender(order.sender):
        raise RefusedError(21212)
    if terms.senders and order.sender not in terms.senders:
        raise RefusedError(21606)
    if order.sender == order.to:
        raise RefusedError(21266)


def has_service(service: str, terms: Terms) -> bool:
    return service in terms.services if terms.services else bool(_SERVICE.fullmatch(service))


def _validity(given: str | None) -> int | None:
    if given is None:
        return None
    if not re.fullmatch(r"[0-9]{1,5}", given) or not 1 <= int(given) <= LONGEST_VALIDITY_S:
        raise RefusedError(21624)
    return int(given)


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
