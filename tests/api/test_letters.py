"""Letters through the API: blasts of them and single ones, by the same gate, never doubled."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from dialer.services.context import Context
from dialer.services.people.no_contact import add_opt_out
from tests.conftest import Caller, SetClock
from tests.letters import FROM, Mailing, address, mailing_at, readers
from tests.people import Person
from tests.texting import campaign, listed, people


@dataclass(frozen=True)
class Desk:
    """Carys at the API, with a campaign and two people who have addresses."""

    caller: Caller
    mailing: Mailing
    campaign_id: str
    ids: list[uuid.UUID]

    def post(self, **fields: Any) -> Any:
        given = {
            "campaign_id": self.campaign_id,
            "name": "Polling day",
            "channel": "email",
            "subject": "Polls are open",
            "body": "Dear {first_name|friend}, vote.",
            "list_ids": [str(listed(self.mailing.ctx, self.ids))],
            **fields,
        }
        return self.caller.post("/blasts", json=given)

    def write(self, to: int = 0, headers: dict[str, str] | None = None, **fields: Any) -> Any:
        given = {"channel": "email", "subject": "Hello {first_name}", "body": "Dear {first_name}.", **fields}
        wanted = {"contact_id": str(self.ids[to]), **given}
        return self.caller.post("/messages", json=wanted, headers=headers or {})


@pytest.fixture
def desk(ctx: Context, api: Callable[[Person], Caller], carys: Person, clock: SetClock) -> Iterator[Desk]:
    with mailing_at(ctx, clock) as mailing:
        campaign_id = str(campaign(ctx, sender_names=["Siân dros Gymru"]).id)
        yield Desk(api(carys), mailing, campaign_id, readers(ctx, 2))


def test_a_blast_of_letters_is_written_estimated_launched_and_arrives(desk: Desk) -> None:
    made = desk.post(bodies={"cy": "Annwyl"}, subjects={"cy": "Helo"})
    assert made.status_code == 201
    shown = made.json
    assert (shown["channel"], shown["subject"], shown["subjects"]) == (
        "email",
        "Polls are open",
        {"cy": "Helo"},
    )
    assert shown["senders"] == [FROM]
    found = desk.caller.post(f"/blasts/{shown['id']}/estimate").json
    assert (found["recipients"], found["segments"], float(found["cost"]["amount"])) == (2, 0, 0)
    assert set(found["messages"].values()) == {0}
    assert "no_email" in found["excluded"]
    assert found["samples"][0].startswith("Polls are open\n\nDear Gwen, vote.")
    launched = desk.caller.post(f"/blasts/{shown['id']}/launch", json={"expected_recipients": 2})
    assert launched.status_code == 202
    desk.mailing.plan(uuid.UUID(shown["id"]))
    desk.mailing.send()
    assert desk.mailing.ledger.by_address() == {address(0): 1, address(1): 1}
    assert desk.mailing.ledger.to(address(0)).message["From"].addresses[0].display_name == "Siân dros Gymru"
    progress = desk.caller.get(f"/blasts/{shown['id']}/progress").json
    assert (progress["counts"]["sent"], float(progress["spent"]["amount"])) == (2, 0)
    listed_ones = desk.caller.get(f"/messages?blast_id={shown['id']}").json["data"]
    assert [(one["channel"], one["subject"], one["from"]) for one in listed_ones] == 2 * [
        ("email", "Polls are open", FROM)
    ]
    assert len(desk.caller.get(f"/messages?number={address(1)}").json["data"]) == 1


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"subject": ""}, "/subject"),
        ({"channel": "pigeon"}, "/channel"),
        ({"senders": ["+447700900999"]}, "/senders/0"),
        ({"mode": "by_hand"}, "/mode"),
        ({"channel": "sms", "body": "x" * 1601}, "/body"),
    ],
)
def test_what_cannot_be_sent_is_said_where_it_is(desk: Desk, fields: dict[str, Any], pointer: str) -> None:
    refused = desk.post(**fields)
    assert refused.status_code == 422
    assert [fault["pointer"] for fault in refused.json["errors"]] == [pointer]


def test_a_letter_to_one_person_arrives_once_however_often_it_is_asked_for(desk: Desk) -> None:
    headers = {"Idempotency-Key": "one-letter"}
    first, again = (desk.write(headers=headers) for _ in range(2))
    assert first.status_code == 201
    assert first.json["id"] == again.json["id"]
    assert (first.json["to"], first.json["subject"], first.json["segments"]) == (address(0), "Hello Gwen", 0)
    desk.mailing.send()
    desk.mailing.send()
    assert desk.mailing.ledger.by_address() == {address(0): 1}
    taken = desk.mailing.ledger.to(address(0)).message
    assert taken["Subject"] == "Hello Gwen"
    assert "/o/" in taken["List-Unsubscribe"]


@pytest.mark.parametrize(
    ("fields", "status", "pointer"),
    [
        ({"subject": "a\nb"}, 422, "/subject"),
        ({"subject": "{nobody}"}, 422, "/subject"),
        ({"subject": "{postcode}"}, 422, "/subject"),
        ({"body": "{postcode}"}, 422, "/body"),
    ],
)
def test_a_letter_with_a_fault_is_refused(
    desk: Desk, fields: dict[str, Any], status: int, pointer: str
) -> None:
    refused = desk.write(**fields)
    assert refused.status_code == status
    assert refused.json["errors"][0]["pointer"] == pointer


def test_a_letter_without_an_imprint_says_what_stands_in_its_place(desk: Desk) -> None:
    made = desk.write(body="Dear Gwen.\n\n{imprint_url|Promoted by whoever writes this.}")
    assert made.status_code in {200, 201, 202}, made.text
    assert "Promoted by whoever writes this." in made.json["body"]
    assert "Who sends this" not in made.json["body"]


def test_a_letter_needs_a_subject(desk: Desk) -> None:
    given = {"contact_id": str(desk.ids[0]), "channel": "email", "body": "Dear Gwen."}
    refused = desk.caller.post("/messages", json=given)
    assert refused.status_code == 422
    assert refused.json["errors"][0]["pointer"] == "/subject"


def test_who_said_no_to_letters_gets_none_and_may_get_texts(desk: Desk) -> None:
    add_opt_out(desk.mailing.ctx, desk.ids[0], "email")
    refused = desk.write()
    assert refused.status_code == 409
    assert refused.json["reason"] == "opted_out"
    (nobody,) = people(desk.mailing.ctx, 1)
    without = desk.caller.post(
        "/messages",
        json={"contact_id": str(nobody), "channel": "email", "subject": "Hello", "body": "Dear Gwen."},
    )
    assert (without.status_code, without.json["reason"]) == (409, "no_email")


def test_letters_are_tried_on_addresses_of_our_own(desk: Desk) -> None:
    made = desk.post().json
    refused = desk.caller.post(f"/blasts/{made['id']}/test-send", json={"to": ["+447700900123"]})
    assert refused.json["errors"][0]["pointer"] == "/to/0"
    sent = desk.caller.post(f"/blasts/{made['id']}/test-send", json={"to": ["Carys@Example.com"]})
    assert [one["to"] for one in sent.json["data"]] == ["carys@example.com"]
    desk.mailing.send()
    assert desk.mailing.ledger.to("carys@example.com").message["Subject"] == "Polls are open"
    assert desk.mailing.counts(uuid.UUID(made["id"])) == {}


def test_a_campaign_says_whether_its_letters_keep_quiet_hours(desk: Desk) -> None:
    at = f"/campaigns/{desk.campaign_id}"
    assert desk.caller.get(at).json["quiet_hours_email"] is False
    assert desk.caller.patch(at, json={"quiet_hours_email": True}).json["quiet_hours_email"] is True
