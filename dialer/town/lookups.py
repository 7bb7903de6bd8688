"""The carrier's Lookup v2: what kind of line a number is, at the place of another of its domains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from aiohttp import web

from dialer.town.api import answer, create, customers, not_found
from dialer.town.numbers import is_landline, is_number, region_of, written_plainly
from dialer.town.town import Town

FIELDS: Final = "line_type_intelligence"
UNKNOWN_TO_IT: Final = 60601
"""The carrier's code for a number of which no network tells it anything."""
_COUNTRIES: Final = {"44": "GB", "353": "IE", "1": "US"}
_NETWORKS: Final = {"mobile": "Glan Mobile", "landline": "Dyffryn Telephones", "nonFixedVoip": "Cwmwl Voice"}


class LookUps:
    """The trade in look-ups. It remembers how often each number was asked for: the carrier charges each time,
    also for an answer that got lost.
    """

    def __init__(self, town: Town) -> None:
        self._town = town
        self.asked: Counter[str] = Counter()

    def replay(self, kind: str, record: Mapping[str, Any]) -> bool:
        """Take in what was once entered."""
        if kind != "look_up":
            return False
        self.asked[record["number"]] += 1
        return True

    def resume(self) -> None:
        """Nothing is ever under way."""

    def forget(self) -> None:
        self.asked.clear()

    def stop(self) -> None:
        """Nothing is ever under way."""

    def routes(self) -> Iterable[web.RouteDef]:
        guard = customers(self._town.account)
        return [
            web.get("/v2/PhoneNumbers/{number}", guard(self._fetch)),
            web.get("/ledger/look-ups", self._tally),
        ]

    async def _fetch(self, request: web.Request) -> web.StreamResponse:
        number = written_plainly(request.match_info["number"])
        if not number.startswith("+"):
            raise not_found(request)

        def charge() -> Mapping[str, Any]:
            if is_number(number):
                self._town.ledger.append("look_up", {"number": number})
                self.asked[number] += 1
            return _told(number, request.query.get("Fields", ""))

        return await create(request, self._town.dice, charge, 200)

    async def _tally(self, _request: web.Request) -> web.Response:
        return answer({"asked": dict(self.asked), "charged": self.asked.total()})


def _told(number: str, fields: str) -> dict[str, Any]:
    valid, region = is_number(number), region_of(number)
    told: dict[str, Any] = {
        "calling_country_code": region if valid and region else None,
        "country_code": _COUNTRIES.get(region) if valid else None,
        "phone_number": number,
        "national_format": None,
        "valid": valid,
        "validation_errors": None if valid else ["INVALID_LENGTH"],
        "url": f"https://lookups.twilio.com/v2/PhoneNumbers/{number}",
    }
    if FIELDS in fields.split(","):
        told[FIELDS] = _line(number) if valid else None
    return told


def _line(number: str) -> dict[str, Any]:
    kind = _kind(number)
    return {
        "mobile_country_code": "234" if kind == "mobile" else None,
        "mobile_network_code": "99" if kind == "mobile" else None,
        "carrier_name": _NETWORKS.get(kind or ""),
        "type": kind,
        "error_code": None if kind else UNKNOWN_TO_IT,
    }


def _kind(number: str) -> str | None:
    """By its range where that tells, and else by its last two figures: 06 is a landline, 07 a voice line of
    the internet, of 99 nobody knows anything.
    """
    if number.endswith("99"):
        return None
    if is_landline(number) or number.endswith("06"):
        return "landline"
    return "nonFixedVoip" if number.endswith("07") else "mobile"
