"""What the carrier is asked afterwards: a look that failed is not a clean look."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from email.utils import format_datetime

import pytest

from dialer.carrier import exchange
from dialer.carrier.port import CarrierError
from dialer.carrier.twilio import TwilioCarrier
from tests.carrier.conftest import ACCOUNT
from tests.carrier.stub import SID, Asked, Reply, Stub, answer, refused

NOON = dt.datetime(2026, 5, 7, 12, 0, tzinfo=dt.UTC)
CALL_SID = "CA" + "0" * 31 + "1"
ROOT = f"/2010-04-01/Accounts/{ACCOUNT}"


def item(number: int, at: dt.datetime = NOON, **changes: object) -> dict[str, object]:
    return {
        "sid": f"SM{number:032x}",
        "to": "+447700900123",
        "from": "+447700900001",
        "body": "Vote tomorrow",
        "direction": "outbound-api",
        "status": "delivered",
        "error_code": None,
        "num_segments": "1",
        "price": "-0.04000",
        "price_unit": "usd",
        "date_created": format_datetime(at),
        "date_sent": format_datetime(at),
    } | changes


def page(*items: dict[str, object], following: str | None = None, key: str = "messages") -> Reply:
    return answer(200, {key: list(items), "page_size": 1000, "next_page_uri": following})


def test_a_text_is_read_whole(stub: Stub, wire: TwilioCarrier):
    stub.says = lambda _: answer(200, item(1))
    found = wire.message(SID)
    assert stub.asked[0].path == f"{ROOT}/Messages/{SID}.json"
    assert (found.sid, found.status, found.segments) == (SID, "delivered", 1)
    assert (found.price, found.currency) == (Decimal("0.04000"), "USD")
    assert (found.created_at, found.sent_at) == (NOON, NOON)
    assert (found.to, found.sender, found.body) == ("+447700900123", "+447700900001", "Vote tomorrow")
    assert "7700" not in repr(found)


def test_a_pools_text_has_no_sender_and_no_segments_yet(stub: Stub, wire: TwilioCarrier):
    stub.says = lambda _: answer(
        200,
        item(1)
        | {"from": None, "num_segments": "0", "price": None, "date_sent": None, "error_code": "30005"},
    )
    found = wire.message(SID)
    assert (found.sender, found.segments, found.price, found.sent_at) == (None, None, None, None)
    assert found.error_code == 30005


def test_a_name_the_carrier_does_not_know_is_none(stub: Stub, wire: TwilioCarrier):
    stub.says = lambda _: refused(404, 20404)
    assert wire.message(SID) is None
    assert wire.call(CALL_SID) is None


@pytest.mark.parametrize("name", ["", "SM1", "../Calls", CALL_SID, SID + "/Media", SID + "\n"])
def test_what_is_no_name_is_not_asked_for(name: str, stub: Stub, wire: TwilioCarrier):
    assert wire.message(name) is None
    assert stub.asked == []


@pytest.mark.parametrize(
    ("reply", "permanent"),
    [
        (refused(401, 20003), True),
        (refused(404, None), False),
        (refused(500, 20500), False),
        (refused(429, 20429), False),
        (answer(200, b"<html>"), False),
        (answer(200, {"page_size": 50}), False),
        (answer(200, {"messages": [1]}), False),
        (answer(200, {"messages": [], "next_page_uri": "/elsewhere?Page=1"}), False),
        (Reply(b"", "close"), False),
    ],
)
def test_a_look_that_failed_is_an_error_never_an_empty_list(
    reply, permanent, stub: Stub, wire: TwilioCarrier
):
    stub.says = lambda _: reply
    with pytest.raises(CarrierError) as caught:
        wire.messages(to="+447700900123", since=NOON)
    assert caught.value.permanent is permanent
    assert "7700" not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_a_look_that_hangs_fails(stub: Stub, wire: TwilioCarrier, monkeypatch):
    monkeypatch.setattr(exchange, "ANSWER_WITHIN_S", 0.2)
    stub.says = lambda _: Reply(b"", "hang")
    with pytest.raises(CarrierError, match="timeout"):
        wire.message(SID)


def test_a_failing_second_page_fails_the_whole_look(stub: Stub, wire: TwilioCarrier):
    following = f"{ROOT}/Messages.json?PageSize=1000&Page=1&PageToken=PA1"
    stub.says = lambda asked: (
        refused(500, 20500) if "PageToken" in asked.target else page(item(1), following=following)
    )
    with pytest.raises(CarrierError):
        wire.messages(to="+447700900123", waiting=False)


def test_pages_are_followed_where_the_configuration_says(stub: Stub, wire: TwilioCarrier):
    def says(asked: Asked) -> Reply:
        number = int(asked.query.get("Page", ["0"])[0])
        following = f"{ROOT}/Messages.json?To=%2B447700900123&Page={number + 1}&PageToken=PA"
        first = item(number + 1, NOON - dt.timedelta(seconds=number))
        return page(first, item(number + 2), following=following if number < 2 else None)

    stub.says = says
    found = wire.messages(to="+447700900123")
    assert len(stub.asked) == 3
    assert [asked.query["To"] for asked in stub.asked] == [["+447700900123"]] * 3
    assert sorted(each.sid for each in found) == [f"SM{number:032x}" for number in (1, 2, 3, 4)], "each once"
    assert [each.created_at for each in found] == sorted((each.created_at for each in found), reverse=True)


def test_dates_go_in_the_carriers_own_names(stub: Stub, wire: TwilioCarrier):
    stub.says = lambda _: page()
    until = NOON + dt.timedelta(hours=1)
    wire.messages(to="+447700900001", sender="+447700900123", since=NOON, until=until, waiting=False)
    [asked] = stub.asked
    assert asked.query == {
        "PageSize": ["1000"],
        "To": ["+447700900001"],
        "From": ["+447700900123"],
        "DateSent>": ["2026-05-07T12:00:00Z"],
        "DateSent<": ["2026-05-07T13:00:00Z"],
    }


def test_what_waits_to_be_sent_is_found_too(stub: Stub, wire: TwilioCarrier):
    """It has no sending instant, and whether the date filter shows it isn't said anywhere."""
    waiting = item(2, NOON, status="queued", date_sent=None)
    old = item(3, NOON - dt.timedelta(hours=1))

    def says(asked: Asked) -> Reply:
        if "DateSent>" in asked.query:
            return page(item(1))
        return page(waiting, item(1), old) if "Page=1" not in asked.target else page()

    stub.says = says
    found = wire.messages(to="+447700900123", since=NOON - dt.timedelta(minutes=1))
    assert {each.sid for each in found} == {item(1)["sid"], item(2)["sid"]}


