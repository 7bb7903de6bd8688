"""The API for messages, asked by the official client."""

from __future__ import annotations

import dataclasses
import datetime as dt
import warnings

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from tests.town.conftest import GWEN, US
from tests.towns import STARTS_AT, run_apart


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


FIELDS = {
    "account_sid",
    "api_version",
    "body",
    "date_created",
    "date_sent",
    "date_updated",
    "direction",
    "error_code",
    "error_message",
    "from",
    "messaging_service_sid",
    "num_media",
    "num_segments",
    "price",
    "price_unit",
    "sid",
    "status",
    "subresource_uris",
    "to",
    "uri",
}


def test_a_message_has_the_fields_of_the_description_and_no_others(town, send):
    """Those of `api.v2010.account.message` in Twilio's OpenAPI description, version 2.6.7."""
    sid = send().sid
    answer = requests.get(
        f"{town.url}/2010-04-01/Accounts/{town.account_sid}/Messages/{sid}.json",
        auth=(town.account_sid, town.auth_token),
        timeout=10,
    )
    assert answer.json().keys() == FIELDS
    assert answer.json()["date_created"] == "Thu, 07 May 2026 12:00:00 +0000"
    assert answer.json()["num_media"] == "0"


@pytest.mark.parametrize("account", [{"account_sid": "AC" + "9" * 32}, {"auth_token": "a-wrong-one"}])
def test_nobody_else_gets_in(town, account):
    stranger = dataclasses.replace(town, **account).client()
    with pytest.raises(TwilioRestException) as refused:
        stranger.messages.create(to=GWEN, from_=US, body="Hello")
    assert (refused.value.status, refused.value.code) == (401, 20003)
    assert town.texts() == []


def test_what_isnt_there_is_not_found(town, client):
    with pytest.raises(TwilioRestException) as refused:
        client.messages("SM" + "0" * 32).fetch()
    assert (refused.value.status, refused.value.code) == (404, 20404)
    with pytest.raises(TwilioRestException) as refused:
        client.queues("QU" + "0" * 32).fetch()
    assert refused.value.code == 20404, "there are no queues in this town"


def test_only_the_accounts_own_senders_send(town, send):
    town.account(senders=[US])
    send()
    with pytest.raises(TwilioRestException) as refused:
        send(from_="+447700900901")
    assert refused.value.code == 21606


def test_a_service_that_isnt_the_accounts(town, send):
    town.account(services={"MG" + "b" * 32: [US]})
    assert send(from_=None, messaging_service_sid="MG" + "b" * 32).status == "accepted"
    with pytest.raises(TwilioRestException) as refused:
        send(from_=None, messaging_service_sid="MG" + "c" * 32)
    assert (refused.value.status, refused.value.code) == (404, 21701)


def test_the_account_may_only_ask_so_fast(town, send):
    town.account(account_rate=2.0)
    codes = []
    for _ in range(12):
        try:
            send()
        except TwilioRestException as refused:
            codes.append(refused.code)
    assert set(codes) == {20429}
    assert 12 - len(codes) == len(town.texts())


def test_a_sender_has_a_queue_and_it_can_be_full(town, send):
    town.account(sender_rate=0.5, sender_queue_s=5.0)
    for _ in range(3):
        send()
    with pytest.raises(TwilioRestException) as refused:
        send()
    assert refused.value.code == 21611
    town.advance(10)
    send()


def test_what_waits_longer_than_its_validity_isnt_sent(town, send, inbox):
    town.orderly()
    town.account(sender_rate=0.1)
    first, second = send(), send(validity_period=5)
    town.advance(60)
    assert first.fetch().status == "delivered"
    fetched = second.fetch()
    assert (fetched.status, fetched.error_code) == ("failed", 30036)


def test_a_person_whom_the_carrier_refuses(town, send):
    town.person(GWEN, refused=21614)
    with pytest.raises(TwilioRestException) as refused:
        send()
    assert refused.value.code == 21614


def test_a_network_without_receipts_leaves_it_at_sent(town, send, inbox):
    town.person(GWEN, outcome="sent")
    send()
    town.advance(3600)
    assert inbox.statuses() == ["sent"]


def test_replies_answer_the_texts_in_turn(town, send, inbox):
    town.person(GWEN, outcome="delivered", replies=["Who is this?", "", "Yes"], reply_after_s=1)
    for _ in range(4):
        send()
        town.advance(60)
    assert [hook.params["Body"] for hook in inbox.inbound()] == ["Who is this?", "Yes"]
    [hook] = [hook for hook in inbox.inbound() if hook.params["Body"] == "Yes"]
    assert hook.signed
    assert (hook.params["From"], hook.params["To"], hook.params["SmsStatus"]) == (GWEN, US, "received")
    assert hook.params["FromCity"] == ""


def test_a_yes_that_lifts_nothing_isnt_confirmed(town):
    town.text(GWEN, US, "Yes")
    assert [text["direction"] for text in town.texts()] == ["inbound"]
    town.text(GWEN, US, "STOP")
    town.text(GWEN, US, "START")
    assert [text["direction"] for text in town.texts("outbound-reply")] == ["outbound-reply"] * 2


def test_a_stop_to_a_service_blocks_the_whole_service(town, send):
    service = "MG" + "a" * 32
    town.person(GWEN, outcome="delivered", replies=["STOP"], reply_after_s=1)
    send(from_=None, messaging_service_sid=service)
    town.advance(60)
    with pytest.raises(TwilioRestException) as refused:
        send(from_=US, messaging_service_sid=service)
    assert refused.value.code == 21610


def test_advanced_opt_out_says_which_keyword_it_was(town, inbox):
    town.account(advanced_opt_out=True)
    town.text(GWEN, US, "stop")
    town.text(GWEN, US, "please stop")
    assert [hook.params.get("OptOutType") for hook in inbox.inbound()] == ["STOP", None]


def test_a_body_can_be_forgotten(town, send):
    message = send()
    assert message.update(body="").body == ""
    assert message.fetch().body == ""


def test_a_name_as_the_sender_cant_be_answered(town, send, inbox):
    town.person(GWEN, outcome="delivered", replies=["Yes"], reply_after_s=1)
    send(from_="COMMONGRND")
    town.advance(60)
    assert inbox.inbound() == []


def test_it_works_through_the_asynchronous_client_too(town):
    """With its own way of writing forms and addresses."""

    async def talk() -> str:
        client = AsyncTwilioHttpClient()
        async with client:
            rest = Client(town.account_sid, town.auth_token, http_client=client)
            rest.api.base_url = town.url
            made = await rest.messages.create_async(to=GWEN, from_=US, body="Helô £5 & more? 👍")
            [listed] = await rest.messages.list_async(to=GWEN)
            assert listed.body == "Helô £5 & more? 👍"
            assert listed.num_segments == "1"
            return str(made.sid)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the client's own way of naming the account
        sid = run_apart(talk())
    assert town.texts()[0]["sid"] == sid
