"""Our own numbers through Twilio's API: the `Numbers` of `number_port.py`.

Source: twilio.com/docs/phone-numbers/api/incomingphonenumber-resource and the carrier's OpenAPI description
2.6.7.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from dialer.carrier import listing
from dialer.carrier.errors import UNKNOWN_NAME
from dialer.carrier.exchange import Lost
from dialer.carrier.number_port import CarrierNumber, Webhooks
from dialer.carrier.reading import is_sid


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
        """See `Numbers`. An application or trunk would go before the addresses, and is taken off."""
        if not is_sid(sid, "PN"):
            return None
        form = {**_form(webhooks), "SmsApplicationSid": "", "VoiceApplicationSid": "", "TrunkSid": ""}

        async def post(line: Line) -> CarrierNumber | None:
            found = await line.changed("POST", f"/IncomingPhoneNumbers/{sid}.json", form, UNKNOWN_NAME)
            return None if found is None else _number(found)

        found: CarrierNumber | None = self._read(post)
        return found


def _form(webhooks: Webhooks) -> dict[str, Any]:
    return {
        "SmsUrl": webhooks.sms_url,
        "SmsMethod": "POST",
        "VoiceUrl": webhooks.voice_url,
        "VoiceMethod": "POST",
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
        calls_to=_text(item.get("trunk_sid"))
        or _text(item.get("voice_application_sid"))
        or _asked(item, "voice"),
    )


def able(item: Mapping[str, Any], what: str) -> bool:
    """Whether a number can do it; the carrier writes what it can in small letters here, in capitals there."""
    told = item.get("capabilities")
    can = told if isinstance(told, dict) else {}
    return can.get(what) is True or can.get(what.upper()) is True


def _asked(item: Mapping[str, Any], what: str) -> str:
    url = _text(item.get(f"{what}_url"))
    return f"GET {url}" if url and item.get(f"{what}_method") == "GET" else url


def _text(value: object) -> str:
    """What can be kept of it: PostgreSQL keeps neither NUL nor half a character."""
    text = value if isinstance(value, str) else ""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
