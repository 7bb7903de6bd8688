"""`/first-texts` and `/blasts/{id}/batch`: what programs that press for people are answered."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from dialer.services.context import Context
from dialer.services.messaging.inbound import InboundText, receive
from dialer.store.models.conversations import Avoidance
from dialer.store.models.messaging import Message
from tests.conftest import Caller, SetClock
from tests.people import Person, join_campaign
from tests.texting import SENDER, Blasting, campaign, listed, people


@pytest.fixture
def by_hand(
    ctx: Context, api: Callable[[Person], Caller], carys: Person, vic: Person, clock: SetClock
) -> Any:
    """A blast that is sent by hand, launched and planned over the API, and its campaign."""
    blasting, of = Blasting(ctx, clock), campaign(ctx)
    join_campaign(vic.units, vic, of.id)
    body = {
        "campaign_id": str(of.id),
        "name": "First texts",
        "body": "Hello {first_name}.",
        "list_ids": [str(listed(ctx, people(ctx, 3)))],
        "mode": "by_hand",
        "batch_size": 2,
    }
    caller = api(carys)
    made = caller.post("/blasts", json=body)
    assert made.status_code == 201, made.json
    found = caller.post(f"/blasts/{made.json['id']}/estimate").json["capacity"]
    assert (found["senders"], found["a_day"], found["days"]) == (1, 200, 1)
    assert caller.post(f"/blasts/{made.json['id']}/launch").status_code == 202
    blasting.plan(made.json["id"])
    return caller, api(vic), made.json["id"], blasting


def test_a_batch_taken_pressed_and_given_back(by_hand: Any, clock: SetClock) -> None:
    caller, vic, blast_id, blasting = by_hand
    assert vic.get("/first-texts").json["data"][0]["left"] == 3
    assert vic.get(f"/blasts/{blast_id}/batch").json["texts"] == []
    batch = vic.post(f"/blasts/{blast_id}/batch").json
    assert [one["body"] for one in batch["texts"]] == ["Hello Gwen."] * 2
    assert vic.post(f"/blasts/{blast_id}/batch").json["id"] == batch["id"]
    first, second = (one["id"] for one in batch["texts"])
    pressed = vic.post(f"/first-texts/{first}/press")
    assert (pressed.status_code, pressed.json["state"]) == (200, "queued")
    assert pressed.json["pressed_at"] is not None
    again = vic.post(f"/first-texts/{second}/press")
    assert (again.status_code, again.json["type"].rsplit("/", 1)[-1]) == (429, "rate-limited")
    clock.forward(seconds=1)
    assert vic.post(f"/first-texts/{first}/press").json["pressed_at"] == pressed.json["pressed_at"]
    assert vic.post(f"/first-texts/{second}/leave").status_code == 204
    gone = vic.post(f"/first-texts/{second}/press")
    assert (gone.status_code, gone.json["reason"]) == (409, "not_yours")
    blasting.send()
    progress = caller.get(f"/blasts/{blast_id}/progress").json
    assert (progress["mode"], progress["unpressed"], progress["counts"]["sent"]) == ("by_hand", 2, 1)
    assert progress["waiting_reason"] == "press"
    assert vic.delete(f"/blasts/{blast_id}/batch").json["until"] is None
    told = caller.get(f"/blasts/{blast_id}/by-hand").json
    assert told["by_whom"] == [{"id": told["by_whom"][0]["id"], "name": "Vic", "sent": 1}]
    assert vic.get(f"/blasts/{blast_id}/by-hand").status_code == 403


def test_who_frightened_somebody_is_left_to_others(by_hand: Any, vic: Person) -> None:
    _, caller, blast_id, blasting = by_hand
    with blasting.ctx.unit() as unit:
        one = unit.session.query(Message).filter(Message.blast_id == uuid.UUID(blast_id)).first()
        spared = Avoidance(
            organisation_id=unit.organisation_id,
            account_id=vic.id,
            number="+447700900998",
            contact_id=one.contact_id,
            created_at=blasting.ctx.now,
        )
        unit.session.add(spared)
        frightening = str(one.id)
    batch = caller.post(f"/blasts/{blast_id}/batch").json
    assert frightening not in [text["id"] for text in batch["texts"]]
    assert len(batch["texts"]) == 2


def test_what_nobody_has_pressed_for_says_so_and_every_page_counts_the_same(by_hand: Any) -> None:
    caller, vic, blast_id, blasting = by_hand
    texts = caller.get(f"/messages?blast_id={blast_id}").json["data"]
    assert {(one["state"], one["waiting_reason"]) for one in texts} == {("queued", "press")}
    system = blasting.system
    receive(system, InboundText("SM1", texts[0]["to"], SENDER, "st op", system.now))
    assert vic.get("/first-texts").json["data"][0]["left"] == 2
    assert caller.get(f"/blasts/{blast_id}/by-hand").json["unpressed"] == 2
    progress = caller.get(f"/blasts/{blast_id}/progress").json
    assert (progress["unpressed"], progress["in_review"], progress["counts"]["queued"]) == (2, 1, 3)
    batch = vic.post(f"/blasts/{blast_id}/batch").json
    assert vic.post(f"/first-texts/{batch['texts'][0]['id']}/press").status_code == 200
    waits = [one["waiting_reason"] for one in caller.get(f"/messages?blast_id={blast_id}").json["data"]]
    assert sorted(map(str, waits)) == ["None", "press", "press"]


def test_a_mode_that_is_none_and_sizes_out_of_bounds(by_hand: Any) -> None:
    caller, _, _, blasting = by_hand
    draft = {"campaign_id": str(campaign(blasting.ctx).id), "name": "A", "body": "B", "list_ids": []}
    for field, value in (("mode", "alone"), ("batch_size", 0), ("batch_size", 101), ("volunteer_limit", 0)):
        refused = caller.post("/blasts", json={**draft, field: value})
        assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, f"/{field}")
    made = caller.post("/blasts", json=draft).json
    assert (made["mode"], made["batch_size"], made["volunteer_limit"]) == ("automatic", 25, None)
    assert caller.get(f"/blasts/{made['id']}/by-hand").status_code == 404
    assert caller.patch(f"/blasts/{made['id']}", json={"mode": "by_hand"}).json["mode"] == "by_hand"
