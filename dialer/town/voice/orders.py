"""What the carrier refuses when a call is to be placed or changed, in the order in which it looks.

Source of codes: twilio.com/docs/api/errors, each by its number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from dialer.town.api import RefusedError
from dialer.town.config import Terms
from dialer.town.numbers import in_regions, is_number, written_plainly
from dialer.town.voice.attributes import EVENTS
from dialer.town.voice.detection import DEFAULT_TIMEOUT_S, ENABLE, MESSAGE_END, Detection
from dialer.town.voice.leg import CANCELED, COMPLETED, Callback
from dialer.town.voice.sources import Ask, Given, Source

NO_TO: Final = 21201
NO_URL: Final = 21205
BAD_URL: Final = 21205
NOT_OURS: Final = 21210
BAD_TO: Final = 21211
BAD_FROM: Final = 21212
NO_FROM: Final = 21213
NOT_ALLOWED_THERE: Final = 21215
NOT_IN_PROGRESS: Final = 21220
BAD_CALLBACK: Final = 21609
BAD_EVENT: Final = 21626
BAD_VALUE: Final = 20001
LONGEST_RING_S: Final = 600
DEFAULT_RING_S: Final = 60
LONGEST_TWIML: Final = 4000
_DIGITS: Final = re.compile(r"[0-9A-D#*wW]{1,32}")
_SAID: Final = {
    NO_TO: "No 'To' number is specified",
    NO_URL: "Url parameter is required.",
    NOT_OURS: "The source phone number provided is not yet verified for your account",
    BAD_TO: "Invalid 'To' Phone Number",
    BAD_FROM: "Invalid 'From' Phone Number",
    NO_FROM: "'From' phone number is required",
    NOT_ALLOWED_THERE: "Account not authorized to call this number: no international permission",
    NOT_IN_PROGRESS: "Call is not in-progress. Cannot redirect.",
    BAD_CALLBACK: "The 'StatusCallback' URL is not a valid URL.",
    BAD_EVENT: "'StatusCallbackEvent(s)' is invalid.",
}

Fields = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Order:
    """A call that the account's owner has asked for."""

    to: str
    caller: str
    source: Source
    callback: Callback | None = None
    timeout_s: int = DEFAULT_RING_S
    detection: Detection | None = None
    send_digits: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What is to become of a call: an end, or other TwiML."""

    status: str = ""
    source: Source | None = None


class CallForm:
    """The fields of a request, each as often as it was given; of a single one the last counts."""

    def __init__(self, fields: Fields) -> None:
        self._fields = fields

    def names(self) -> frozenset[str]:
        """What was given."""
        return frozenset(self._fields)

    def one(self, name: str, default: str = "") -> str:
        """The last value of a field."""
        return self._fields.get(name, [default])[-1].strip()

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field."""
        return tuple(self._fields.get(name, ()))

    def only_post(self, *names: str) -> None:
        """Check HTTP methods: this town posts. Raises RefusedError."""
        for name in names:
            self.choice(name, ("POST",))

    def choice(self, name: str, allowed: Sequence[str]) -> str:
        """One of some values, the first unless given; raises RefusedError."""
        value = self.one(name, allowed[0])
        if value not in allowed:
            raise refusal(BAD_VALUE, f"Invalid value for {name}")
        return value

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        """A whole number within bounds; raises RefusedError."""
        value = self.one(name, str(default))
        if not re.fullmatch(r"[0-9]{1,6}", value) or not least <= int(value) <= most:
            raise refusal(BAD_VALUE, f"Invalid value for {name}")
        return int(value)

    def address(self, name: str, code: int) -> str:
        """A web address, or nothing; raises RefusedError with the code."""
        value = self.one(name)
        if value and not _is_web_address(value):
            raise refusal(code, f"{name} is not a valid URL")
        return value


