"""The carrier's lists, read to their end."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from dialer.carrier.exchange import Lost, Payload
from dialer.carrier.port import CarrierCall, CarrierConference, CarrierMessage, Participant
from dialer.carrier.reading import call_from, conference_from, message_from, participant_from

MESSAGING: Final = "https://messaging.twilio.com"
PAGE_SIZE: Final = 1000
"""The most that the carrier gives at once."""

Fetch = Callable[[str], Awaitable[Payload]]
"""Reads one path of the account, or one address. Raises `exchange.Failed`."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which texts; see `Carrier.messages`."""

    to: str | None = field(default=None, repr=False)
    sender: str | None = field(default=None, repr=False)
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    waiting: bool = True

    def holds(self, message: CarrierMessage) -> bool:
        """Tell whether it lies in the time wanted. The carrier keeps whole seconds and may filter by days."""
        at = message.sent_at or message.created_at
        if at is None:
            return True
        begun = self.since is None or at >= self.since.replace(microsecond=0)
        return begun and (self.until is None or at <= self.until)


async def messages(fetch: Fetch, wanted: Wanted) -> list[CarrierMessage]:
    """The texts wanted, newest first. Whether the carrier's date filter shows texts that wait is not said
    anywhere, so they are looked for without it.
    """
    found: dict[str, CarrierMessage] = {}
    people = {"To": wanted.to, "From": wanted.sender}
    times = {"DateSent>": _written(wanted.since), "DateSent<": _written(wanted.until)}
    async for page in _pages(fetch, "/Messages.json", "messages", people | times):
        found |= {each.sid: each for each in map(message_from, page)}
    if wanted.waiting and any(times.values()):
        async for page in _pages(fetch, "/Messages.json", "messages", people):
            read = [message_from(item) for item in page]
            found |= {each.sid: each for each in read if each.sent_at is None}
            if _all_before(wanted.since, [each.created_at for each in read]):
                break
    return sorted(filter(wanted.holds, found.values()), key=_newest_first)


async def calls(fetch: Fetch, to: str | None, since: dt.datetime | None) -> list[CarrierCall]:
    """The calls, newest first. The carrier filters by days of beginning, which a queued call hasn't, so the
    list is read without a date until it is older than what is wanted.
    """
    found: dict[str, CarrierCall] = {}
    async for page in _pages(fetch, "/Calls.json", "calls", {"To": to}):
        read = [call_from(item) for item in page]
        found |= {each.sid: each for each in read if not _all_before(since, [each.created_at])}
        if _all_before(since, [each.created_at for each in read]):
            break
    return sorted(found.values(), key=_newest_first)


async def conferences(fetch: Fetch, name: str) -> list[CarrierConference]:
    """Those of that name that aren't over, newest first."""
    found: list[CarrierConference] = []
    for status in ("in-progress", "init"):
        wanted: dict[str, str | None] = {"FriendlyName": name, "Status": status}
        async for page in _pages(fetch, "/Conferences.json", "conferences", wanted):
            found += [conference_from(item) for item in page]
    return sorted({each.sid: each for each in found}.values(), key=_newest_first)


async def participants(fetch: Fetch, sid: str) -> list[Participant]:
    """Who is in a conference."""
    found: list[Participant] = []
    async for page in _pages(fetch, f"/Conferences/{sid}/Participants.json", "participants", {}):
        found += [participant_from(item) for item in page]
    return found


async def our_numbers(fetch: Fetch, number: str | None) -> list[Payload]:
    """The account's own numbers, or the one of that name."""
    found: list[Payload] = []
    wanted = {"PhoneNumber": number}
    async for page in _pages(fetch, "/IncomingPhoneNumbers.json", "incoming_phone_numbers", wanted):
        found += page
    return found


async def pool_numbers(ask: Fetch, pool: str) -> list[str]:
    """The numbers in a Messaging Service. `ask` takes whole addresses here."""
    found: list[str] = []
    following: str | None = f"{MESSAGING}/v1/Services/{pool}/PhoneNumbers?PageSize={PAGE_SIZE}"
    while following:
        payload = await ask(following)
        items: Any = payload.get("phone_numbers")
        meta: Any = payload.get("meta")
        if not isinstance(items, list) or not isinstance(meta, dict):
            raise Lost("unreadable")
        found += [str(item["phone_number"]) for item in items if "phone_number" in item]
        following = meta.get("next_page_url")
    return found


async def _pages(
    fetch: Fetch, path: str, key: str, filters: dict[str, str | None]
) -> AsyncIterator[list[Payload]]:
    query = {"PageSize": str(PAGE_SIZE)} | {name: text for name, text in filters.items() if text}
    following: str | None = f"{path}?{urlencode(query)}"
    while following:
        payload = await fetch(following)
        items: Any = payload.get(key)
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise Lost("unreadable")
        yield items
        following = _following(payload, path)


def _following(payload: Payload, path: str) -> str | None:
    """The path of the next page within the account. A page that names none is the last one."""
    uri = payload.get("next_page_uri")
    if not uri:
        return None
    _, found, query = str(uri).partition(path)
    if not found:
        raise Lost("unreadable")
    return path + query


def _written(at: dt.datetime | None) -> str | None:
    return None if at is None else at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _all_before(since: dt.datetime | None, instants: list[dt.datetime | None]) -> bool:
    """Tell whether all of them are known and earlier; of none, no."""
    if since is None or not instants:
        return False
    begun = since.replace(microsecond=0)
    return all(at is not None and at < begun for at in instants)


def _newest_first(item: CarrierMessage | CarrierCall | CarrierConference) -> float:
    return -item.created_at.timestamp() if item.created_at else 0.0
