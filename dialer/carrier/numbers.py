"""Our own numbers through Twilio's API: the `Numbers` of `number_port.py`.

Source: twilio.com/docs/phone-numbers/api (IncomingPhoneNumber and AvailablePhoneNumber resources),
twilio.com/docs/phone-numbers/pricing, twilio.com/docs/messaging/api/service-resource and the carrier's
OpenAPI description 2.6.7.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Protocol
from urllib.parse import urlencode

from dialer.carrier import listing
from dialer.carrier.errors import UNKNOWN_NAME
from dialer.carrier.exchange import Answered, Lost
from dialer.carrier.number_port import (
    CarrierNumber,
    CarrierService,
    NumberOffer,
    NumberPrice,
    NumbersWanted,
    Purchase,
    Webhooks,
)
from dialer.carrier.reading import instant, is_sid

PRICING: Final = "https://pricing.twilio.com"
OFFERED: Final = 20
MOST_A_MONTH: Final = 1_000_000
LONGEST_S: Final = 36_000
NEVER: Final = -1
"""No code of the carrier's: a purchase has no thing that may be gone."""
_PLACES: Final = {"local": "Local", "mobile": "Mobile", "toll_free": "TollFree"}
_TOLD_TOO: Final = ("sms_fallback_url", "voice_fallback_url", "status_callback")
_PRICED: Final = {"local": "local", "mobile": "mobile", "toll_free": "toll free"}


class Line(Protocol):
    """What is needed of the client, within its loop."""

    async def ask(self, url: str) -> Any:
        """Ask for something at a whole address. Raises `Failed`."""

    async def fetch(self, path: str) -> Any:
        """Ask for something of the account. Raises `Failed`."""

    async def changed(self, method: str, path: str, form: dict[str, Any], gone: int) -> Any:
        """Change something of the account; None where there is none of that name. Raises `Failed`."""


Read = Callable[[Callable[[Line], Awaitable[Any]]], Any]
"""Has something done in that loop, and waits for it. Raises CarrierError."""


class TwilioNumbers:
    """Those of one account."""

    def __init__(self, read: Read) -> None:
        self._read = read

    def ours(self, number: str | None = None) -> Sequence[CarrierNumber]:
        """See `Numbers`. The carrier finds numbers that contain what is asked for: only the same counts."""

        async def look(line: Line) -> Sequence[CarrierNumber]:
            return [_number(item) for item in await listing.our_numbers(line.fetch, number)]

        found: Sequence[CarrierNumber] = self._read(look)
        return [one for one in found if number in {None, one.number}]

    def put_right(self, sid: str, webhooks: Webhooks) -> CarrierNumber | None:
        """See `Numbers`. An application or trunk would go before the addresses, and is taken off; so is what
        hears besides.
        """
        if not is_sid(sid, "PN"):
            return None
        form = {**_form(webhooks), "SmsApplicationSid": "", "VoiceApplicationSid": "", "TrunkSid": ""}

        async def post(line: Line) -> CarrierNumber | None:
            found = await line.changed("POST", f"/IncomingPhoneNumbers/{sid}.json", form, UNKNOWN_NAME)
            return None if found is None else _number(found)

        found: CarrierNumber | None = self._read(post)
        return found

    def offers(self, wanted: NumbersWanted) -> Sequence[NumberOffer]:
        """See `Numbers`. Where a country has none of a kind the carrier knows no such place."""
        query = {"PageSize": str(OFFERED), "Contains": wanted.contains, "AreaCode": wanted.area_code}
        query |= {"SmsEnabled": "true" if wanted.sms else "", "VoiceEnabled": "true" if wanted.voice else ""}
        asked = urlencode({name: value for name, value in query.items() if value})
        path = f"/AvailablePhoneNumbers/{wanted.country}/{_PLACES[wanted.kind]}.json?{asked}"

        async def look(line: Line) -> Sequence[NumberOffer]:
            found = await _known(line.fetch, path)
            items = [] if found is None else found.get("available_phone_numbers")
            if not isinstance(items, list):
                raise Lost("unreadable")
            offers = [_offer(item) for item in items if isinstance(item, dict)]
            return [offer for offer in offers if offer.number.startswith("+")][:OFFERED]

        found: Sequence[NumberOffer] = self._read(look)
        return found

    def price(self, wanted: NumbersWanted) -> NumberPrice | None:
        """See `Numbers`."""

        async def look(line: Line) -> Any:
            return await _known(line.ask, f"{PRICING}/v1/PhoneNumbers/Countries/{wanted.country}")

        found = self._read(look) or {}
        listed = found.get("phone_number_prices")
        for one in listed if isinstance(listed, list) else ():
            if isinstance(one, dict) and one.get("number_type") == _PRICED[wanted.kind]:
                return _price(one.get("current_price"), found.get("price_unit"))
        return None

    def buy(self, purchase: Purchase) -> CarrierNumber:
        """See `Numbers`."""
        given = {"AddressSid": purchase.address_sid, "BundleSid": purchase.bundle_sid}
        form = {**_form(purchase.webhooks), "PhoneNumber": purchase.number}
        form |= {name: value for name, value in given.items() if value}

        async def post(line: Line) -> CarrierNumber:
            made = await line.changed("POST", "/IncomingPhoneNumbers.json", form, NEVER)
            if made is None:
                raise Lost("unreadable")
            return _number(made)

        made: CarrierNumber = self._read(post)
        return made

    def release(self, sid: str) -> None:
        """See `Numbers`."""
        if is_sid(sid, "PN"):
            path = f"/IncomingPhoneNumbers/{sid}.json"
            self._read(lambda line: line.changed("DELETE", path, {}, UNKNOWN_NAME))

    def service(self, sid: str) -> CarrierService | None:
        """See `Numbers`."""
        if not is_sid(sid, "MG"):
            return None

        async def look(line: Line) -> CarrierService | None:
            found = await _known(line.ask, f"{listing.MESSAGING}/v1/Services/{sid}")
            return None if found is None else _service(sid, found)

        found: CarrierService | None = self._read(look)
        return found


