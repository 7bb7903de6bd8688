"""Messaging Services: what is set for one goes before what its numbers and texts say."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.town.conftest import GWEN
from tests.towns import PUBLIC_URL, Inbox, Town

SERVICE, NUMBER = "MG" + "b" * 32, "+447700900777"
ELSEWHERE = f"{PUBLIC_URL}/elsewhere"


@pytest.fixture(autouse=True)
def pool(town: Town) -> None:
    town.orderly()
    town.account(services={SERVICE: [NUMBER]})


def told(town: Town, client: Client, inbox: Inbox) -> list[str]:
    """Where the webhook of a text to the number went."""
    town.text(GWEN, NUMBER, "Hello")
    town.advance(30)
    return [hook.path for hook in inbox.webhooks if hook.params.get("SmsStatus") == "received"]


def test_one_is_read_and_set_as_in_its_console(client: Client) -> None:
    service = client.messaging.v1.services(SERVICE)
    first = service.fetch()
    assert (first.sid, first.sticky_sender, first.use_inbound_webhook_on_number) == (SERVICE, True, True)
    service.update(friendly_name="Ring round", validity_period=600, sticky_sender=False)
    again = service.fetch()
    assert (again.friendly_name, again.validity_period, again.sticky_sender) == ("Ring round", 600, False)
    for wrong in ({"validity_period": 40_000}, {"inbound_method": "PUT"}):
        with pytest.raises(TwilioRestException):
            service.update(**wrong)
    with pytest.raises(TwilioRestException) as caught:
        client.messaging.v1.services("MG" + "c" * 32).fetch()
    assert (caught.value.status, caught.value.code) == (404, 20404)


def test_texts_go_where_it_says_unless_it_leaves_them_to_the_number(
    town: Town, client: Client, inbox: Inbox
) -> None:
    service = client.messaging.v1.services(SERVICE)
    service.update(inbound_request_url=ELSEWHERE)
    assert told(town, client, inbox) == ["/webhooks/twilio/messages/inbound"]
    service.update(use_inbound_webhook_on_number=False)
    assert told(town, client, inbox)[1:] == ["/elsewhere"]


def test_without_an_address_of_its_own_texts_are_neither_told_nor_listed(
    town: Town, client: Client, inbox: Inbox
) -> None:
    client.messaging.v1.services(SERVICE).update(use_inbound_webhook_on_number=False)
    assert told(town, client, inbox) == []
    assert client.messages.list(to=NUMBER) == []


def test_what_texts_dont_say_themselves_it_says(town: Town, client: Client, inbox: Inbox) -> None:
    client.messaging.v1.services(SERVICE).update(status_callback=ELSEWHERE)
    client.messages.create(to=GWEN, messaging_service_sid=SERVICE, body="One")
    own = f"{PUBLIC_URL}/webhooks/twilio/messages/status?m=1"
    client.messages.create(to=GWEN, messaging_service_sid=SERVICE, body="Two", status_callback=own)
    town.advance(60)
    paths = {hook.path for hook in inbox.webhooks if hook.params.get("MessageStatus") == "sent"}
    assert paths == {"/elsewhere", "/webhooks/twilio/messages/status"}
