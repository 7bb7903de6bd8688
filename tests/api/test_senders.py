"""Where texts come from, and what may be set for it."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from dialer.services.context import Context
from dialer.services.messaging.sender_settings import reach_sender
from tests.conftest import Caller
from tests.people import Person

Api = Callable[[Person], Caller]
LONG, SERVICE = "+12025550100", "MG" + "0a" * 16


def test_a_rate_is_set_before_a_sender_is_used_changed_and_taken_back(api: Api, carys: Person) -> None:
    caller = api(carys)
    made = caller.post("/senders", json={"address": LONG, "kind": "10dlc", "rate_per_s": 12})
    assert made.status_code == 201
    sender = made.json
    assert (sender["kind"], sender["rate_per_s"], sender["effective_rate_per_s"]) == ("10dlc", 12, 12)
    assert made.headers["Location"] == f"/api/v1/senders/{sender['id']}"
    again = caller.post("/senders", json={"address": LONG})
    assert (again.status_code, again.json) == (200, sender)
    taken_back = caller.patch(f"/senders/{sender['id']}", json={"rate_per_s": None}).json
    assert (taken_back["rate_per_s"], taken_back["effective_rate_per_s"]) == (None, 100)
    assert caller.get("/senders").json["data"] == [taken_back]
    assert caller.get(f"/senders/{sender['id']}").json == taken_back


@pytest.mark.parametrize(
    "body",
    [
        {"address": "not a sender at all"},
        {"address": SERVICE, "kind": "10dlc"},
        {"address": LONG, "kind": "short_code"},
        {"address": LONG, "rate_per_s": 0},
        {"address": LONG, "pool": [LONG]},
    ],
)
def test_what_no_sender_can_be_is_refused(api: Api, carys: Person, body: dict[str, object]) -> None:
    assert api(carys).post("/senders", json=body).status_code == 422
    assert api(carys).get("/senders").json["data"] == []


def test_volunteers_see_and_set_nothing(api: Api, vic: Person) -> None:
    assert api(vic).get("/senders").status_code == 403
    assert api(vic).post("/senders", json={"address": LONG}).status_code == 403


def test_one_is_stopped_and_let_go_on(api: Api, carys: Person) -> None:
    caller = api(carys)
    path = f"/senders/{caller.post('/senders', json={'address': 'Aber'}).json['id']}"
    stopped = caller.post(f"{path}/pause").json
    assert (stopped["state"], stopped["pause_reason"]) == ("paused", "by_hand")
    assert caller.post(f"{path}/pause").json == stopped
    assert caller.post(f"{path}/resume").json["state"] == "active"


def test_only_a_stopped_ones_texts_are_given_away(api: Api, carys: Person, vic: Person) -> None:
    caller = api(carys)
    sender_id = caller.post("/senders", json={"address": LONG}).json["id"]
    path = f"/senders/{sender_id}"
    refused = caller.post(f"{path}/hand-over")
    assert (refused.status_code, refused.json["state"]) == (409, "active")
    caller.post(f"{path}/pause")
    told = caller.post(f"{path}/hand-over")
    assert told.status_code == 202
    nothing = dict.fromkeys(("texts", "blasts", "in_conversation", "staying", "singles"), 0)
    assert told.json == {"sender_id": sender_id, **nothing}
    assert caller.get(path).json["handed_over_at"] is not None
    assert caller.post(f"{path}/resume").json["handed_over_at"] is None
    assert api(vic).post(f"{path}/hand-over").status_code == 403


def test_how_one_fares_is_told_by_day(api: Api, carys: Person, vic: Person) -> None:
    caller = api(carys)
    path = f"/senders/{caller.post('/senders', json={'address': LONG}).json['id']}/health"
    found = caller.get(f"{path}?days=7").json
    assert (found["address"], found["days"], found["codes"]) == (LONG, [], [])
    assert (found["whole"]["texts"], found["whole"]["delivery_rate"]) == (0, None)
    assert (found["whole"]["low"], found["whole"]["high"]) == (0, 1)
    assert caller.get(f"{path}?days=0").status_code == 422
    assert caller.get(f"{path}?days=61").status_code == 422
    assert api(vic).get(path).status_code == 403


def test_what_a_campaign_names_is_told_before_anything_went_out_from_it(api: Api, carys: Person) -> None:
    caller = api(carys)
    caller.post("/campaigns", json={"name": "Ring", "kind": "phone_bank", "senders": [LONG]})
    found = caller.get("/senders").json
    assert (found["data"], found["unused"]) == ([], [{"address": LONG, "campaigns": ["Ring"]}])
    caller.post("/senders", json={"address": LONG})
    assert caller.get("/senders").json["unused"] == []


def test_what_is_set_for_a_messaging_service_is_told(
    api: Api, carys: Person, context_of: Callable[[Person], Context]
) -> None:
    made = api(carys).post("/senders", json={"address": SERVICE}).json
    assert made["service"] is None
    ctx = context_of(carys)
    with ctx.unit() as unit:
        reach_sender(unit, uuid.UUID(made["id"])).service_read_at = ctx.now
    told = api(carys).get(f"/senders/{made['id']}").json["service"]
    assert (told["flaws"], told["texts"], told["name"]) == (["unknown_service"], None, "")
