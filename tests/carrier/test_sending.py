"""What becomes of a text, whatever the other end does: one outcome each, and only what is proven."""

from __future__ import annotations

import logging
import multiprocessing
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from dialer.carrier import exchange, transport
from dialer.carrier import twilio as adapter
from dialer.carrier.port import Accepted, CarrierError, NotAccepted, Refused, Unknown
from dialer.carrier.transport import rewritten
from dialer.carrier.twilio import TwilioCarrier
from dialer.domain.carrier_action import Action
from tests.carrier.conftest import ACCOUNT, TOKEN, call_to, text_to
from tests.carrier.stub import SID, Asked, Reply, Stub, answer, refused

CALL_SID = "CA" + "0" * 31 + "1"


def one(wire: TwilioCarrier):
    [outcome] = wire.send_messages([text_to()])
    return outcome


def test_a_text_is_posted_as_the_carrier_wants_it(stub: Stub, wire: TwilioCarrier):
    assert one(wire) == Accepted(SID, "queued")
    [asked] = stub.asked
    assert (asked.method, asked.path) == ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json")
    assert asked.headers["authorization"].startswith("Basic ")
    assert asked.headers["user-agent"].startswith("twilio-python/")
    assert asked.form == {
        "To": ["+447700900123"],
        "From": ["+447700900001"],
        "Body": ["Helô, Siân. Reply STOP to opt out"],
        "StatusCallback": ["http://localhost/webhooks/twilio/messages/status?m=1"],
    }


def test_a_pool_of_senders_goes_by_its_own_parameter(stub: Stub, wire: TwilioCarrier):
    pool = "MG" + "b" * 32
    wire.send_messages([text_to(sender=pool, validity_s=3600), text_to(sender="MG Labour")])
    [by_pool, by_name] = sorted((asked.form for asked in stub.asked), key=len, reverse=True)
    assert by_pool["MessagingServiceSid"] == [pool]
    assert "From" not in by_pool
    assert by_pool["ValidityPeriod"] == ["3600"]
    assert by_name["From"] == ["MG Labour"]


ACCEPTED_BUT = {
    "no SID": answer(201, {"status": "queued"}),
    "no SID but null": answer(201, {"sid": None, "status": "queued"}),
    "another's SID": answer(201, {"sid": CALL_SID, "status": "queued"}),
    "a list": answer(201, []),
    "HTML": answer(201, b"<html>Created</html>"),
    "bytes that are no text": answer(201, b"\xff\xfe\xff", Content_Type="application/json; charset=utf-8"),
    "cut short": Reply(b"HTTP/1.1 201 Created\r\nContent-Length: 900\r\n\r\n" + b'{"sid": "SM', "close"),
    "chunks cut short": Reply(
        b'HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"sid\r\n', "close"
    ),
    "nothing, then closed": Reply(b"", "close"),
    "nothing, then reset": Reply(b"", "reset"),
    "half a head": Reply(b"HTTP/1.1 201 Cre", "close"),
    "no HTTP": Reply(b"220 smtp ready\r\n\r\n", "close"),
    "500": refused(500, 20500),
    "503 with a time": refused(503, 20503, Retry_After="3"),
    "a redirect": answer(302, b"", Location="/elsewhere"),
    "a 4xx without a code": refused(400, None),
    "a proxy's 408": answer(408, b"<html>Request Timeout</html>"),
    "a code that is no number": answer(400, {"code": "21211", "message": "No."}),
}


@pytest.mark.parametrize("what", ACCEPTED_BUT)
def test_without_proof_either_way_the_outcome_is_unknown_and_nothing_is_sent_again(
    what: str, stub: Stub, wire: TwilioCarrier
):
    stub.says = lambda _: ACCEPTED_BUT[what]
    assert isinstance(one(wire), Unknown)
    time.sleep(0.05)  # a second post would come at once
    assert len(stub.asked) == 1


def test_an_answer_that_does_not_come_is_unknown(stub: Stub, wire: TwilioCarrier, monkeypatch):
    monkeypatch.setattr(exchange, "ANSWER_WITHIN_S", 0.2)
    stub.says = lambda _: Reply(b"HTTP/1.1 201 Created\r\n", "hang")
    assert one(wire) == Unknown("timeout")
    stub.says = Stub.says
    assert isinstance(one(wire), Accepted)


def test_odd_fields_beside_the_sid_take_nothing_from_an_acceptance(stub: Stub, wire: TwilioCarrier):
    stub.says = lambda _: answer(
        201, {"sid": SID, "status": 7, "num_segments": "many", "price": "abc", "date_created": 5}
    )
    assert one(wire) == Accepted(SID, "7")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409])
@pytest.mark.parametrize(
    ("code", "action"), [(21610, Action.SUPPRESS), (20003, Action.STOP_ALL), (29999, Action.FINAL)]
)
def test_a_refusal_says_what_follows(status, code, action, stub: Stub, wire: TwilioCarrier):
    stub.says = lambda _: refused(status, code)
    assert one(wire) == Refused(code, "No.", action)


