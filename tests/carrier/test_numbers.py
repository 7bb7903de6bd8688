"""Our numbers on the wire: every page is read, half an answer is none, and no stranger's word is believed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dialer.carrier.number_port import NumberPrice, NumbersWanted, Purchase, Webhooks
from dialer.carrier.port import CarrierError
from dialer.carrier.twilio import TwilioCarrier
from tests.carrier.conftest import ACCOUNT
from tests.carrier.stub import Asked, Reply, Stub, answer, refused

ROOT = f"/2010-04-01/Accounts/{ACCOUNT}"
NUMBER = "+441632960001"
SID = "PN" + "1" * 32
HOOKS = Webhooks("https://example.org/text", "https://example.org/call")
BRITISH = NumbersWanted("GB", "local", contains="07", sms=True)


def item(number: str = NUMBER, **changes: object) -> dict[str, object]:
    able = {"voice": True, "SMS": True, "mms": None}
    return {"sid": SID, "phone_number": number, "friendly_name": "Office", "capabilities": able} | changes


def listed(*items: object, following: str | None = None) -> Reply:
    return answer(200, {"incoming_phone_numbers": list(items), "next_page_uri": following})


def test_every_page_is_read_and_only_the_same_number_counts(stub: Stub, wire: TwilioCarrier) -> None:
    second = f"{ROOT}/IncomingPhoneNumbers.json?Page=1&PageToken=PAPN1"

    def says(asked: Asked) -> Reply:
        return listed(item(f"{NUMBER}9")) if "Page" in asked.query else listed(item(), following=second)

    stub.says = says
    assert [one.number for one in wire.numbers.ours()] == [NUMBER, f"{NUMBER}9"]
    [one] = wire.numbers.ours(NUMBER)
    assert (one.sms, one.mms, one.voice, one.name) == (True, False, True, "Office")
    assert stub.asked[-2].query["PhoneNumber"] == [NUMBER]
    assert "1632" not in repr(one)


@pytest.mark.parametrize(
    ("changes", "texts_to", "calls_to"),
    [
        ({"sms_url": "https://a.example.net/", "sms_method": "GET"}, "GET https://a.example.net/", ""),
        ({"sms_url": "https://a.example.net/", "sms_application_sid": "AP1"}, "AP1", ""),
        ({"voice_url": "https://a.example.net/", "trunk_sid": "TK1"}, "", "TK1"),
        ({"voice_url": "https://a\0.example.net/"}, "", "https://a.example.net/"),
        ({"voice_url": 7, "friendly_name": "\ud800"}, "", ""),
    ],
)
def test_where_it_leads_is_read(
    stub: Stub, wire: TwilioCarrier, changes: dict[str, object], texts_to: str, calls_to: str
) -> None:
    stub.says = lambda _: listed(item(**changes))
    [one] = wire.numbers.ours()
    assert (one.texts_to, one.calls_to) == (texts_to, calls_to)


def test_who_hears_besides_is_read_and_taken_off(stub: Stub, wire: TwilioCarrier) -> None:
    others = {"sms_fallback_url": "https://a.example.net/", "voice_fallback_url": "https://b.example.net/"}
    told = {**others, "status_callback": "https://a.example.net/", "voice_receive_mode": "fax"}
    stub.says = lambda _: listed(item(**told, trunk_sid="TK1"))
    [one] = wire.numbers.ours()
    assert (one.told_too, one.calls_to) == (("https://a.example.net/", "https://b.example.net/"), "fax")
    stub.says = lambda _: answer(200, item())
    wire.numbers.put_right(SID, HOOKS)
    asked = stub.asked[-1]
    assert asked.form["VoiceReceiveMode"] == ["voice"]
    assert [asked.form[name] for name in ("SmsFallbackUrl", "VoiceFallbackUrl", "StatusCallback")] == [
        [""]
    ] * 3


@pytest.mark.parametrize(
    "said", [{}, {"sid": "PN1", "phone_number": NUMBER}, {"sid": SID}, {"sid": SID, "phone_number": 4}]
)
def test_half_an_answer_is_none(stub: Stub, wire: TwilioCarrier, said: dict[str, object]) -> None:
    stub.says = lambda asked: listed(said) if asked.method == "GET" else answer(201, said)
    for deed in (wire.numbers.ours, lambda: wire.numbers.buy(Purchase(NUMBER, HOOKS))):
        with pytest.raises(CarrierError) as caught:
            deed()
        assert not caught.value.permanent, "it may have been made"


def test_a_purchase_says_where_to_ask_and_what_the_country_wants(stub: Stub, wire: TwilioCarrier) -> None:
    stub.says = lambda _: answer(201, item())
    wire.numbers.buy(Purchase(NUMBER, HOOKS, bundle_sid="BU1"))
    [asked] = stub.asked
    assert (asked.method, asked.path) == ("POST", f"{ROOT}/IncomingPhoneNumbers.json")
    assert asked.form["PhoneNumber"] == [NUMBER]
    assert (asked.form["SmsUrl"], asked.form["VoiceUrl"]) == ([HOOKS.sms_url], [HOOKS.voice_url])
    assert asked.form["BundleSid"] == ["BU1"]
    assert "AddressSid" not in asked.form


@pytest.mark.parametrize("code", [21421, 21422, 21452, 21631, 21649])
def test_a_refusal_is_final_and_keeps_its_code(stub: Stub, wire: TwilioCarrier, code: int) -> None:
    stub.says = lambda _: refused(400, code)
    with pytest.raises(CarrierError) as caught:
        wire.numbers.buy(Purchase(NUMBER, HOOKS))
    assert (caught.value.permanent, caught.value.code) == (True, code)


def test_one_that_is_gone_is_given_back(stub: Stub, wire: TwilioCarrier) -> None:
    stub.says = lambda _: refused(404, 20404)
    wire.numbers.release(SID)
    assert [asked.method for asked in stub.asked] == ["DELETE"]
    wire.numbers.release("../Calls")
    assert wire.numbers.put_right("PN/../..", HOOKS) is None
    assert len(stub.asked) == 1, "nothing but the carrier's own names goes into an address"
    assert wire.numbers.put_right(SID, HOOKS) is None


def test_what_can_be_had_is_read_as_far_as_it_is_a_number(stub: Stub, wire: TwilioCarrier) -> None:
    offers = [item(), "no", {"phone_number": "call me"}, *(item() for _ in range(30))]
    stub.says = lambda _: answer(200, {"available_phone_numbers": offers})
    found = wire.numbers.offers(BRITISH)
    assert (len(found), found[0].address) == (20, "none")
    [asked] = stub.asked
    assert asked.path == f"{ROOT}/AvailablePhoneNumbers/GB/Local.json"
    assert (asked.query["Contains"], asked.query["SmsEnabled"]) == (["07"], ["true"])
    stub.says = lambda _: refused(404, 20404)
    assert (list(wire.numbers.offers(BRITISH)), wire.numbers.price(BRITISH)) == ([], None)


@pytest.mark.parametrize(
    ("amount", "unit", "price"),
    [
        ("1.15", "usd", NumberPrice(Decimal("1.15"), "USD")),
        (1.15, "USD", NumberPrice(Decimal("1.15"), "USD")),
        ("NaN", "USD", None),
        ("-1", "USD", None),
        ("free", "USD", None),
        (None, "USD", None),
        ("1.15", "dollars", None),
    ],
)
def test_only_a_price_is_one(
    stub: Stub, wire: TwilioCarrier, amount: object, unit: str, price: NumberPrice | None
) -> None:
    listed = [
        {"number_type": "mobile", "current_price": "9"},
        {"number_type": "local", "current_price": amount},
    ]
    stub.says = lambda _: answer(200, {"phone_number_prices": listed, "price_unit": unit})
    assert wire.numbers.price(BRITISH) == price
    assert stub.asked[0].path == "/v1/PhoneNumbers/Countries/GB"


SERVICE = "MG" + "b" * 32
SET = {
    "sid": SERVICE,
    "friendly_name": "Ring round",
    "inbound_request_url": "https://a.example.net/",
    "inbound_method": "GET",
    "fallback_url": None,
    "status_callback": "https://b.example.net/",
    "sticky_sender": False,
    "validity_period": 600,
    "us_app_to_person_registered": None,
    "use_inbound_webhook_on_number": False,
}


def test_what_is_set_for_a_messaging_service_is_read(stub: Stub, wire: TwilioCarrier) -> None:
    stub.says = lambda _: answer(200, SET)
    found = wire.numbers.service(SERVICE)
    assert found is not None
    assert (found.name, found.texts_to, found.defers) == ("Ring round", "GET https://a.example.net/", False)
    assert (found.fallback_to, found.status_to) == ("", "https://b.example.net/")
    assert (found.sticky, found.validity_s, found.registered) == (False, 600, None)
    assert "example" not in repr(found)
    assert stub.asked[0].path == f"/v1/Services/{SERVICE}"
    stub.says = lambda _: refused(404, 20404)
    assert wire.numbers.service(SERVICE) is None
    assert wire.numbers.service("Ring round") is None


@pytest.mark.parametrize(
    "half", [{}, SET | {"sid": "MG" + "c" * 32}, SET | {"use_inbound_webhook_on_number": None}]
)
def test_half_of_what_is_set_is_nothing(stub: Stub, wire: TwilioCarrier, half: dict[str, object]) -> None:
    stub.says = lambda _: answer(200, half)
    with pytest.raises(CarrierError):
        wire.numbers.service(SERVICE)