async def read_call_form(request: web.Request) -> CallForm:
    """Read a request's form; raises RefusedError when it can't be read."""
    try:
        text = (await request.read()).decode()
        return CallForm(parse_qs(text, keep_blank_values=True, max_num_fields=200))
    except ValueError:
        raise refusal(BAD_VALUE, "The request body could not be read") from None


def refusal(code: int, said: str = "") -> RefusedError:
    """The carrier's refusal, in its words."""
    return RefusedError(code, 400, said or _SAID.get(code, ""))


def read_order(form: CallForm, terms: Terms) -> Order:
    """What is asked for. Raises RefusedError for what the carrier doesn't do."""
    to, caller = written_plainly(form.one("To")), written_plainly(form.one("From"))
    if not to:
        raise refusal(NO_TO)
    if not caller:
        raise refusal(NO_FROM)
    check_numbers(to, caller, terms)
    source = _source(form)
    if source is None:
        raise refusal(NO_URL)
    return Order(
        to,
        caller,
        source,
        callback=callback_of(form),
        timeout_s=form.whole("Timeout", DEFAULT_RING_S, 1, LONGEST_RING_S),
        detection=_detection(form),
        send_digits=_send_digits(form),
    )


def check_numbers(to: str, caller: str, terms: Terms) -> None:
    """Refuse numbers that can't be rung, or rung from."""
    if not is_number(to):
        raise refusal(BAD_TO)
    if not in_regions(to, terms.regions):
        raise refusal(NOT_ALLOWED_THERE)
    if not is_number(caller):
        raise refusal(BAD_FROM)
    if terms.senders and caller not in terms.senders:
        raise refusal(NOT_OURS)


def read_change(form: CallForm, status: str) -> Change:
    """What is to become of a call in that status. Raises RefusedError, 21220 for one that is over."""
    asked = form.choice("Status", ("", CANCELED, COMPLETED))
    source = _source(form)
    if not asked and source is None:
        raise refusal(BAD_VALUE, "Status, Url or Twiml is required")
    if source is not None and status != "in-progress":
        raise refusal(NOT_IN_PROGRESS)
    return Change(asked, source)


def _source(form: CallForm) -> Source | None:
    """Where the TwiML comes from; an address counts before a text."""
    url = form.address("Url", BAD_URL)
    if url:
        form.only_post("Method", "FallbackMethod")
        return Ask(url, {}, form.address("FallbackUrl", BAD_URL))
    text = form.one("Twiml")
    if len(text) > LONGEST_TWIML:
        raise refusal(BAD_VALUE, "Twiml is longer than 4000 characters")
    return Given(text) if text else None


def callback_of(form: CallForm) -> Callback | None:
    """Where the call reports; of its end alone, unless more is asked for."""
    url = form.address("StatusCallback", BAD_CALLBACK)
    events = form.all("StatusCallbackEvent") or ("completed",)
    if not set(events) <= set(EVENTS):
        raise refusal(BAD_EVENT)
    form.only_post("StatusCallbackMethod")
    return Callback(url, events) if url else None


def _detection(form: CallForm) -> Detection | None:
    """Detection of machines; the carrier passes it over when digits are sent."""
    form.only_post("AsyncAmdStatusCallbackMethod")
    if not form.one("MachineDetection") or form.one("SendDigits"):
        return None
    return Detection(
        form.choice("MachineDetection", (ENABLE, MESSAGE_END)),
        form.choice("AsyncAmd", ("false", "true")) == "true",
        form.whole("MachineDetectionTimeout", DEFAULT_TIMEOUT_S, 3, 59),
        form.address("AsyncAmdStatusCallback", BAD_CALLBACK),
    )


def _send_digits(form: CallForm) -> str:
    """Keys to press once the call is answered."""
    digits = form.one("SendDigits")
    if digits and not _DIGITS.fullmatch(digits):
        raise refusal(BAD_VALUE, "Invalid value for SendDigits")
    return digits


def _is_web_address(url: str) -> bool:
    """Whether something could be asked there."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