async def _known(ask: Callable[[str], Awaitable[Any]], where: str) -> Any:
    """What stands there; None where the carrier knows no such place."""
    try:
        return await ask(where)
    except Answered as error:
        if error.code == UNKNOWN_NAME:
            return None
        raise


def _form(webhooks: Webhooks) -> dict[str, Any]:
    return {
        "SmsUrl": webhooks.sms_url,
        "SmsMethod": "POST",
        "VoiceUrl": webhooks.voice_url,
        "VoiceMethod": "POST",
        "VoiceReceiveMode": "voice",
        **dict.fromkeys(("SmsFallbackUrl", "VoiceFallbackUrl", "StatusCallback"), ""),
    }


def _number(item: Mapping[str, Any]) -> CarrierNumber:
    """Raises `Lost` at what names no number of ours: half an answer is none."""
    sid, number = item.get("sid"), item.get("phone_number")
    if not is_sid(sid, "PN") or not isinstance(number, str):
        raise Lost("unreadable")
    return CarrierNumber(
        sid=str(sid),
        number=number,
        name=_text(item.get("friendly_name")),
        sms=able(item, "sms"),
        mms=able(item, "mms"),
        voice=able(item, "voice"),
        texts_to=_text(item.get("sms_application_sid")) or _asked(item, "sms"),
        calls_to=("fax" if item.get("voice_receive_mode") == "fax" else "")
        or _text(item.get("trunk_sid"))
        or _text(item.get("voice_application_sid"))
        or _asked(item, "voice"),
        told_too=tuple(dict.fromkeys(told for name in _TOLD_TOO if (told := _text(item.get(name))))),
        bought_at=instant(item.get("date_created")),
    )


def _service(sid: str, item: Mapping[str, Any]) -> CarrierService:
    """Raises `Lost` at what names another, or doesn't say whether it decides: half an answer is none."""
    defers = item.get("use_inbound_webhook_on_number")
    if item.get("sid") != sid or not isinstance(defers, bool):
        raise Lost("unreadable")
    validity = item.get("validity_period")
    return CarrierService(
        sid=sid,
        name=_text(item.get("friendly_name")),
        texts_to=_asked(item, "inbound_request", "inbound_method"),
        defers=defers,
        fallback_to=_text(item.get("fallback_url")),
        status_to=_text(item.get("status_callback")),
        sticky=_flag(item, "sticky_sender"),
        validity_s=validity if type(validity) is int and 0 < validity <= LONGEST_S else None,
        registered=_flag(item, "us_app_to_person_registered"),
    )


def _flag(item: Mapping[str, Any], name: str) -> bool | None:
    told = item.get(name)
    return told if isinstance(told, bool) else None


def _offer(item: Mapping[str, Any]) -> NumberOffer:
    return NumberOffer(
        number=_text(item.get("phone_number")),
        place=", ".join(text for name in ("locality", "region") if (text := _text(item.get(name)))),
        sms=able(item, "sms"),
        mms=able(item, "mms"),
        voice=able(item, "voice"),
        address=_text(item.get("address_requirements")) or "none",
    )


def _price(amount: object, currency: object) -> NumberPrice | None:
    """What cannot be a price is none."""
    try:
        found = Decimal(str(amount))
    except InvalidOperation:
        return None
    code = _text(currency).upper()
    fine = found.is_finite() and 0 <= found < MOST_A_MONTH and len(code) == 3
    return NumberPrice(found, code) if fine else None


def able(item: Mapping[str, Any], what: str) -> bool:
    """Whether a number can do it; the carrier writes what it can in small letters here, in capitals there."""
    told = item.get("capabilities")
    can = told if isinstance(told, dict) else {}
    return can.get(what) is True or can.get(what.upper()) is True


def _asked(item: Mapping[str, Any], what: str, method: str = "") -> str:
    url = _text(item.get(f"{what}_url"))
    return f"GET {url}" if url and item.get(method or f"{what}_method") == "GET" else url


def _text(value: object) -> str:
    """What can be kept of it: PostgreSQL keeps neither NUL nor half a character."""
    text = value if isinstance(value, str) else ""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
