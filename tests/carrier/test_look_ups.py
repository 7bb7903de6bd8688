"""Kinds of lines through the port, at the simulated town and at whatever else a carrier may answer."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from dialer.carrier.look_up_port import LineFound, LineNotFound
from dialer.carrier.twilio import TwilioCarrier
from tests.carrier.stub import Reply, Stub, answer, refused
from tests.towns import ACCOUNT_SID, AUTH_TOKEN, Town

NUMBER = "+12025550143"


@pytest.fixture
def live(town: Town) -> Iterator[TwilioCarrier]:
    town.orderly()
    carrier = TwilioCarrier(ACCOUNT_SID, AUTH_TOKEN, town.url)
    yield carrier
    carrier.close()


def told(kind: object = "mobile", **changes: Any) -> dict[str, Any]:
    """What the carrier says of a number, by its OpenAPI description."""
    intelligence = {
        "mobile_country_code": "310",
        "mobile_network_code": "160",
        "carrier_name": "Glan Mobile",
        "type": kind,
        "error_code": None,
        **changes.pop("line", {}),
    }
    return {
        "calling_country_code": "1",
        "country_code": "US",
        "phone_number": NUMBER,
        "national_format": "(202) 555-0143",
        "valid": True,
        "validation_errors": [],
        "line_type_intelligence": intelligence,
        "url": f"https://lookups.twilio.com/v2/PhoneNumbers/{NUMBER}",
        **changes,
    }


def asked(wire: TwilioCarrier, stub: Stub, *replies: Reply) -> LineFound | LineNotFound:
    left = iter(replies)
    stub.says = lambda _: next(left)
    [found] = wire.look_ups.line_types([NUMBER])
    return found


def test_the_town_knows_lines_by_their_numbers(town: Town, live: TwilioCarrier) -> None:
    kinds = {
        "+12025550143": "mobile",
        "+12025550106": "landline",
        "+12025550107": "nonFixedVoip",
        "+441632960010": "landline",
        "+447700900123": "mobile",
        "+12025550199": None,
    }
    found = live.look_ups.line_types(list(kinds))
    assert [one.number for one in found] == list(kinds)
    assert {one.number: one.type for one in found if isinstance(one, LineFound)} == kinds
    assert town.look_ups() == len(kinds)
    [nobody] = live.look_ups.line_types(["+44770"])
    assert isinstance(nobody, LineFound)
    assert not nobody.valid
    assert town.look_ups() == len(kinds), "it is nobody's, and costs nothing"


def test_what_is_asked_for_is_the_line_alone(wire: TwilioCarrier, stub: Stub) -> None:
    found = asked(wire, stub, answer(200, told()))
    assert found == LineFound(NUMBER, True, "mobile", "Glan Mobile")
    [request] = stub.asked
    assert (request.method, request.path) == ("GET", "/v2/PhoneNumbers/%2B12025550143")
    assert request.query == {"Fields": ["line_type_intelligence"]}


@pytest.mark.parametrize(
    ("said", "kind", "code"),
    [
        (told("unknown"), None, None),
        (told(None, line={"error_code": 60601}), None, 60601),
        (told(7, line={"carrier_name": ["x"], "error_code": "no"}), None, None),
        (told("mobile", line={"error_code": 10**30, "carrier_name": "a\x00b\ud800"}), "mobile", None),
        (told("x" * 5000), "x" * 200, None),
        (told(line_type_intelligence=None), None, None),
        (told(line_type_intelligence=[1]), None, None),
    ],
)
def test_an_odd_answer_tells_less_and_never_fails(
    wire: TwilioCarrier, stub: Stub, said: dict[str, Any], kind: str | None, code: int | None
) -> None:
    found = asked(wire, stub, answer(200, said))
    assert isinstance(found, LineFound)
    assert (found.valid, found.type, found.error_code) == (True, kind, code)
    assert "\x00" not in (found.network or "")
    (found.network or "").encode()


@pytest.mark.parametrize(
    "reply",
    [
        answer(200, told(phone_number="+12025550144")),
        answer(200, told(valid="yes")),
        answer(200, {}),
        answer(200, [1]),
        answer(200, b"<html>"),
        answer(500, {}),
        refused(503, 20503),
        Reply(then="reset"),
        Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{", then="close"),
    ],
)
def test_what_may_have_been_charged_is_told_and_not_asked_twice(
    wire: TwilioCarrier, stub: Stub, reply: Reply
) -> None:
    found = asked(wire, stub, reply, answer(200, told()))
    assert isinstance(found, LineNotFound)
    assert (found.asked, found.permanent, found.refused) == (True, False, False)
    assert len(stub.asked) == 1


@pytest.mark.parametrize(
    ("reply", "permanent", "refused_one"),
    [
        (refused(401, 20003), True, False),
        (refused(403, 60601), True, False),
        (refused(400, 10001), True, False),
        (refused(400, 60600), False, True),
        (refused(400, 21211), False, True),
        (refused(429, 20429, Retry_After="7"), False, False),
        (refused(403, None), False, False),
    ],
)
def test_a_refusal_of_us_is_told_from_one_of_a_number(
    wire: TwilioCarrier, stub: Stub, reply: Reply, permanent: bool, refused_one: bool
) -> None:
    found = asked(wire, stub, reply)
    assert isinstance(found, LineNotFound)
    assert (found.asked, found.permanent, found.refused) == (False, permanent, refused_one)


def test_who_is_not_found_is_nobody(wire: TwilioCarrier, stub: Stub) -> None:
    found = asked(wire, stub, refused(404, 20404))
    assert found == LineFound(NUMBER, valid=False, type=None, network=None, error_code=20404)


def test_a_carrier_that_is_away_has_charged_nothing() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        away = TwilioCarrier(ACCOUNT_SID, AUTH_TOKEN, f"http://127.0.0.1:{nobody.getsockname()[1]}")
        [found] = away.look_ups.line_types([NUMBER])
        away.close()
    assert isinstance(found, LineNotFound)
    assert (found.asked, found.permanent) == (False, False)
