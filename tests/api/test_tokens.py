"""Tokens through the API."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import Caller
from tests.people import Person

Api = Callable[[Person], Caller]


def test_a_token_is_shown_once_and_refused_once_deleted(api: Api, carys: Person, vic: Person) -> None:
    made = api(carys).post("/tokens", json={"role": "observer", "name": "Screen", "expires_in_s": 3600})
    assert made.status_code == 201
    token = made.json
    assert token is not None
    secret = token.pop("token")
    assert secret.startswith("dlr_")
    assert token["expires_at"] == "2026-05-07T13:00:00Z"
    assert made.headers["Location"] == f"/api/v1/tokens/{token['id']}"
    assert api(carys).get(f"/tokens/{token['id']}").json == token
    listed = api(carys).get("/tokens")
    assert secret not in listed.text
    as_screen = Caller(api(carys).client, Person(vic.id, vic.organisation_id, secret, vic.units))
    assert as_screen.get("/me").json == {
        "id": token["account_id"],
        "role": "observer",
        "name": "Screen",
        "campaign_ids": [],
        "languages": [],
        "on_leaderboards": True,
        "expires_at": "2026-05-07T13:00:00Z",
    }
    assert api(carys).delete(f"/tokens/{token['id']}").status_code == 204
    assert api(carys).delete(f"/tokens/{token['id']}").status_code == 404
    assert as_screen.get("/me").status_code == 401


def test_nobody_makes_a_role_above_their_own(api: Api, carys: Person, vic: Person) -> None:
    assert api(carys).post("/tokens", json={"role": "admin", "name": "Me"}).status_code == 403
    assert api(vic).post("/tokens", json={"role": "volunteer", "name": "Me"}).status_code == 403
    assert api(vic).get("/tokens").status_code == 403


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "Screen"}, "/role"),
        ({"role": "observer"}, "/name"),
        ({"role": "queen", "name": "Screen"}, "/role"),
        ({"role": "observer", "name": " "}, "/name"),
        ({"role": "observer", "name": 7}, "/name"),
        ({"role": "observer", "name": "Screen", "expires_in_s": "3600"}, "/expires_in_s"),
        ({"role": "observer", "name": "Screen", "expires_in_s": 0}, "/expires_in_s"),
        ({"role": "observer", "name": "Screen", "expires_in_s": 10**30}, "/expires_in_s"),
        ({"role": "observer", "name": "Screen", "token": "dlr_mine"}, "/token"),
        ({"role": "observer", "name": "Screen", "campaign_ids": ["no id"]}, "/campaign_ids/0"),
        ({"role": "observer", "name": "Screen", "election_id": "no id"}, "/election_id"),
        ({"role": "observer", "name": "Screen", "polling_districts": ["MV3"]}, "/polling_districts"),
    ],
)
def test_each_fault_is_named_by_its_place(
    api: Api, carys: Person, body: dict[str, object], pointer: str
) -> None:
    answer = api(carys).post("/tokens", json=body)
    assert answer.status_code == 422
    assert answer.json is not None
    assert [fault["pointer"] for fault in answer.json["errors"]] == [pointer]


def test_walking_the_cursor(api: Api, carys: Person) -> None:
    for number in range(3):
        api(carys).post("/tokens", json={"role": "observer", "name": f"Screen {number}"})
    path, names = "/tokens?limit=2", []
    while path:
        page = api(carys).get(path).json
        assert page is not None
        names += [token["name"] for token in page["data"]]
        path = page["next_cursor"] and f"/tokens?limit=2&cursor={page['next_cursor']}"
    assert names == ["Carys’s token", "Screen 0", "Screen 1", "Screen 2"]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=501", "limit=x", "limit=1&limit=2", "cursor=x", "cursor=WyJhIl0"]
)
def test_a_bad_query_is_refused(api: Api, carys: Person, query: str) -> None:
    assert api(carys).get(f"/tokens?{query}").status_code == 422
