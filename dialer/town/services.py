"""The carrier's API for Messaging Services: which numbers each one sends from, and what is set for it.

Source: the Service resource of Messaging v1 in the carrier's OpenAPI description 2.6.7. That it answers
opt-outs itself (Advanced Opt-Out) is set in its console alone: no API shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from aiohttp import web

from dialer.town.api import Form, RefusedError, answer, create, customers, not_found, read_form
from dialer.town.refusals import has_service
from dialer.town.town import Town

ANY_POOL: Final = ("+447700900990", "+447700900991")
"""What a Messaging Service sends from of which the account's terms say nothing."""

LONGEST_S: Final = 36_000
WORDS: Final = {
    "FriendlyName": "friendly_name",
    "InboundRequestUrl": "inbound_request_url",
    "InboundMethod": "inbound_method",
    "FallbackUrl": "fallback_url",
    "FallbackMethod": "fallback_method",
    "StatusCallback": "status_callback",
    "Usecase": "usecase",
}
FLAGS: Final = {
    "StickySender": "sticky_sender",
    "SmartEncoding": "smart_encoding",
    "MmsConverter": "mms_converter",
    "AreaCodeGeomatch": "area_code_geomatch",
    "UseInboundWebhookOnNumber": "use_inbound_webhook_on_number",
}
AT_FIRST: Final[dict[str, Any]] = {
    "friendly_name": "",
    "inbound_request_url": None,
    "inbound_method": "POST",
    "fallback_url": None,
    "fallback_method": "POST",
    "status_callback": None,
    "sticky_sender": True,
    "smart_encoding": False,
    "mms_converter": True,
    "area_code_geomatch": True,
    "scan_message_content": "inherit",
    "fallback_to_long_code": False,
    "synchronous_validation": False,
    "validity_period": LONGEST_S,
    "usecase": "undeclared",
    "us_app_to_person_registered": True,
    "use_inbound_webhook_on_number": True,
}
"""A service as its console makes one that leaves texts to its numbers' own addresses."""
WRONG: Final = 20001


class Services:
    """What is set for the account's Messaging Services; it goes before what its numbers and texts say."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._set: dict[str, dict[str, Any]] = {}
        self._told_at: Callable[[str, str], str] = town.told_at
        town.told_at, town.set_for, town.drops = self.told_at, self.set_for, self.drops

    def replay(self, kind: str, record: Mapping[str, Any]) -> bool:
        """Take in what was once entered."""
        if kind != "service_set":
            return False
        self._set.setdefault(record["service"], {}).update(record["fields"])
        return True

    def resume(self) -> None:
        """Nothing is ever under way."""

    def forget(self) -> None:
        self._set.clear()

    def stop(self) -> None:
        """Nothing is ever under way."""

    def set_for(self, service: str) -> Mapping[str, Any]:
        """What is set for a service."""
        return AT_FIRST | self._set.get(service, {})

    def told_at(self, number: str, what: str) -> str:
        """Where a text to a number is told: where the service says that has it, unless that leaves it to the
        number. Where it says nothing, nobody is told.
        """
        said = self._decides(number) if what == "sms" else None
        return self._told_at(number, what) if said is None else said["inbound_request_url"] or ""

    def drops(self, number: str) -> bool:
        """Whether texts to a number are neither told nor listed: its service has no address for them."""
        said = self._decides(number)
        return said is not None and not said["inbound_request_url"]

    def routes(self) -> Iterable[web.RouteDef]:
        """What is said of Messaging Services, at the place of another of the carrier's domains."""
        guard = customers(self._town.account)
        return [
            web.get("/v1/Services/{service}", guard(self._fetch)),
            web.post("/v1/Services/{service}", guard(self._change)),
            web.get("/v1/Services/{service}/PhoneNumbers", guard(self._numbers)),
        ]

    async def _fetch(self, request: web.Request) -> web.Response:
        return answer(self._shown(self._named(request)))

    async def _change(self, request: web.Request) -> web.StreamResponse:
        service, form = self._named(request), await read_form(request)

        def change() -> Mapping[str, Any]:
            record = {"service": service, "fields": settings(form)}
            self._town.ledger.append("service_set", record)
            self.replay("service_set", record)
            return self._shown(service)

        return await create(request, self._town.dice, change, 200)

    async def _numbers(self, request: web.Request) -> web.Response:
        service = self._named(request)
        numbers = [
            {"account_sid": self._town.account.sid, "service_sid": service, "phone_number": number}
            for number in self._town.terms.services.get(service) or ANY_POOL
        ]
        meta = {"key": "phone_numbers", "page": 0, "page_size": max(50, len(numbers)), "next_page_url": None}
        return answer({"phone_numbers": numbers, "meta": meta})

    def _named(self, request: web.Request) -> str:
        service = request.match_info["service"]
        if not has_service(service, self._town.terms):
            raise not_found(request)
        return service

    def _decides(self, number: str) -> Mapping[str, Any] | None:
        """What the service says that has a number; None where none does, or it leaves texts to the number."""
        pools = self._town.terms.services or dict.fromkeys(self._set, ANY_POOL)
        service = next((one for one, pool in pools.items() if number in (pool or ANY_POOL)), None)
        said = None if service is None else self.set_for(service)
        return None if said is None or said["use_inbound_webhook_on_number"] else said

    def _shown(self, service: str) -> dict[str, Any]:
        url = f"https://messaging.twilio.com/v1/Services/{service}"
        return {
            "sid": service,
            "account_sid": self._town.account.sid,
            "date_created": "2026-01-05T09:00:00Z",
            "date_updated": "2026-01-05T09:00:00Z",
            "url": url,
            "links": {"phone_numbers": f"{url}/PhoneNumbers"},
            **self.set_for(service),
        }


def settings(form: Form) -> dict[str, Any]:
    """What a form sets. Raises RefusedError for what can't be set so."""
    if any(form.get(name, "POST") not in {"GET", "POST"} for name in ("InboundMethod", "FallbackMethod")):
        raise RefusedError(WRONG)
    if any(form.get(name, "true") not in {"true", "false"} for name in FLAGS):
        raise RefusedError(WRONG)
    found: dict[str, Any] = {field: form[name] or None for name, field in WORDS.items() if name in form}
    found |= {field: form[name] == "true" for name, field in FLAGS.items() if name in form}
    if "ValidityPeriod" in form:
        given = form["ValidityPeriod"]
        if not (given.isdigit() and 1 <= int(given) <= LONGEST_S):
            raise RefusedError(WRONG)
        found["validity_period"] = int(given)
    return found
