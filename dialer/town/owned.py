"""The carrier's API for the account's own numbers: listed, set, searched for, bought and given back, and
where texts and calls to one are told.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from aiohttp import web

from dialer.town.api import VERSION, Form, RefusedError, answer, create, customers, not_found, read_form
from dialer.town.listing import page_of
from dialer.town.messages import mail_date
from dialer.town.numbers import is_landline, is_number, region_of, written_plainly
from dialer.town.town import Town

SETTABLE: Final = {
    "FriendlyName": "friendly_name",
    "SmsUrl": "sms_url",
    "SmsMethod": "sms_method",
    "SmsApplicationSid": "sms_application_sid",
    "VoiceUrl": "voice_url",
    "VoiceMethod": "voice_method",
    "VoiceApplicationSid": "voice_application_sid",
    "TrunkSid": "trunk_sid",
    "SmsFallbackUrl": "sms_fallback_url",
    "SmsFallbackMethod": "sms_fallback_method",
    "VoiceFallbackUrl": "voice_fallback_url",
    "VoiceFallbackMethod": "voice_fallback_method",
    "StatusCallback": "status_callback",
    "StatusCallbackMethod": "status_callback_method",
    "VoiceReceiveMode": "voice_receive_mode",
}
METHODS: Final = {name for name in SETTABLE if name.endswith("Method")}
FOR_SALE: Final = {
    ("GB", "Local"): "+4416329607{:02}",
    ("GB", "Mobile"): "+4477009007{:02}",
    ("GB", "TollFree"): "+4480815701{:02}",
    ("US", "Local"): "+120255501{:02}",
    ("US", "TollFree"): "+180055501{:02}",
}
"""The first figures of what can be had, from ranges that are kept for fiction."""
PRICES: Final = {"Local": ("local", "1.15"), "Mobile": ("mobile", "1.15"), "TollFree": ("toll free", "2.15")}
OFFERED: Final = 20
GONE, INVALID, UNAVAILABLE, NO_ADDRESS, NO_BUNDLE = 204, 21421, 21422, 21631, 21649
MOST: Final = 1000
PAGE: Final = 50
WRONG: Final = 20001


class Owned:
    """The account's numbers. As long as its terms name none, any number is its own, and is listed when it is
    asked for by name.
    """

    def __init__(self, town: Town) -> None:
        self._town = town
        self._set: dict[str, dict[str, str]] = {}
        self._by_sid: dict[str, str] = {}
        self._released: set[str] = set()
        self._bought: dict[str, float] = {}
        town.told_at = self.told_at

    def replay(self, kind: str, record: Mapping[str, Any]) -> bool:
        """Take in what was once entered."""
        match kind:
            case "number_set":
                self._set.setdefault(record["number"], {}).update(record["fields"])
                self._released.discard(record["number"])
                if "at" in record:
                    self._bought[record["number"]] = record["at"]
            case "number_released":
                self._set.pop(record["number"], None)
                self._released.add(record["number"])
            case _:
                return False
        return True

    def resume(self) -> None:
        """Nothing is ever under way."""

    def forget(self) -> None:
        self._set.clear()
        self._released.clear()
        self._bought.clear()
        self._by_sid.clear()

    def stop(self) -> None:
        """Nothing is ever under way."""

    def told_at(self, number: str, what: str) -> str:
        """Where a text (`sms`) or call (`voice`) to a number is told: what is set for it, else what the
        account's terms say; nowhere where an application or a trunk has it, which the town knows none of.
        """
        own, terms = self._set.get(number, {}), self._town.terms
        if number in self._released:
            return ""
        if own.get(f"{what}_application_sid") or (what == "voice" and own.get("trunk_sid")):
            return ""
        return own.get(f"{what}_url", terms.inbound_url if what == "sms" else terms.voice_url)

    def routes(self) -> Iterable[web.RouteDef]:
        guard = customers(self._town.account)
        base = f"/{VERSION}/Accounts/{{account}}"
        return [
            web.get(f"{base}/IncomingPhoneNumbers.json", guard(self._list)),
            web.get(f"{base}/IncomingPhoneNumbers/{{sid}}.json", guard(self._fetch)),
            web.post(f"{base}/IncomingPhoneNumbers.json", guard(self._buy)),
            web.post(f"{base}/IncomingPhoneNumbers/{{sid}}.json", guard(self._change)),
            web.delete(f"{base}/IncomingPhoneNumbers/{{sid}}.json", guard(self._release)),
            web.get(f"{base}/AvailablePhoneNumbers/{{country}}/{{kind}}.json", guard(self._offers)),
            web.get("/v1/PhoneNumbers/Countries/{country}", guard(self._prices)),
        ]

    def _ours(self) -> list[str]:
        named = {one for one in self._town.terms.senders if is_number(one)}
        return sorted((named | set(self._set)) - self._released)

    async def _list(self, request: web.Request) -> web.Response:
        """Pages by name; `PhoneNumber` finds those that contain it, `*` standing for anything."""
        if self._town.dice.happens("list_error"):
            raise RefusedError(20500, 500)
        wanted, numbers = request.query.get("PhoneNumber"), self._ours()
        if wanted is not None:
            numbers = [one for one in numbers if wanted.strip("*") in one]
            if (
                not self._town.terms.senders
                and is_number(wanted)
                and wanted not in {*numbers, *self._released}
            ):
                numbers.append(wanted)
        size = min(MOST, _whole(request, "PageSize", PAGE))
        shown = [self._shown(number) for number in numbers]
        if token := request.query.get("PageToken"):
            shown = shown[_behind(shown, token.removeprefix("PA")) :]
        page = page_of(
            request, "incoming_phone_numbers", shown[: size + 1], size=size, number=_whole(request, "Page", 0)
        )
        return answer(page)

    async def _fetch(self, request: web.Request) -> web.Response:
        return answer(self._shown(self._named(request)))

    async def _change(self, request: web.Request) -> web.StreamResponse:
        number, form = self._named(request), await read_form(request)

        def change() -> Mapping[str, Any]:
            self._enter("number_set", {"number": number, "fields": settings(form)})
            return self._shown(number)

        return await create(request, self._town.dice, change, 200)

    async def _buy(self, request: web.Request) -> web.StreamResponse:
        form = await read_form(request)
        number = written_plainly(form.get("PhoneNumber", ""))

        def buy() -> Mapping[str, Any]:
            self._may_be_bought(number, form)
            at = self._town.clock.timestamp()
            self._enter("number_set", {"number": number, "fields": settings(form), "at": at})
            senders = self._town.terms.senders
            if senders and number not in senders:
                self._town.set_terms({"senders": [*senders, number]})
            return self._shown(number)

        return await create(request, self._town.dice, buy)

    def _may_be_bought(self, number: str, form: Form) -> None:
        """Raises RefusedError for what can't be had, or not so."""
        if not is_number(number):
            raise RefusedError(INVALID)
        country = next((where for (where, _), shape in FOR_SALE.items() if _is_of(number, shape)), None)
        if country is None or number in self._ours():
            raise RefusedError(UNAVAILABLE)
        if country in self._town.terms.bundle_countries and not form.get("BundleSid"):
            raise RefusedError(NO_BUNDLE)
        if country in self._town.terms.address_countries and not form.get("AddressSid"):
            raise RefusedError(NO_ADDRESS)

    async def _release(self, request: web.Request) -> web.StreamResponse:
        """From then on nobody is told of texts or calls to it."""
        number = self._named(request)
        left = [one for one in self._town.terms.senders if one != number]
        self._enter("number_released", {"number": number})
        if left:
            self._town.set_terms({"senders": left})
        return web.Response(status=GONE)

    async def _offers(self, request: web.Request) -> web.Response:
        country, kind = request.match_info["country"], request.match_info["kind"]
        shape = FOR_SALE.get((country, kind))
        if shape is None:
            raise not_found(request)
        query, address = request.query, country in self._town.terms.address_countries
        pattern = query.get("Contains", "").strip("*").replace("*", ".")
        found = re.compile(pattern if re.fullmatch(r"[0-9.]*", pattern) else "$.")
        area = query.get("AreaCode", "")
        items = [
            {
                "phone_number": number,
                "friendly_name": number,
                "locality": "Dyffryn" if kind == "Local" else None,
                "region": None,
                "iso_country": country,
                "address_requirements": "any" if address else "none",
                "beta": False,
                "capabilities": {"voice": True, "SMS": able["sms"], "MMS": able["mms"]},
            }
            for number in (shape.format(nth) for nth in range(100))
            if number not in self._ours()
            and found.search(number)
            and number.startswith(f"+1{area}" if area else "+")
            if (able := abilities(number))["sms"] or query.get("SmsEnabled") != "true"
        ]
        return answer(
            {"available_phone_numbers": items[: min(OFFERED, _whole(request, "PageSize", OFFERED))]}
        )

    async def _prices(self, request: web.Request) -> web.Response:
        country = request.match_info["country"]
        kinds = [kind for place, kind in FOR_SALE if place == country]
        if not kinds:
            raise not_found(request)
        prices = [
            {"number_type": word, "base_price": amount, "current_price": amount}
            for word, amount in (PRICES[kind] for kind in kinds)
        ]
        return answer({"iso_country": country, "price_unit": "USD", "phone_number_prices": prices})

    def _named(self, request: web.Request) -> str:
        """The number of a name, as it was listed. Raises RefusedError where there is none."""
        sid = request.match_info["sid"]
        names = {sid_of(number): number for number in self._ours()} | self._by_sid
        if sid not in names:
            raise not_found(request)
        return names[sid]

    def _enter(self, kind: str, record: Mapping[str, Any]) -> None:
        self._town.ledger.append(kind, record)
        self.replay(kind, record)

    def _shown(self, number: str) -> dict[str, Any]:
        terms, sid = self._town.terms, sid_of(number)
        self._by_sid[sid] = number
        return {
            "sid": sid,
            "account_sid": self._town.account.sid,
            "api_version": VERSION,
            "phone_number": number,
            "origin": "twilio",
            "beta": False,
            "status": "in-use",
            "capabilities": abilities(number, is_sender=number in terms.senders),
            "address_requirements": "none",
            **dict.fromkeys(SETTABLE.values()),
            "sms_url": terms.inbound_url,
            "sms_method": "POST",
            "voice_url": terms.voice_url,
            "voice_method": "POST",
            "voice_receive_mode": "voice",
            "uri": f"/{VERSION}/Accounts/{self._town.account.sid}/IncomingPhoneNumbers/{sid}.json",
            "friendly_name": number,
            "date_created": mail_date(bought) if (bought := self._bought.get(number)) is not None else None,
            **self._set.get(number, {}),
        }


def sid_of(number: str) -> str:
    """What the carrier calls a number."""
    return "PN" + hashlib.sha256(number.encode()).hexdigest()[:32]


def abilities(number: str, *, is_sender: bool = False) -> dict[str, bool]:
    """What can be done with a number, by its range."""
    texts = is_sender or not is_landline(number)
    return {"voice": True, "sms": texts, "mms": region_of(number) == "1", "fax": False}


def settings(form: Form) -> dict[str, str]:
    """What a form sets. Raises RefusedError for a way of asking that there isn't."""
    if any(form.get(name, "POST") not in {"GET", "POST"} for name in METHODS):
        raise RefusedError(WRONG, 400, "Invalid HTTP method")
    return {name: form[field] for field, name in SETTABLE.items() if field in form}


def _is_of(number: str, shape: str) -> bool:
    return any(shape.format(nth) == number for nth in range(100))


def _behind(shown: list[dict[str, Any]], sid: str) -> int:
    return next((at + 1 for at, one in enumerate(shown) if one["sid"] == sid), len(shown))


def _whole(request: web.Request, name: str, usual: int) -> int:
    text = request.query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else usual
