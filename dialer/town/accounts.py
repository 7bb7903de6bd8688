"""The carrier's API for the account itself, as far as anybody asks."""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web

from dialer.town.api import VERSION, answer, customers, not_found
from dialer.town.town import Town


def routes(town: Town) -> Iterable[web.RouteDef]:
    """What is said of the account."""
    guard = customers(town.account)

    async def fetch(_request: web.Request) -> web.Response:
        return answer(
            {
                "sid": town.account.sid,
                "friendly_name": "The simulated town",
                "owner_account_sid": town.account.sid,
                "status": "active",
                "type": "Full",
                "uri": f"/{VERSION}/Accounts/{town.account.sid}.json",
            }
        )

    async def nothing(request: web.Request) -> web.Response:
        raise not_found(request)

    return [
        web.get(f"/{VERSION}/Accounts/{{account}}.json", guard(fetch)),
        web.route("*", f"/{VERSION}/Accounts/{{account}}/{{rest:.*}}", guard(nothing)),
    ]