def test_the_second_reading_ends_where_it_is_older_than_wanted(stub: Stub, wire: TwilioCarrier):
    old = item(3, NOON - dt.timedelta(hours=1))
    following = f"{ROOT}/Messages.json?Page=1&PageToken=PA"
    stub.says = lambda asked: page() if "DateSent>" in asked.query else page(old, following=following)
    assert wire.messages(to="+447700900123", since=NOON) == []
    assert len(stub.asked) == 2


def test_a_filter_by_days_is_made_finer_but_keeps_the_second(stub: Stub, wire: TwilioCarrier):
    at = NOON + dt.timedelta(milliseconds=700)
    stub.says = lambda _: page(item(1, NOON), item(2, NOON - dt.timedelta(seconds=1)))
    assert [each.sid for each in wire.messages(to="+447700900123", since=at)] == [item(1)["sid"]]


def test_a_pools_numbers_are_read_from_its_own_list(stub: Stub, wire: TwilioCarrier):
    pool = "MG" + "b" * 32
    following = f"https://messaging.twilio.com/v1/Services/{pool}/PhoneNumbers?PageSize=1000&Page=1"

    def says(asked: Asked) -> Reply:
        first = "Page=1" not in asked.target
        number = "+447700900001" if first else "+447700900002"
        meta = {"key": "phone_numbers", "next_page_url": following if first else None}
        return answer(200, {"phone_numbers": [{"sid": "PN1", "phone_number": number}], "meta": meta})

    stub.says = says
    assert wire.numbers_of(pool) == ["+447700900001", "+447700900002"]
    assert {asked.path for asked in stub.asked} == {f"/v1/Services/{pool}/PhoneNumbers"}
    stub.says = lambda _: refused(404, 20404)
    with pytest.raises(CarrierError):
        wire.numbers_of(pool)


@pytest.mark.parametrize(
    ("sender", "numbers"), [("+447700900001", ["+447700900001"]), ("12345", ["12345"]), ("Labour", [])]
)
def test_other_senders_are_their_own_number_or_none(sender, numbers, wire: TwilioCarrier, stub: Stub):
    assert wire.numbers_of(sender) == numbers
    assert stub.asked == []


def call_item(number: int, at: dt.datetime = NOON, **changes: object) -> dict[str, object]:
    return {
        "sid": f"CA{number:032x}",
        "parent_call_sid": None,
        "to": "+447700900123",
        "from": "+441632960001",
        "status": "completed",
        "direction": "outbound-api",
        "duration": "63",
        "answered_by": "human",
        "price": "-0.01",
        "price_unit": "USD",
        "date_created": format_datetime(at),
        "start_time": format_datetime(at),
        "end_time": format_datetime(at + dt.timedelta(seconds=63)),
    } | changes


def test_a_call_is_read_whole(stub: Stub, wire: TwilioCarrier):
    stub.says = lambda _: answer(200, call_item(1))
    found = wire.call(CALL_SID)
    assert (found.status, found.duration_s, found.answered_by, found.price) == (
        "completed",
        63,
        "human",
        Decimal("0.01"),
    )
    assert found.ended_at - found.started_at == dt.timedelta(seconds=63)
    assert "7700" not in repr(found)


def test_calls_are_listed_with_those_that_are_queued(stub: Stub, wire: TwilioCarrier):
    queued = call_item(2, NOON, status="queued", start_time="", end_time="", duration=None)
    older = call_item(3, NOON - dt.timedelta(days=1))
    following = f"{ROOT}/Calls.json?Page=1&PageToken=PA"
    stub.says = lambda asked: (
        page(older, following=following, key="calls")
        if "PageToken" in asked.target
        else page(queued, call_item(1), following=following, key="calls")
    )
    found = wire.calls(to="+447700900123", since=NOON)
    assert {each.sid for each in found} == {queued["sid"], CALL_SID}
    assert len(stub.asked) == 2, "the next page would be older still"


def test_a_call_is_ended_and_may_have_ended(stub: Stub, wire: TwilioCarrier):
    stub.says = lambda _: answer(200, call_item(1))
    wire.end_call(CALL_SID)
    assert stub.asked[0].form == {"Status": ["completed"]}
    stub.says = lambda _: refused(400, 21220)
    wire.end_call(CALL_SID)
    stub.says = lambda _: refused(500, 20500)
    with pytest.raises(CarrierError):
        wire.end_call(CALL_SID)
