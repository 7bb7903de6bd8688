"""What kind of lines numbers are: shown with the cost, begun with the number, stopped and let go on."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest

from dialer.services.context import Context
from tests.conftest import Caller
from tests.people import Person
from tests.texting import campaign, listed, people

Api = Callable[[Person], Caller]


def test_a_batch_from_the_cost_to_the_stop(api: Api, carys: Person, vic: Person, ctx: Context) -> None:
    caller = api(carys)
    wanted = {"list_id": str(listed(ctx, people(ctx, 4))), "which": "all"}
    seen = caller.post("/look-ups/preview", json=wanted).json
    assert (seen["numbers"], seen["cost"]) == (4, {"amount": "0.0320", "currency": "GBP"})
    refused = caller.post("/look-ups", json={**wanted, "expected_numbers": 5})
    assert (refused.status_code, refused.json["type"].rpartition("/")[2]) == (409, "audience-changed")
    made = caller.post("/look-ups", json={**wanted, "expected_numbers": 4})
    assert (made.status_code, made.json["state"], made.json["numbers"]) == (202, "queued", 4)
    path = f"/look-ups/{made.json['id']}"
    assert made.headers["Location"] == f"/api/v1{path}"
    assert caller.post(f"{path}/stop").json["stopped_for"] == "by_hand"
    assert caller.post(f"{path}/resume").json["state"] == "queued"
    assert caller.get(path).json == caller.get("/look-ups").json["data"][0]
    assert caller.get(f"{path}/failures").json["data"] == []
    assert caller.get(f"/look-ups/{uuid.UUID(int=0)}").status_code == 404
    assert caller.post("/look-ups/preview", json={}).status_code == 422
    for kind in ("list_id", "audience_id", "contact_id"):
        nobodys = caller.post("/look-ups/preview", json={kind: str(uuid.UUID(int=0))})
        assert (nobodys.status_code, nobodys.json["errors"][0]["pointer"]) == (422, f"/{kind}")
    assert api(vic).get("/look-ups").status_code == 403
    assert api(vic).post("/look-ups", json={**wanted, "expected_numbers": 4}).status_code == 403


def test_one_persons_numbers_count_for_a_campaign(api: Api, carys: Person, ctx: Context) -> None:
    caller = api(carys)
    [person] = people(ctx, 1)
    of = campaign(ctx, cost_cap=Decimal("0.001"))
    wanted = {"contact_id": str(person), "which": "all", "campaign_id": str(of.id)}
    assert caller.post("/look-ups/preview", json=wanted).json["left"]["amount"] == "0.0010"
    refused = caller.post("/look-ups", json={**wanted, "expected_numbers": 1})
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/expected_numbers")
    elsewhere = {**wanted, "campaign_id": str(uuid.UUID(int=7))}
    assert caller.post("/look-ups/preview", json=elsewhere).json["errors"][0]["pointer"] == "/campaign_id"
    both = {**wanted, "list_id": str(listed(ctx, [person]))}
    assert caller.post("/look-ups/preview", json=both).status_code == 422


@pytest.mark.parametrize(
    "nonsense",
    [
        {"list_id": "no"},
        {"list_id": None, "audience_id": None},
        {"contact_id": 7},
        {"which": "some"},
        {"expected_numbers": -1},
        {"expected_numbers": 10**12},
        {"expected_numbers": "three"},
        {"expected_numbers": 1.5},
        {"campaign_id": []},
        {"numbers": ["+447700900123"]},
    ],
)
def test_nonsense_is_refused_and_asks_for_nothing(
    api: Api, carys: Person, ctx: Context, nonsense: dict[str, object]
) -> None:
    caller = api(carys)
    wanted = {"list_id": str(listed(ctx, people(ctx, 1))), "which": "all", "expected_numbers": 1}
    assert caller.post("/look-ups", json={**wanted, **nonsense}).status_code in {409, 422}
    assert caller.get("/look-ups").json["data"] == []
