"""The carrier's API for Messaging Services: which numbers each one sends from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from aiohttp import web

from dialer.town.api import answer, customers, not_found
from dialer.town.refusals import has_service
from dialer.town.town import Town

ANY_POOL: Final = ("+447700900990", "+447700900991")
"""What a Messaging Service sends from of which the account's terms say nothing."""


def routes(town: Town) -> Iterable[web.RouteDef]:
    """What is said of Messaging Services, at the place of another of the carrier's domains."""
    guard = customers(town.account)

    async def list_numbers(request: web.Request) -> web.Response:
        service = request.match_info["service"]
        if not has_service(service, town.terms):
            raise not_found(request)
        numbers = [
            {"account_sid": town.account.sid, "service_sid": service, "phone_number": number}
            for number in town.terms.services.get(service) or ANY_POOL
        ]
        meta = {"key": "phone_numbers", "page": 0, "page_size": max(50, len(numbers)), "next_page_url": None}
        return answer({"phone_numbers": numbers, "meta": meta})

    return [web.get("/v1/Services/{service}/PhoneNumbers", guard(list_numbers))]
