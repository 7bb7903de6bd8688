"""Calls from browsers: who has a token of ours comes in as `client:NAME`, and nobody else does."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from twilio.rest import Client

from dialer.carrier.tokens import TwilioTokens
from tests.town.test_conferences import room
from tests.town.test_talks import asked
from tests.towns import ACCOUNT_SID, AUTH_TOKEN, STARTS_AT, Inbox, Town

CLIENT = "/webhooks/twilio/voice/client"


def token_for(identity: str, now: dt.datetime = STARTS_AT, **changes: str) -> str:
    """A token as we give them out in the town, or one that is wrong."""
    named = ACCOUNT_SID.removeprefix("AC")
    ours = {
        "account_sid": ACCOUNT_SID,
        "key_sid": f"SK{named}",
        "key_secret": AUTH_TOKEN,
        "app_sid": f"AP{named}",
    }
    return TwilioTokens(**(ours | changes)).token_for(identity, now).text


def test_somebody_in_a_browser_goes_into_a_room_with_a_token(
    town: Town, client: Client, inbox: Inbox
) -> None:
    inbox.answers["/webhooks/twilio/voice/client"] = room(name="shift-2")
    sid = town.connect(token_for("vol_7"), shift="7")
    town.advance(1)
    (asked_,) = asked(inbox, CLIENT)
    assert (asked_.params["From"], asked_.params["To"], asked_.params["shift"]) == ("client:vol_7", "", "7")
    assert (asked_.params["CallSid"], asked_.params["Direction"], asked_.signed) == (sid, "inbound", True)
    town.advance(3600)
    (conference,) = town.conferences("shift-2")
    assert [(stay["person"], stay["left_at"]) for stay in conference["stays"]] == [("client:vol_7", None)]
    assert client.calls(sid).update(status="completed").status == "completed"


@pytest.mark.parametrize(
    "changes",
    [
        {"key_secret": "another secret, and just as long as that"},
        {"key_sid": "SK" + "0" * 32},
        {"account_sid": "AC" + "0" * 32},
        {"app_sid": "AP" + "0" * 32},
        {"now": STARTS_AT - dt.timedelta(hours=1)},
        {"now": STARTS_AT + dt.timedelta(minutes=1)},
    ],
)
def test_a_token_that_is_not_good_opens_nothing(changes: dict[str, Any], town: Town) -> None:
    status, answer = town.request("POST", "/clients", {"token": token_for("vol_7", **changes)})
    assert (status, answer["error"][:3]) == (400, "201")
    assert town.calls() == []


@pytest.mark.parametrize("token", ["", "a.b.c", "e30.e30.e30", "nonsense"])
def test_what_is_no_token_opens_nothing(token: str, town: Town) -> None:
    assert town.request("POST", "/clients", {"token": token})[0] == 400