@pytest.mark.parametrize(
    ("reply", "wait"),
    [
        (refused(429, 20429), None),
        (refused(429, 20429, Retry_After="7"), 7.0),
        (answer(429, b"slow down", Retry_After="1"), 1.0),
        (refused(429, None, Retry_After="soon"), None),
        (
            refused(
                429,
                20429,
                Date="Thu, 07 May 2026 12:00:00 GMT",
                Retry_After="Thu, 07 May 2026 12:01:30 GMT",
            ),
            90.0,
        ),
        (refused(400, 22005), None),
    ],
)
def test_what_was_too_much_at_once_was_not_accepted(reply, wait, stub: Stub, wire: TwilioCarrier):
    stub.says = lambda _: reply
    outcome = one(wire)
    assert isinstance(outcome, NotAccepted)
    assert outcome.retry_after_s == wait


@pytest.mark.parametrize("status", [400, 429])
def test_a_full_queue_of_the_sender_is_said_as_such(status: int, stub: Stub, wire: TwilioCarrier):
    stub.says = lambda _: refused(status, 21611)
    assert one(wire) == Refused(21611, "No.", Action.REST_SENDER)


def test_a_refused_connection_was_not_accepted():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        wire = TwilioCarrier(ACCOUNT, TOKEN, f"http://127.0.0.1:{taken.getsockname()[1]}")
        assert one(wire) == NotAccepted("unreachable")
        assert wire.place_call(call_to()) == NotAccepted("unreachable")
        wire.close()


def test_a_host_without_an_address_was_not_accepted():
    wire = TwilioCarrier(ACCOUNT, TOKEN, "http://dialer.invalid")
    assert one(wire) == NotAccepted("unreachable")
    wire.close()


def test_without_an_address_nothing_was_accepted():
    """The simulated town may come up later than a worker: never the real carrier instead."""
    wire = TwilioCarrier(ACCOUNT, TOKEN, "")
    assert one(wire) == NotAccepted("unreachable")
    wire.close()


@pytest.mark.parametrize(
    "url", ["https://example.com/x", "http://api.twilio.com/x", "https://twilio.com.example/x"]
)
def test_nobody_else_gets_our_password(url: str):
    with pytest.raises(ValueError, match="not an address"):
        rewritten(url, "https://api.twilio.com")


def test_every_domain_of_the_carrier_goes_where_the_settings_say():
    look_up = "https://lookups.twilio.com/v2/PhoneNumbers/1?Fields=x"
    assert rewritten(look_up, "https://api.twilio.com") == look_up
    assert rewritten(look_up, "http://town:1/t/") == "http://town:1/t/v2/PhoneNumbers/1?Fields=x"


def test_a_server_that_does_not_speak_tls_was_not_accepted(stub: Stub, monkeypatch):
    monkeypatch.setattr(transport, "CONNECT_S", 0.3)
    wire = TwilioCarrier(ACCOUNT, TOKEN, stub.url.replace("http:", "https:"))
    assert one(wire) == NotAccepted("unreachable")
    wire.close()


def test_each_of_a_batch_gets_its_own_outcome_in_its_order(stub: Stub, wire: TwilioCarrier):
    def says(asked: Asked) -> Reply:
        number = int(asked.form["To"][0][-3:])
        if number % 3 == 0:
            return refused(400, 21211)
        return (
            refused(500, 20500)
            if number % 3 == 1
            else answer(201, {"sid": f"SM{number:032x}", "status": "queued"})
        )

    stub.says = says
    numbers = [100 + each for each in range(250)]
    outcomes = wire.send_messages([text_to(f"+447700900{each}") for each in numbers])
    for number, outcome in zip(numbers, outcomes, strict=True):
        expected = (Refused, Unknown, Accepted)[number % 3]
        assert isinstance(outcome, expected)
        if isinstance(outcome, Accepted):
            assert outcome.sid == f"SM{number:032x}"
    assert len(stub.asked) == 250
    assert stub.connections <= adapter.IN_FLIGHT


def test_what_could_not_be_posted_in_time_goes_back(stub: Stub, wire: TwilioCarrier, monkeypatch):
    """Else it would go out after its worker was taken for lost, and its sender had asked the carrier."""
    monkeypatch.setattr(adapter, "START_WITHIN_S", -1.0)
    assert wire.send_messages([text_to(), text_to()]) == [NotAccepted("not_begun")] * 2
    assert stub.asked == []


def test_a_process_that_was_held_up_sends_nothing_late(stub: Stub, wire: TwilioCarrier):
    """Others may have settled the text meanwhile, and it would reach the person twice."""
    late, soon = text_to(begin_before=time.monotonic() - 1), text_to(begin_before=time.monotonic() + 60)
    assert wire.send_messages([late, soon]) == [NotAccepted("not_begun"), Accepted(SID, "queued")]
    assert len(stub.asked) == 1


