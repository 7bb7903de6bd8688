"""Roles and teams through the API."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import Caller
from tests.people import Person

Api = Callable[[Person], Caller]


def test_an_organiser_is_added_with_a_team_invited_and_made_a_coordinator(api: Api, carys: Person) -> None:
    desk = api(carys)
    wales = desk.post("/teams", json={"name": "Wales", "kind": "region"}).json
    marsh = desk.post("/teams", json={"name": "Marsh", "kind": "local", "parent_id": wales["id"]})
    assert marsh.status_code == 201
    assert desk.get(f"/teams/{marsh.json['id']}").json == marsh.json
    body = {"name": "Olwen Pugh", "role": "organiser", "team_ids": [wales["id"]]}
    made = desk.post("/accounts", json=body)
    assert made.status_code == 201
    assert made.headers["Location"] == f"/api/v1/accounts/{made.json['id']}"
    assert made.json == {
        "id": made.json["id"],
        "role": "organiser",
        "name": "Olwen Pugh",
        "email": None,
        "phone": None,
        "languages": [],
        "campaign_ids": [],
        "team_ids": [wales["id"]],
        "active": True,
        "last_seen_at": None,
        "created_at": "2026-05-07T12:00:00Z",
    }
    path = f"/accounts/{made.json['id']}"
    assert "/sign-in/" in desk.post(f"{path}/invite").json["url"]
    found = desk.get(f"/accounts?role=organiser&q=pugh&team_id={wales['id']}").json["data"]
    assert [one["id"] for one in found] == [made.json["id"]]
    assert desk.get(f"/accounts?team_id={marsh.json['id']}").json["data"] == []
    assert desk.get(f"/teams/{wales['id']}").json["people"] == 1
    assert desk.patch(path, json={"role": "coordinator"}).json["role"] == "coordinator"
    assert desk.patch(path, json={"active": False}).json["active"] is False
    assert desk.post(f"{path}/invite").status_code == 409


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"role": "admin"}, 403),
        ({"role": "emperor"}, 422),
        ({"role": None}, 422),
        ({"team_ids": ["018f2a64-6e20-7a10-8c3d-5b4a39281706"]}, 422),
        ({"last_seen_at": "2026-05-07T12:00:00Z"}, 422),
        ({"name": "  "}, 422),
    ],
)
def test_what_cannot_be_is_refused(
    api: Api, carys: Person, vic: Person, body: dict[str, object], status: int
) -> None:
    assert api(carys).patch(f"/accounts/{vic.id}", json=body).status_code == status


def test_ones_own_role_stays(api: Api, carys: Person) -> None:
    refused = api(carys).patch(f"/accounts/{carys.id}", json={"role": "observer"})
    assert (refused.status_code, refused.json["reason"]) == (409, "own")


def test_a_team_is_moved_renamed_and_deleted_but_never_below_itself(api: Api, carys: Person) -> None:
    desk = api(carys)
    wales = desk.post("/teams", json={"name": "Wales", "kind": "region"}).json["id"]
    marsh = desk.post("/teams", json={"name": "Marsh", "kind": "local", "parent_id": wales}).json["id"]
    refused = desk.patch(f"/teams/{wales}", json={"parent_id": marsh})
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/parent_id")
    assert desk.delete(f"/teams/{wales}").status_code == 409
    moved = desk.patch(f"/teams/{marsh}", json={"parent_id": None, "name": "Aber Marsh"}).json
    assert (moved["parent_id"], moved["name"], moved["kind"]) == (None, "Aber Marsh", "local")
    assert desk.post("/teams", json={"name": "aber marsh", "kind": "local"}).status_code == 409
    assert desk.delete(f"/teams/{wales}").status_code == 204
    assert desk.get(f"/teams/{wales}").status_code == 404


def test_volunteers_are_found_by_team_and_what_they_do(api: Api, carys: Person, vic: Person) -> None:
    desk = api(carys)
    wales = desk.post("/teams", json={"name": "Wales", "kind": "region"}).json["id"]
    assert desk.patch(f"/volunteers/{vic.id}", json={"team_ids": [wales]}).json["team_ids"] == [wales]
    for query, count in ((f"team_id={wales}", 1), ("q=vic", 1), ("doing=calling", 0), ("doing=gone", 0)):
        assert len(desk.get(f"/volunteers?{query}").json["data"]) == count, query
    assert desk.get("/volunteers?doing=dancing").status_code == 422
