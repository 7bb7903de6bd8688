"""Each fault does what its name says, and nothing else: the ledger is the judge."""

from __future__ import annotations

import pytest
import requests
from twilio.base.exceptions import TwilioException, TwilioRestException

from tests.town.conftest import GWEN, US


def accepted(town) -> int:
    return len(town.texts("outbound-api"))


def test_too_many_requests_says_when_to_come_back(town, send):
    town.faults(rate_limited=1.0, retry_after_s=3)
    with pytest.raises(TwilioRestException) as refused:
        send()
    assert (refused.value.status, refused.value.code) == (429, 20429)
    answer = requests.post(
        f"{town.url}/2010-04-01/Accounts/{town.account_sid}/Messages.json",
        {"To": GWEN, "From": US, "Body": "Hello"},
        auth=(town.account_sid, town.auth_token),
        timeout=10,
    )
    assert answer.headers["Retry-After"] == "3"
    assert accepted(town) == 0


def test_any_code_can_be_had(town, send):
    town.faults(refused=1.0, refused_code=30002, refused_status=403)
    with pytest.raises(TwilioRestException) as refused:
        send()
    assert (refused.value.status, refused.value.code) == (403, 30002)


@pytest.mark.parametrize(("fault", "count"), [("error_before", 0), ("error_after", 1)])
def test_a_server_error_tells_nothing_of_whether_it_was_accepted(town, send, fault, count):
    town.faults(**{fault: 1.0})
    with pytest.raises(TwilioException) as failed:
        send()
    assert getattr(failed.value, "status", 500) >= 500
    assert accepted(town) == count


@pytest.mark.parametrize(("fault", "count"), [("dropped_before", 0), ("lost_reply", 1)])
def test_a_dropped_connection(town, send, fault, count):
    town.faults(**{fault: 1.0})
    with pytest.raises(requests.ConnectionError):
        send()
    assert accepted(town) == count


@pytest.mark.parametrize(("fault", "count"), [("hang_before", 0), ("hang_after", 1)])
def test_hanging_ends_without_an_answer(town, send, fault, count):
    town.faults(**{fault: 1.0, "hang_s": 0.2})
    with pytest.raises(requests.ConnectionError):
        send()
    assert accepted(town) == count


@pytest.mark.parametrize("seed", range(4))
def test_a_broken_reply_is_a_201_that_nobody_can_read(town, send, seed):
    town.faults(broken_reply=1.0, seed=seed)
    with pytest.raises((requests.RequestException, ValueError)):
        send()
    assert accepted(town) == 1


def test_both_kinds_of_broken_reply_come_up(town):
    town.faults(broken_reply=1.0)
    seen = set()
    for _ in range(10):
        try:
            answer = requests.post(
                f"{town.url}/2010-04-01/Accounts/{town.account_sid}/Messages.json",
                {"To": GWEN, "From": US, "Body": "Hello"},
                auth=(town.account_sid, town.auth_token),
                timeout=10,
            )
            seen.add(answer.headers["Content-Type"].partition(";")[0])
        except requests.RequestException:
            seen.add("torn")
    assert seen == {"text/html", "torn"}


def test_a_lost_callback_never_comes(town, send, inbox):
    town.orderly()
    town.faults(lost_callback=1.0)
    message = send()
    town.advance(600)
    assert inbox.statuses() == []
    assert message.fetch().status == "delivered"


def test_doubled_callbacks_share_their_token(town, send, inbox):
    town.orderly()
    town.faults(doubled_callback=1.0)
    send()
    town.advance(60)
    assert inbox.statuses() == ["sent", "sent", "delivered", "delivered"]
    assert len({hook.token for hook in inbox.webhooks}) == 2


def test_late_callbacks_come_late(town, send, inbox):
    town.orderly()
    town.faults(late_callback=1.0, late_s=120.0)
    send()
    town.advance(60)
    assert inbox.statuses() == []
    town.advance(120)
    assert inbox.statuses() == ["sent", "delivered"]


def test_reordered_callbacks_come_the_wrong_way_round(town, send, inbox):
    town.orderly()
    town.faults(reordered_callback=1.0)
    send()
    town.advance(60)
    assert inbox.statuses() == ["delivered", "sent"]


def test_an_inbound_text_can_be_lost_and_is_still_listed(town, client, inbox):
    town.faults(lost_inbound=1.0)
    town.text(GWEN, US, "STOP")
    assert inbox.inbound() == []
    [listed] = [text for text in client.messages.list(to=US) if text.direction == "inbound"]
    assert (listed.body, listed.status) == ("STOP", "received")


def test_an_inbound_text_can_come_twice(town, inbox):
    town.faults(doubled_inbound=1.0)
    town.text(GWEN, US, "Hello")
    assert len(inbox.inbound()) == 2
    assert len(town.texts("inbound")) == 1


def test_the_list_can_lag(town, client, send):
    town.faults(list_lag_s=30.0)
    sid = send().sid
    assert client.messages.list(to=GWEN) == []
    assert client.messages(sid).fetch().sid == sid
    town.advance(31)
    assert len(client.messages.list(to=GWEN)) == 1


@pytest.mark.parametrize("fault", ["list_error", "fetch_error"])
def test_looks_can_fail(town, client, send, fault):
    message = send()
    town.faults(**{fault: 1.0})
    with pytest.raises(TwilioException):
        client.messages.list() if fault == "list_error" else message.fetch()


def test_the_same_seed_hits_the_same_requests(town, send):
    def hits() -> list[bool]:
        town.faults(rate_limited=0.5, seed=11)
        found = []
        for _ in range(12):
            try:
                send()
            except TwilioRestException:
                found.append(True)
            else:
                found.append(False)
        return found

    first = hits()
    assert first == hits()
    assert {True, False} == set(first)


def test_faults_are_replaced_and_cleared(town, send):
    town.faults(rate_limited=1.0)
    town.faults()
    send()
    assert accepted(town) == 1


@pytest.mark.parametrize("given", [{"unheard_of": 1.0}, {"rate_limited": "often"}, {"rate_limited": -1}])
def test_a_fault_that_is_none_is_refused(town, given):
    status, answer = town.request("POST", "/faults", given)
    assert status == 400
    assert next(iter(given)) in answer["error"]