def test_a_connection_that_comes_too_late_carries_nothing():
    """Whoever opened it would send what may not go any more: it is waited for no longer than the text may."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        filling = [_knock(full.getsockname()) for _ in range(4)]
        wire = TwilioCarrier(ACCOUNT, TOKEN, f"http://127.0.0.1:{full.getsockname()[1]}")
        begun = time.monotonic()
        assert wire.send_messages([text_to(begin_before=begun + 0.3)]) == [NotAccepted("unreachable")]
        assert time.monotonic() - begun < 3
        wire.close()
        for knocking in filling:
            knocking.close()


def _knock(place: tuple[str, int]) -> socket.socket:
    """A connection that nobody accepts; when the line of them is full, further ones hang."""
    knocking = socket.socket()
    knocking.setblocking(False)
    knocking.connect_ex(place)
    return knocking


def test_a_fault_of_ours_leaves_a_text_unknown_and_is_logged(wire: TwilioCarrier, monkeypatch, caplog):
    def fail(_: object) -> None:
        raise KeyError("+447700900123")

    monkeypatch.setattr(adapter, "message_form", fail)
    heard, told = threading.Event(), []
    wire.begin_messages([text_to()], lambda _, outcome: (told.append(outcome), heard.set()))
    assert heard.wait(10)
    assert told == [Unknown("interrupted")]
    wire.close()
    assert "KeyError" in caplog.text
    assert "7700900" not in caplog.text


def test_no_texts_are_no_work(wire: TwilioCarrier, stub: Stub):
    assert wire.send_messages([]) == []
    assert stub.connections == 0


def test_a_call_is_posted_as_the_carrier_wants_it(stub: Stub, wire: TwilioCarrier):
    stub.says = lambda _: answer(201, {"sid": CALL_SID, "status": "queued"})
    outcome = wire.place_call(
        call_to(detect_machine=True, machine_callback="https://dialer.test/amd", ring_s=20)
    )
    assert outcome == Accepted(CALL_SID, "queued")
    assert stub.asked[0].path == f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
    assert stub.asked[0].form == {
        "To": ["+447700900123"],
        "From": ["+447700900001"],
        "Url": ["http://localhost/webhooks/twilio/voice/answer?c=1"],
        "StatusCallback": ["http://localhost/webhooks/twilio/voice/status?c=1"],
        "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
        "Timeout": ["20"],
        "MachineDetection": ["Enable"],
        "AsyncAmd": ["true"],
        "AsyncAmdStatusCallback": ["https://dialer.test/amd"],
    }


@pytest.mark.parametrize("what", ACCEPTED_BUT)
def test_a_call_without_proof_is_unknown_too(what: str, stub: Stub, wire: TwilioCarrier):
    reply = ACCEPTED_BUT[what]
    stub.says = lambda _: Reply(reply.raw.replace(CALL_SID.encode(), SID.encode()), reply.then)
    assert isinstance(wire.place_call(call_to()), Unknown)
    assert len(stub.asked) == 1


def test_the_environment_sends_nothing_elsewhere(stub: Stub, monkeypatch):
    """Regions and proxies of the environment are not for us: only the settings say where the carrier is."""
    for name in ("TWILIO_EDGE", "TWILIO_REGION"):
        monkeypatch.setenv(name, "dublin")
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    wire = TwilioCarrier(ACCOUNT, TOKEN, stub.url + "/api/")
    assert isinstance(one(wire), Accepted)
    assert stub.asked[0].path == f"/api/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    wire.close()


def test_nothing_of_a_text_is_logged(stub: Stub, wire: TwilioCarrier, caplog):
    caplog.set_level(logging.DEBUG)
    stub.says = lambda _: refused(400, 21211)
    outcome = one(wire)
    with pytest.raises(CarrierError) as caught:
        wire.messages(to="+447700900123")
    shown = (outcome, text_to(), call_to(), wire, caught.value)
    told = caplog.text + "".join(map(repr, shown))
    assert "7700900" not in told
    assert "Siân" not in told
    assert TOKEN not in told


def _send_in_child(wire: TwilioCarrier, results) -> None:
    results.put([type(each).__name__ for each in wire.send_messages([text_to(), text_to()])])
    wire.close()


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_client_used_before_a_fork_works_on_both_sides(stub: Stub, wire: TwilioCarrier):
    assert isinstance(one(wire), Accepted)
    before = stub.connections
    fork = multiprocessing.get_context("fork")
    results = fork.Queue()
    child = fork.Process(target=_send_in_child, args=(wire, results))
    child.start()
    assert results.get(timeout=10) == ["Accepted", "Accepted"]
    child.join(10)
    assert child.exitcode == 0
    assert stub.connections > before
    assert isinstance(one(wire), Accepted)


def test_closing_ends_what_still_waits(stub: Stub, wire: TwilioCarrier):
    stub.says = lambda _: Reply(b"", "hang")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(one, wire)
        while not stub.asked:
            time.sleep(0.01)
        wire.close()
        assert isinstance(waiting.result(timeout=5), Unknown)


def test_a_closed_client_opens_again(stub: Stub, wire: TwilioCarrier):
    one(wire)
    wire.close()
    wire.close()
    assert isinstance(one(wire), Accepted)
    assert stub.connections == 2
