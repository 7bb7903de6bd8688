"""The carrier's API for the account's own numbers: listed, set, and where texts and calls to one are told."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

from aiohttp import web

from dialer.town.api import VERSION, Form, RefusedError, answer, create, customers, not_found, read_form
from dialer.town.listing import page_of
from dialer.town.numbers import is_landline, is_number, region_of
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
}
METHODS: Final = {"SmsMethod", "VoiceMethod"}
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
        town.told_at = self.told_at

    def replay(self, kind: str, record: Mapping[str, Any]) -> bool:
        """Take in what was once entered."""
        if kind != "number_set":
            return False
        self._set.setdefault(record["number"], {}).update(record["fields"])
        return True

    def resume(self) -> None:
        """Nothing is ever under way."""

    def forget(self) -> None:
        self._set.clear()
        self._by_sid.clear()

    def stop(self) -> None:
        """Nothing is ever under way."""

    def told_at(self, number: str, what: str) -> str:
        """Where a text (`sms`) or call (`voice`) to a number is told: what is set for it, else what the
        account's terms say; nowhere where an application or a trunk has it, which the town knows none of.
        """
        own, terms = self._set.get(number, {}), self._town.terms
        if own.get(f"{what}_application_sid") or (what == "voice" and own.get("trunk_sid")):
            return ""
        return own.get(f"{what}_url", terms.inbound_url if what == "sms" else terms.voice_url)

    def routes(self) -> Iterable[web.RouteDef]:
        guard = customers(self._town.account)
        base = f"/{VERSION}/Accounts/{{account}}"
        return [
            web.get(f"{base}/IncomingPhoneNumbers.json", guard(self._list)),
            web.get(f"{base}/IncomingPhoneNumbers/{{sid}}.json", guard(self._fetch)),
            web.post(f"{base}/IncomingPhoneNumbers/{{sid}}.json", guard(self._change)),
        ]

    def _ours(self) -> list[str]:
        return sorted({one for one in self._town.terms.senders if is_number(one)} | set(self._set))

    async def _list(self, request: web.Request) -> web.Response:
        """Pages by name; `PhoneNumber` finds those that contain it, `*` standing for anything."""
        if self._town.dice.happens("list_error"):
            raise RefusedError(20500, 500)
        wanted, numbers = request.query.get("PhoneNumber"), self._ours()
        if wanted is not None:
            numbers = [one for one in numbers if wanted.strip("*") in one]
            if not self._town.terms.senders and is_number(wanted) and wanted not in numbers:
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
            "uri": f"/{VERSION}/Accounts/{self._town.account.sid}/IncomingPhoneNumbers/{sid}.json",
            "friendly_name": number,
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


def _behind(shown: list[dict[str, Any]], sid: str) -> int:
    return next((at + 1 for at, one in enumerate(shown) if one["sid"] == sid), len(shown))


def _whole(request: web.Request, name: str, usual: int) -> int:
    text = request.query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else usual
