"""`/elections`: exactly one is current."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import Caller
from tests.people import Person

Api = Callable[[Person], Caller]


def current_of(caller: Caller) -> list[str]:
    listed = caller.get("/elections").json
    assert listed is not None
    return [election["name"] for election in listed["data"] if election["current"]]


def test_the_first_election_is_made_at_first_use(api: Api, carys: Person) -> None:
    (election,) = (api(carys).get("/elections").json or {})["data"]
    assert election["name"] == "Election"
    assert election["polling_on"] is None
    assert election["current"] is True
    assert (election["opens_at"], election["closes_at"]) == ("07:00", "22:00")
    assert election["timezone"] == "Europe/London"


def test_the_first_one_made_by_hand_is_current(api: Api, carys: Person) -> None:
    made = api(carys).post("/elections", json={"name": "Aber 2026", "polling_on": "2026-05-07"})
    assert made.status_code == 201
    assert made.json is not None
    assert made.json["current"] is True
    assert api(carys).get(made.headers["Location"].removeprefix("/api/v1")).json == made.json
    assert current_of(api(carys)) == ["Aber 2026"]


def test_another_becomes_current_and_the_old_one_retires(api: Api, carys: Person) -> None:
    caller = api(carys)
    caller.post("/elections", json={"name": "First"})
    second = caller.post("/elections", json={"name": "Second"}).json or {}
    third = caller.post("/elections", json={"name": "Third", "current": True}).json or {}
    assert current_of(caller) == ["Third"]
    assert caller.patch(f"/elections/{second['id']}", json={"current": True}).status_code == 200
    assert current_of(caller) == ["Second"]
    refused = caller.patch(f"/elections/{second['id']}", json={"current": False})
    assert refused.status_code == 422
    assert caller.patch(f"/elections/{third['id']}", json={"current": False}).status_code == 200


def test_a_patch_changes_only_what_it_names(api: Api, carys: Person) -> None:
    caller = api(carys)
    made = caller.post("/elections", json={"name": "Aber", "opens_at": "06:00"}).json or {}
    changed = caller.patch(f"/elections/{made['id']}", json={"polling_on": "2026-05-07"}).json or {}
    assert changed == {**made, "polling_on": "2026-05-07", "phase": "closed"} | {"phase": changed["phase"]}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/name"),
        ({"name": " "}, "/name"),
        ({"name": "A", "polling_on": "7 May"}, "/polling_on"),
        ({"name": "A", "opens_at": "7am"}, "/opens_at"),
        ({"name": "A", "timezone": "Mars/Base"}, "/timezone"),
        ({"name": "A", "closes_at": "06:00"}, "/closes_at"),
        ({"name": "A", "current": "yes"}, "/current"),
        ({"name": "A", "id": "1"}, "/id"),
    ],
)
def test_refuses_what_it_cannot_take(api: Api, carys: Person, body: object, pointer: str) -> None:
    refused = api(carys).post("/elections", json=body)
    assert refused.status_code == 422
    assert [fault["pointer"] for fault in (refused.json or {})["errors"]] == [pointer]


@pytest.mark.parametrize("missing", ["nothing", "01a20212-2dee-7556-b843-66a8996c40c0"])
def test_an_unknown_election_is_not_there(api: Api, carys: Person, missing: str) -> None:
    assert api(carys).patch(f"/elections/{missing}", json={"name": "A"}).status_code == 404


def test_a_cursor_of_another_list_is_refused(api: Api, carys: Person) -> None:
    assert api(carys).get("/elections?cursor=WyJ4Il0").status_code == 422
    assert api(carys).get("/elections?cursor=..").status_code == 422


def test_a_volunteer_sees_no_elections(api: Api, vic: Person) -> None:
    assert api(vic).get("/elections").status_code == 403
    assert api(vic).post("/elections", json={"name": "Mine"}).status_code == 403
