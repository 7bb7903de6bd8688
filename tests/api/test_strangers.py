"""Somebody writes whom no campaign has texted: a coordinator says which campaign answers."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from dialer.domain.access import Role
from dialer.services.calling.campaigns import end_campaign
from dialer.services.context import Context
from dialer.services.messaging.launching import cancel_blast
from tests.api import test_answering
from tests.api.test_answering import Desk
from tests.conftest import Caller
from tests.phone_bank import mobile
from tests.texting import campaign, people

STRANGER = mobile(9)
the_desk = test_answering.desk


def gives(
    the_desk: Desk, campaign_id: uuid.UUID | None, by: Caller | None = None, number: str = STRANGER
) -> Any:
    to = None if campaign_id is None else str(campaign_id)
    return the_desk.do("campaign", by, number, json={"campaign_id": to})


def test_its_people_see_and_answer_it_from_then_on_and_nobody_else(the_desk: Desk, ctx: Context) -> None:
    other = campaign(ctx).id
    vera, ifan = the_desk.volunteer("Vera", other), the_desk.volunteer("Ifan", the_desk.campaign_id)
    olwen = the_desk.volunteer("Olwen", other, role=Role.ORGANISER)
    the_desk.answer()
    the_desk.hears("Who is standing?", STRANGER)
    path = f"/conversations/{the_desk.row(STRANGER)['id']}"
    assert the_desk.api(vera).post("/conversations/next", json={}).json["conversation"] is None
    assert the_desk.api(olwen).get(path).status_code == 404
    given = gives(the_desk, other)
    assert (given.status_code, given.json["campaign_id"]) == (200, str(other))
    assert gives(the_desk, other).status_code == 200, "said again it stays"
    [entry] = the_desk.audited("conversation.given_to_campaign")
    assert entry.changes == {"before": None, "to": str(other)}
    assert the_desk.api(ifan).post("/conversations/next", json={}).json["conversation"] is None
    assert the_desk.api(olwen).get(path).json["messages"][0]["body"] == "Who is standing?"
    assert the_desk.api(vera).post("/conversations/next", json={}).json["conversation"]["number"] == STRANGER
    answer = the_desk.answer("Siân Rees.", the_desk.api(vera), number=STRANGER)
    assert (answer.status_code, answer.json["campaign_id"]) == (201, str(other))
    assert gives(the_desk, the_desk.campaign_id).status_code == 409, "who has begun goes on"


def test_the_wrong_campaign_is_mended_until_a_text_belongs_to_it(the_desk: Desk, ctx: Context) -> None:
    first, second = campaign(ctx).id, campaign(ctx).id
    the_desk.hears("Hello", STRANGER)
    for to in (first, second, None, first):
        assert gives(the_desk, to).status_code == 200
    the_desk.hears("Anybody there?", STRANGER)
    assert gives(the_desk, second).status_code == 409
    assert the_desk.row(STRANGER)["campaign_id"] == str(first)


def test_who_has_it_keeps_it_only_in_their_own_campaign(the_desk: Desk, ctx: Context) -> None:
    other = campaign(ctx).id
    vera = the_desk.volunteer("Vera", other)
    the_desk.hears("Hello", STRANGER)
    the_desk.do("assign", number=STRANGER, json={"volunteer_id": str(vera.id)})
    assert gives(the_desk, other).json["assigned_to"] == str(vera.id)
    assert gives(the_desk, the_desk.campaign_id).json["assigned_to"] is None


def test_what_a_campaign_has_texted_is_its_own(the_desk: Desk, ctx: Context) -> None:
    refused = gives(the_desk, campaign(ctx).id, number=mobile(0))
    assert (refused.status_code, refused.json["type"].rsplit("/", 1)[-1]) == (409, "conflict")
    assert gives(the_desk, the_desk.campaign_id, number=mobile(0)).status_code == 200, "that is so already"


def test_whom_a_campaign_left_out_is_a_stranger_still(the_desk: Desk, ctx: Context) -> None:
    strict, other = campaign(ctx, require_consent_sms=True).id, campaign(ctx).id
    made = the_desk.blasting.launch(people(ctx, 1, first=9), campaign_id=strict)
    the_desk.blasting.plan(made.id)
    assert the_desk.blasting.skipped(made.id) == {"no_consent": 1}
    the_desk.hears("Hello", STRANGER)
    assert the_desk.row(STRANGER)["campaign_id"] is None
    given = gives(the_desk, other)
    assert (given.status_code, given.json["campaign_id"]) == (200, str(other))


def test_what_waits_to_go_out_is_of_its_campaign_until_it_is_cancelled(the_desk: Desk, ctx: Context) -> None:
    other, blasting = campaign(ctx).id, the_desk.blasting
    made = blasting.launch(people(ctx, 1, first=9), campaign_id=the_desk.campaign_id)
    blasting.plan(made.id)
    the_desk.hears("Hello", STRANGER)
    assert (blasting.counts(made.id), gives(the_desk, other).status_code) == ({"queued": 1}, 409)
    cancel_blast(ctx, made.id)
    blasting.clear(made.id)
    assert (blasting.counts(made.id), gives(the_desk, other).status_code) == ({"cancelled": 1}, 200)


@pytest.mark.parametrize("state", ["ended", "unknown"])
def test_only_to_a_campaign_that_goes_on(the_desk: Desk, ctx: Context, state: str) -> None:
    to = uuid.uuid4()
    if state == "ended":
        to = campaign(ctx).id
        end_campaign(ctx, to)
    the_desk.hears("Hello", STRANGER)
    refused = gives(the_desk, to)
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/campaign_id")


def test_only_those_who_see_everything_say_so(the_desk: Desk, ctx: Context) -> None:
    other = campaign(ctx).id
    olwen = the_desk.api(the_desk.volunteer("Olwen", other, the_desk.campaign_id, role=Role.ORGANISER))
    vera = the_desk.api(the_desk.volunteer("Vera", other))
    the_desk.hears("Hello", STRANGER)
    assert (gives(the_desk, other, olwen).status_code, gives(the_desk, other, vera).status_code) == (404, 403)
    gives(the_desk, other)
    assert gives(the_desk, the_desk.campaign_id, olwen).status_code == 403


def test_the_gate_stays_the_gate(the_desk: Desk, ctx: Context) -> None:
    strict = campaign(ctx, require_consent_sms=True).id
    people(ctx, 1, first=9)
    the_desk.hears("Hello", STRANGER)
    gives(the_desk, strict)
    the_desk.hears("st op", STRANGER)
    assert the_desk.answer(number=STRANGER).json["reason"] == "no_consent"
    the_desk.do("decide", number=STRANGER, json={"opt_out": True})
    assert the_desk.answer(number=STRANGER).json["reason"] == "opted_out"
