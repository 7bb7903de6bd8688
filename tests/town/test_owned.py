"""The account's own numbers, through the carrier's official client."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.town.conftest import GWEN
from tests.towns import PUBLIC_URL, Inbox, Town

OURS, OTHER = "+441632960001", "+447700900777"
ELSEWHERE = f"{PUBLIC_URL}/elsewhere"


def test_numbers_are_listed_page_by_page_with_what_they_can(town: Town, client: Client) -> None:
    senders = [f"+44770090{n:04}" for n in range(900, 905)] + [OURS, "Aber"]
    town.account(senders=senders)
    found = client.incoming_phone_numbers.list(page_size=2)
    assert [one.phone_number for one in found] == sorted(senders[:-1])
    [one] = client.incoming_phone_numbers.list(phone_number=OURS)
    assert one.sid is not None
    assert one.sid.startswith("PN")
    assert one.capabilities is not None
    assert one.voice_url == f"{PUBLIC_URL}/webhooks/twilio/voice/inbound"
    assert client.incoming_phone_numbers(one.sid).fetch().phone_number == OURS
    assert client.incoming_phone_numbers.list(phone_number="+441632960002") == []
    with pytest.raises(TwilioRestException) as caught:
        client.incoming_phone_numbers("PN" + "0" * 32).fetch()
    assert (caught.value.status, caught.value.code) == (404, 20404)


def test_without_named_senders_any_number_is_ours_that_is_asked_for(town: Town, client: Client) -> None:
    assert client.incoming_phone_numbers.list() == []
    [one] = client.incoming_phone_numbers.list(phone_number=OTHER)
    assert one.update(friendly_name="Office").friendly_name == "Office"
    assert [each.friendly_name for each in client.incoming_phone_numbers.list()] == ["Office"]


def test_texts_and_calls_go_where_the_number_says_else_where_the_account_does(
    town: Town, client: Client, inbox: Inbox
) -> None:
    town.account(senders=[OURS, OTHER])
    [one] = client.incoming_phone_numbers.list(phone_number=OTHER)
    one.update(sms_url=f"{ELSEWHERE}/text", voice_url=f"{ELSEWHERE}/call")
    for number in (OTHER, OURS):
        town.text(GWEN, number, "Hello")
        town.ring_in(GWEN, number)
        town.advance(30)
    told = [hook.path for hook in inbox.webhooks if hook.params.get("SmsStatus", "") == "received"]
    assert told == ["/elsewhere/text", "/webhooks/twilio/messages/inbound"]
    rung = [hook.path for hook in inbox.webhooks if hook.path.endswith(("/call", "/voice/inbound"))]
    assert rung == ["/elsewhere/call", "/webhooks/twilio/voice/inbound"]
    assert all(hook.signed for hook in inbox.webhooks)


def test_an_application_keeps_texts_from_the_address(town: Town, client: Client, inbox: Inbox) -> None:
    town.account(senders=[OURS])
    [one] = client.incoming_phone_numbers.list(phone_number=OURS)
    one.update(sms_application_sid="AP" + "1" * 32)
    town.text(GWEN, OURS, "Hello")
    assert inbox.webhooks == []
    with pytest.raises(TwilioRestException):
        one.update(sms_method="PUT")


def test_a_number_is_bought_and_given_back(town: Town, client: Client, inbox: Inbox) -> None:
    town.account(senders=[OURS])
    [one, *_] = client.available_phone_numbers("GB").local.list(contains="07", limit=5)
    assert one.phone_number is not None
    made = client.incoming_phone_numbers.create(phone_number=one.phone_number, sms_url=f"{ELSEWHERE}/text")
    with pytest.raises(TwilioRestException) as caught:
        client.incoming_phone_numbers.create(phone_number=one.phone_number)
    assert caught.value.code == 21422
    client.messages.create(to=GWEN, from_=one.phone_number, body="Hello")
    town.text(GWEN, one.phone_number, "Hello")
    assert [hook.path for hook in inbox.inbound()] == []
    assert "/elsewhere/text" in [hook.path for hook in inbox.webhooks]
    assert made.delete()
    assert [each.phone_number for each in client.incoming_phone_numbers.list()] == [OURS]
    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(to=GWEN, from_=one.phone_number, body="Hello")
    assert refused.value.code == 21606
