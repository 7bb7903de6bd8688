"""One text to one person: sent by the one gate, refused at once where nobody may send it, never doubled."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update

from dialer.services.calling.campaigns import end_campaign, get_campaign, pause_campaign
from dialer.services.context import Context
from dialer.services.gotv.figures_check import check_counters
from dialer.services.messaging.inbound import InboundText, receive
from dialer.services.people.contacts import change_contact
from dialer.services.people.no_contact import add_opt_out
from dialer.services.people.suppressions import NewSuppression, add_suppression
from dialer.store.models import new_id
from dialer.store.models.people import Contact
from tests.conftest import Caller, SetClock
from tests.examples import cases
from tests.people import Person
from tests.phone_bank import landline, mobile
from tests.texting import SENDER, Blasting, add_people, campaign, people


@dataclass(frozen=True)
class Desk:
    """Carys at the API, with a campaign and Gwen, who has a mobile."""

    caller: Caller
    blasting: Blasting
    campaign_id: uuid.UUID
    gwen: uuid.UUID

    def text(self, body: str = "Hello {first_name}.", to: uuid.UUID | None = None, **more: Any) -> Any:
        headers = more.pop("headers", {})
        given = {"contact_id": str(to or self.gwen), "body": body, **more}
        return self.caller.post("/messages", json=given, headers=headers)

    def in_campaign(self, **more: Any) -> Any:
        return self.text(campaign_id=str(self.campaign_id), **more)

    def look(self, message: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self.caller.get(f"/messages/{message['id']}").json
        return found

    def hears(self, body: str, number: str = mobile(0)) -> None:
        receive(
            self.blasting.system,
            InboundText(uuid.uuid4().hex, number, SENDER, body, self.blasting.ctx.now),
        )


@pytest.fixture
def desk(ctx: Context, api: Callable[[Person], Caller], carys: Person, clock: SetClock) -> Iterator[Desk]:
    blasting = Blasting(ctx, clock)
    (gwen,) = people(ctx, 1)
    yield Desk(api(carys), blasting, campaign(ctx).id, gwen)
    assert check_counters(blasting.system) == []


def test_a_text_goes_out_once_and_is_accounted_for(desk: Desk) -> None:
    answer = desk.in_campaign()
    assert answer.status_code == 201
    written = answer.json
    assert answer.headers["Location"].endswith(f"/messages/{written['id']}")
    assert (written["body"], written["from"], written["to"]) == ("Hello Gwen.", SENDER, mobile(0))
    assert (written["state"], written["purpose"], written["waiting_reason"]) == ("queued", "single", None)
    desk.blasting.send()
    desk.blasting.send()
    assert [one.to for one in desk.blasting.judge.ledger] == [mobile(0)]
    sent = desk.look(written)
    assert (sent["state"], sent["cost"]["amount"]) == ("sent", "0.0400")
    assert get_campaign(desk.blasting.ctx, desk.campaign_id).spent == Decimal("0.04")
    (of_gwen,) = desk.caller.get(f"/messages?contact_id={desk.gwen}").json["data"]
    assert of_gwen == sent


def _opted_out(ctx: Context, who: uuid.UUID) -> None:
    add_opt_out(ctx, who, "sms")


def _suppressed(ctx: Context, who: uuid.UUID) -> None:
    add_suppression(ctx, NewSuppression(channels=("sms",), reason="complaint", number=mobile(0)))


def _changed(**fields: Any) -> Callable[[Context, uuid.UUID], None]:
    def change(ctx: Context, who: uuid.UUID) -> None:
        change_contact(ctx, who, fields)  # type: ignore[arg-type]

    return change


@pytest.mark.parametrize(
    ("stands", "reason"),
    cases(
        [
            (_opted_out, "opted_out"),
            (_suppressed, "suppressed"),
            (_changed(status="moved"), "moved"),
            (_changed(phones=[{"number": landline(7)}]), "not_mobile"),
            (_changed(phones=[{"number": "+1 212 555 0101"}]), "country"),
            (_changed(phones=[]), "no_phone"),
        ],
        quick=2,
    ),
)
def test_what_stands_against_it_is_said_at_once(
    desk: Desk, ctx: Context, stands: Callable[[Context, uuid.UUID], None], reason: str
) -> None:
    stands(ctx, desk.gwen)
    answer = desk.in_campaign()
    assert answer.status_code == 409
    assert answer.json["type"].endswith("/conflict")
    assert (answer.json["reason"], answer.json["contact_id"]) == (reason, str(desk.gwen))
    assert "Nothing was sent" in answer.json["detail"]
    assert desk.caller.get("/messages").json["data"] == []


@pytest.mark.slow
def test_consent_is_asked_for_where_the_campaign_requires_it(desk: Desk, ctx: Context) -> None:
    careful = campaign(ctx, require_consent_sms=True)
    answer = desk.text(campaign_id=str(careful.id))
    assert (answer.status_code, answer.json["reason"]) == (409, "no_consent")
    assert desk.text().status_code == 201, "the others don’t ask"


def test_what_may_be_a_no_is_decided_first(desk: Desk) -> None:
    desk.hears("st op")
    answer = desk.text()
    assert (answer.status_code, answer.json["reason"]) == (409, "in_review")


def test_a_no_that_comes_before_the_wire_holds(desk: Desk) -> None:
    written = desk.text().json
    desk.hears("STOP")
    desk.blasting.send()
    assert (desk.look(written)["state"], desk.look(written)["skip_reason"]) == ("skipped", "opted_out")
    assert desk.blasting.judge.ledger == []


@pytest.mark.parametrize(
    ("given", "slug", "pointer"),
    cases(
        [
            ({"body": "Hello {fist_name}"}, "unknown-placeholder", "/body"),
            ({"body": "See you at {polling_station}"}, "validation-failed", "/body"),
            ({"body": "{caller_name} here"}, "validation-failed", "/body"),
            ({"body": "  "}, "validation-failed", "/body"),
            ({"body": "x" * 1601}, "validation-failed", "/body"),
            ({"body": "Hi", "to": uuid.uuid4()}, "validation-failed", "/contact_id"),
            ({"body": "Hi", "campaign_id": str(uuid.uuid4())}, "validation-failed", "/campaign_id"),
            ({"body": "Hi", "sender": SENDER}, "validation-failed", "/sender"),
        ],
        quick=3,
    ),
)
def test_what_cannot_be_sent_as_it_is(desk: Desk, given: dict[str, Any], slug: str, pointer: str) -> None:
    answer = desk.text(**given)
    assert (answer.status_code, answer.json["type"].rpartition("/")[2]) == (422, slug)
    assert [one["pointer"] for one in answer.json["errors"]] == [pointer]


def test_who_hears_from_a_name_must_be_able_to_say_no(desk: Desk, ctx: Context) -> None:
    named = campaign(ctx, senders=["CommonGrnd"])
    assert desk.text(campaign_id=str(named.id)).status_code == 422
    answer = desk.text("Stop: {opt_out_url}", campaign_id=str(named.id))
    assert answer.status_code == 201
    assert "/o/" in answer.json["body"]
    assert answer.json["from"] == "CommonGrnd"


def test_they_hear_from_the_sender_they_know(desk: Desk, ctx: Context) -> None:
    desk.hears("Hello?")
    other = campaign(ctx, senders=[landline(500)])
    assert desk.text(campaign_id=str(other.id)).json["from"] == SENDER


def test_a_campaign_that_does_not_run_texts_nobody(desk: Desk, ctx: Context) -> None:
    pause_campaign(ctx, desk.campaign_id)
    answer = desk.in_campaign()
    assert (answer.status_code, answer.json["state"]) == (409, "paused")


def test_where_the_postcode_says_that_it_is_night_it_waits_and_says_so(
    desk: Desk, ctx: Context, clock: SetClock
) -> None:
    with ctx.unit() as unit:
        unit.session.execute(update(Contact).values(postcode="90210-1234"))
    clock.now = clock.now.replace(hour=12)
    answer = desk.in_campaign()
    assert (answer.json["state"], answer.json["waiting_reason"]) == ("queued", "quiet_hours")
    assert answer.json["waits_until"] == "2026-05-07T16:00:00Z"
    desk.blasting.send()
    assert desk.blasting.judge.ledger == []


def test_in_quiet_hours_it_waits_and_says_so(desk: Desk, clock: SetClock) -> None:
    clock.now = clock.now.replace(hour=21)
    for answer in (desk.in_campaign(), desk.text("Hello again.")):
        assert (answer.json["state"], answer.json["waiting_reason"]) == ("queued", "quiet_hours")
        assert answer.json["waits_until"] == "2026-05-08T08:00:00Z"
    desk.blasting.send()
    assert desk.blasting.judge.ledger == []
    (first, *_) = desk.caller.get("/messages").json["data"]
    assert first["waiting_reason"] == "quiet_hours"
    clock.now = clock.now.replace(day=8, hour=8)
    desk.blasting.send()
    assert len(desk.blasting.judge.ledger) == 2


def test_what_waits_when_its_campaign_ends_never_goes(desk: Desk, ctx: Context, clock: SetClock) -> None:
    clock.now = clock.now.replace(hour=21)
    written = desk.in_campaign().json
    pause_campaign(ctx, desk.campaign_id)
    assert desk.look(written)["waiting_reason"] == "campaign_paused"
    end_campaign(ctx, desk.campaign_id)
    desk.blasting.keep()
    assert desk.look(written)["state"] == "cancelled"


def test_with_a_key_it_is_done_once_and_without_each_counts(desk: Desk) -> None:
    key = {"Idempotency-Key": "lift-1"}
    first, again = desk.text(headers=key), desk.text(headers=key)
    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert desk.text().json["id"] != first.json["id"]
    desk.blasting.send()
    assert len(desk.blasting.judge.ledger) == 2


def test_texts_of_no_campaign_count_towards_what_all_may_spend(desk: Desk) -> None:
    desk.blasting.use(messaging=replace(desk.blasting.ctx.messaging, cost_cap=Decimal("0.06")))
    first = desk.text().json
    desk.blasting.send()
    assert desk.look(first)["state"] == "sent"
    second = desk.text("And again.").json
    desk.blasting.send()
    assert desk.look(second)["waiting_reason"] == "organisation_cost_cap"


@pytest.mark.slow
def test_on_a_shared_number_a_housemates_no_holds(desk: Desk, ctx: Context) -> None:
    housemate = new_id()
    add_people(ctx, [(housemate, [mobile(0)])])
    add_opt_out(ctx, housemate, "sms")
    assert desk.text().json["reason"] == "opted_out"
