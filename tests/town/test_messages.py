"""The API for messages, asked by the official client."""

from __future__ import annotations

import datetime as dt

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.town.conftest import GWEN, US
from tests.towns import STARTS_AT


def test_a_text_is_queued_sent_and_delivered(town, send, inbox):
    town.orderly()
    message = send()
    assert (message.status, message.direction, message.num_segments) == ("queued", "outbound-api", "1")
    assert message.date_created == STARTS_AT
    assert message.date_sent is None
    town.advance(60)
    assert inbox.statuses() == ["sent", "delivered"], "the initial status isn't told"
    fetched = message.fetch()
    assert fetched.status == "delivered"
    assert fetched.date_sent is not None
    assert fetched.price is not None


def test_webhooks_are_signed_over_the_url_with_its_query(town, send, inbox):
    town.orderly()
    send()
    town.advance(60)
    assert all(hook.signed for hook in inbox.webhooks)
    assert {hook.query for hook in inbox.webhooks} == {"m=1"}
    assert {"MessageSid", "SmsSid", "AccountSid", "To", "From", "ApiVersion"} <= set(inbox.webhooks[0].params)


def test_a_messaging_service_accepts_first_and_picks_the_sender_later(town, send, inbox):
    town.orderly()
    message = send(from_=None, messaging_service_sid="MG" + "a" * 32)
    assert (message.status, message.from_, message.num_segments) == ("accepted", None, "0")
    town.advance(60)
    assert inbox.statuses() == ["queued", "sent", "delivered"]
    assert message.fetch().from_ is not None


def test_an_undelivered_text_tells_its_error(town, send, inbox):
    town.person(GWEN, outcome="undelivered", error_code=30003)
    message = send()
    town.advance(60)
    assert inbox.statuses() == ["sent", "undelivered"]
    assert inbox.webhooks[-1].params["ErrorCode"] == "30003"
    assert message.fetch().error_message == "Unreachable destination handset"


def test_the_list_is_newest_first_and_pages_through_everything(town, client, send):
    sids = [send(body=f"{number}").sid for number in range(7)]
    listed = client.messages.list(to=GWEN, page_size=3)
    assert [message.sid for message in listed] == sids[::-1]
    assert client.messages.list(to="+447700900124") == []
    assert len(client.messages.list(from_=US, limit=4)) == 4


def test_a_date_filter_leaves_out_what_has_not_been_sent(town, client, send):
    town.orderly()
    send()
    since = STARTS_AT - dt.timedelta(minutes=1)
    assert client.messages.list(to=GWEN, date_sent_after=since) == []
    town.advance(60)
    assert len(client.messages.list(to=GWEN, date_sent_after=since)) == 1
    assert client.messages.list(to=GWEN, date_sent_before=since) == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"to": "+44770090"}, 21211),
        ({"to": "07700 900123"}, 21211),
        ({"to": ""}, 21604),
        ({"from_": "+4"}, 21212),
        ({"from_": None}, 21603),
        ({"to": "+33612345678"}, 21408),
        ({"body": ""}, 21602),
        ({"body": "x" * 1601}, 21617),
        ({"status_callback": "ftp://nowhere"}, 21609),
        ({"validity_period": 40_000}, 21624),
        ({"to": US}, 21266),
        ({"to": "+15005550004"}, 21610),
        ({"from_": "+15005550008"}, 21611),
    ],
)
def test_what_the_carrier_refuses_it_refuses(town, send, fields, code):
    with pytest.raises(TwilioRestException) as refused:
        send(**fields)
    assert refused.value.code == code
    assert town.texts() == []


def test_a_stop_blocks_the_pair_and_still_reaches_us(town, send, inbox):
    town.person(GWEN, replies=[" stop "], reply_after_s=10)
    send()
    town.advance(60)
    assert [hook.params["Body"] for hook in inbox.inbound()] == [" stop "]
    with pytest.raises(TwilioRestException) as refused:
        send()
    assert (refused.value.status, refused.value.code) == (400, 21610)
    send(from_="+447700900901")
    town.text(GWEN, US, "START")
    send()
